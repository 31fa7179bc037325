import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { sessionChanged } from '../app/session.ts';
import { StrengthLine } from '../key/copy/strength-line.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/form/field.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { FirstRunFrame } from './first-run-frame.tsx';

/** bcrypt reads 72 bytes: what is longer would not count, and is refused. */
const MAX_BYTES = 72;
const MIN_CHARACTERS = 12;

interface YouProps {
  token: string;
  facts: { key: string; you: string };
  fingerprint: string | null;
  onBack: () => void;
}

/** Step 2: the first account, the administrator's. */
export function You({ token, facts, fingerprint, onBack }: YouProps) {
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [wasTried, setTried] = useState(false);
  const bytes = new TextEncoder().encode(password).length;
  const characters = [...password].length;
  const tooLong =
    bytes > MAX_BYTES
      ? `${bytes} bytes. ${MAX_BYTES} is the most; letters with accents count two, signs up to four.`
      : undefined;
  const tooShort =
    wasTried && characters < MIN_CHARACTERS ? `At least ${MIN_CHARACTERS} characters.` : undefined;
  const setUp = useApiMutation(
    (form: FormData) =>
      ask(
        client.POST('/setup', {
          body: {
            token,
            email: String(form.get('email')).trim(),
            name: String(form.get('name')).trim(),
            password,
          },
        }),
      ),
    {
      onDone: async () => {
        setPassword('');
        await sessionChanged();
        await navigate({ to: '/first-run', replace: true });
      },
    },
  );
  const submit = (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (!tooLong && characters >= MIN_CHARACTERS) setUp.mutate(new FormData(event.currentTarget));
  };
  return (
    <FirstRunFrame
      current={1}
      facts={facts}
      fingerprint={fingerprint}
      title="Who you are"
      lead="The first account may do everything. Its password also confirms who is there before a secret is shown."
    >
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <div className="grid items-start gap-4 tablet:grid-cols-2">
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            maxLength={254}
            required
            autoFocus
            hint="To sign in with. Nothing is sent to it."
            error={setUp.fieldError('email')}
          />
          <TextField
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={100}
            dir="auto"
            hint="As others see you in the activity."
            error={setUp.fieldError('name')}
          />
        </div>
        <PasswordField
          label="Password"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={tooLong ?? tooShort ?? setUp.fieldError('password')}
          hint={
            <StrengthLine
              text={password}
              hint={`At least ${MIN_CHARACTERS} characters, at most ${MAX_BYTES} bytes. Five words are good.`}
            />
          }
        />
        <FormError mutation={setUp} fields={['email', 'name', 'password']} />
        <div className="mt-2 flex flex-wrap gap-2">
          <Button kind="main" type="submit" isBusy={setUp.isPending}>
            Go on
          </Button>
          <Button kind="plain" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </FirstRunFrame>
  );
}
