import { useRouter } from '@tanstack/react-router';
import { LockKeyhole } from 'lucide-react';
import { useEffect } from 'react';
import { queryClient } from '../../api/queries.ts';
import { useIsOwner, useMay } from '../../app/session.ts';
import { Failed, Skeleton } from '../../ui/nothing.tsx';
import { caseWords, hadKey } from '../../vault-state/case-words.ts';
import { useVault, type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';
import { CopyUnlock } from './copy-unlock.tsx';
import { CustodyUnlock, PassphraseUnlock } from './custody-unlock.tsx';
import { FirstKey } from './first-key.tsx';
import { KeyNeeded, WorksMeanwhile } from './locked-facts.tsx';
import { OtherWays } from './other-ways.tsx';
import { WhoCanUnlock } from './who-can-unlock.tsx';

/** In place of the key's page while the vault is locked: which case it is, and every way out. */
export function LockedPage() {
  const vault = useVault();
  useGoBackOnceOpen();
  if (vault.isError)
    return (
      <Failed
        title="How the vault stands is not known"
        error={vault.error}
        onRetry={() => void vault.refetch()}
      />
    );
  if (!vault.data)
    return (
      <div className="page">
        <Skeleton rows={8} />
      </div>
    );
  return <Locked vault={vault.data} />;
}

function Locked({ vault }: { vault: VaultStatus }) {
  const mayUnlock = useMay('vault:write');
  const words = caseWords(vault);
  useEffect(() => {
    document.title = 'Locked · Temps';
  }, []);
  return (
    <div className="page">
      <header className="lede">
        <span className="lede-sign">
          <LockKeyhole className="icon icon-20" aria-hidden="true" />
        </span>
        <div className="min-w-0">
          <h1>Locked: {words.why}</h1>
          <p className="[overflow-wrap:anywhere]">{words.meaning}</p>
        </div>
      </header>
      <div className="locked-cols">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {mayUnlock ? <WaysOut vault={vault} /> : <WhoCanUnlock />}
        </div>
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {hadKey(vault) && <KeyNeeded vault={vault} />}
          <WorksMeanwhile />
        </div>
      </div>
    </div>
  );
}

function WaysOut({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const { custody } = vault;
  const isByRequest = vault.case === 'locked_by_owner';
  const wantsPassphrase =
    custody.name === 'passphrase' && !vault.refused && (isByRequest || vault.case === 'waiting');
  const first = wantsPassphrase ? 'passphrase' : isByRequest ? 'custody' : 'copy';
  return (
    <>
      {!hadKey(vault) && <FirstKey vault={vault} />}
      {first === 'passphrase' && <PassphraseUnlock />}
      {first === 'custody' && <CustodyUnlock custody={custody} />}
      {hadKey(vault) && <CopyUnlock vault={vault} isMain={first === 'copy'} />}
      {/* Who may choose where the first key is kept finds the custody that was asked among the choices. */}
      {(hadKey(vault) || !isOwner) && <OtherWays vault={vault} isCustodyOffered={first === 'copy'} />}
    </>
  );
}

/** Someone who came by "Unlock…" goes on where they were, however the vault was opened. */
function useGoBackOnceOpen(): void {
  const router = useRouter();
  useEffect(() => {
    const { unlockFor } = router.state.location.state;
    return () => {
      const isOpen = queryClient.getQueryData(vaultQuery.queryKey)?.state === 'running';
      if (unlockFor && isOpen) router.history.replace(unlockFor);
    };
  }, [router]);
}
