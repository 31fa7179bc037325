import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, LifeBuoy, Plus, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { sayWithVersions } from '../secrets/secret-words.ts';
import { Banner } from '../ui/banner.tsx';
import { Empty, Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { SmallKeyShape } from '../ui/instruments/key-shape.tsx';
import { Ticks } from '../ui/instruments/ticks.tsx';
import { Page } from '../ui/page.tsx';
import { saveFile } from '../ui/save-file.ts';
import { formatCount, formatDay, formatFileDay, serverNow } from '../ui/time.ts';
import { UnlockLink } from '../vault-state/unlock-link.tsx';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { LostValues } from './lost-values.tsx';
import { LostVersions } from './lost-versions.tsx';
import { type RecoveryList, recoveryQuery } from './recovery-query.ts';
import { RescueDialog } from './rescue-dialog.tsx';

/** The secrets lost with a key, until all are replaced. */
export function RecoveryPage() {
  const list = useQuery(recoveryQuery);
  const vault = useVault().data;
  return (
    <Page
      title="Recovery list"
      name="Recovery"
      crumbs={[{ label: 'Encryption key', to: '/key' }]}
      actions={list.data && vault && <Actions list={list.data} vault={vault} />}
    >
      {list.isError && !list.data ? (
        <div className="card">
          <Failed
            title="The recovery list did not load"
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        </div>
      ) : !list.data || !vault ? (
        <div className="table-wrap">
          <Skeleton rows={8} columns={4} />
        </div>
      ) : (
        <Recovery list={list.data} vault={vault} />
      )}
    </Page>
  );
}

function Actions({ list, vault }: { list: RecoveryList; vault: VaultStatus }) {
  const mayCopy = useMay('vault:write') && vault.state === 'running';
  return (
    <>
      {list.groups.length > 0 && (
        <Button icon={Download} onClick={() => exportList(list, vault)}>
          Export list
        </Button>
      )}
      {mayCopy && vault.proof.verified_at === null && (
        <Link to="/key/copy" className={buttonClass('main')}>
          <Plus className="icon" aria-hidden="true" />
          Make a copy of key version {vault.epoch}
        </Link>
      )}
    </>
  );
}

/** The list has names and no values, so it can be printed while looking for the values. */
function exportList(list: RecoveryList, vault: VaultStatus): void {
  const content = JSON.stringify({ instance: vault.instance.name, ...list }, null, 2);
  saveFile(`temps-recovery-${formatFileDay(serverNow())}.json`, `${content}\n`, 'application/json');
}

function Recovery({ list, vault }: { list: RecoveryList; vault: VaultStatus }) {
  const mayFix = useMay('vault:write') && vault.state !== 'locked';
  const [isRescuing, setRescuing] = useState(false);
  return (
    <>
      {list.total === 0 && list.groups.length === 0 && list.versions === 0 ? (
        <NothingLost />
      ) : (
        <Lost list={list} vault={vault} onRescue={mayFix ? () => setRescuing(true) : null} />
      )}
      {/* What it brought back is told when nothing is left on the list too. */}
      {isRescuing && (
        <RescueDialog
          lost={sayWithVersions(list.remaining, list.versions, 'secret')}
          fingerprints={list.lost_fingerprints}
          onClose={() => setRescuing(false)}
        />
      )}
    </>
  );
}

function NothingLost() {
  return (
    <div className="card">
      <Empty
        icon={ShieldCheck}
        title="No lost secrets"
        text="Every value of this instance is encrypted with a key it has. After starting over with a new key, you replace lost secrets here."
        action={
          <Link to="/secrets" className={buttonClass()}>
            Show the secrets
          </Link>
        }
      />
    </div>
  );
}

interface LostProps {
  list: RecoveryList;
  vault: VaultStatus;
  /** Null for those who may not, or not now. */
  onRescue: (() => void) | null;
}

function Lost({ list, vault, onRescue }: LostProps) {
  const mayWrite = useMay('vault:write');
  const isLocked = vault.state === 'locked';
  return (
    <div className="grid grid-cols-1 gap-5">
      {isLocked && (
        <Banner tone="danger" verdict="locked" action={mayWrite && <UnlockLink />}>
          <b>Locked.</b> Secrets can be entered again once the vault is unlocked.
        </Banner>
      )}
      {!mayWrite && <Banner tone="info">An administrator of this instance can replace these secrets.</Banner>}
      <RecoverySummary list={list} onRescue={onRescue} />
      <LostValues list={list} mayFix={mayWrite && !isLocked} />
      {list.versions > 0 && <LostVersions versions={list.versions} mayRemove={mayWrite} />}
    </div>
  );
}

/** Progress, and a button to recover values with the old key. */
function RecoverySummary({ list, onRescue }: Omit<LostProps, 'vault'>) {
  const { total, remaining, replaced, versions, started_at, lost_fingerprints, lost_backups } = list;
  const isLeft = remaining > 0 || versions > 0;
  return (
    <section className="card recovery-sum" aria-label="Progress">
      <div className="min-w-0">
        <p className="mb-2 flex flex-wrap items-baseline gap-x-2">
          <span className="t28">{replaced.toLocaleString()}</span>
          <span className="text-14 text-text-2">of {formatCount(total, 'lost secret')} replaced</span>
        </p>
        <span className="recovery-ticks">
          <Ticks value={total === 0 ? 100 : (replaced / total) * 100} label="Lost secrets replaced" />
        </span>
        <p className="mt-2 text-12 text-text-3">
          {started_at !== null && `Started over ${sayDay(started_at)}. `}You can leave and continue later; the
          list is saved.
        </p>
      </div>
      {isLeft && (
        <div className="recovery-rescue">
          <div className="min-w-0">
            {lost_fingerprints.map((fingerprint) => (
              <span key={fingerprint} className="mb-2 flex flex-wrap items-center gap-x-3">
                <SmallKeyShape fingerprint={fingerprint} state="lost" />
                <span className="print-12">{fingerprint}</span>
              </span>
            ))}
            <p>
              <b className="text-text">Found the old key?</b> Rescue decrypts{' '}
              {sayWithVersions(remaining, versions, 'secret')} with it.
            </p>
            {lost_backups.map((said) => (
              <p key={said} className="text-12">
                {said}
              </p>
            ))}
          </div>
          {onRescue && (
            <Button icon={LifeBuoy} onClick={onRescue}>
              Rescue…
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function sayDay(ms: number): string {
  const day = formatDay(ms);
  return day.startsWith('today') || day === 'yesterday' ? day.replace(',', ' at') : `on ${day}`;
}
