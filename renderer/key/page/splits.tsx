import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Split } from 'lucide-react';
import { useState } from 'react';
import { useIsOwner, useMay } from '../../app/session.ts';
import { Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { formatShortDay } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { isSplitCounting, splitsQuery } from '../key-queries.ts';
import { DropDialog } from '../split/drop-dialog.tsx';
import type { KeySplit, ShareCheck } from '../split/split-requests.ts';
import { OneShare } from '../split/verify-steps.tsx';

/** The splits of the key: whether each counts, and where its shares are. */
export function Splits({ vault }: { vault: VaultStatus }) {
  const splits = useQuery(splitsQuery);
  const mayWrite = useMay('vault:write');
  const isOwner = useIsOwner();
  const [isChecking, setChecking] = useState(false);
  const [dropping, setDropping] = useState<KeySplit | null>(null);
  const list = splits.data?.splits ?? [];
  return (
    <Section
      title="Split key"
      actions={
        mayWrite &&
        list.length > 0 && (
          <span className="ml-auto flex flex-wrap gap-2">
            <Button isSmall onClick={() => setChecking(true)}>
              Verify a share
            </Button>
            {isOwner && <SplitLink label="Split again" />}
          </span>
        )
      }
    >
      <div className="card">
        {splits.isError ? (
          <Failed
            title="The splits did not load"
            error={splits.error}
            onRetry={() => void splits.refetch()}
          />
        ) : !splits.data ? (
          <Skeleton rows={2} />
        ) : list.length === 0 ? (
          <div className="split-none">
            <Split className="icon text-icon" aria-hidden="true" />
            <p className="min-w-0 flex-1 text-text-2">
              Give shares of the key to several people or places. A few together open it; fewer say nothing.
            </p>
            {isOwner && <SplitLink label="Split the key" />}
          </div>
        ) : (
          list.map((split) => (
            <OneSplit
              key={split.id}
              split={split}
              isOfActive={split.fingerprint === vault.fingerprint}
              onDrop={mayWrite ? () => setDropping(split) : null}
            />
          ))
        )}
      </div>
      {isChecking && <CheckDialog onClose={() => setChecking(false)} />}
      {dropping && (
        <DropDialog split={dropping} onClose={() => setDropping(null)} onDropped={() => setDropping(null)} />
      )}
    </Section>
  );
}

function SplitLink({ label }: { label: string }) {
  return (
    <Link to="/key/split" className={buttonClass('normal', true)}>
      {label}
    </Link>
  );
}

interface OneSplitProps {
  split: KeySplit;
  isOfActive: boolean;
  /** Null for who may not. */
  onDrop: (() => void) | null;
}

function OneSplit({ split, isOfActive, onDrop }: OneSplitProps) {
  const name = `Any ${split.threshold} of ${split.share_count} shares`;
  const counts = isSplitCounting(split);
  return (
    <section className="split-card" aria-label={name}>
      <div className="split-head">
        <h3>{name}</h3>
        <Chip tone={counts ? 'ok' : 'attention'} verdict={counts ? 'ok' : 'risk'}>
          {counts ? 'counts' : 'does not count'}
        </Chip>
        {onDrop && (
          <Button kind="plain" isSmall className="ml-auto" onClick={onDrop}>
            Drop…
          </Button>
        )}
      </div>
      <p className="text-text-2">
        {split.message}{' '}
        <span className="text-12 text-text-3">
          Split {formatShortDay(split.made_at)}
          {!isOfActive && split.epoch !== null && `, key version ${split.epoch}`}.
        </span>
      </p>
      <ol className="share-list" aria-label="Its shares">
        {split.shares.map(({ number, place, separate, verified_at }) => (
          <li key={number}>
            <b>{number}</b>
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]" dir="auto">
              {place ?? 'not kept yet'}
              {!separate && ', with the database'}
            </span>
            <span className="text-12 text-text-3">
              {verified_at === null ? 'not verified' : `verified ${formatShortDay(verified_at)}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Checks any one share without the others. */
function CheckDialog({ onClose }: { onClose: () => void }) {
  const [verified, setVerified] = useState<ShareCheck | null>(null);
  return (
    <Dialog
      onClose={onClose}
      width={560}
      title="Verify a share"
      text="Enter one share. It is checked without the others, and the key is not opened."
    >
      <div className="grid grid-cols-1 gap-3 pb-5">
        {verified ? (
          <>
            <p role="status">{verified.detail}</p>
            <span className="flex flex-wrap gap-2">
              <Button onClick={() => setVerified(null)}>Verify another</Button>
              <Button kind="main" onClick={onClose}>
                Done
              </Button>
            </span>
          </>
        ) : (
          <OneShare onVerified={setVerified} />
        )}
      </div>
    </Dialog>
  );
}
