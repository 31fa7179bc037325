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

/** Reads the token and removes it from the address immediately, so that neither history nor screen shows it. */
function takeLink(): Link {
  const query = new URLSearchParams(location.search);
  const link = { purpose: query.get('purpose'), token: query.get('token') ?? '' };
  history.replaceState(history.state, '', '/link');
  return link;
}

/** Page of a one-time link: first for the set-up, later to sign in as the owner of this machine. */
export function LinkPage() {
  const [link, setLink] = useState<Link | null>(null);
  useEffect(() => setLink((known) => known ?? takeLink()), []);
  if (!link) return null;
  return link.purpose === 'setup' ? <SetUp token={link.token} /> : <ContinueAsOwner token={link.token} />;
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
          <p className="text-text-2">The link works once and expires after five minutes.</p>
        </div>
        <FormError mutation={enter} />
        <Button kind="main" isBusy={enter.isPending} onClick={() => enter.mutate()} autoFocus>
          Continue
        </Button>
      </div>
    </main>
  );
}
