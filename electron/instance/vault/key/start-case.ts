import type { CustodyFinding } from '../custody/custody.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import { type KeyRecord, opensCheckValue } from './key-record.ts';

/** Status of the vault. Everything except `running` is locked. */
export const vaultCases = [
  'running',
  'missing',
  'waiting',
  'old_key',
  'foreign_key',
  'locked_by_owner',
  'locked_when_idle',
  'locked_with_screen',
  'relocated',
] as const;
export type VaultCase = (typeof vaultCases)[number];

export type StartDecision =
  /** Nothing was ever sealed here: `adopt` is a key the custody already holds, else one is created. */
  | { case: 'first'; adopt: MasterKey | null }
  | { case: 'running'; active: MasterKey; others: MasterKey[] }
  | { case: 'missing'; detail: string }
  | { case: 'waiting'; detail: string; refused: boolean }
  | { case: 'old_key'; detail: string; found: Fingerprint }
  | { case: 'foreign_key'; detail: string; found: Fingerprint };

export interface StartFacts {
  records: KeyRecord[];
  hasSecrets: boolean;
  finding: CustodyFinding;
  /** Where the custody is, in words. */
  place: string;
}

/**
 * The six cases of a start, as a pure function.
 *
 * SECURITY: only `first` ever leads to a new key, and only a database that holds neither a ciphertext nor a
 * key record is `first`. A custody that is locked or refuses is never read as "there is no key".
 */
export function decideStart({ records, hasSecrets, finding, place }: StartFacts): StartDecision {
  if (finding.outcome === 'locked' || finding.outcome === 'refused') {
    return { case: 'waiting', detail: finding.detail, refused: finding.outcome === 'refused' };
  }
  const found = finding.outcome === 'found' ? finding.keys : [];
  const active = records.find((record) => record.state === 'active');
  if (!active && (records.length > 0 || hasSecrets)) {
    return { case: 'missing', detail: 'The database holds secrets but names no active key.' };
  }
  if (!active) return decideFirst(found, place);

  const match = found.find((key) => key.fingerprint === active.fingerprint);
  if (match && opensCheckValue(active, match)) {
    return { case: 'running', active: match, others: found.filter((key) => key !== match) };
  }
  if (match) {
    return {
      case: 'foreign_key',
      found: match.fingerprint,
      detail:
        'The key has the recorded fingerprint but cannot decrypt the recorded check value: the key record is damaged.',
    };
  }
  const old = found.find((key) => records.some((record) => record.fingerprint === key.fingerprint));
  if (old) {
    const epoch = records.find((record) => record.fingerprint === old.fingerprint)?.epoch;
    return {
      case: 'old_key',
      found: old.fingerprint,
      detail: `${place} holds key version ${epoch} (${old.fingerprint}); the active key is ${active.fingerprint}, version ${active.epoch}.`,
    };
  }
  const foreign = found[0];
  if (foreign) {
    return {
      case: 'foreign_key',
      found: foreign.fingerprint,
      detail: `${place} holds ${foreign.fingerprint}, which never belonged to this instance; its active key is ${active.fingerprint}.`,
    };
  }
  return { case: 'missing', detail: `No key at ${place}. The active key is ${active.fingerprint}.` };
}

function decideFirst(found: MasterKey[], place: string): StartDecision {
  const [first, second] = found;
  if (first && second) {
    return {
      case: 'foreign_key',
      found: first.fingerprint,
      detail: `${place} holds ${found.length} keys, none of which this instance has used: leave only one.`,
    };
  }
  return { case: 'first', adopt: first ?? null };
}
