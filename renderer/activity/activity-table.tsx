import type { Person } from '../people/people-query.ts';
import { formatClock, formatDay, formatExact } from '../ui/time.ts';
import type { Line } from './activity-query.ts';
import { operations } from './operations.tsx';

interface ActivityTableProps {
  lines: readonly Line[];
  /** For the names of accounts; those who may not see them get numbers. */
  people: readonly Person[];
}

export function ActivityTable({ lines, people }: ActivityTableProps) {
  const names = new Map(people.map(({ user }) => [user.id, user.name || user.email]));
  const nameOf = (id: unknown) => (typeof id === 'number' ? (names.get(id) ?? `person ${id}`) : 'someone');
  return (
    <div className="table-wrap">
      <table className="table table-tall tablet:[&_td]:h-9">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className="w-52 max-tablet:hidden">
              Who
            </th>
            <th scope="col" className="w-40 max-phone:hidden">
              When
            </th>
            <th scope="col" className="w-36 max-wide:hidden">
              From
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <LineRow key={line.id} line={line} nameOf={nameOf} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LineRow({ line, nameOf }: { line: Line; nameOf: (id: unknown) => string }) {
  const data = line.data ?? {};
  const who = describeActor(line, nameOf);
  const from = line.ip_address?.ip ?? (typeof data.ip === 'string' ? data.ip : null);
  return (
    <tr>
      <td>
        <span className="two-lines">
          <span className="block truncate text-text" title={line.operation_type}>
            {operations[line.operation_type]?.say(data, nameOf) ?? (
              <span className="font-mono text-12">{line.operation_type}</span>
            )}
          </span>
          <small className="tablet:hidden">
            {who}
            <span className="phone:hidden"> · {formatWhen(line.audit_date)}</span>
          </small>
        </span>
      </td>
      <td className="max-tablet:hidden" title={who} dir="auto">
        {who}
      </td>
      <td className="max-phone:hidden" title={formatExact(line.audit_date)}>
        {formatWhen(line.audit_date)}
      </td>
      <td className="max-wide:hidden">
        {from === null ? (
          <span className="quiet">{line.actor_kind === 'instance' ? '' : 'this machine'}</span>
        ) : (
          from
        )}
      </td>
    </tr>
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
