import { useApiMutation } from '../../api/mutation.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { dropSplit, type KeySplit } from './split-requests.ts';

interface DropDialogProps {
  split: Pick<KeySplit, 'id' | 'share_count' | 'threshold'>;
  onClose: () => void;
  onDropped: () => void;
}

/** Removes a split from the list. */
export function DropDialog({ split, onClose, onDropped }: DropDialogProps) {
  const drop = useApiMutation(() => dropSplit(split.id), { onDone: onDropped });
  return (
    <ConfirmDialog
      title="Drop this split?"
      action="Drop the split"
      keep="Keep it"
      mutation={drop}
      onClose={onClose}
    >
      <p>
        It is removed from the list and no longer counts. Its {split.share_count} shares still open the key:
        destroy those that are on paper if you do not want that.
      </p>
    </ConfirmDialog>
  );
}
