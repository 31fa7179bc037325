import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';

/** Past the proof, by typing the new key's fingerprint. */
export function WithoutCopyDialog({ fingerprint, onClose }: { fingerprint: string; onClose: () => void }) {
  const skip = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/vault/key/rotation/prove', { body: { override_fingerprint: fingerprint } }),
      ),
    { changes: ['vault'], onDone: onClose },
  );
  return (
    <ConfirmDialog
      title="Go on without a copy of the new key?"
      action="Go on without a copy"
      keep="Make a copy"
      mutation={skip}
      typed={{ label: `Type its fingerprint, ${fingerprint}`, name: fingerprint, isCode: true }}
      onClose={onClose}
    >
      <p>
        After sealing, copies of the old key open nothing new. If this machine is lost before there is a copy
        of the new key, so is every secret. The key is at risk until then.
      </p>
    </ConfirmDialog>
  );
}
