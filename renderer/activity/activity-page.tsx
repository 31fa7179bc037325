import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, SearchX } from 'lucide-react';
import { useDeferredValue } from 'react';
import { Actor, sayActorExactly } from '../ui/actor.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Table, type TableStates } from '../ui/table.tsx';
import { formatClock, formatDay, formatExact } from '../ui/time.ts';
import { ActivityFilters, noChoice, toFilter, useActivityChoice } from './activity-filters.tsx';
import { ActivityFrame } from './activity-frame.tsx';
import { type ActivityFilter, activityQuery, type Line, toQuery } from './activity-query.ts';
import { Done } from './done.tsx';

/** The audit log: what was done, by whom, when and from where. */
export function ActivityPage() {
  const [choice, change] = useActivityChoice();
  const filter = toFilter(choice, Date.now());
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
        empty={
          <Empty
            icon={SearchX}
            title="No matching activity"
            text="No entry matches all filters."
            action={<Button onClick={onClear}>Clear filters</Button>}
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
            <span className="text-12 text-text-3">No earlier activity.</span>
          )}
        </div>
      )}
    </>
  );
}

interface ActivityTableProps extends TableStates {
  lines: readonly Line[];
}

function ActivityTable({ lines, ...states }: ActivityTableProps) {
  return (
    <Table
      {...states}
      label="Activity"
      className="table-tall tablet:[--row:var(--row-height)]"
      skeletonRows={10}
      rows={lines}
      rowKey={(line) => line.id}
      columns={[
        {
          name: 'What',
          isRowHeader: true,
          cell: (line) => (
            <span className="two-lines">
              <span className="block truncate text-text" title={line.operation_type}>
                <Done sentence={line.sentence} />
              </span>
              <small className="tablet:hidden">
                <Actor actor={line.by} />
                <span className="phone:hidden"> · {formatWhen(line.audit_date)}</span>
              </small>
            </span>
          ),
        },
        {
          name: 'Who',
          width: 'w-52',
          className: 'max-tablet:hidden',
          title: ({ by }) => sayActorExactly(by),
          cell: ({ by }) => <Actor actor={by} />,
        },
        {
          name: 'When',
          width: 'w-40',
          className: 'max-phone:hidden',
          title: (line) => formatExact(line.audit_date),
          cell: (line) => formatWhen(line.audit_date),
        },
        {
          name: 'From',
          width: 'w-36',
          className: 'max-wide:hidden',
          cell: ({ ip_address, data, actor_kind }) =>
            ip_address?.ip ??
            (typeof data?.ip === 'string' ? (
              data.ip
            ) : (
              <span className="quiet">{actor_kind === 'instance' ? '' : 'this machine'}</span>
            )),
        },
      ]}
    />
  );
}

/** Day and minute. */
function formatWhen(ms: number): string {
  const day = formatDay(ms);
  return day.includes(',') ? day : `${day}, ${formatClock(ms)}`;
}
