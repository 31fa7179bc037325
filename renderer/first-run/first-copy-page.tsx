import { Navigate } from '@tanstack/react-router';
import { Suspense } from 'react';
import { type Session, useSessionQuery } from '../app/session.ts';
import { useCopyWizard } from '../key/copy/use-copy-wizard.ts';
import { Failed } from '../ui/nothing.tsx';
import { sayWhatCopyOpens } from '../vault-state/copy-promise.ts';
import { inCustody, nameCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { FirstCopy } from './first-copy.tsx';
import { FirstProject } from './first-project.tsx';
import { FirstRunFrame } from './first-run-frame.tsx';

/** Step 3, for whoever just set up (or comes back to it): a copy of the key, proven; then a first project. */
export function FirstCopyPage() {
  const session = useSessionQuery();
  if (session.isPending) return <div aria-busy="true" />;
  const mayCopy = session.data?.state === 'signed_in' && session.data.permissions.includes('vault:write');
  if (!session.data || !mayCopy) return <Navigate to="/" replace />;
  return (
    <Suspense fallback={<div aria-busy="true" />}>
      <WithVault session={session.data} />
    </Suspense>
  );
}

function WithVault({ session }: { session: Session }) {
  const vault = useVault();
  if (vault.isError)
    return (
      <main className="grid h-full place-items-center">
        <Failed
          title="The key’s state did not load"
          error={vault.error}
          onRetry={() => void vault.refetch()}
        />
      </main>
    );
  if (!vault.data) return <div aria-busy="true" />;
  if (vault.data.state === 'locked') return <Navigate to="/key" replace />;
  return <LastStep session={session} vault={vault.data} />;
}

function LastStep({ session, vault }: { session: Session; vault: VaultStatus }) {
  const wizard = useCopyWizard('active');
  const facts = {
    key: `Kept ${inCustody(vault.custody)}.`,
    you: session.user?.email ?? 'Owner of this machine',
  };
  const isDone = wizard.stage === 'done';
  return (
    <FirstRunFrame
      current={isDone ? 3 : 2}
      facts={facts}
      fingerprint={vault.fingerprint}
      title={isDone ? 'All set' : 'Keep a second copy of your key'}
      lead={
        isDone
          ? sayWhatCopyOpens(wizard.proven?.place ?? 'Your copy', vault.secrets.total)
          : `If this computer or ${nameCustody(vault.custody)} is lost, only a copy opens your secrets. A copy counts once we have read it back.`
      }
    >
      {isDone ? <FirstProject /> : <FirstCopy wizard={wizard} vault={vault} />}
    </FirstRunFrame>
  );
}
