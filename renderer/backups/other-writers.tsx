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

function OtherWriter({ writer, mayWrite }: { writer: Writer; mayWrite: boolean }) {
  const { writer_id: id, newest_at, newest_taken_at } = writer;
  const judge = useApiMutation(
    (verdict: 'gone' | 'adopted') =>
      askConfirmed(() =>
        client.POST('/backups/writers/{id}/verdict', { params: { path: { id } }, body: { verdict } }),
      ),
    { changes: ['backups', 'vault'] },
  );
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
