import { type Point, recoverSecret, splitSecret } from './shamir.ts';
import { decryptSecret, encryptSecret } from './share-cipher.ts';
import { formatShare, type Share } from './share-words.ts';

/** Shares that can be made at most: an index has four bits. */
export const MAX_SHARES = 16;

/**
 * The most work a share may ask for: 2,500 × 2⁵ iterations, four times, a fraction of a second. Known tools use 0 or 1;
 * at 15, the highest, one share could keep a core busy for minutes.
 */
const MAX_EXPONENT = 5;

export interface SplitOptions {
  /** How many shares recover the secret. */
  threshold: number;
  count: number;
  /** 15 random bits that tell the shares of one split from those of others. */
  identifier: number;
  passphrase: string;
}

/** A secret of 16 to 64 bytes as shares of one group, in words. */
export async function createShares(secret: Buffer, options: SplitOptions): Promise<string[]> {
  // Not extendable: tools from before 2024 read these too. Without a passphrase more work would protect nothing.
  const facts = { identifier: options.identifier, isExtendable: false, exponent: 0 };
  const encrypted = await encryptSecret(secret, options.passphrase, facts);
  const points = splitSecret(encrypted, options.threshold, options.count);
  encrypted.fill(0);
  return points.map(({ x, y }) => {
    const words = formatShare({
      ...facts,
      groupIndex: 0,
      groupThreshold: 1,
      groupCount: 1,
      memberIndex: x,
      memberThreshold: options.threshold,
      value: y,
    });
    y.fill(0);
    return words;
  });
}

export const combineProblems = [
  'none',
  'different_identifiers',
  'different_splits',
  'different_thresholds',
  'different_lengths',
  'same_number',
  'too_few_groups',
  'too_few_shares',
  'do_not_fit',
  'too_much_work',
] as const;
export type CombineProblem = (typeof combineProblems)[number];

export type Combining =
  | { outcome: 'secret'; secret: Buffer }
  | { outcome: 'refused'; problem: CombineProblem };

/** Shares of one group, by their place in the split. */
interface Group {
  index: number;
  threshold: number;
  members: Map<number, Share>;
}

/** Whether shares belong together: null, or the first thing that says they do not. Too few is not judged here. */
export function findDisagreement(shares: readonly Share[]): CombineProblem | null {
  const [first, ...others] = shares;
  if (!first) return 'none';
  if (first.exponent > MAX_EXPONENT) return 'too_much_work';
  for (const share of others) {
    if (share.identifier !== first.identifier) return 'different_identifiers';
    if (share.isExtendable !== first.isExtendable || share.exponent !== first.exponent)
      return 'different_splits';
    if (share.groupThreshold !== first.groupThreshold || share.groupCount !== first.groupCount)
      return 'different_splits';
    if (share.value.length !== first.value.length) return 'different_lengths';
  }
  for (const group of groupShares(shares)) {
    const own = shares.filter((share) => share.groupIndex === group.index);
    if (own.some((share) => share.memberThreshold !== group.threshold)) return 'different_thresholds';
    const isDoubled = own.some((share) => !group.members.get(share.memberIndex)?.value.equals(share.value));
    if (isDoubled) return 'same_number';
  }
  return null;
}

/** Whether there are enough shares, which belong together, to recover the secret. */
export function findMissing(shares: readonly Share[]): 'too_few_groups' | 'too_few_shares' | null {
  const groups = groupShares(shares);
  const needed = shares[0]?.groupThreshold ?? 1;
  if (groups.filter(isComplete).length >= needed) return null;
  return groups.length < needed ? 'too_few_groups' : 'too_few_shares';
}

/** Recovers a secret from enough shares of one split, in one group or several. The caller wipes it. */
export async function combineShares(shares: readonly Share[], passphrase: string): Promise<Combining> {
  const problem = findDisagreement(shares) ?? findMissing(shares);
  const [first] = shares;
  if (problem !== null || !first) return { outcome: 'refused', problem: problem ?? 'none' };
  const points: Point[] = [];
  for (const group of groupShares(shares).filter(isComplete)) {
    const members = [...group.members].map(([x, share]) => ({ x, y: share.value }));
    const y = recoverSecret(members, group.threshold);
    if (!y) return { outcome: 'refused', problem: 'do_not_fit' };
    points.push({ x: group.index, y });
  }
  const encrypted = recoverSecret(points, first.groupThreshold);
  for (const { y } of points) y.fill(0);
  if (!encrypted) return { outcome: 'refused', problem: 'do_not_fit' };
  const secret = await decryptSecret(encrypted, passphrase, first);
  encrypted.fill(0);
  return { outcome: 'secret', secret };
}

function groupShares(shares: readonly Share[]): Group[] {
  const groups = new Map<number, Group>();
  for (const share of shares) {
    const group = groups.get(share.groupIndex) ?? {
      index: share.groupIndex,
      threshold: share.memberThreshold,
      members: new Map<number, Share>(),
    };
    groups.set(share.groupIndex, group);
    if (!group.members.has(share.memberIndex)) group.members.set(share.memberIndex, share);
  }
  return [...groups.values()];
}

const isComplete = ({ members, threshold }: Group): boolean => members.size >= threshold;
