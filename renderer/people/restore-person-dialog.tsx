import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { displayName, type Person } from './people-query.ts';
import { roleLabel } from './roles.ts';

export function RestorePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const restore = useApiMutation(
    () =>
      askConfirmed(() => client.POST('/users/{id}/restore', { params: { path: { id: person.user.id } } })),
    {
      changes: ['users'],
      onDone: () => {
        onClose();
        showToast({ title: `${displayName(person)} may come in again` });
      },
    },
  );
  const held = person.roles.map(({ name }) => roleLabel(name)).join(', ') || 'no role';
  return (
    <ConfirmDialog
      title="Restore this person?"
      action="Restore person"
      keep="Cancel"
      kind="main"
      mutation={restore}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{displayName(person)}</b> signs in with their old password again, as {held}. API keys
        they made work again too.
      </p>
    </ConfirmDialog>
  );
}
