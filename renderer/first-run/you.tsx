import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { sessionChanged } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { MIN_CHARACTERS } from '../ui/form/strength-line.tsx';
import { FirstRunFrame } from './first-run-frame.tsx';
import { forgetLink } from './kept-link.ts';

interface YouProps {
  token: string;
  facts: { key: string; you: string };
  fingerprint: string | null;
  onBack: () => void;
}

/** Step 2: the first account, an administrator. */
export function You({ token, facts, fingerprint, onBack }: YouProps) {
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [wasTried, setTried] = useState(false);
  const { isGood, error } = checkPassword(password);
  const tooShort = wasTried && !isGood && !error ? `At least ${MIN_CHARACTERS} characters.` : undefined;
  const setUp = useApiMutation(
    () => ask(client.POST('/setup', { body: { token, email: email.trim(), name: name.trim(), password } })),
    {
      onDone: async () => {
        setPassword('');
        forgetLink();
        await sessionChanged();
        await navigate({ to: '/first-run', replace: true });
      },
    },
  );
  const submit = () => {
    setTried(true);
    if (isGood) setUp.mutate();
  };
  return (
    <FirstRunFrame
      current={1}
      facts={facts}
      fingerprint={fingerprint}
      title="Create your account"
      lead="The first account is an administrator and may do everything. Its password also confirms your identity before a secret is shown."
    >
      <Form mutation={setUp} onSubmit={submit} className="grid grid-cols-1 gap-4">
        <div className="grid items-start gap-4 tablet:grid-cols-2">
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            maxLength={254}
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            hint="Used to sign in. No mail is sent to it."
            error={setUp.fieldError('email')}
          />
          <TextField
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={100}
            dir="auto"
            value={name}
            onChange={(event) => setName(event.target.value)}
            hint="Shown to others in the activity log."
            error={setUp.fieldError('name')}
          />
        </div>
        <NewPasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          names={[email, name]}
          error={tooShort ?? setUp.fieldError('password')}
        />
        <FormError mutation={setUp} fields={['email', 'name', 'password']} />
        <div className="mt-2 flex flex-wrap gap-2">
          <Button kind="main" type="submit" isBusy={setUp.isPending}>
            Continue
          </Button>
          <Button kind="plain" onClick={onBack}>
            Back
          </Button>
        </div>
      </Form>
    </FirstRunFrame>
  );
}
