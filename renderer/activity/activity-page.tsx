import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, SearchX } from 'lucide-react';
import { useDeferredValue } from 'react';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { serverNow } from '../ui/time.ts';
import { ActivityFilters, noChoice, toFilter, useActivityChoice } from './activity-filters.tsx';
import { ActivityFrame } from './activity-frame.tsx';
import { type ActivityFilter, activityQuery, type Line, toQuery } from './activity-query.ts';
import { ActivityTable, MoreLines } from './activity-table.tsx';

/** The audit log: what was done, by whom, when and from where. */
export function ActivityPage() {
  const [choice, change] = useActivityChoice();
  const filter = toFilter(choice, serverNow());
  return (
    <ActivityFrame
      actions={
        <a href={exportPath(filter)} download className={buttonClass()}>
          <Download className="icon" aria-hidden="true" />
          Export
        </a>
      }
    >
      <ActivityFilters choice={choice} onChange={change} />
      <Lines filter={filter} onClear={() => change(noChoice)} />
    </ActivityFrame>
  );
}

/** Exports the filtered lines as JSON Lines. The browser streams the download, since a log may be long. */
function exportPath(filter: ActivityFilter): string {
  const query = Object.entries(toQuery(filter)).map(([name, value]) => [name, String(value)]);
  return `/api/audit/export?${new URLSearchParams(query)}`;
}

function Lines({ filter, onClear }: { filter: ActivityFilter; onClear: () => void }) {
  const asked = useDeferredValue(filter);
  const lines = useInfiniteQuery({ ...activityQuery(asked), placeholderData: (before) => before });
  const found = lines.data ?? [];
  return (
    <>
      <ActivityTable
        query={lines}
        lines={found}
        from={sayFrom}
        empty={
          <Empty
            icon={SearchX}
            title="No matching activity"
            text="No entry matches all filters."
            action={<Button onClick={onClear}>Clear filters</Button>}
          />
        }
      />
      {found.length > 0 && <MoreLines lines={lines} />}
    </>
  );
}

function sayFrom({ ip_address, data, actor_kind }: Line): React.ReactNode {
  if (ip_address) return ip_address.ip;
  if (typeof data?.ip === 'string') return data.ip;
  return <span className="quiet">{actor_kind === 'instance' ? '' : 'this machine'}</span>;
}
