import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { formatCount } from '../ui/time.ts';

interface LostVersionsProps {
  versions: number;
  mayRemove: boolean;
}

/** Lost values that secrets had before: nothing has to be done about them, but that they hold up a rotation. */
export function LostVersions({ versions, mayRemove }: LostVersionsProps) {
  const [isAsking, setAsking] = useState(false);
  const count = formatCount(versions, 'earlier version');
  return (
    <section className="card recovery-versions" aria-label="Earlier versions">
      <div className="min-w-0">
        <b>{count} cannot be decrypted</b>
        <p>
          They are values that secrets had before, encrypted with the lost key. They need no replacing; only
          the old key can decrypt them. The key cannot be rotated while they are here.
        </p>
      </div>
      {mayRemove && (
        <Button icon={Trash2} onClick={() => setAsking(true)}>
          Remove…
        </Button>
      )}
      {isAsking && <RemoveVersions count={count} onClose={() => setAsking(false)} />}
    </section>
  );
}

function RemoveVersions({ count, onClose }: { count: string; onClose: () => void }) {
  const remove = useApiMutation(() => askConfirmed(() => client.DELETE('/vault/recovery/versions')), {
    changes: ['vault', 'projects', 'shared-variables'],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={`Remove ${count}?`}
      action={`Remove ${count}`}
      keep="Keep them"
      mutation={remove}
      onClose={onClose}
    >
      <p>The values that secrets have now stay. If you find the old key later, it cannot bring these back.</p>
    </ConfirmDialog>
  );
}
