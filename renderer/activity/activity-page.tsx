import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, SearchX } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useMay } from '../app/session.ts';
import { peopleQuery } from '../people/people-query.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Empty, Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import { type ActivityFilter, activityQuery, noFilter, toQuery } from './activity-query.ts';
import { ActivityTable } from './activity-table.tsx';

/** What was done, by whom, when and from where. */
export function ActivityPage() {
  const [filter, setFilter] = useState(noFilter);
  return (
    <Page
      title="Activity"
      actions={
        <a href={exportPath(filter)} download className={buttonClass()}>
          <Download className="icon" aria-hidden="true" />
          Export
        </a>
      }
    >
      <ActivityFilters filter={filter} onChange={setFilter} />
      <Lines filter={filter} onClear={() => setFilter(noFilter)} />
    </Page>
  );
}

/** The lines that are found, one JSON object a line. The browser writes them as they come: a log may be long. */
function exportPath(filter: ActivityFilter): string {
  const query = Object.entries(toQuery(filter)).map(([name, value]) => [name, String(value)]);
  return `/api/audit/export?${new URLSearchParams(query)}`;
}

function Lines({ filter, onClear }: { filter: ActivityFilter; onClear: () => void }) {
  const asked = useDeferredValue(filter);
  const lines = useInfiniteQuery({ ...activityQuery(asked), placeholderData: (before) => before });
  const people = useQuery({ ...peopleQuery, enabled: useMay('users:read') }).data;
  if (lines.isPending)
    return (
      <div className="table-wrap">
        <Skeleton rows={10} columns={4} />
      </div>
    );
  if (lines.isError && !lines.data)
    return (
      <Failed title="The activity did not load" error={lines.error} onRetry={() => void lines.refetch()} />
    );
  const found = lines.data ?? [];
  if (found.length === 0)
    return (
      <div className="card">
        <Empty
          icon={SearchX}
          title="Nothing of that kind"
          text="No line of the log has all of what is asked for."
          action={<Button onClick={onClear}>Show everything</Button>}
        />
      </div>
    );
  return (
    <>
      <ActivityTable lines={found} people={people ?? []} />
      <div className="mt-3 flex items-center justify-center gap-3">
        {lines.hasNextPage ? (
          <Button isBusy={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
            Load more
          </Button>
        ) : (
          <span className="text-12 text-text-3">That is the beginning.</span>
        )}
      </div>
    </>
  );
}
