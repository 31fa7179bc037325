import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { MasterKey } from '../sealing/master-key.ts';

/** BIP-39: 256 bits of entropy and 8 of checksum make 24 words. */
export const WORD_COUNT = 24;
const NEAREST_SHOWN = 3;
const known = new Set(wordlist);
/** The first four letters of a word are no other's (BIP-39), and what steel plates and short lists have. */
const PREFIX_LETTERS = 4;

export type WordsReading =
  | { outcome: 'key'; key: MasterKey }
  | { outcome: 'words_invalid'; problems: WordProblem[]; checksumFails: boolean };

export interface WordProblem {
  /** From 1. */
  position: number;
  word: string;
  nearest: string[];
}

/** 24 English words, one space apart. */
export function formatWords(key: MasterKey): string {
  const bytes = key.exportBytes();
  const words = entropyToMnemonic(bytes, wordlist);
  bytes.fill(0);
  return words;
}

/** The words in text: numbers, punctuation, line breaks and case do not matter; lines that begin with `#` are notes. */
export function splitWords(text: string): string[] {
  return text
    .replace(/^\s*#.*$/gm, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** The word of the list that is meant: itself, or its first letters when no other begins with them; else null. */
export function findWord(written: string): string | null {
  if (known.has(written)) return written;
  if (written.length < PREFIX_LETTERS) return null;
  return wordlist.find((word) => word.startsWith(written)) ?? null;
}

/** Whether text is meant as words: most of what it has are words of the list. */
export function looksLikeWords(words: readonly string[]): boolean {
  return (
    words.length >= WORD_COUNT / 2 &&
    words.length <= WORD_COUNT * 2 &&
    words.filter((word) => findWord(word) !== null).length * 2 > words.length
  );
}

/** Words that are not in the list are named with their place and the nearest ones that are. */
export function parseWords(words: readonly string[]): WordsReading {
  const meant = words.map(findWord);
  const problems: WordProblem[] = words
    .slice(0, WORD_COUNT)
    .flatMap((word, at) =>
      meant[at] === null ? [{ position: at + 1, word, nearest: findNearest(word) }] : [],
    );
  if (words.length < WORD_COUNT) problems.push({ position: words.length + 1, word: '', nearest: [] });
  if (words.length > WORD_COUNT)
    problems.push({ position: WORD_COUNT + 1, word: words[WORD_COUNT] ?? '', nearest: [] });
  if (problems.length > 0) return { outcome: 'words_invalid', problems, checksumFails: false };
  try {
    return { outcome: 'key', key: MasterKey.fromBytes(mnemonicToEntropy(meant.join(' '), wordlist)) };
  } catch {
    return { outcome: 'words_invalid', problems: [], checksumFails: true };
  }
}

/** The words of the list, in its order. */
export function listWords(): string[] {
  return [...wordlist];
}

export interface WordsCheck {
  problems: Omit<WordProblem, 'word'>[];
  /** All 24 are there, and each is in the list. */
  complete: boolean;
  /** Null unless complete and the checksum fits. */
  key: MasterKey | null;
}

/** Words as they are being typed, one for each position; an empty one is not judged. */
export function checkWords(typed: readonly string[]): WordsCheck {
  const words = typed.map((word) => word.normalize('NFKD').trim().toLowerCase());
  const problems = words.flatMap((word, at) =>
    word === '' || findWord(word) !== null ? [] : [{ position: at + 1, nearest: findNearest(word) }],
  );
  const complete = words.length === WORD_COUNT && words.every((word) => findWord(word) !== null);
  const reading = complete ? parseWords(words) : null;
  return { problems, complete, key: reading?.outcome === 'key' ? reading.key : null };
}

/** The words of a list that are most like a misspelt one. */
export function findNearest(word: string, list: readonly string[] = wordlist): string[] {
  return list
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEAREST_SHOWN)
    .map(({ candidate }) => candidate);
}

/** One row of the table, used again for each pair: a page of misspelt words compares 50,000 of them. */
const row = new Uint8Array(16);

/** Levenshtein. Words of the lists have at most 8 letters; longer input is cut, so the work stays small. */
function editDistance(word: string, candidate: string): number {
  const typed = word.slice(0, 16);
  for (let j = 0; j <= candidate.length; j++) row[j] = j;
  for (let i = 1; i <= typed.length; i++) {
    let diagonal = row[0] as number;
    row[0] = i;
    for (let j = 1; j <= candidate.length; j++) {
      const above = row[j] as number;
      const substituted = diagonal + (typed.charCodeAt(i - 1) === candidate.charCodeAt(j - 1) ? 0 : 1);
      row[j] = Math.min(substituted, above + 1, (row[j - 1] as number) + 1);
      diagonal = above;
    }
  }
  return row[candidate.length] as number;
}
