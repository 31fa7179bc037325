import { useQuery } from '@tanstack/react-query';
import { Archive, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Button } from '../ui/button.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { type BackupRun, runsQuery } from './backup-queries.ts';
import { describeRun } from './backup-words.ts';

/** What takes longer gets figures, and a way to end it. */
const LONG_MS = 3000;

/** What takes a while at a destination. */
export function Working({
  what,
  place,
  action,
  children,
}: {
  what: string;
  place: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="card backup-running" aria-label="Running">
      <LoaderCircle className="icon turning" aria-hidden="true" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <b role="status">
          {what} <span dir="auto">{place}</span>
        </b>{' '}
        <span className="text-text-2">{children}</span>
      </span>
      {action}
    </section>
  );
}

/** The backups that are being made. */
export function Runs({ mayWrite }: { mayWrite: boolean }) {
  const runs = useQuery(runsQuery).data?.runs ?? [];
  return runs.map((run) => <Run key={run.id} run={run} mayWrite={mayWrite} />);
}

function Run({ run, mayWrite }: { run: BackupRun; mayWrite: boolean }) {
  const isLong = useIsLong();
  const { id, destination, is_cancelled: isCancelled } = run;
  const cancel = useApiMutation(
    () => ask(client.DELETE('/backups/runs/{id}', { params: { path: { id } } })),
    {
      changes: ['backups'],
      onFailed: (text) =>
        showToast({ icon: Archive, title: `The backup to ${destination} was not cancelled`, text }),
    },
  );
  return (
    <Working
      what={isCancelled ? 'Cancelling the backup to' : 'Backing up to'}
      place={destination}
      action={
        isLong &&
        mayWrite && (
          <Button isSmall isBusy={isCancelled || cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </Button>
        )
      }
    >
      {isCancelled
        ? 'What was written is removed. Earlier backups stay.'
        : `${isLong ? describeRun(run) : 'It is packed, written there, then verified.'} It continues if you leave this page.`}
    </Working>
  );
}

function useIsLong(): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLong;
}
