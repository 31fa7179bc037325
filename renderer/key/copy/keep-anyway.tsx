import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';

interface KeepAnywayDialogProps {
  /** Why the place is refused; null while nobody asked. */
  message: string | null;
  onClose: () => void;
  onKeep: () => void;
}

/** The second yes for a place that is not separate. */
export function KeepAnywayDialog({ message, onClose, onKeep }: KeepAnywayDialogProps) {
  return (
    <Dialog
      isOpen={message !== null}
      onClose={onClose}
      title="Keep the copy there anyway?"
      text={message ?? ''}
      foot={
        <span className="ml-auto flex flex-wrap gap-2">
          <Button onClick={onClose}>Choose another place</Button>
          <Button
            onClick={() => {
              onClose();
              onKeep();
            }}
          >
            Keep it there anyway
          </Button>
        </span>
      }
    >
      <p className="pb-2 text-text-2">
        It is written and listed, but does not count as a separate copy: the key stays at risk until there is
        one.
      </p>
    </Dialog>
  );
}
