import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { SmallKeyShape } from '../../ui/instruments/key-shape.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { actionsColumn, Table } from '../../ui/table.tsx';
import { formatCount, formatDay } from '../../ui/time.ts';
import { isRotating, type VaultStatus } from '../../vault-state/vault.ts';
import { type KeyVersion, keyVersionsQuery } from '../key-queries.ts';

/** All key versions: what each can still decrypt, and a button to shred one that is no longer needed. */
export function KeyHistory({ vault }: { vault: VaultStatus }) {
  const versions = useQuery(keyVersionsQuery);
  const isOwner = useIsOwner();
  const [shredding, setShredding] = useState<KeyVersion | null>(null);
  return (
    <Section title="Key history" said="A retired key can still decrypt old backups.">
      <Table
        label="Keys"
        className="key-table"
        skeletonRows={1}
        query={versions}
        rows={versions.data?.epochs ?? []}
        rowKey={(version) => version.fingerprint}
        columns={[
          {
            name: 'Version',
            head: (
              <>
                <span aria-hidden="true">#</span>
                <span className="sr">Version</span>
              </>
            ),
            width: 'w-11',
            className: 'max-tablet:hidden',
            cell: ({ epoch }) => <span className="first">{epoch}</span>,
          },
          {
            name: 'Key',
            isRowHeader: true,
            className: 'whole',
            cell: (version) => <Key version={version} />,
          },
          {
            name: 'State',
            width: 'w-24',
            className: 'max-tablet:hidden',
            cell: ({ state, shredded_at }) =>
              shredded_at === null ? (
                <Chip tone={state === 'active' ? 'accent' : state === 'lost' ? 'danger' : 'neutral'}>
                  {stateWords[state]}
                </Chip>
              ) : (
                <Chip>Shredded</Chip>
              ),
          },
          {
            name: 'Still decrypts',
            width: 'w-34',
            cell: ({ values, copies, backups, newest_backup_at }) => (
              <span className="two-lines">
                {values === 0 ? 'No values' : formatCount(values, 'value')}
                <small
                  title={
                    newest_backup_at === null
                      ? undefined
                      : `The newest backup is of ${formatDay(newest_backup_at)}`
                  }
                >
                  {backups > 0 && `${formatCount(backups, 'backup')}, `}
                  {copies === 0 ? 'no copies' : formatCount(copies, 'copy', 'copies')}
                </small>
              </span>
            ),
          },
          actionsColumn<KeyVersion>(
            (version) =>
              isOwner &&
              isShreddable(version, vault) && (
                <Button
                  isSmall
                  onClick={() => setShredding(version)}
                  aria-label={`Shred key version ${version.epoch}…`}
                >
                  Shred…
                </Button>
              ),
            'w-25',
          ),
        ]}
      />
      {shredding && <ShredDialog version={shredding} onClose={() => setShredding(null)} />}
    </Section>
  );
}

function isShreddable(version: KeyVersion, vault: VaultStatus): boolean {
  return (
    (version.state === 'retired' || version.state === 'lost') &&
    version.shredded_at === null &&
    version.values === 0 &&
    !isRotating(vault)
  );
}

const stateWords: Record<KeyVersion['state'], string> = {
  active: 'Active',
  retiring: 'Retiring',
  retired: 'Retired',
  lost: 'Lost',
};

function Key({ version }: { version: KeyVersion }) {
  const { fingerprint, state, activated_at, retired_at, shredded_at } = version;
  const shape = shredded_at === null ? 'old' : 'missing';
  return (
    <div className="flex min-w-0 items-center gap-3">
      <span className="key-version-shape max-tablet:hidden">
        <SmallKeyShape
          fingerprint={fingerprint}
          state={state === 'active' || state === 'lost' ? state : shape}
        />
      </span>
      <span className="two-lines min-w-0">
        <span className="print-12">{fingerprint}</span>
        <small>
          <span className="tablet:hidden">Key version {version.epoch}, </span>
          {state === 'active' || retired_at === null
            ? `since ${formatDay(activated_at)}`
            : `${formatDay(activated_at)} to ${formatDay(retired_at)}`}
        </small>
      </span>
    </div>
  );
}

export function ShredDialog({ version, onClose }: { version: KeyVersion; onClose: () => void }) {
  const { fingerprint } = version;
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
      title={`Shred key version ${version.epoch}?`}
      action="Shred key"
      keep="Keep it"
      mutation={shred}
      typed={{ label: `Type its fingerprint, ${fingerprint}`, name: fingerprint, isCode: true }}
      onClose={onClose}
    >
      <p>
        Key version {version.epoch} is permanently removed from where it is stored. No value of this instance
        needs it.
      </p>
      <p>{version.if_shredded}</p>
    </ConfirmDialog>
  );
}
