import { useQuery } from '@tanstack/react-query';
import { lazyRouteComponent } from '@tanstack/react-router';
import { LockKeyholeOpen } from 'lucide-react';
import { Suspense, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { type Session, sessionChanged, sessionQuery } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Mark } from '../ui/instruments/mark.tsx';

interface SignInProps {
  session: Session;
  /** The session ended while in use; the page is still mounted below. */
  isOver?: boolean;
}

/** Sign-in: password, then the second factor if set up and a password of one’s own, then the requested page. */
export function SignIn({ session, isOver = false }: SignInProps) {
  const wantsCode = session.state === 'second_factor';
  const newcomer = session.state === 'password_change' ? session.user : null;
  const locked = wantsCode ? session.locked_vault : null;
  const [isUnlocking, setUnlocking] = useState(false);
  // Over the page it is in a dialog.
  const Part = isOver ? 'div' : 'main';
  return (
    <Part className="sign-in" aria-label={isOver ? undefined : 'Sign in'}>
      <div className={`sign-in-box ${locked && isUnlocking ? 'is-wide' : ''}`}>
        <div className="mb-6 flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        {!session.is_set_up ? (
          <NotSetUp />
        ) : wantsCode ? (
          <SecondFactor locked={locked} isUnlocking={isUnlocking} onUnlock={() => setUnlocking(true)} />
        ) : newcomer ? (
          <Suspense fallback={<Skeleton rows={4} />}>
            <OwnPassword person={newcomer} />
          </Suspense>
        ) : (
          <PasswordForm isOver={isOver} />
        )}
      </div>
    </Part>
  );
}

function NotSetUp() {
  return (
    <>
      <h1 className="t20">This instance is not set up yet</h1>
      <p className="mt-2 text-text-2">
        Open the link that was printed when it started. To get a new one, run{' '}
        <code className="mono">temps-desktop console</code> on the machine.
      </p>
    </>
  );
}

function PasswordForm({ isOver }: { isOver: boolean }) {
  const signIn = useApiMutation(
    (form: FormData) =>
      ask(
        client.POST('/auth/login', {
          body: { email: String(form.get('email')), password: String(form.get('password')) },
        }),
      ),
    { onDone: sessionChanged },
  );
  return (
    <Form mutation={signIn} onSubmit={(form) => signIn.mutate(new FormData(form))} className="grid gap-4">
      <div>
        <h1 className="t20">{isOver ? 'Sign in again' : 'Sign in'}</h1>
        <p className="text-text-2">
          {isOver
            ? 'Your session ended. The page is still as you left it.'
            : 'To the console of this instance.'}
        </p>
      </div>
      <FormError mutation={signIn} />
      <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
      <PasswordField label="Password" name="password" autoComplete="current-password" required />
      <Button kind="main" type="submit" isBusy={signIn.isPending}>
        Sign in
      </Button>
      <p className="text-12 text-text-3">
        On the machine itself, <code className="mono">temps-desktop console</code> prints a link that works
        once.
      </p>
    </Form>
  );
}

/** Loaded when it is needed: once in the life of an account. */
const OwnPassword = lazyRouteComponent(() => import('./own-password.tsx'), 'OwnPassword');

/** Loaded when it is needed: it brings every form of a copy, and few ever see it. */
const UnlockFirst = lazyRouteComponent(() => import('./unlock-first.tsx'), 'UnlockFirst');

/** Someone else may unlock the vault, or it unlocks by itself. */
const LOOK_AGAIN_MS = 5000;

interface SecondFactorProps {
  /** What works while the vault is locked; null once codes can be checked. */
  locked: Session['locked_vault'];
  isUnlocking: boolean;
  onUnlock: () => void;
}

/** Asks for the code. While the vault is locked, it can be unlocked here; what was typed stays. */
function SecondFactor({ locked, isUnlocking, onUnlock }: SecondFactorProps) {
  useQuery({ ...sessionQuery, refetchInterval: locked ? LOOK_AGAIN_MS : false });
  const methods = locked?.unlock_methods ?? [];
  return (
    <div className="grid grid-cols-1 gap-6">
      <CodeForm locked={locked} isMain={locked === null || !isUnlocking} />
      {methods.length > 0 &&
        (isUnlocking ? (
          <Suspense fallback={<Skeleton rows={4} />}>
            <UnlockFirst methods={methods} />
          </Suspense>
        ) : (
          <Button icon={LockKeyholeOpen} onClick={onUnlock}>
            {methods.includes('passphrase')
              ? 'Unlock with the passphrase or a copy'
              : 'Unlock with a copy of the key'}
          </Button>
        ))}
    </div>
  );
}

interface CodeFormProps extends Pick<SecondFactorProps, 'locked'> {
  /** Whether its button is the page's main button. */
  isMain: boolean;
}

function CodeForm({ locked, isMain }: CodeFormProps) {
  const verify = useApiMutation(
    (form: FormData) =>
      ask(client.POST('/auth/verify-mfa', { body: { code: String(form.get('code')).trim() } })),
    { changes: ['session'], onDone: sessionChanged },
  );
  const startAgain = useApiMutation(() => ask(client.POST('/logout')), { onDone: sessionChanged });
  const wasRefusedAsLocked = hasCode(verify.error, 'vault_locked');
  const wasLocked = useRef(false);
  wasLocked.current ||= locked !== null;
  return (
    <Form mutation={verify} onSubmit={(form) => verify.mutate(new FormData(form))} className="grid gap-4">
      <div>
        <h1 className="t20">Second factor</h1>
        <p className="text-text-2">Enter the code from your authenticator or one of your recovery codes.</p>
      </div>
      {locked && (
        <Banner tone={wasRefusedAsLocked ? 'danger' : 'info'} verdict="locked">
          {locked.message}
        </Banner>
      )}
      {!locked && wasLocked.current && (
        <Banner tone="ok">The vault is unlocked. Enter the current code to sign in.</Banner>
      )}
      {!wasRefusedAsLocked && <FormError mutation={verify} />}
      <FormError mutation={startAgain} />
      <TextField
        label="Code"
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        isMono
        required
        autoFocus
      />
      <div className="flex flex-wrap justify-between gap-2">
        <Button kind="plain" isBusy={startAgain.isPending} onClick={() => startAgain.mutate()}>
          Use another account
        </Button>
        <Button kind={isMain ? 'main' : 'normal'} type="submit" isBusy={verify.isPending}>
          Continue{' '}
        </Button>
      </div>
    </Form>
  );
}
