import { useQuery } from '@tanstack/react-query';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { formatExact } from '../ui/time.ts';

const writersQuery = {
  queryKey: ['backups', 'writers'],
  queryFn: () => ask(client.GET('/backups/writers')).then(({ writers }) => writers),
};
type Writer = Awaited<ReturnType<typeof writersQuery.queryFn>>[number];

/** Another computer makes backups of this instance: until somebody says what it is, schedules wait. */
export function OtherWriters({ mayWrite }: { mayWrite: boolean }) {
  const { data: writers = [] } = useQuery(writersQuery);
  return writers
    .filter(({ pauses_schedules }) => pauses_schedules)
    .map((writer) => <OtherWriter key={writer.writer_id} writer={writer} mayWrite={mayWrite} />);
}

/** Backups that another computer made before, such as the one that this instance was restored from. */
export function BackupsOfOthers({ mayWrite }: { mayWrite: boolean }) {
  const { data: writers = [] } = useQuery(writersQuery);
  const shown = writers.filter(
    ({ pauses_schedules, verdict, listed }) => !pauses_schedules && verdict !== 'adopted' && listed > 0,
  );
  if (shown.length === 0) return null;
  return (
    <ul className="card list-rows" aria-label="Backups of other computers">
      {shown.map((writer) => (
        <FormerWriter key={writer.writer_id} writer={writer} mayWrite={mayWrite} />
      ))}
    </ul>
  );
}

function FormerWriter({ writer, mayWrite }: { writer: Writer; mayWrite: boolean }) {
  const { listed, newest_taken_at } = writer;
  const adopt = useJudging(writer);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <p className="min-w-0 flex-1 basis-60 text-text-2">
        {listed === 1 ? '1 of these backups was' : `${listed} of these backups were`} made by another
        computer, the newest on {formatExact(newest_taken_at)}. Until you adopt them, retention removes none
        of them. {adopt.message}
      </p>
      {mayWrite && (
        <Button isSmall isBusy={adopt.isPending} onClick={() => adopt.mutate('adopted')}>
          Adopt them
        </Button>
      )}
    </li>
  );
}

function OtherWriter({ writer, mayWrite }: { writer: Writer; mayWrite: boolean }) {
  const { newest_at, newest_taken_at } = writer;
  const judge = useJudging(writer);
  return (
    <Banner
      tone="attention"
      action={
        mayWrite && (
          <span className="flex flex-wrap gap-2">
            <Button isBusy={judge.isPending} onClick={() => judge.mutate('gone')}>
              It is gone
            </Button>
            <Button disabled={judge.isPending} onClick={() => judge.mutate('adopted')}>
              It is gone, adopt its backups
            </Button>
          </span>
        )
      }
    >
      <b>Another computer backs up this instance.</b> It made a backup at <span dir="auto">{newest_at}</span>{' '}
      on {formatExact(newest_taken_at)}. Two that think they are one have two histories: schedules wait here
      until you say that it runs no more. {judge.message}
    </Banner>
  );
}

function useJudging({ writer_id: id }: Writer) {
  return useApiMutation(
    (verdict: 'gone' | 'adopted') =>
      askConfirmed(() =>
        client.POST('/backups/writers/{id}/verdict', { params: { path: { id } }, body: { verdict } }),
      ),
    { changes: ['backups', 'vault'] },
  );
}
