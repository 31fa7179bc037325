import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { buttonClass } from '../ui/button.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { RotationDone } from './rotate/done.tsx';
import { Proving } from './rotate/proving.tsx';
import { RotationRail } from './rotate/rail.tsx';
import { Sealing } from './rotate/sealing.tsx';
import { StartRotation } from './rotate/start.tsx';

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];
/** How long the end of a rotation is still what this page is about. */
const RECENT_MS = 10 * 60 * 1000;

export type Rotation = NonNullable<VaultStatus['rotation']>;

/** A new key, in phases: made, proven, every value sealed under it, the old one retired. */
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
            Go on working
          </Link>
        )
      }
    >
      {vault.isError && (
        <div className="card">
          <Failed
            title="The key’s state did not load"
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
  const isRecent = rotation?.finished_at != null && Date.now() - rotation.finished_at < RECENT_MS;
  const isOver =
    !rotation || rotation.state === 'undone' || (rotation.state === 'done' && (isNew || !isRecent));
  return (
    <div className="grid grid-cols-1 gap-6">
      <RotationRail rotation={isOver ? null : rotation} vault={vault} />
      {isOver && <StartRotation vault={vault} wasUndone={isRecent && rotation?.state === 'undone'} />}
      {!isOver && (rotation.state === 'staged' || rotation.state === 'proven') && (
        <Proving key={rotation.id} vault={vault} rotation={rotation} />
      )}
      {!isOver && rotation.state === 'sealing' && <Sealing rotation={rotation} />}
      {!isOver && rotation.state === 'done' && (
        <RotationDone rotation={rotation} onAgain={() => setNew(true)} />
      )}
    </div>
  );
}
