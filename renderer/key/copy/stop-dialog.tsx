import { useApiMutation } from '../../api/mutation.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import type { KeyCopy } from './copy-formats.ts';
import { forgetCopy } from './make-copy.ts';

interface StopDialogProps {
  copy: KeyCopy;
  onClose: () => void;
  onStopped: () => void;
}

/** Leaving with a copy that was made and not proven: what remains of it. */
export function StopDialog({ copy, onClose, onStopped }: StopDialogProps) {
  const forget = useApiMutation(() => forgetCopy(copy.id), { onDone: onStopped });
  return (
    <Dialog
      onClose={onClose}
      title="Stop before it was read back?"
      text="The copy was made but not read back, so it does not count. If you have it, it stays in the list, to be read back later. If you do not, forget it."
      foot={
        <span className="ml-auto flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Go on</Button>
          <Button isBusy={forget.isPending} onClick={() => forget.mutate()}>
            Stop and forget it
          </Button>
          <Button onClick={onStopped}>Stop, I have it</Button>
        </span>
      }
    >
      <ErrorLine said={forget.message} />
    </Dialog>
  );
}
