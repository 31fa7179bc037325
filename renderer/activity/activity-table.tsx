import type { Person } from '../people/people-queries.ts';
import { Table, type TableStates } from '../ui/table.tsx';
import { formatClock, formatDay, formatExact } from '../ui/time.ts';
import type { Line } from './activity-query.ts';
import { Done } from './done.tsx';

interface ActivityTableProps extends TableStates {
  lines: readonly Line[];
  /** For the names of accounts; those who may not see them get numbers. */
  people: readonly Person[];
}

export function ActivityTable({ lines, people, ...states }: ActivityTableProps) {
  const names = new Map(people.map(({ user }) => [user.id, user.name || user.email]));
  const nameOf = (id: unknown) => (typeof id === 'number' ? (names.get(id) ?? `person ${id}`) : 'someone');
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
                {describeActor(line, nameOf)}
                <span className="phone:hidden"> · {formatWhen(line.audit_date)}</span>
              </small>
            </span>
          ),
        },
        {
          name: 'Who',
          width: 'w-52',
          className: 'max-tablet:hidden',
          title: (line) => describeActor(line, nameOf),
          cell: (line) => <bdi>{describeActor(line, nameOf)}</bdi>,
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

/** The day and the minute: in a log one asks for both. */
function formatWhen(ms: number): string {
  const day = formatDay(ms);
  return day.includes(',') ? day : `${day}, ${formatClock(ms)}`;
}

/** Who it was: coming in is written by the instance, with the account beside it. */
function describeActor(line: Line, nameOf: (id: unknown) => string): string {
  if (line.actor_kind === 'instance') {
    if (line.operation_type === 'OWNER_SIGNED_IN') return 'Owner of the machine';
    return typeof line.data?.user_id === 'number' ? nameOf(line.data.user_id) : 'The instance';
  }
  if (line.actor_kind === 'owner') return 'Owner of the machine';
  return line.actor;
}
