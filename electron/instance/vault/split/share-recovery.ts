import { AppError } from '../../kernel/app-error.ts';
import { KEY_BYTES, MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { parseShare, SHARE_WORD_COUNT, type Share, type ShareReading } from './slip39/share-words.ts';
import { type CombineProblem, combineShares } from './slip39/shares.ts';

type Unread = Extract<ShareReading, { outcome: 'invalid' }>;

/** A share of a key, or why the text is none. Shares of secrets of another size are shares, but of no key. */
export function readShare(text: SecretText): ShareReading {
  const reading = parseShare(text.reveal());
  return reading.outcome === 'share' && reading.share.value.length !== KEY_BYTES
    ? { outcome: 'invalid', problem: 'length', unknown: [] }
    : reading;
}

/**
 * The key that shares give. Throws `share_invalid` for one that is not a share, with its number in the order they
 * were given, and `shares_refused` for shares that together give no key.
 */
export async function getKeyFromShares(texts: readonly SecretText[]): Promise<MasterKey> {
  return await combineToKey(texts.map((text, at) => requireShare(text, at + 1)));
}

/** @param place the number of the share in the order they were given. Throws `share_invalid`. */
export function requireShare(text: SecretText, place = 1): Share {
  const reading = readShare(text);
  if (reading.outcome === 'share') return reading.share;
  throw new AppError('share_invalid', `Share ${place} of those given: ${sayUnread(reading)}`, {
    details: { share: place, problem: reading.problem, problems: reading.unknown },
  });
}

/** Throws `shares_refused`. The shares are wiped. */
export async function combineToKey(shares: readonly Share[]): Promise<MasterKey> {
  // SLIP-0039 has a passphrase, and any passphrase gives some key: Temps uses none.
  const combining = await combineShares(shares, '');
  for (const { value } of shares) value.fill(0);
  if (combining.outcome === 'refused')
    throw new AppError('shares_refused', sayRefused(combining.problem), {
      details: { problem: combining.problem },
    });
  const key = MasterKey.fromBytes(combining.secret);
  combining.secret.fill(0);
  return key;
}

/** SECURITY: says which word, never the word. */
export function sayUnread({ problem, unknown }: Unread): string {
  switch (problem) {
    case 'length':
      return `A share of a key has ${SHARE_WORD_COUNT} words.`;
    case 'unknown_words':
      return `${unknown.length === 1 ? 'Word' : 'Words'} ${unknown.map(({ position }) => position).join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not in the list of share words.`;
    case 'checksum':
      return 'Every word is in the list, but together they are not a share: one word is wrong, or two are swapped.';
    case 'padding':
      return 'Its checksum is right, but it breaks the format: it was not made by a correct program.';
    case 'groups':
      return 'It asks for more groups than there are: it was not made by a correct program.';
  }
}

export function sayRefused(problem: CombineProblem): string {
  switch (problem) {
    case 'none':
      return 'No shares were given.';
    case 'different_identifiers':
      return 'These shares are of different splits: shares of two splits never fit together.';
    case 'different_splits':
    case 'different_thresholds':
    case 'different_lengths':
      return 'These shares say different things about how the key was split: they are not of one split.';
    case 'same_number':
      return 'Two shares have the same number and different words: one of them is of another split.';
    case 'too_few_groups':
      return 'There are shares of too few groups.';
    case 'too_few_shares':
      return 'There are too few shares to open the key.';
    case 'do_not_fit':
      return 'Each share is readable, but together they give no key: one of them is of another split or was changed.';
    case 'too_much_work':
      return 'These shares ask for far more work than any share of a key does: they were not made by Temps or a usual tool.';
  }
}
