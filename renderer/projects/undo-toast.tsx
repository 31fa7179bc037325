import type { ReactNode } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { Button } from '../ui/button.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';

/** Long enough to see in the table what the change did. */
const SHOWN_MS = 20_000;

interface Undo {
  /** Takes it back. SECURITY: kept while the message is shown, so it must hold no value of a secret. */
  undo: () => Promise<unknown>;
  /** Resources to refetch afterwards. */
  changes: NonNullable<Parameters<typeof useApiMutation>[1]>['changes'];
  /** What is said where it could not be taken back: `The copy was not undone`. */
  failed?: string;
  /** What is said once it is taken back, of the answer to that. */
  describe?: (answer: unknown) => { title: string; text?: ReactNode };
}

/** After a change: what was changed, and a button that takes it back. Null: it cannot be. */
export function showChanged(title: string, undo: Undo | null, text?: ReactNode): void {
  if (!undo) {
    showToast({ title, text });
    return;
  }
  const dismiss = showToast(
    { title, text, action: <UndoButton {...undo} onDone={() => dismiss()} /> },
    SHOWN_MS,
  );
}

function UndoButton({
  undo,
  changes = [],
  describe,
  failed = 'Not undone',
  onDone,
}: Undo & { onDone: () => void }) {
  const mutation = useApiMutation(undo, {
    changes,
    onDone: (answer) => {
      onDone();
      showToast(describe?.(answer) ?? { title: 'Undone' });
    },
    onFailed: (message) => {
      onDone();
      showToast({ title: failed, text: message }, null);
    },
  });
  return (
    <Button isBusy={mutation.isPending} onClick={() => mutation.mutate()}>
      Undo
    </Button>
  );
}
