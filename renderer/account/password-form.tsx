import { type ReactNode, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { PasswordField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';

interface PasswordFormProps {
  /** Whose password it is. */
  person: { email: string; name: string };
  currentLabel: string;
  className: string;
  /** Above the fields. */
  head?: ReactNode;
  /** Below them, with the button that sends. */
  foot: (state: { isBusy: boolean; isReady: boolean }) => ReactNode;
  onDone: () => void | Promise<void>;
  autoFocus?: boolean;
}

/** Changes the password. The current one is always asked for, however recently it was confirmed. */
export function PasswordForm(props: PasswordFormProps) {
  const { person, currentLabel, className, head, foot, onDone, autoFocus = false } = props;
  // SECURITY: only in the field, which is cleared once the password was changed.
  const current = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState('');
  const change = useApiMutation(
    () =>
      ask(
        client.PATCH('/users/me', {
          body: { password, current_password: current.current?.value ?? '' },
        }),
      ),
    {
      changes: ['users', 'session'],
      onDone: () => {
        if (current.current) current.current.value = '';
        setPassword('');
        return onDone();
      },
    },
  );
  const isWrong = hasCode(change.error, 'invalid_credentials', 'too_many_attempts');
  const { isGood } = checkPassword(password);
  return (
    <Form
      className={className}
      mutation={change}
      onSubmit={() => {
        if (isGood) change.mutate();
      }}
    >
      {head}
      <input type="hidden" autoComplete="username" value={person.email} readOnly />
      <PasswordField
        ref={current}
        label={currentLabel}
        autoComplete="current-password"
        required
        autoFocus={autoFocus}
        error={isWrong ? change.message : change.fieldError('current_password')}
      />
      <NewPasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        names={[person.email, person.name]}
        error={change.fieldError('password')}
      />
      {!isWrong && <FormError mutation={change} fields={['password', 'current_password']} />}
      {foot({ isBusy: change.isPending, isReady: isGood })}
    </Form>
  );
}
