import { findActiveRecord, findKeyRecord, opensCheckValue } from '../key/key-record.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { VaultCore } from '../vault-core.ts';
import { checkWords } from './words.ts';

export const wordMatches = ['active', 'other_epoch', 'unknown'] as const;
export type WordMatch = (typeof wordMatches)[number];

/** What can be said of words while they are typed. SECURITY: never one of the words themselves. */
export interface TypedWords {
  /** Finished words that are not in the list; `position` counts from 1. */
  problems: { position: number; nearest: string[] }[];
  /** All 24 are there, and each is in the list. */
  complete: boolean;
  /** Null until complete. */
  checksumOk: boolean | null;
  fingerprint: Fingerprint | null;
  matches: WordMatch | null;
  epoch: number | null;
}

/** @param typed one for each position from the first; an empty one is not finished yet, and not judged. */
export function checkTypedWords(core: VaultCore, typed: readonly SecretText[]): TypedWords {
  const { problems, complete, key } = checkWords(typed.map((word) => word.reveal()));
  return { problems, complete, checksumOk: complete ? key !== null : null, ...findWhose(core, key) };
}

/** Whose key it is: the fingerprint, and what this instance knows of it; all null without a key. */
export function findWhose(
  core: VaultCore,
  key: MasterKey | null,
): Pick<TypedWords, 'fingerprint' | 'matches' | 'epoch'> {
  if (!key) return { fingerprint: null, matches: null, epoch: null };
  const active = findActiveRecord(core.store);
  const record = findKeyRecord(core.store, key.fingerprint);
  const isActive = active?.fingerprint === key.fingerprint && opensCheckValue(active, key);
  return {
    fingerprint: key.fingerprint,
    matches: isActive ? 'active' : record ? 'other_epoch' : 'unknown',
    epoch: record?.epoch ?? null,
  };
}
