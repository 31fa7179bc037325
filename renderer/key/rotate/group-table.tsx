import { Check, LoaderCircle } from 'lucide-react';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import type { VaultStatus } from '../../vault-state/vault.ts';

type Rotation = NonNullable<VaultStatus['rotation']>;

const groupNames: Record<Rotation['by_group'][number]['group'], string> = {
  variables: 'Variables and their versions',
  tls: 'TLS and ACME',
  sign_in: 'Sign-in',
  access: 'Access',
  connections: 'Connections',
};

/** Each kind for itself: how many there were, how many are sealed anew, how many are left. */
export function GroupTable({ rotation }: { rotation: Rotation }) {
  const isDone = rotation.state === 'done';
  return (
    <div className="table-wrap">
      <table className="table rotation-table">
        <colgroup>
          <col />
          <col className="count" />
          <col className="count" />
          <col className="count left" />
          <col className="bar" />
          <col className="word" />
        </colgroup>
        <thead>
          <tr>
            <th>Kind</th>
            <th className="num">Before</th>
            <th className="num">Under key {rotation.new_epoch}</th>
            <th className="num left">Left</th>
            <th className="bar">
              <span className="sr">How far</span>
            </th>
            <th className="word">
              <span className="sr">State</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rotation.by_group.map(({ group, before, moved, left }) => (
            <tr key={group}>
              <td className="first">{groupNames[group]}</td>
              <td className="num">{before.toLocaleString()}</td>
              <td className="num">{moved.toLocaleString()}</td>
              <td className="num left">{left.toLocaleString()}</td>
              <td className="bar">
                <Ticks
                  value={before === 0 ? 100 : (moved / before) * 100}
                  tone={left === 0 ? 'quiet' : 'accent'}
                />
              </td>
              <td className="word">
                <span className="row">
                  {left === 0 ? (
                    <Check className="icon text-ok-solid" aria-hidden="true" />
                  ) : (
                    <LoaderCircle className="icon turning text-accent-text" aria-hidden="true" />
                  )}
                  {left === 0 ? 'Sealed' : 'Sealing'}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="table-foot">
        {isDone
          ? 'Counts were compared inside the last step: not one value fewer than before.'
          : 'Counts are compared inside the last step: never fewer values after than before.'}
      </div>
    </div>
  );
}
