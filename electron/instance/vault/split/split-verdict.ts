import { copyVerdicts, judgeKeyCopy } from '../copies/copy-verdict.ts';

/** Where a share is and when it was last verified. */
export interface ShareFacts {
  number: number;
  /** Null until it was written down or to a file. */
  place: string | null;
  /** False where it lies with the database. */
  separate: boolean;
  verifiedAt: number | null;
}

export interface SplitFacts {
  threshold: number;
  /** When as many shares as are needed last gave the key. */
  combinedAt: number | null;
  shares: readonly ShareFacts[];
  /** Of the key that was split: null when it is the active one. */
  olderEpoch: number | null;
  nowMs: number;
}

export const splitStates = [
  'counts',
  'due',
  'stale',
  'unfinished',
  'unverified',
  'too_near',
  'too_few_apart',
  'old_key',
] as const;
export type SplitState = (typeof splitStates)[number];

export interface SplitVerdict {
  state: SplitState;
  /** For people: that it counts as a copy of the key, or why it does not. */
  message: string;
  /** As of when it is verified: as many of its shares as are needed were seen since. Null for what was never a copy. */
  verifiedAt: number | null;
}

/**
 * Whether a split key counts as a copy, as one pure function. It does when all its shares were verified, and neither
 * the loss of this machine nor its theft changes anything: enough shares lie elsewhere, and those that lie with the
 * database are at least two short of what opens it. A verification in the future (the clock was set back) does not
 * count.
 */
export function judgeSplit({ threshold, combinedAt, shares, olderEpoch, nowMs }: SplitFacts): SplitVerdict {
  if (olderEpoch !== null)
    return not(
      'old_key',
      `These are shares of key version ${olderEpoch}: they decrypt backups made with it, not the current secrets. Split the key in use again.`,
    );
  const unkept = shares.filter(({ place }) => place === null);
  if (unkept.length > 0)
    return not(
      'unfinished',
      `It does not count: ${nameShares(unkept)} never written down. Drop it and split the key again.`,
    );
  const seen = shares.flatMap(({ verifiedAt }) =>
    verifiedAt !== null && verifiedAt <= nowMs ? [verifiedAt] : [],
  );
  const unseen = shares.filter(({ verifiedAt }) => verifiedAt === null || verifiedAt > nowMs);
  if (unseen.length > 0)
    return not('unverified', `It does not count yet: ${nameShares(unseen)} never verified.`);
  if (combinedAt === null || combinedAt > nowMs)
    return not('unverified', `It does not count yet: the key was never recovered from ${threshold} shares.`);
  const near = shares.filter(({ separate }) => !separate);
  const needed = threshold - near.length;
  if (needed < 2)
    return not(
      'too_near',
      needed === 1
        ? `It does not count: ${nameShares(near)} kept with the database, and whoever takes it needs only one more.`
        : `It does not count: ${nameShares(near)} kept with the database, and together they open it.`,
    );
  const apart = shares.length - near.length;
  if (apart < threshold)
    return not(
      'too_few_apart',
      `It does not count: if this machine is lost, only ${apart} of ${shares.length} shares are left, and ${threshold} are needed.`,
    );
  const verifiedAt = seen.sort((a, b) => b - a)[threshold - 1] ?? null;
  const worth = judgeKeyCopy({ isOfKeyInUse: true, verifiedAt, separate: true, finished: true }, nowMs);
  if (worth === 'counts')
    return {
      state: worth,
      message: 'It counts as one copy of the key: every share was verified.',
      verifiedAt,
    };
  return { state: worth === 'due' ? 'due' : 'stale', message: copyVerdicts[worth], verifiedAt };
}

function not(state: SplitState, message: string): SplitVerdict {
  return { state, message, verifiedAt: null };
}

/** "share 2 was", "shares 1, 2 and 4 were". */
function nameShares(shares: readonly ShareFacts[]): string {
  const numbers = shares.map(({ number }) => String(number));
  const last = numbers.pop() ?? '';
  return numbers.length === 0 ? `share ${last} was` : `shares ${numbers.join(', ')} and ${last} were`;
}
