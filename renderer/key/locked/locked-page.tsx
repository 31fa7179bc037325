import { useRouter } from '@tanstack/react-router';
import { Check, LockKeyhole, UserRoundKey } from 'lucide-react';
import { useEffect } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { useIsOwner, useMay } from '../../app/session.ts';
import { Failed, Skeleton } from '../../ui/blank-state.tsx';
import { MiniDial } from '../../ui/instruments/dial.tsx';
import { KeyShape, SmallKeyShape } from '../../ui/instruments/key-shape.tsx';
import { daysSince, formatShortDay } from '../../ui/time.ts';
import { BecomeOwner } from '../../vault-state/become-owner.tsx';
import { caseWords, hadKey } from '../../vault-state/case-words.ts';
import { useVault, type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';
import { FirstKeyChoice } from '../first-key-choice.tsx';
import { nameCopy, nameSplit, useKnownCopies, useKnownSplits } from '../key-queries.ts';
import { CopyUnlock } from './copy-unlock.tsx';
import { CustodyUnlock, PassphraseUnlock } from './custody-unlock.tsx';
import { OtherWays } from './other-ways.tsx';
import { RelocationQuestion } from './relocation.tsx';

/** Replaces the key page while the vault is locked: the reason, and every way to unlock. */
export function LockedPage() {
  const vault = useVault();
  useGoBackOnceOpen();
  if (vault.isError)
    return (
      <Failed
        title="The vault status did not load"
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
          {vault.case === 'relocated' ? (
            <RelocationQuestion vault={vault} />
          ) : mayUnlock ? (
            <WaysOut vault={vault} />
          ) : (
            <WhoCanUnlock />
          )}
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
  // The key is where it was: it was only removed from memory.
  const isByRequest = ['locked_by_owner', 'locked_when_idle', 'locked_with_screen'].includes(vault.case);
  // Also after the passphrase of another key: the next one is tried the same way.
  const wantsPassphrase = custody.name === 'passphrase' && !vault.refused && vault.case !== 'missing';
  const first = wantsPassphrase ? 'passphrase' : isByRequest && isOwner ? 'custody' : 'copy';
  return (
    <>
      {!hadKey(vault) && <FirstKey vault={vault} />}
      {first === 'passphrase' && <PassphraseUnlock />}
      {first === 'custody' && <CustodyUnlock custody={custody} />}
      {hadKey(vault) && (
        <CopyUnlock putBackIn={canPutBack(vault) ? custody : null} isMain={first === 'copy'} />
      )}
      {/* Callers who may choose where to store the first key find the tried custody among the choices. */}
      {(hadKey(vault) || !isOwner) && <OtherWays vault={vault} isCustodyOffered={first === 'copy'} />}
    </>
  );
}

/** A custody that is locked or still holds the key is not written to. */
const canPutBack = ({ custody, case: situation }: VaultStatus) =>
  custody.writable && ['missing', 'old_key', 'foreign_key'].includes(situation);

/** Returns to the page where "Unlock…" was clicked, however the vault was unlocked. */
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

/** For callers who may not unlock: who may, and how. */
function WhoCanUnlock() {
  return (
    <section className="card locked-first" aria-label="Who can unlock">
      <UserRoundKey className="icon icon-20" aria-hidden="true" />
      <div className="min-w-0">
        <h2>An administrator can unlock it</h2>
        <p>
          They sign in here and provide a copy of the key. The owner of this machine can also run{' '}
          <code className="mono">temps-desktop key unlock</code>. This page updates automatically.
        </p>
      </div>
    </section>
  );
}

/**
 * For an instance set up without a key because no custody accepted one: the owner of the machine creates it here.
 */
function FirstKey({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const { name: custody, label } = vault.custody;
  return (
    <section className="card card-pad grid grid-cols-1 gap-3" aria-label="The first key">
      <div>
        <h2>There is no key yet</h2>
        <p className="text-text-2">
          {isOwner
            ? 'Nothing has been encrypted here yet. Choose the key and where to store it.'
            : 'Nothing has been encrypted here yet. Only the owner of this machine can create the key.'}
        </p>
      </div>
      <BecomeOwner />
      {isOwner && (
        <FirstKeyChoice
          asked={{ custody, label }}
          found={vault.found_key}
          onChoose={(chosen) => askConfirmed(() => client.POST('/vault/key', { body: chosen }))}
        />
      )}
    </section>
  );
}

/** The key that is needed, the key found instead, and where its copies are. */
function KeyNeeded({ vault }: { vault: VaultStatus }) {
  return (
    <section className="card" aria-label="The key this instance needs">
      <div className="locked-fact">
        <h2>The key this instance needs</h2>
        <KeyShape fingerprint={vault.fingerprint} state="missing" />
      </div>
      {vault.found_fingerprint && (
        <div className="locked-fact">
          <h2>{vault.case === 'old_key' ? 'The older key that was found' : 'The key that was found'}</h2>
          <SmallKeyShape fingerprint={vault.found_fingerprint} state="old" />
          <span className="print-12">{vault.found_fingerprint}</span>
        </div>
      )}
      <Copies fingerprint={vault.fingerprint} />
    </section>
  );
}

function Copies({ fingerprint }: { fingerprint: string | null }) {
  const copies = useKnownCopies(fingerprint);
  const verified = copies.filter((copy) => copy.verified_at !== null);
  const shown = verified.length > 0 ? verified : copies;
  const splits = useKnownSplits(fingerprint);
  return (
    <div className="locked-fact">
      <h2>{verified.length > 0 || shown.length === 0 ? 'Copies you verified' : 'Copies, never verified'}</h2>
      {shown.length === 0 && splits.length === 0 && (
        <p className="text-text-2">None listed. Any copy you kept still works.</p>
      )}
      <ul>
        {shown.map((copy) => (
          <li key={copy.id}>
            <MiniDial days={copy.verified_at === null ? null : daysSince(copy.verified_at)} />
            <span className="truncate" dir="auto" title={nameCopy(copy)}>
              {nameCopy(copy)}
            </span>
            <span className="when">{formatShortDay(copy.verified_at ?? copy.made_at)}</span>
          </li>
        ))}
        {splits.map((split) => (
          <li key={`split ${split.id}`}>
            <MiniDial days={split.verified_at === null ? null : daysSince(split.verified_at)} />
            <span className="truncate">{nameSplit(split)}</span>
            <span className="when">{formatShortDay(split.verified_at ?? split.made_at)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What works while the vault is locked, and what does not. */
function WorksMeanwhile() {
  const mayReadPeople = useMay('users:read');
  return (
    <section className="card" aria-label="Available while locked">
      <div className="locked-fact">
        <h2>Available while locked</h2>
        <ul>
          <Fact>Sign-in and projects</Fact>
          <Fact>Plain variables and their history</Fact>
          {mayReadPeople && <Fact>People, settings, activity</Fact>}
          <Fact waits>Secret values</Fact>
          <Fact waits>API keys and tokens</Fact>
          <Fact waits>Second-factor codes</Fact>
        </ul>
      </div>
    </section>
  );
}

function Fact({ waits = false, children }: { waits?: boolean; children: string }) {
  const Icon = waits ? LockKeyhole : Check;
  return (
    <li>
      <Icon className={`icon ${waits ? '' : 'text-ok-solid'}`} aria-hidden="true" />
      <span>{children}</span>
      {waits && <span className="when">locked</span>}
    </li>
  );
}
