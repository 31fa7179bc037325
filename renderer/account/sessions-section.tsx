import { useQuery } from '@tanstack/react-query';
import { Laptop } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { SubmitError, useSubmit } from '../ui/form/submit.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { DangerDialog } from '../ui/overlays/dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { formatAgo, formatCount, formatDay, formatExact } from '../ui/time.ts';
import { describeBrowser } from './browser-name.ts';

const sessionsQuery = {
  queryKey: ['users', 'me', 'sessions'],
  queryFn: async () => (await ask(client.GET('/users/me/sessions'))).sessions,
};
type Session = Awaited<ReturnType<typeof sessionsQuery.queryFn>>[number];

const refresh = () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });

/** Where one is signed in, and how to end it there. */
export function SessionsSection() {
  const sessions = useQuery(sessionsQuery);
  const [isEndingAll, setEndingAll] = useState(false);
  const others = (sessions.data ?? []).filter((session) => !session.current);
  const endAll = async () => {
    await ask(client.DELETE('/users/me/sessions'));
    await refresh();
    showToast({ title: 'Your other sessions are over' });
  };
  return (
    <Section
      title="Where you are signed in"
      actions={
        others.length > 0 && (
          <Button isSmall onClick={() => setEndingAll(true)}>
            End all others…
          </Button>
        )
      }
    >
      <div className="card">
        {sessions.isPending ? (
          <Skeleton rows={2} columns={2} />
        ) : sessions.isError && !sessions.data ? (
          <Failed
            title="The sessions did not load"
            error={sessions.error}
            onRetry={() => void sessions.refetch()}
          />
        ) : (
          <ul className="rows">
            {(sessions.data ?? [])
              .toSorted((a, b) => Number(b.current) - Number(a.current) || b.created_at - a.created_at)
              .map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
          </ul>
        )}
      </div>
      <DangerDialog
        isOpen={isEndingAll}
        onClose={() => setEndingAll(false)}
        title="End your other sessions?"
        action={`End ${formatCount(others.length, 'session')}`}
        keep="Keep them"
        onConfirm={endAll}
      >
        <p>
          Wherever you are signed in but here, the password is asked for again. What was typed there and not
          saved is lost.
        </p>
      </DangerDialog>
    </Section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = useSubmit(async () => {
    await ask(client.DELETE('/users/me/sessions/{id}', { params: { path: { id: session.id } } }));
    await refresh();
  });
  const name = describeBrowser(session.user_agent);
  return (
    <li className="flex-wrap">
      <Laptop className="icon text-icon" aria-hidden="true" />
      <span className="two-lines min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium" title={session.user_agent ?? undefined}>
            {name}
          </span>
          {session.current && <Chip tone="accent">this one</Chip>}
          {session.kind === 'owner' && <Chip>owner</Chip>}
          {session.kind === 'mfa_pending' && <Chip>awaits the second factor</Chip>}
        </span>
        <span className="block text-12 text-text-3" title={formatExact(session.created_at)}>
          {session.ip && `${session.ip} · `}
          {session.last_seen_at === null || session.current
            ? `signed in ${formatAgo(session.created_at)}`
            : `seen ${formatAgo(session.last_seen_at)}`}
          {` · ends ${formatDay(session.expires_at)}`}
        </span>
      </span>
      {!session.current && (
        <Button isSmall isBusy={end.isBusy} onClick={() => void end.run()}>
          End<span className="sr"> the session in {name}</span>
        </Button>
      )}
      <SubmitError submit={end} />
    </li>
  );
}
