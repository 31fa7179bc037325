const DAY_MS = 24 * 60 * 60 * 1000;
/** A verification older than this is due again; older than twice this it no longer counts. */
export const PROOF_FRESH_MS = 90 * DAY_MS;
const PROOF_STALE_MS = 180 * DAY_MS;

/** What a copy is worth against the loss of this machine, in the words that every place shows. */
export const copyVerdicts = {
  counts: 'It counts.',
  due: 'It counts, but its verification is due again.',
  stale: 'It does not count: it was not verified in the last 180 days.',
  unfinished: 'It does not count: it was begun and not finished.',
  unverified: 'It does not count: it is not verified yet.',
  not_separate: 'It does not count: it is not in a separate place.',
  in_future: 'It does not count: it was verified in the future, says the clock.',
  other_key: 'It does not count: it is not of the key in use.',
} as const;
export type CopyVerdict = keyof typeof copyVerdicts;
export const copyVerdictCodes = Object.keys(copyVerdicts) as CopyVerdict[];

/** Verdicts of copies that bring the key back when this machine is lost. */
export const countingVerdicts: readonly CopyVerdict[] = ['counts', 'due'];

export interface CopyVerdictFacts {
  /** Of the active key, or of the new key of a rotation. */
  isOfKeyInUse: boolean;
  verifiedAt: number | null;
  separate: boolean;
  finished: boolean;
}

/** The one function that says whether a copy counts. */
export function judgeKeyCopy(copy: CopyVerdictFacts, nowMs: number): CopyVerdict {
  if (!copy.isOfKeyInUse) return 'other_key';
  if (copy.verifiedAt === null) return copy.finished ? 'unverified' : 'unfinished';
  if (!copy.separate) return 'not_separate';
  const ageMs = nowMs - copy.verifiedAt;
  if (ageMs < 0) return 'in_future';
  if (ageMs > PROOF_STALE_MS) return 'stale';
  return ageMs > PROOF_FRESH_MS ? 'due' : 'counts';
}
