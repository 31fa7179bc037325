import { askConfirmed, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { useSubmit } from '../ui/form/submit.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { displayName, type Person } from './people-query.ts';
import { roleLabel } from './roles.ts';

export function RestorePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const submit = useSubmit(async () => {
    await askConfirmed(() =>
      client.POST('/users/{id}/restore', { params: { path: { id: person.user.id } } }),
    );
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    showToast({ title: `${displayName(person)} may come in again` });
    onClose();
  });
  const held = person.roles.map(({ name }) => roleLabel(name)).join(', ') || 'no role';
  return (
    <FormDialog title="Restore this person?" action="Restore person" submit={submit} onClose={onClose}>
      <p className="text-text-2 [overflow-wrap:anywhere]">
        <b dir="auto">{displayName(person)}</b> signs in with their old password again, as {held}. API keys
        they made work again too.
      </p>
    </FormDialog>
  );
}
