import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useSession } from '../app/session.ts';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { EndingKeys } from './ending-keys.tsx';
import { displayName, type Person } from './people-queries.ts';
import { PersonFields, type PersonText } from './person-fields.tsx';
import { isWeaker, type Role, RoleChoice, roleLabel } from './role-choice.tsx';

/** Adds a person. The first password is set here; no mail is sent. */
export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState<PersonText>({ name: '', email: '' });
  const { name, email } = text;
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>(['user']);
  const add = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/users', { body: { name: name.trim(), email, password, roles: [...roles] } }),
      ),
    {
      changes: ['users'],
      onDone: () => {
        onClose();
        showToast({
          title: `${name.trim() || email} can now sign in`,
          text: 'Send them the password yourself. They choose their own when they sign in.',
        });
      },
    },
  );
  return (
    <FormDialog
      title="Add person"
      text="They sign in with this e-mail address and password, and choose a password of their own before anything else."
      action="Add person"
      mutation={add}
      fields={['name', 'email', 'password']}
      isReady={email.includes('@') && checkPassword(password).isGood}
      onClose={onClose}
    >
      <PersonFields
        value={text}
        onChange={setText}
        errors={{ name: add.fieldError('name'), email: add.fieldError('email') }}
        autoFocus
      />
      <NewPasswordField
        label="First password"
        value={password}
        onChange={setPassword}
        names={[name, email]}
        error={add.fieldError('password')}
      />
      <RoleChoice value={roles} onChange={setRoles} />
    </FormDialog>
  );
}

/**
 * Edits name, e-mail and roles. Roles are added before others are removed, so that nobody is without a role in
 * between.
 */
export function EditPersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { id } = person.user;
  const held: readonly Role[] = person.roles.map((role) => role.name);
  const [text, setText] = useState<PersonText>({ name: person.user.name, email: person.user.email });
  const { name, email } = text;
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
  const save = useApiMutation(send, {
    changes: ['users', 'session', 'api-keys', 'projects'],
    onDone: onClose,
  });
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
      <PersonFields
        value={text}
        onChange={setText}
        errors={{ name: save.fieldError('name'), email: save.fieldError('email') }}
      />
      <RoleChoice value={roles} onChange={setRoles} />
      {isWeaker(roles, held) && <EndingKeys person={person} />}
    </FormDialog>
  );
}

/** For someone who forgot their password. Only the owner of the machine may do this. */
export function ResetPasswordDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  // The account that the owner acts as: nobody else knows the password then.
  const isYou = useSession().user?.id === person.user.id;
  const [password, setPassword] = useState('');
  const reset = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/users/reset-password', { body: { email: person.user.email, password } }),
      ),
    {
      changes: ['users', 'api-keys', 'projects'],
      onDone: () => {
        onClose();
        showToast({
          title: 'New password set',
          ...(isYou ? {} : { text: 'Send it to them yourself. They choose their own when they sign in.' }),
        });
      },
    },
  );
  return (
    <FormDialog
      title="Set a new password"
      text={`${displayName(person)} will be signed out everywhere and sign in with the new password${isYou ? '' : ', then choose their own'}.`}
      action="Set password"
      mutation={reset}
      fields={['password']}
      isReady={checkPassword(password).isGood}
      onClose={onClose}
    >
      <NewPasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        names={[person.user.name, person.user.email]}
        error={reset.fieldError('password')}
        autoFocus
      />
      <EndingKeys person={person} />
    </FormDialog>
  );
}

export function DeletePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const isYou = useSession().user?.id === person.user.id;
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/users/{id}', { params: { path: { id: person.user.id } } })),
    {
      changes: ['users', 'api-keys', 'projects'],
      onDone: () => {
        onClose();
        showToast({
          title: `${displayName(person)} was deleted`,
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
        <b dir="auto">{displayName(person)}</b> will be signed out everywhere and can no longer sign in.
      </p>
      <EndingKeys person={person} />
      {isYou && <p>This is the account you are using.</p>}
      <p>Their changes stay, also in the activity log. They can be restored.</p>
    </ConfirmDialog>
  );
}

export function RestorePersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const restore = useApiMutation(
    () =>
      askConfirmed(() => client.POST('/users/{id}/restore', { params: { path: { id: person.user.id } } })),
    {
      changes: ['users'],
      onDone: () => {
        onClose();
        showToast({ title: `${displayName(person)} can sign in again` });
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
        <b dir="auto">{displayName(person)}</b> can sign in with their old password again, as {held}. API keys
        they created stay turned off.
      </p>
    </ConfirmDialog>
  );
}
