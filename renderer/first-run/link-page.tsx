import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { sessionChanged } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { forgetLink, type KeptLink, takeLink } from './kept-link.ts';
import { LinkFrame } from './link-frame.tsx';
import { SetUp } from './set-up.tsx';

/** Page of a one-time link: first for the set-up, later to sign in as the owner of this machine. */
export function LinkPage() {
  const [link, setLink] = useState<KeptLink | null>();
  useEffect(() => {
    // A link that is opened on this page does not load it again: only its fragment differs.
    const take = () => setLink((known) => (!known || location.hash !== '' ? takeLink() : known));
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  if (link === undefined) return null;
  if (link === null) return <NoLink />;
  const { purpose, token } = link;
  return purpose === 'setup' ? (
    <SetUp key={token} link={link} />
  ) : (
    <ContinueAsOwner key={token} token={token} />
  );
}

/** Opened without one, or reloaded after it was used. */
function NoLink() {
  return (
    <LinkFrame
      title="There is no link here"
      text={
        <>
          It was used in this tab, or opened in another one. On the machine, run{' '}
          <code className="mono">temps-desktop console</code> for a new one.
        </>
      }
    >
      <a className="btn" href="/">
        Go to the console
      </a>
    </LinkFrame>
  );
}

function ContinueAsOwner({ token }: { token: string }) {
  const navigate = useNavigate();
  const enter = useApiMutation(() => ask(client.POST('/auth/link', { body: { token } })), {
    onDone: async () => {
      forgetLink();
      await sessionChanged();
      await navigate({ to: '/', replace: true });
    },
  });
  useEffect(() => {
    if (hasCode(enter.error, 'link_invalid')) forgetLink();
  }, [enter.error]);
  return (
    <LinkFrame
      title="Continue as the owner of this machine"
      text="The link works once and expires after five minutes. To read secrets, confirm with your password."
    >
      <FormError mutation={enter} />
      <Button kind="main" isBusy={enter.isPending} onClick={() => enter.mutate()} autoFocus>
        Continue
      </Button>
    </LinkFrame>
  );
}
