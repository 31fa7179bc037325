import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useSession } from '../app/session.ts';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { displayName, type Person } from './people-query.ts';

export function DeletePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const isYou = useSession().user?.id === person.user.id;
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/users/{id}', { params: { path: { id: person.user.id } } })),
    {
      changes: ['users'],
      onDone: () => {
        onClose();
        showToast({
          title: `${displayName(person)} is deleted`,
          text: 'They can be restored under Deleted.',
        });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this person?"
      action="Delete person"
      keep="Keep them"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{displayName(person)}</b> is signed out everywhere and cannot come in again. API keys
        they made stop working.
      </p>
      {isYou && <p>This is the account you act as.</p>}
      <p>What they changed stays, and so does its place in the activity. They can be restored.</p>
    </ConfirmDialog>
  );
}
