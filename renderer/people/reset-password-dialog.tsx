import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { displayName, type Person } from './people-query.ts';

/** For someone who forgot theirs. The owner of the machine alone may. */
export function ResetPasswordDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const [password, setPassword] = useState('');
  const reset = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/users/reset-password', { body: { email: person.user.email, password } }),
      ),
    {
      onDone: () => {
        onClose();
        showToast({ title: 'The new password is set', text: 'Tell it to them another way.' });
      },
    },
  );
  return (
    <FormDialog
      title="Set a new password"
      text={`${displayName(person)} is signed out everywhere and signs in with it from now on.`}
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
    </FormDialog>
  );
}
