import { describeError } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { findDeleted, restoreEntry, trashChanges } from './trash-queries.ts';

/** Long enough to see that it was the wrong one. */
const SHOWN_MS = 20_000;

/** After a deletion: what was deleted, and a button that takes it back. */
export async function showDeleted(title: string, which: Parameters<typeof findDeleted>[0]): Promise<void> {
  const entry = await findDeleted(which).catch(() => undefined);
  if (!entry) {
    showToast({ title });
    return;
  }
  const dismiss = showToast(
    {
      title,
      text: 'In the trash for 30 days.',
      action: (
        <Button
          onClick={() => {
            dismiss();
            void undo(entry.id);
          }}
        >
          Undo
        </Button>
      ),
    },
    SHOWN_MS,
  );
}

async function undo(id: number): Promise<void> {
  try {
    await restoreEntry(id);
    showToast({ title: 'Restored' });
  } catch (error) {
    showToast({ title: 'Not restored', text: describeError(error) }, null);
  }
  await Promise.all(trashChanges.map((word) => queryClient.invalidateQueries({ queryKey: [word] })));
}
