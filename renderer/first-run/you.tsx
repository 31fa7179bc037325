import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { sessionChanged } from '../app/session.ts';
import { StrengthLine } from '../key/copy/strength-line.tsx';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/form/field.tsx';
import { useAction } from '../ui/use-action.ts';
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
  const action = useAction();
  const bytes = new TextEncoder().encode(password).length;
  const characters = [...password].length;
  const fields = action.error instanceof ApiProblem ? action.error.fields : {};
  const tooLong =
    bytes > MAX_BYTES
      ? `${bytes} bytes. ${MAX_BYTES} is the most; letters with accents count two, signs up to four.`
      : undefined;
  const tooShort =
    wasTried && characters < MIN_CHARACTERS ? `At least ${MIN_CHARACTERS} characters.` : undefined;
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (tooLong || characters < MIN_CHARACTERS) return;
    const form = new FormData(event.currentTarget);
    await action.run(async () => {
      await ask(
        client.POST('/setup', {
          body: {
            token,
            email: String(form.get('email')).trim(),
            name: String(form.get('name')).trim(),
            password,
          },
        }),
      );
      setPassword('');
      await sessionChanged();
      await navigate({ to: '/first-run', replace: true });
    });
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
            error={fields.email}
          />
          <TextField
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={100}
            dir="auto"
            hint="As others see you in the activity."
            error={fields.name}
          />
        </div>
        <PasswordField
          label="Password"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={tooLong ?? tooShort ?? fields.password}
          hint={
            <StrengthLine
              text={password}
              hint={`At least ${MIN_CHARACTERS} characters, at most ${MAX_BYTES} bytes. Five words are good.`}
            />
          }
        />
        {action.said && Object.keys(fields).length === 0 && <Banner tone="danger">{action.said}</Banner>}
        <div className="mt-2 flex flex-wrap gap-2">
          <Button kind="main" type="submit" isBusy={action.isBusy}>
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
