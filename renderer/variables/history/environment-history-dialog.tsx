import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { Empty, Failed, Skeleton } from '../../ui/nothing.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { Kind } from '../table/variable-cells.tsx';
import { changeWords } from './change-words.ts';

const PAGE_ROWS = 50;

interface EnvironmentHistoryDialogProps {
  project: string;
  environments: readonly Environment[];
  environmentId: number;
  onClose: () => void;
}

/** What happened to the variables of an environment: who, when, which. No values. */
export function EnvironmentHistoryDialog(props: EnvironmentHistoryDialogProps) {
  const { project, environments, onClose } = props;
  const [environmentId, setEnvironmentId] = useState(props.environmentId);
  const history = useInfiniteQuery({
    queryKey: ['projects', project, 'environments', environmentId, 'history'],
    queryFn: ({ pageParam }) =>
      ask(
        client.GET('/projects/{project}/environments/{environment}/history', {
          params: {
            path: { project, environment: String(environmentId) },
            query: { limit: PAGE_ROWS, ...(pageParam === null ? {} : { before: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const changes = history.data?.pages.flatMap((page) => page.changes);
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title="History of an environment"
      text="Which variables were changed, when and by whom."
      aside={
        <span className="into">
          <Select
            label="Environment"
            value={String(environmentId)}
            onChange={(id) => setEnvironmentId(Number(id))}
            options={environments.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        </span>
      }
      foot={
        <>
          {history.hasNextPage && (
            <Button isBusy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
              Show earlier
            </Button>
          )}
          <span className="grow" />
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      {history.isError ? (
        <Failed
          title="The history did not load"
          error={history.error}
          onRetry={() => void history.refetch()}
        />
      ) : !changes ? (
        <Skeleton rows={6} />
      ) : changes.length === 0 ? (
        <Empty
          icon={History}
          title="Nothing happened here yet"
          text="Every change of a variable is kept here."
        />
      ) : (
        <ol className="versions">
          {changes.map((change) => (
            <li key={`${change.variable_id} ${change.version ?? 'deleted'} ${change.changed_at}`}>
              <span className="ln">{change.version ?? ''}</span>
              <span className="min-w-0">
                <span className="name cut block" title={change.key}>
                  {change.key}
                </span>
                <span className="block truncate text-12 text-text-3" title={formatExact(change.changed_at)}>
                  {changeWords[change.change]} {formatAgo(change.changed_at)} by{' '}
                  <bdi>{change.changed_by}</bdi>
                </span>
              </span>
              <Kind isSecret={change.is_secret} />
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
