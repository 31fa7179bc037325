import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import { type Session, sessionChanged } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/form/field.tsx';
import { Mark } from '../ui/instruments/mark.tsx';

interface SignInProps {
  session: Session;
  /** The session ended while someone worked: the page waits beneath. */
  isOver?: boolean;
}

/** Coming in: password, then the second factor where there is one. The page that was asked for comes after. */
export function SignIn({ session, isOver = false }: SignInProps) {
  const wantsCode = session.state === 'second_factor';
  return (
    <main className="sign-in" aria-label="Sign in">
      <div className="sign-in-box">
        <div className="mb-6 flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        {!session.is_set_up ? <NotSetUp /> : wantsCode ? <CodeForm /> : <PasswordForm isOver={isOver} />}
      </div>
    </main>
  );
}

function NotSetUp() {
  return (
    <>
      <h1 className="t20">This instance is not set up yet</h1>
      <p className="mt-2 text-text-2">
        Open the link that was printed when it started. For a new one, run{' '}
        <code className="mono">temps-desktop console</code> on the machine.
      </p>
    </>
  );
}

function useSubmit(send: (form: FormData) => Promise<unknown>) {
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(undefined);
    try {
      await send(form);
      await sessionChanged();
    } catch (thrown) {
      setError(describeError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { error, isBusy, submit };
}

function PasswordForm({ isOver }: { isOver: boolean }) {
  const { error, isBusy, submit } = useSubmit((form) =>
    ask(
      client.POST('/auth/login', {
        body: { email: String(form.get('email')), password: String(form.get('password')) },
      }),
    ),
  );
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div>
        <h1 className="t20">{isOver ? 'Sign in again' : 'Sign in'}</h1>
        <p className="text-text-2">
          {isOver ? 'Your session ended. The page waits as you left it.' : 'To the console of this instance.'}
        </p>
      </div>
      {error && <Banner tone="danger">{error}</Banner>}
      <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
      <PasswordField label="Password" name="password" autoComplete="current-password" required />
      <Button kind="main" type="submit" isBusy={isBusy}>
        Sign in
      </Button>
      <p className="text-12 text-text-3">
        On the machine itself, <code className="mono">temps-desktop console</code> prints a link that works
        once.
      </p>
    </form>
  );
}

function CodeForm() {
  const { error, isBusy, submit } = useSubmit((form) =>
    ask(client.POST('/auth/verify-mfa', { body: { code: String(form.get('code')).trim() } })),
  );
  const startAgain = async () => {
    await ask(client.POST('/logout'));
    await sessionChanged();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div>
        <h1 className="t20">Second factor</h1>
        <p className="text-text-2">The code your authenticator shows, or one of your recovery codes.</p>
      </div>
      {error && <Banner tone="danger">{error}</Banner>}
      <TextField
        label="Code"
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        isMono
        required
        autoFocus
      />
      <div className="flex justify-between gap-2">
        <Button kind="plain" onClick={() => void startAgain()}>
          Use another account
        </Button>
        <Button kind="main" type="submit" isBusy={isBusy}>
          Go on
        </Button>
      </div>
    </form>
  );
}
