import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { TextField } from '../ui/form/field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { displayName, type Person } from './people-query.ts';
import { RoleChoice } from './role-choice.tsx';
import type { Role } from './roles.ts';

/** Name, e-mail and roles of someone. Roles are given before others are taken, so that nobody is without in between. */
export function EditPersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { id } = person.user;
  const held: readonly Role[] = person.roles.map((role) => role.name);
  const [name, setName] = useState(person.user.name);
  const [email, setEmail] = useState(person.user.email);
  const [roles, setRoles] = useState(held);
  const send = async () => {
    const path = { id };
    if (name.trim() !== person.user.name || email.trim() !== person.user.email)
      await askConfirmed(() =>
        client.PATCH('/users/{id}', {
          params: { path },
          body: { email, ...(name.trim() ? { name: name.trim() } : {}) },
        }),
      );
    for (const role of roles.filter((each) => !held.includes(each)))
      await askConfirmed(() =>
        client.POST('/users/{id}/roles', { params: { path }, body: { role_type: role } }),
      );
    for (const role of held.filter((each) => !roles.includes(each)))
      await askConfirmed(() => client.DELETE('/users/{id}/roles/{role}', { params: { path: { id, role } } }));
  };
  const save = useApiMutation(send, { changes: ['users', 'session'], onDone: onClose });
  return (
    <FormDialog
      title={
        <span className="block truncate" dir="auto" title={displayName(person)}>
          {displayName(person)}
        </span>
      }
      action="Save"
      mutation={save}
      fields={['name', 'email']}
      isReady={email.includes('@')}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={save.fieldError('name')}
        dir="auto"
        maxLength={100}
      />
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={save.fieldError('email')}
        maxLength={254}
        required
      />
      <RoleChoice value={roles} onChange={setRoles} />
    </FormDialog>
  );
}
