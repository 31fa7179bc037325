import { Link } from '@tanstack/react-router';
import { Plus, ShieldCheck } from 'lucide-react';
import { useMay } from '../app/session.ts';
import { buttonClass } from '../ui/button.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useVault } from '../vault-state/vault.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { Copies } from './page/copies.tsx';
import { Custody } from './page/custody.tsx';
import { Deeds } from './page/deeds.tsx';
import { Health } from './page/health.tsx';
import { KeyHistory } from './page/key-history.tsx';

/** The page the product exists for: how the key is, where its copies are, what to do about it. */
export function KeyPage() {
  const vault = useVault();
  const mayWrite = useMay('vault:write');
  if (vault.data?.state === 'locked') return <LockedPage />;
  return (
    <Page
      title="Encryption key"
      actions={
        vault.data &&
        mayWrite && (
          <>
            <Link to="/key/verify" className={buttonClass()}>
              <ShieldCheck className="icon" aria-hidden="true" />
              Verify a copy
            </Link>
            <Link to="/key/copy" className={buttonClass('main')}>
              <Plus className="icon" aria-hidden="true" />
              Make a copy
            </Link>
          </>
        )
      }
    >
      {vault.isError ? (
        <div className="card">
          <Failed
            title="The key’s state did not load"
            error={vault.error}
            onRetry={() => void vault.refetch()}
          />
        </div>
      ) : vault.data ? (
        <div className="grid grid-cols-1 gap-6">
          <Health vault={vault.data} />
          <div className="key-cols">
            <div className="grid min-w-0 grid-cols-1 gap-6">
              <Copies vault={vault.data} />
              <KeyHistory vault={vault.data} />
            </div>
            <div className="grid min-w-0 grid-cols-1 gap-6">
              <Custody vault={vault.data} />
              <Deeds vault={vault.data} />
            </div>
          </div>
        </div>
      ) : (
        <div className="card">
          <Skeleton rows={8} />
        </div>
      )}
    </Page>
  );
}
