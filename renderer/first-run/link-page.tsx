import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { sessionChanged } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Mark } from '../ui/instruments/mark.tsx';
import { SetUp } from './set-up.tsx';

interface Link {
  purpose: string | null;
  token: string;
}

/**
 * Reads the token from the fragment, which no server is sent, and removes it from the address immediately, so that
 * neither history nor screen shows it.
 */
function takeLink(): Link {
  const query = new URLSearchParams(location.hash.slice(1));
  const link = { purpose: query.get('purpose'), token: query.get('token') ?? '' };
  history.replaceState(history.state, '', '/link');
  return link;
}

/** Page of a one-time link: first for the set-up, later to sign in as the owner of this machine. */
export function LinkPage() {
  const [link, setLink] = useState<Link | null>(null);
  useEffect(() => {
    // A link that is opened on this page does not load it again: only its fragment differs.
    const take = () => setLink((known) => (known === null || location.hash !== '' ? takeLink() : known));
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  if (!link) return null;
  const { purpose, token } = link;
  return purpose === 'setup' ? (
    <SetUp key={token} token={token} />
  ) : (
    <ContinueAsOwner key={token} token={token} />
  );
}

function ContinueAsOwner({ token }: { token: string }) {
  const navigate = useNavigate();
  const enter = useApiMutation(() => ask(client.POST('/auth/link', { body: { token } })), {
    onDone: async () => {
      await sessionChanged();
      await navigate({ to: '/', replace: true });
    },
  });
  return (
    <main className="sign-in">
      <div className="sign-in-box grid gap-4">
        <div className="flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        <div>
          <h1 className="t20">Continue as the owner of this machine</h1>
          <p className="text-text-2">
            The link works once and expires after five minutes. To read secrets, confirm with your password.
          </p>
        </div>
        <FormError mutation={enter} />
        <Button kind="main" isBusy={enter.isPending} onClick={() => enter.mutate()} autoFocus>
          Continue
        </Button>
      </div>
    </main>
  );
}
