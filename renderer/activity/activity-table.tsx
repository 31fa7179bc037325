import type { ReactNode } from 'react';
import type { components } from '../api/schema.ts';
import { Actor, sayActorExactly } from '../ui/actor.tsx';
import { Button } from '../ui/button.tsx';
import { Table, type TableStates } from '../ui/table.tsx';
import { formatClock, formatDay, formatExact } from '../ui/time.ts';
import { Done } from './done.tsx';

/** What is shown of every line, of the whole instance and of one project. */
type ShownLine = components['schemas']['ProjectAuditLine'];

interface ActivityTableProps<Line extends ShownLine> extends TableStates {
  lines: readonly Line[];
  /** From where it was done; absent where that is not told. */
  from?: (line: Line) => ReactNode;
}

/** Lines of the audit log: what was done, by whom and when. */
export function ActivityTable<Line extends ShownLine>({ lines, from, ...states }: ActivityTableProps<Line>) {
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
        ...(from ? [{ name: 'From', width: 'w-36', className: 'max-wide:hidden', cell: from }] : []),
      ]}
    />
  );
}

/** Day and minute. */
function formatWhen(ms: number): string {
  const day = formatDay(ms);
  return day.includes(',') ? day : `${day}, ${formatClock(ms)}`;
}

interface MoreLinesProps {
  lines: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
}

/** Below the lines: earlier ones, or that there are none. */
export function MoreLines({ lines }: MoreLinesProps) {
  return (
    <div className="mt-3 flex items-center justify-center gap-3">
      {lines.hasNextPage ? (
        <Button isBusy={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
          Load more
        </Button>
      ) : (
        <span className="text-12 text-text-3">No earlier activity.</span>
      )}
    </div>
  );
}
