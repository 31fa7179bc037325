import { useQuery } from '@tanstack/react-query';
import { Laptop, Smartphone, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { nameApart } from '../ui/rows/names-apart.ts';
import { formatAgo, formatCount, formatDay, formatExact } from '../ui/time.ts';
import { describeDevice, describePlace } from './session-words.ts';

const sessionsQuery = {
  queryKey: ['users', 'me', 'sessions'],
  queryFn: async () => (await ask(client.GET('/users/me/sessions'))).sessions,
};
type Session = Awaited<ReturnType<typeof sessionsQuery.queryFn>>[number];

/** The caller's sessions, with a button to end each. */
export function SessionsSection() {
  const sessions = useQuery(sessionsQuery);
  const [isEndingAll, setEndingAll] = useState(false);
  const others = (sessions.data ?? []).filter((session) => !session.current);
  const nameOf = nameApart(
    others,
    describeDevice,
    ({ created_at }) => `, signed in ${formatExact(created_at)}`,
  );
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
                <SessionRow key={session.id} session={session} said={nameOf(session)} />
              ))}
          </ul>
        )}
      </div>
      {isEndingAll && <EndAllDialog count={others.length} onClose={() => setEndingAll(false)} />}
    </Section>
  );
}

function EndAllDialog({ count, onClose }: { count: number; onClose: () => void }) {
  const end = useApiMutation(() => ask(client.DELETE('/users/me/sessions')), {
    changes: ['users'],
    onDone: () => {
      onClose();
      showToast({ title: 'Your other sessions were ended' });
    },
  });
  return (
    <ConfirmDialog
      title="End your other sessions?"
      action={`End ${formatCount(count, 'session')}`}
      keep="Keep them"
      mutation={end}
      onClose={onClose}
    >
      <p>All your other browsers will have to sign in again. Unsaved changes there are lost.</p>
    </ConfirmDialog>
  );
}

const icons = { computer: Laptop, phone: Smartphone, program: SquareTerminal } as const;

function SessionRow({ session, said }: { session: Session; said: string }) {
  const end = useApiMutation(
    () => ask(client.DELETE('/users/me/sessions/{id}', { params: { path: { id: session.id } } })),
    { changes: ['users'] },
  );
  const name = describeDevice(session);
  const place = describePlace(session);
  const Icon = icons[session.device];
  return (
    <li className="flex-wrap">
      <Icon className="icon text-icon" aria-hidden="true" />
      <span className="two-lines min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium" title={session.user_agent ?? undefined}>
            {name}
          </span>
          {session.current && <Chip tone="accent">this session</Chip>}
          {session.kind === 'owner' && <Chip>owner</Chip>}
          {session.kind === 'mfa_pending' && <Chip>waiting for the second factor</Chip>}
        </span>
        <span className="block text-12 text-text-3" title={formatExact(session.created_at)}>
          {[
            place,
            `signed in ${formatAgo(session.created_at)}`,
            session.last_seen_at !== null &&
              !session.current &&
              `last seen ${formatAgo(session.last_seen_at)}`,
            `ends ${formatDay(session.expires_at)}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      {!session.current && (
        <Button isSmall isBusy={end.isPending} onClick={() => end.mutate()}>
          End<span className="sr"> the session in {said}</span>
        </Button>
      )}
      <FormError mutation={end} />
    </li>
  );
}
