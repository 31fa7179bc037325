import { Check, LockKeyhole } from 'lucide-react';
import { useMay } from '../../app/session.ts';
import { Blade, SmallBlade } from '../../ui/instruments/blade.tsx';
import { MiniDial } from '../../ui/instruments/dial.tsx';
import { daysSince, formatShortDay } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { nameCopy, useKnownCopies } from '../known-copies.ts';

/** Which key is looked for, which was found instead, and where copies of it were seen. */
export function KeyNeeded({ vault }: { vault: VaultStatus }) {
  return (
    <section className="card" aria-label="The key this instance needs">
      <div className="locked-fact">
        <h2>The key this instance needs</h2>
        <Blade fingerprint={vault.fingerprint} state="missing" />
      </div>
      {vault.found_fingerprint && (
        <div className="locked-fact">
          <h2>{vault.case === 'old_key' ? 'The older key that was found' : 'The key that was found'}</h2>
          <SmallBlade fingerprint={vault.found_fingerprint} state="old" />
          <span className="print-12">{vault.found_fingerprint}</span>
        </div>
      )}
      <Copies fingerprint={vault.fingerprint} />
    </section>
  );
}

function Copies({ fingerprint }: { fingerprint: string | null }) {
  const copies = useKnownCopies(fingerprint);
  const proven = copies.filter((copy) => copy.verified_at !== null);
  const shown = proven.length > 0 ? proven : copies;
  return (
    <div className="locked-fact">
      <h2>{proven.length > 0 || shown.length === 0 ? 'Copies you proved' : 'Copies, never read back'}</h2>
      {shown.length === 0 && (
        <p className="text-text-2">None is known. A copy you kept all the same works.</p>
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
      </ul>
    </div>
  );
}

/** What a locked vault leaves as it is, and what waits. */
export function WorksMeanwhile() {
  const mayReadPeople = useMay('users:read');
  return (
    <section className="card" aria-label="Works meanwhile">
      <div className="locked-fact">
        <h2>Works meanwhile</h2>
        <ul>
          <Fact>Sign-in and projects</Fact>
          <Fact>Plain variables and their history</Fact>
          {mayReadPeople && <Fact>People, settings, activity</Fact>}
          <Fact waits>Secret values</Fact>
          <Fact waits>API keys and tokens</Fact>
          <Fact waits>Codes of second factors</Fact>
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
      {waits && <span className="when">wait</span>}
    </li>
  );
}
