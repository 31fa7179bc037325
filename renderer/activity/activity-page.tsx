import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, SearchX } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useMay } from '../app/session.ts';
import { peopleQuery } from '../people/people-queries.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/nothing.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import { ActivityFrame } from './activity-frame.tsx';
import { type ActivityFilter, activityQuery, noFilter, toQuery } from './activity-query.ts';
import { ActivityTable } from './activity-table.tsx';

/** What was done, by whom, when and from where. */
export function ActivityPage() {
  const [filter, setFilter] = useState(noFilter);
  return (
    <ActivityFrame
      actions={
        <a href={exportPath(filter)} download className={buttonClass()}>
          <Download className="icon" aria-hidden="true" />
          Export
        </a>
      }
    >
      <ActivityFilters filter={filter} onChange={setFilter} />
      <Lines filter={filter} onClear={() => setFilter(noFilter)} />
    </ActivityFrame>
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
  const found = lines.data ?? [];
  return (
    <>
      <ActivityTable
        query={lines}
        lines={found}
        people={people ?? []}
        empty={
          <Empty
            icon={SearchX}
            title="Nothing of that kind"
            text="No line of the log has all of what is asked for."
            action={<Button onClick={onClear}>Show everything</Button>}
          />
        }
      />
      {found.length > 0 && (
        <div className="mt-3 flex items-center justify-center gap-3">
          {lines.hasNextPage ? (
            <Button isBusy={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
              Load more
            </Button>
          ) : (
            <span className="text-12 text-text-3">That is the beginning.</span>
          )}
        </div>
      )}
    </>
  );
}
