import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { useAction } from '../../ui/use-action.ts';
import type { KeyCopy } from './copy-formats.ts';
import { forgetCopy } from './make-copy.ts';

interface StopDialogProps {
  isOpen: boolean;
  copy: KeyCopy | null;
  onClose: () => void;
  onStopped: () => void;
}

/** Leaving with a copy that was made and not proven: what remains of it. */
export function StopDialog({ isOpen, copy, onClose, onStopped }: StopDialogProps) {
  const action = useAction();
  const forget = () =>
    action.run(async () => {
      if (copy) await forgetCopy(copy.id);
      onStopped();
    });
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="Stop before it was read back?"
      text="The copy was made but not read back, so it does not count. If you have it, it stays in the list, to be read back later. If you do not, forget it."
      foot={
        <span className="ml-auto flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Go on</Button>
          <Button isBusy={action.isBusy} onClick={() => void forget()}>
            Stop and forget it
          </Button>
          <Button onClick={onStopped}>Stop, I have it</Button>
        </span>
      }
    >
      {action.said && (
        <p className="text-danger-text" role="alert">
          {action.said}
        </p>
      )}
    </Dialog>
  );
}
