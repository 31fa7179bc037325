import { Check, LoaderCircle } from 'lucide-react';
import { groupLabels } from '../../secrets/secret-words.ts';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { Table } from '../../ui/table.tsx';
import type { VaultStatus } from '../../vault-state/vault.ts';

type Rotation = NonNullable<VaultStatus['rotation']>;

const count = { isNumber: true, width: 'w-30 max-tablet:w-18 max-tablet:whitespace-normal' };

/** Per kind: how many there were, how many are re-encrypted, how many are left. */
export function GroupTable({ rotation }: { rotation: Rotation }) {
  const isDone = rotation.state === 'done';
  return (
    <Table
      label="Values by kind"
      rows={rotation.by_group}
      rowKey={({ group }) => group}
      foot={
        isDone
          ? 'The last step compared the counts: there are no fewer values than before.'
          : 'The last step compares the counts: it fails if there are fewer values than before.'
      }
      columns={[
        {
          name: 'Kind',
          isRowHeader: true,
          cell: ({ group }) => <span className="first">{groupLabels[group]}</span>,
        },
        { ...count, name: 'Before', cell: ({ before }) => before.toLocaleString() },
        { ...count, name: `With key ${rotation.new_epoch}`, cell: ({ moved }) => moved.toLocaleString() },
        {
          name: 'Left',
          isNumber: true,
          width: 'w-23',
          className: 'max-tablet:hidden',
          cell: ({ left }) => left.toLocaleString(),
        },
        {
          name: 'Progress',
          head: <span className="sr">Progress</span>,
          width: 'w-52.5',
          className: 'max-wide:hidden',
          cell: ({ before, moved, left }) => (
            <Ticks
              value={before === 0 ? 100 : (moved / before) * 100}
              tone={left === 0 ? 'quiet' : 'accent'}
            />
          ),
        },
        {
          name: 'State',
          head: <span className="sr">State</span>,
          width: 'w-32 max-tablet:w-24',
          cell: ({ left }) => (
            <span className="row">
              {left === 0 ? (
                <Check className="icon text-ok-solid max-phone:hidden" aria-hidden="true" />
              ) : (
                <LoaderCircle className="icon turning text-accent-text max-phone:hidden" aria-hidden="true" />
              )}
              {left === 0 ? 'Encrypted' : 'Encrypting'}
            </span>
          ),
        },
      ]}
    />
  );
}
