import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { SecondFactorSection } from '../account/second-factor-section.tsx';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { components } from '../api/schema.ts';
import { sessionChanged, useSession, useSessionQuery } from '../app/session.ts';
import { LinkFrame } from '../first-run/link-frame.tsx';
import { Banner } from '../ui/banner.tsx';
import { Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { checkPassword, NewPasswordField } from '../ui/form/new-password-field.tsx';
import { formatTime } from '../ui/time.ts';
import { roleLabel } from './role-choice.tsx';

type Opened = components['schemas']['OpenedInvitation'];

/**
 * Page of an invitation's link: the account, then a second factor for who wants one.
 *
 * SECURITY: the fragment leaves the address immediately, so that neither history nor screen shows the token; it is in this
 * page's state alone. Whoever reloads opens the link again, which is good until it is used.
 */
export function InvitePage() {
  const [token, setToken] = useState<string | null>();
  const [isIn, setIn] = useState(false);
  useEffect(() => {
    // A link that is opened on this page does not load it again: only its fragment differs.
    const take = () => {
      const given = new URLSearchParams(location.hash.slice(1)).get('token');
      history.replaceState(history.state, '', '/invite');
      setToken((known) => given ?? known ?? null);
      if (given !== null) setIn(false);
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  useEffect(() => {
    document.title = 'Invitation · Temps';
  }, []);
  if (isIn)
    return (
      <Suspense fallback={<div aria-busy="true" />}>
        <Protect />
      </Suspense>
    );
  if (token === undefined) return null;
  if (token === null || token === '')
    return (
      <LinkFrame
        title="There is no invitation here"
        text="Open the link again that you were sent: all of it, with what comes after the # sign."
      >
        <ToConsole />
      </LinkFrame>
    );
  return (
    <Invited
      key={token}
      token={token}
      onAccepted={() => {
        setToken(null);
        setIn(true);
      }}
    />
  );
}

const ToConsole = () => (
  <a className="btn" href="/">
    Go to the sign-in
  </a>
);

function Invited({ token, onAccepted }: { token: string; onAccepted: () => void }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const look = useApiMutation(() => ask(client.POST('/auth/invitation', { body: { token } })), {
    onDone: setOpened,
  });
  const { mutate } = look;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each link
  useEffect(() => {
    mutate();
  }, [token]);
  if (opened) return <AcceptForm token={token} opened={opened} onAccepted={onAccepted} />;
  if (look.error === null)
    return (
      <main className="sign-in" aria-busy="true">
        <div className="sign-in-box">
          <Skeleton rows={4} />
        </div>
      </main>
    );
  return (
    <LinkFrame title="This invitation cannot be opened" text={look.message}>
      {look.again && (
        <Button kind="main" onClick={look.again}>
          Try again
        </Button>
      )}
      <ToConsole />
    </LinkFrame>
  );
}

interface AcceptFormProps {
  token: string;
  opened: Opened;
  onAccepted: () => void;
}

function AcceptForm({ token, opened, onAccepted }: AcceptFormProps) {
  const session = useSessionQuery().data;
  const [name, setName] = useState(opened.name);
  const [password, setPassword] = useState('');
  const accept = useApiMutation(
    () => ask(client.POST('/auth/invitation/accept', { body: { token, name: name.trim(), password } })),
    {
      onDone: async () => {
        setPassword('');
        await sessionChanged();
        onAccepted();
      },
    },
  );
  const { isGood } = checkPassword(password);
  const here = session?.state === 'signed_in' ? (session.user?.email ?? 'the owner of this machine') : null;
  return (
    <LinkFrame
      title={`Join ${opened.instance_name}`}
      text={
        <>
          You were invited as {roleLabel(opened.role).toLowerCase()} by {opened.invited_by}. The invitation
          works once, until {formatTime(opened.expires_at)}.
        </>
      }
    >
      {here && (
        <Banner tone="attention">
          This browser is signed in as {here}. With the new account it is signed in as that instead.
        </Banner>
      )}
      <Form
        className="grid grid-cols-1 gap-4"
        mutation={accept}
        onSubmit={() => {
          if (isGood) accept.mutate();
        }}
      >
        <TextField
          label="E-mail"
          name="email"
          autoComplete="username"
          value={opened.email}
          hint="You sign in with it."
          readOnly
        />
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          maxLength={100}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={accept.fieldError('name')}
          autoFocus
        />
        <NewPasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          names={[opened.email, name]}
          error={accept.fieldError('password')}
        />
        <FormError mutation={accept} fields={['name', 'password']} />
        <Button kind="main" type="submit" isBusy={accept.isPending} disabled={!isGood}>
          Create account
        </Button>
      </Form>
    </LinkFrame>
  );
}

/** Signed in by now: what protects the account better than a password alone. */
function Protect() {
  const navigate = useNavigate();
  const { user } = useSession();
  return (
    <LinkFrame
      title="Your account is ready"
      text="A second factor protects it when the password becomes known. You can also set it up later, in your account."
      isWide
    >
      <SecondFactorSection isOn={user?.mfa_enabled ?? false} />
      <Button kind="main" onClick={() => void navigate({ to: '/', replace: true })}>
        Continue
      </Button>
    </LinkFrame>
  );
}
