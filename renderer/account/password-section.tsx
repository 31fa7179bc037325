import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';

/** A new password; the old one is asked for by the question who one is. */
export function PasswordSection({ email, name }: { email: string; name: string }) {
  const [password, setPassword] = useState('');
  const change = useApiMutation(() => askConfirmed(() => client.PATCH('/users/me', { body: { password } })), {
    changes: ['users'],
    onDone: () => {
      setPassword('');
      showToast({ title: 'Your password is changed', text: 'Your other sessions are over.' });
    },
  });
  return (
    <Section title="Password" said="A new one ends your other sessions.">
      <form
        className="card card-pad grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (checkPassword(password).isGood) change.mutate();
        }}
      >
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <NewPasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          names={[email, name]}
          error={change.fieldError('password')}
        />
        <FormError mutation={change} fields={['password']} />
        <div className="flex justify-end">
          <Button type="submit" isBusy={change.isPending} disabled={!checkPassword(password).isGood}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  );
}
