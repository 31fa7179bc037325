import { useQuery } from '@tanstack/react-query';
import { Check, TriangleAlert } from 'lucide-react';
import { saySecretsOfKey } from '../../secrets/secret-words.ts';
import { Dial } from '../../ui/instruments/dial.tsx';
import { KeyShape } from '../../ui/instruments/key-shape.tsx';
import { Level } from '../../ui/instruments/level.tsx';
import { formatDay } from '../../ui/time.ts';
import { keeperOf } from '../../vault-state/custody-words.ts';
import { levelWords, reasonsOf } from '../../vault-state/health-words.ts';
import { ReasonBanner } from '../../vault-state/reason-banner.tsx';
import { daysSinceVerified, type VaultStatus } from '../../vault-state/vault.ts';
import { isCounting, type KeyCopy } from '../copy/copy-formats.ts';
import { copiesQuery, isSplitCounting, type KeySplit, keyQuery, useKnownSplits } from '../key-queries.ts';

/** The active key, its health with reasons, and when a copy was last verified. */
export function Health({ vault }: { vault: VaultStatus }) {
  const key = useQuery(keyQuery);
  const copies = useQuery(copiesQuery);
  const splits = useKnownSplits(vault.fingerprint);
  const open = reasonsOf(vault, 'key').filter((reason) => reason.snoozed_until === null);
  const hasSecrets = vault.secrets.total > 0;
  return (
    <>
      {open.map((reason) => (
        <ReasonBanner key={reason.code} reason={reason} />
      ))}
      <section className="card key-hero" aria-label={`Key version ${vault.epoch ?? ''}`}>
        <div className="min-w-0">
          <KeyDrawing fingerprint={vault.fingerprint} />
          <div className="mt-3 text-text-2">
            <h2 className="inline">
              <b>Key version {vault.epoch}</b>
            </h2>
            {key.data?.activated_at && <>, in use since {formatDay(key.data.activated_at)}</>}. It encrypts{' '}
            {saySecretsOfKey(vault.secrets)}.
            {key.data?.rotation_advised && (
              <> It has encrypted {key.data.seal_count.toLocaleString()} times: rotate it.</>
            )}
          </div>
        </div>
        <div className="key-why">
          <Level level={vault.health.halves.key} isBig>
            {levelWords[vault.health.halves.key]}
          </Level>
          <ul>
            {findFacts(vault, copies.data?.copies ?? [], splits).map(({ isGood, words }) => (
              <li key={words}>
                {isGood ? (
                  <Check className="icon mt-0.5 text-ok-solid" aria-hidden="true" />
                ) : (
                  <TriangleAlert className="icon mt-0.5 text-attention-solid" aria-hidden="true" />
                )}
                <span className="min-w-0">{words}</span>
              </li>
            ))}
          </ul>
        </div>
        {hasSecrets || daysSinceVerified(vault) !== null ? <Dial days={daysSinceVerified(vault)} /> : null}
      </section>
    </>
  );
}

/** Large where there is room. */
function KeyDrawing({ fingerprint }: { fingerprint: string | null }) {
  return (
    <>
      <span className="key-large">
        <KeyShape fingerprint={fingerprint} column={14} />
      </span>
      <span className="key-small">
        <KeyShape fingerprint={fingerprint} column={10} />
      </span>
    </>
  );
}

interface Fact {
  isGood: boolean;
  words: string;
}

/** The facts behind the level. */
function findFacts(vault: VaultStatus, copies: readonly KeyCopy[], splits: readonly KeySplit[]): Fact[] {
  const own = copies.filter((copy) => copy.fingerprint === vault.fingerprint);
  const counting = own.filter(isCounting).length + splits.filter(isSplitCounting).length;
  const facts: Fact[] = [];
  if (counting > 0)
    facts.push({ isGood: true, words: counting === 1 ? 'One copy counts' : `${counting} copies count` });
  else facts.push({ isGood: vault.secrets.total === 0, words: 'No copy counts yet' });
  facts.push({ isGood: true, words: `${keeperOf(vault.custody)} matches the key record` });
  for (const reason of reasonsOf(vault, 'key')) {
    if (reason.snoozed_until !== null)
      facts.push({
        isGood: false,
        words: `${reason.message} Reminder ${formatDay(reason.snoozed_until)}.`,
      });
  }
  if (vault.rotation?.state === 'staged' || vault.rotation?.state === 'proven')
    facts.push({ isGood: false, words: 'A rotation was started and needs you to continue' });
  return facts;
}
