import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { TextField } from '../ui/form/field.tsx';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { RoleChoice } from './role-choice.tsx';
import type { Role } from './roles.ts';

/** Adds someone. The first password is set here; nothing is mailed. */
export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
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
          title: `${name.trim() || email} may come in`,
          text: 'Tell them the password another way.',
        });
      },
    },
  );
  return (
    <FormDialog
      title="Add person"
      text="They sign in with this e-mail address and password, and can change the password in their account."
      action="Add person"
      mutation={add}
      fields={['name', 'email', 'password']}
      isReady={email.includes('@') && checkPassword(password).isGood}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={add.fieldError('name')}
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={add.fieldError('email')}
        maxLength={254}
        required
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
