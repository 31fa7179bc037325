import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { placeContext } from '../copies/key-copies.ts';
import { checkPlace } from '../copies/places.ts';
import { findWhose, type WordMatch } from '../copies/typed-words.ts';
import { splitWords } from '../copies/words.ts';
import { readBack } from '../copies/write-copy.ts';
import { vaultOperations } from '../operations.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import { SecretText } from '../secret-text.ts';
import type { VaultCore } from '../vault-core.ts';
import { combineToKey, readShare, sayRefused, sayUnread } from './share-recovery.ts';
import { findUnknownWords, SHARE_WORD_COUNT, type Share, type UnknownWord } from './slip39/share-words.ts';
import { findDisagreement, findMissing } from './slip39/shares.ts';
import { findSplit, isShareOf, type KeySplit } from './split-record.ts';

export const typedShareStates = [
  'empty',
  'incomplete',
  'ok',
  'wrong',
  'repeated',
  'other_split',
  'contradicts',
] as const;
export type TypedShareState = (typeof typedShareStates)[number];

/** What can be said of a share while it is typed. SECURITY: never one of its words. */
export interface TypedShare {
  state: TypedShareState;
  /** For people; null while there is nothing to say. */
  message: string | null;
  words: number;
  /** Finished words that are not in the list. */
  problems: UnknownWord[];
  /** From 1; null until it is read. */
  number: number | null;
  threshold: number | null;
}

/** What can be said of all of them together. */
export interface TypedShares {
  shares: TypedShare[];
  /** Numbers that are in, each once. */
  numbers: number[];
  threshold: number | null;
  /** How many the split has, where it is one of this instance. */
  shareCount: number | null;
  /** How many more are needed; null until one is read, and for shares in several groups. */
  missing: number | null;
  /** Together they give a key. */
  complete: boolean;
  message: string | null;
  fingerprint: Fingerprint | null;
  matches: WordMatch | null;
  epoch: number | null;
}

/** Judges shares as they are typed, one text for each. */
export async function checkTypedShares(core: VaultCore, texts: readonly SecretText[]): Promise<TypedShares> {
  const taken: Share[] = [];
  const shares = texts.map((text) => judgeTyped(text, taken));
  const [first] = taken;
  const isGrouped = first !== undefined && first.groupCount > 1;
  const numbers = taken.map(numberOf);
  const isComplete = first !== undefined && findMissing(taken) === null;
  const missing = first && !isGrouped ? Math.max(0, first.memberThreshold - numbers.length) : null;
  const split = first ? findSplit(core, first.identifier) : null;
  const { key, message } = isComplete ? await tryCombine(taken) : { key: null, message: null };
  return {
    shares,
    numbers: numbers.sort((a, b) => a - b),
    threshold: first && !isGrouped ? first.memberThreshold : null,
    shareCount: split?.shareCount ?? null,
    missing,
    complete: key !== null,
    message,
    ...findWhose(core, key),
  };
}

async function tryCombine(shares: Share[]): Promise<{ key: MasterKey | null; message: string | null }> {
  try {
    return { key: await combineToKey(shares), message: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { key: null, message: error.message };
  }
}

/** A share that belongs to those taken so far is taken too. */
function judgeTyped(text: SecretText, taken: Share[]): TypedShare {
  const typed = text.reveal();
  const words = splitWords(typed);
  const isUnfinished = words.length < SHARE_WORD_COUNT;
  // The last word is still being typed.
  const finished = isUnfinished && /[a-z]$/i.test(typed) ? words.slice(0, -1) : words;
  const base = { words: words.length, problems: [], number: null, threshold: null };
  if (words.length === 0) return { ...base, state: 'empty', message: null };
  if (isUnfinished) {
    const problems = findUnknownWords(finished);
    return { ...base, problems, state: problems.length > 0 ? 'wrong' : 'incomplete', message: null };
  }
  const reading = readShare(text);
  if (reading.outcome === 'invalid')
    return { ...base, problems: reading.unknown, state: 'wrong', message: sayUnread(reading) };
  const { share } = reading;
  const read = { ...base, number: numberOf(share), threshold: share.memberThreshold };
  const same = taken.find(
    (other) => other.groupIndex === share.groupIndex && other.memberIndex === share.memberIndex,
  );
  const problem = findDisagreement([...taken, share]);
  if (problem === 'same_number') return { ...read, state: 'contradicts', message: sayRefused(problem) };
  if (problem !== null) return { ...read, state: 'other_split', message: sayOtherSplit(problem, taken) };
  if (same) return { ...read, state: 'repeated', message: `Share ${numberOf(share)} is already there.` };
  taken.push(share);
  return { ...read, state: 'ok', message: null };
}

function sayOtherSplit(problem: NonNullable<ReturnType<typeof findDisagreement>>, taken: Share[]): string {
  if (problem === 'too_much_work') return sayRefused(problem);
  const numbers = taken.map(numberOf).join(', ');
  return `This share is of another split than share ${numbers}: they never fit together.`;
}

const numberOf = (share: Share): number => share.memberIndex + 1;

export const shareVerdicts = [
  'verified',
  'older_key',
  'changed',
  'unknown_split',
  'not_checkable',
  'invalid',
] as const;
export type ShareVerdict = (typeof shareVerdicts)[number];

export interface ShareChecking {
  verdict: ShareVerdict;
  detail: string;
  splitId: number | null;
  number: number | null;
  threshold: number | null;
  shareCount: number | null;
  fingerprint: Fingerprint | null;
  epoch: number | null;
  problems: UnknownWord[];
}

/** A share to check: typed, or in a file on this machine. */
export type HandedShare = { text: SecretText } | { path: string };

/**
 * Checks one share without the others, and counts it as verified. Bad shares are verdicts, not errors. Throws what
 * reading a file throws.
 */
export async function checkShare(
  core: VaultCore,
  actor: Caller | null,
  handed: HandedShare,
): Promise<ShareChecking> {
  const checking = judgeShare(core, 'path' in handed ? await readShareFile(core, handed.path) : handed.text);
  const { verdict, splitId, number, fingerprint } = checking;
  // SECURITY: where it was found with the database it counts as lying there, wherever else it is as well.
  const isNear = 'path' in handed && !(await checkPlace(handed.path, placeContext(core))).separate;
  core.store.transaction(() => {
    if ((verdict === 'verified' || verdict === 'older_key') && splitId !== null && number !== null)
      markShareVerified(core, splitId, number, 'path' in handed ? handed.path : null, isNear);
    core.audit.append(vaultOperations.KEY_SHARE_CHECKED, actor, { verdict, number, fingerprint });
  });
  core.emit('copies');
  return checking;
}

/** What is in a file: text as it is, and the words of a share's page. Throws what reading a file throws. */
export async function readShareFile(core: VaultCore, path: string): Promise<SecretText> {
  const bytes = Buffer.from(await readBack(path));
  if (bytes.subarray(0, 5).toString('latin1') !== '%PDF-') return new SecretText(bytes.toString('utf8'));
  const reading = await core.copyReader.read(bytes);
  return new SecretText((reading.outcome === 'unusable' && reading.share) || '');
}

function judgeShare(core: VaultCore, text: SecretText): ShareChecking {
  const reading = readShare(text);
  const none = {
    splitId: null,
    number: null,
    threshold: null,
    shareCount: null,
    fingerprint: null,
    epoch: null,
    problems: [],
  };
  if (reading.outcome === 'invalid')
    return { ...none, verdict: 'invalid', detail: sayUnread(reading), problems: reading.unknown };
  const { share } = reading;
  const number = numberOf(share);
  const split = findSplit(core, share.identifier);
  if (!split)
    return {
      ...none,
      verdict: 'unknown_split',
      detail: `This is share ${number} of a split that needs ${share.memberThreshold}, but not of one that this instance knows.`,
      number,
      threshold: share.memberThreshold,
    };
  return { ...judgeKnown(core, split, share), ...describeKnown(split, number) };
}

function describeKnown({ id, threshold, shareCount, fingerprint, epoch }: KeySplit, number: number) {
  return { splitId: id, number, threshold, shareCount, fingerprint, epoch, problems: [] };
}

function judgeKnown(
  core: VaultCore,
  split: KeySplit,
  share: Share,
): Pick<ShareChecking, 'verdict' | 'detail'> {
  const key = core.ring.find(split.fingerprint);
  const name = `Share ${numberOf(share)} of ${split.shareCount}`;
  if (!key)
    return {
      verdict: 'not_checkable',
      detail: `${name} names a split of the key ${split.fingerprint}, which is not in memory: a single share can be checked only while its key is.`,
    };
  if (!isShareOf(core, split, key, share))
    return {
      verdict: 'changed',
      detail: `It says it is ${name.toLowerCase()}, but it is not the share that was made: do not rely on it.`,
    };
  if (split.verdict.state === 'old_key')
    return { verdict: 'older_key', detail: `${name} is right. ${split.verdict.message}` };
  return { verdict: 'verified', detail: `${name} is right: any ${split.threshold} of them open the key.` };
}

/** In the caller's transaction. */
export function markShareVerified(
  core: VaultCore,
  splitId: number,
  number: number,
  path: string | null,
  isNear: boolean,
): void {
  core.store.sqlite
    .prepare(
      `UPDATE key_shares SET verified_at = @now, place = coalesce(place, @path, 'on paper'),
       separate = separate AND NOT @near WHERE split_id = @splitId AND number = @number`,
    )
    .run({ now: core.clock.now(), path, near: isNear ? 1 : 0, splitId, number });
}
