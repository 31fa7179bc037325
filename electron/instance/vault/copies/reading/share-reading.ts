import { KEY_BYTES } from '../../sealing/master-key.ts';
import { findShareWord, parseShare, type Share } from '../../split/slip39/share-words.ts';
import type { CopyFormat } from '../../vocabulary.ts';
import type { CopyReading } from '../key-copy.ts';
import { splitWords } from '../words.ts';

/** A share has 20 words at least. Words of a line that are longer or shorter are not of the list. */
const WORDS_IN_A_ROW = /[a-z]{4,8}(?:\s+[a-z]{4,8}){19,32}/g;
const FEWEST_WORDS = 20;
const MOST_WORDS = 60;
/** Of 24 words of a key fewer than half are words of shares too. */
const LIKENESS = 0.8;

/**
 * What text is that holds one share of a split key, where a whole copy is expected; null for other text. It is named, so
 * that nobody takes a good share for a damaged copy.
 */
export function readAsShare(format: CopyFormat | null, text: string): CopyReading | null {
  const candidates = [text, ...(text.toLowerCase().match(WORDS_IN_A_ROW) ?? [])];
  for (const share of candidates) {
    const reading = parseShare(share);
    if (reading.outcome === 'share')
      return { outcome: 'unusable', format, because: nameShare(reading.share), share };
  }
  if (!looksLikeShare(splitWords(text))) return null;
  return {
    outcome: 'unusable',
    format,
    because: `it looks like a share of a split key with a wrong or missing word: ${ENTER_THEM}, which says which word it is`,
  };
}

const ENTER_THEM =
  'enter it with the others under Shares in the console, or with --shares at the command line (key unlock, key rescue)';

function nameShare({ value, memberIndex, memberThreshold, groupCount }: Share): string {
  if (value.length !== KEY_BYTES)
    return 'it is a SLIP-39 share of something else: keys of Temps have shares of 33 words';
  const scheme =
    groupCount > 1
      ? `in ${groupCount} groups, of which several open the key together`
      : `any ${memberThreshold} shares of which open the key together`;
  return `it is share ${memberIndex + 1} of a split key, ${scheme}: ${ENTER_THEM}; key split check checks one alone`;
}

function looksLikeShare(words: readonly string[]): boolean {
  if (words.length < FEWEST_WORDS || words.length > MOST_WORDS) return false;
  return words.filter((word) => findShareWord(word) !== null).length >= words.length * LIKENESS;
}
