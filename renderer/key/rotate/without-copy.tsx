import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { TextField } from '../../ui/form/field.tsx';
import { DangerDialog } from '../../ui/overlays/dialog.tsx';

/** Past the proof, by typing the new key's fingerprint. */
export function WithoutCopyDialog({ fingerprint, onClose }: { fingerprint: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title="Go on without a copy of the new key?"
      action="Go on without a copy"
      keep="Make a copy"
      isReady={typed.trim().toUpperCase() === fingerprint}
      onConfirm={async () => {
        await askConfirmed(() =>
          client.POST('/vault/key/rotation/prove', { body: { override_fingerprint: typed.trim() } }),
        );
        await queryClient.invalidateQueries({ queryKey: ['vault'] });
      }}
    >
      <p>
        After sealing, copies of the old key open nothing new. If this machine is lost before there is a copy
        of the new key, so is every secret. The key is at risk until then.
      </p>
      <TextField
        label={`Type its fingerprint, ${fingerprint}`}
        isMono
        autoCapitalize="characters"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </DangerDialog>
  );
}
