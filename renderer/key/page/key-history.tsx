import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { SmallBlade } from '../../ui/instruments/blade.tsx';
import { Failed, Skeleton } from '../../ui/nothing.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { formatCount, formatDay } from '../../ui/time.ts';
import { isRotating, type VaultStatus } from '../../vault-state/vault.ts';
import { type Epoch, epochsQuery } from './key-queries.ts';

/** One key per epoch: what each still opens, and the way to destroy one that opens nothing here. */
export function KeyHistory({ vault }: { vault: VaultStatus }) {
  const epochs = useQuery(epochsQuery);
  const isOwner = useIsOwner();
  const [shredding, setShredding] = useState<Epoch | null>(null);
  return (
    <Section title="Key history" said="One key per epoch. A retired key still opens old backups.">
      <div className="table-wrap">
        {epochs.isPending && <Skeleton rows={1} />}
        {epochs.isError && (
          <Failed
            title="The history did not load"
            error={epochs.error}
            onRetry={() => void epochs.refetch()}
          />
        )}
        {epochs.isSuccess && (
          <table className="table key-table max-tablet:block">
            <colgroup>
              <col className="number" />
              <col />
              <col className="state" />
              <col className="opens" />
              <col className="shred" />
            </colgroup>
            <thead>
              <tr>
                <th className="number">#</th>
                <th>Key</th>
                <th className="state">State</th>
                <th className="opens">Still opens</th>
                <th className="shred">
                  <span className="sr">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {epochs.data.epochs.map((epoch) => (
                <EpochRow
                  key={epoch.fingerprint}
                  epoch={epoch}
                  mayShred={isOwner && isShreddable(epoch, vault)}
                  onShred={() => setShredding(epoch)}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {shredding && <ShredDialog epoch={shredding} onClose={() => setShredding(null)} />}
    </Section>
  );
}

function isShreddable(epoch: Epoch, vault: VaultStatus): boolean {
  return (
    (epoch.state === 'retired' || epoch.state === 'lost') &&
    epoch.shredded_at === null &&
    epoch.values === 0 &&
    epoch.custody !== 'external' &&
    !isRotating(vault)
  );
}

const stateWords: Record<Epoch['state'], string> = {
  active: 'Active',
  retiring: 'Retiring',
  retired: 'Retired',
  lost: 'Lost',
};

function EpochRow({ epoch, mayShred, onShred }: { epoch: Epoch; mayShred: boolean; onShred: () => void }) {
  const isShredded = epoch.shredded_at !== null;
  return (
    <tr>
      <td className="first number">{epoch.epoch}</td>
      <td className="whole">
        <div className="flex min-w-0 items-center gap-3">
          <span className="epoch-blade">
            <SmallBlade
              fingerprint={epoch.fingerprint}
              state={
                epoch.state === 'active'
                  ? 'active'
                  : epoch.state === 'lost'
                    ? 'lost'
                    : isShredded
                      ? 'missing'
                      : 'old'
              }
            />
          </span>
          <span className="two-lines min-w-0">
            <span className="print-12">{epoch.fingerprint}</span>
            <small>
              <span className="tablet:hidden">Key {epoch.epoch}, </span>
              {epoch.state === 'active' || epoch.retired_at === null
                ? `since ${formatDay(epoch.activated_at)}`
                : `${formatDay(epoch.activated_at)} to ${formatDay(epoch.retired_at)}`}
            </small>
          </span>
        </div>
      </td>
      <td className="state">
        {isShredded ? (
          <Chip>Shredded</Chip>
        ) : (
          <Chip tone={epoch.state === 'active' ? 'accent' : epoch.state === 'lost' ? 'danger' : 'neutral'}>
            {stateWords[epoch.state]}
          </Chip>
        )}
      </td>
      <td className="opens">
        <span className="two-lines">
          {epoch.values === 0 ? 'No value' : formatCount(epoch.values, 'value')}
          <small>{epoch.copies === 0 ? 'no copy' : formatCount(epoch.copies, 'copy', 'copies')}</small>
        </span>
      </td>
      <td className="num shred">
        {mayShred && (
          <Button isSmall onClick={onShred} aria-label={`Shred key ${epoch.epoch}…`}>
            Shred…
          </Button>
        )}
      </td>
    </tr>
  );
}

export function ShredDialog({ epoch, onClose }: { epoch: Epoch; onClose: () => void }) {
  const { fingerprint } = epoch;
  const shred = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/vault/key/epochs/{fingerprint}/shred', {
          params: { path: { fingerprint } },
          body: { confirm: fingerprint },
        }),
      ),
    { changes: ['vault'], onDone: onClose },
  );
  return (
    <ConfirmDialog
      title={`Shred key ${epoch.epoch}?`}
      action="Shred 1 key"
      keep="Keep it"
      mutation={shred}
      typed={{ label: `Type its fingerprint, ${fingerprint}`, name: fingerprint, isCode: true }}
      onClose={onClose}
    >
      <p>
        Key {epoch.epoch} is removed from where it is kept, for good. No value of this instance needs it.
        Backups made while it was in use ({formatDay(epoch.activated_at)}
        {epoch.retired_at !== null && ` to ${formatDay(epoch.retired_at)}`}) open with it alone.
      </p>
      <p>
        {epoch.copies === 0
          ? 'No copy of it is known: those backups lose their secrets.'
          : `${formatCount(epoch.copies, 'copy', 'copies')} you made of it ${epoch.copies === 1 ? 'goes' : 'go'} on opening them.`}
      </p>
    </ConfirmDialog>
  );
}
