import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { useIsOwner } from '../app/session.ts';
import { countToLose } from '../secrets/secret-words.ts';
import { Banner } from '../ui/banner.tsx';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Rail } from '../ui/instruments/steps.tsx';
import { Page } from '../ui/page.tsx';
import { formatClock, formatCount, formatDay, serverNow } from '../ui/time.ts';
import { sayWhatCopyOpens } from '../vault-state/copy-promise.ts';
import { inCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { keyVersionsQuery } from './key-queries.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { ShredDialog } from './page/key-history.tsx';
import { ConfirmNewKey } from './rotate/confirm-new-key.tsx';
import { Encrypting, Swap } from './rotate/encrypting.tsx';
import { GroupTable } from './rotate/group-table.tsx';
import { StartRotation } from './rotate/start.tsx';

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];
/** How long this page shows the result of a finished rotation. */
const RECENT_MS = 10 * 60 * 1000;

export type Rotation = NonNullable<VaultStatus['rotation']>;

/** Rotation in phases: new key created, copy verified, every value re-encrypted, old key retired. */
export function RotatePage() {
  const vault = useVault();
  if (vault.data?.state === 'locked') return <LockedPage />;
  return (
    <Page
      title="Rotate the key"
      crumbs={crumbs}
      actions={
        vault.data?.rotation?.state === 'sealing' && (
          <Link to="/" className={buttonClass()}>
            <ArrowRight className="icon" aria-hidden="true" />
            Continue in the background
          </Link>
        )
      }
    >
      {vault.isError && (
        <div className="card">
          <Failed
            title="The key status did not load"
            error={vault.error}
            onRetry={() => void vault.refetch()}
          />
        </div>
      )}
      {vault.isPending && <Skeleton rows={6} />}
      {vault.data && <Phases vault={vault.data} />}
    </Page>
  );
}

function Phases({ vault }: { vault: VaultStatus }) {
  const [isNew, setNew] = useState(false);
  const { rotation } = vault;
  const isRecent = rotation?.finished_at != null && serverNow() - rotation.finished_at < RECENT_MS;
  const isOver =
    !rotation || rotation.state === 'undone' || (rotation.state === 'done' && (isNew || !isRecent));
  return (
    <div className="grid grid-cols-1 gap-6">
      <RotationRail rotation={isOver ? null : rotation} vault={vault} />
      {isOver && <StartRotation vault={vault} wasUndone={isRecent && rotation?.state === 'undone'} />}
      {!isOver && (rotation.state === 'staged' || rotation.state === 'proven') && (
        <ConfirmNewKey key={rotation.id} vault={vault} rotation={rotation} />
      )}
      {!isOver && rotation.state === 'sealing' && <Encrypting rotation={rotation} />}
      {!isOver && rotation.state === 'done' && (
        <RotationDone rotation={rotation} onAgain={() => setNew(true)} />
      )}
    </div>
  );
}

const at: Record<Rotation['state'], number> = { staged: 1, proven: 2, sealing: 2, done: 4, undone: 0 };

/** The four phases at the top. Without a rotation, the first is still to be done. */
function RotationRail({ rotation, vault }: { rotation: Rotation | null; vault: VaultStatus }) {
  const oldVersion = rotation?.old_epoch ?? vault.epoch;
  const time = (ms: number) => (serverNow() - ms < 12 * 60 * 60 * 1000 ? formatClock(ms) : formatDay(ms));
  return (
    <div className="rotation-rail">
      <Rail
        current={rotation ? at[rotation.state] : 0}
        steps={[
          {
            title: rotation ? 'New key created' : 'New key',
            said: rotation
              ? `${time(rotation.staged_at)}, next to the old one ${inCustody(vault.custody)}`
              : `Next to the old one ${inCustody(vault.custody)}`,
          },
          {
            title: rotation?.proven_at ? (rotation.without_copy ? 'No copy' : 'Copy verified') : 'Copy of it',
            said: rotation?.proven_at
              ? `${time(rotation.proven_at)}, ${rotation.without_copy ? 'you continued without one' : (rotation.proven_by ?? 'verified')}`
              : 'Created and verified',
          },
          { title: 'Encrypting', said: 'Cannot be undone, only finished' },
          { title: 'Done', said: `Key version ${oldVersion ?? ''} is retired, you can shred it` },
        ]}
      />
    </div>
  );
}

/** The result, and what can be done with the old key. */
function RotationDone({ rotation, onAgain }: { rotation: Rotation; onAgain: () => void }) {
  const isOwner = useIsOwner();
  const vault = useVault().data;
  const versions = useQuery(keyVersionsQuery);
  const [isShredding, setShredding] = useState(false);
  const old = versions.data?.epochs.find(({ fingerprint }) => fingerprint === rotation.old_fingerprint);
  return (
    <>
      <Banner
        tone={rotation.without_copy ? 'attention' : 'ok'}
        action={
          rotation.without_copy ? (
            <Link to="/key/copy" className={buttonClass('main')}>
              Make a copy
            </Link>
          ) : (
            <Link to="/key" className={buttonClass('main')}>
              Done
            </Link>
          )
        }
      >
        <b>
          {formatCount(rotation.total, 'value')} encrypted with key version {rotation.new_epoch}.
        </b>{' '}
        {rotation.without_copy
          ? 'No copy of it is verified: make one now.'
          : sayWhatCopyOpens(rotation.proven_by ?? 'Your copy', vault ? countToLose(vault.secrets) : null)}
      </Banner>
      <section className="card" aria-label="The keys">
        <Swap rotation={rotation} />
        <div className="flex flex-wrap items-center gap-3 border-t border-line-soft px-6 py-4">
          <p className="min-w-0 flex-1 basis-72 text-text-2">
            {old?.shredded_at
              ? `Key version ${rotation.old_epoch} is shredded.`
              : `Key version ${rotation.old_epoch} stays where it is stored until you shred it: only it can decrypt backups made before today.`}
          </p>
          {isOwner && old && old.shredded_at === null && old.custody !== 'external' && (
            <Button onClick={() => setShredding(true)}>Shred key version {rotation.old_epoch}…</Button>
          )}
          <Button kind="plain" onClick={onAgain}>
            Rotate again
          </Button>
        </div>
      </section>
      <GroupTable rotation={rotation} />
      {isShredding && old && <ShredDialog version={old} onClose={() => setShredding(false)} />}
    </>
  );
}
