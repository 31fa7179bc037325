import { findNearest, splitWords } from '../../copies/words.ts';
import type { CipherFacts } from './share-cipher.ts';
import { shareWordList } from './word-list.ts';

/**
 * One share as words, as SLIP-0039 has it: 15 bits of identifier, the extendable flag, 4 bits each of exponent, group
 * index, group threshold, group count, member index and member threshold, the value padded with zeros at its front
 * to a multiple of 10 bits, and three words of checksum. Counts and thresholds are stored less one.
 */
export interface Share extends CipherFacts {
  groupIndex: number;
  groupThreshold: number;
  groupCount: number;
  memberIndex: number;
  memberThreshold: number;
  value: Buffer;
}

/** A secret of 256 bits makes shares of this many words. */
export const SHARE_WORD_COUNT = 33;

/** Identifier, flag and exponent; then the places in group and split. */
const HEAD_WORDS = 4;
const CHECKSUM_WORDS = 3;
/** 128 bits, below which SLIP-0039 has no secrets. */
const MIN_WORDS = 20;
/** Longer text is not looked at: SLIP-0039 names no upper limit, and no known tool goes beyond 512 bits. */
const MAX_WORDS = 59;
const BITS_PER_WORD = 10n;
/** Who mistyped more than these is told where; to look for what every word was meant to be takes a millisecond each. */
const MAX_NEAREST = 5;
/** The first letters that tell all words apart. */
const PREFIX_LETTERS = 4;

export const shareProblems = ['length', 'unknown_words', 'checksum', 'padding', 'groups'] as const;
export type ShareProblem = (typeof shareProblems)[number];

export type ShareReading =
  | { outcome: 'share'; share: Share }
  | { outcome: 'invalid'; problem: ShareProblem; unknown: UnknownWord[] };

/** SECURITY: never the word itself: a misspelt one is nearly a word of the share. */
export interface UnknownWord {
  /** From 1. */
  position: number;
  nearest: string[];
}

const indexes = new Map(shareWordList.map((word, at) => [word.slice(0, PREFIX_LETTERS), at]));

/** The place of a word, or of one cut after its fourth letter or later, in the list; null for any other. */
export function findShareWord(typed: string): number | null {
  const at = indexes.get(typed.slice(0, PREFIX_LETTERS));
  return at !== undefined && shareWordList[at]?.startsWith(typed) ? at : null;
}

/** Words that are not in the list, of those typed so far; empty ones are not judged. */
export function findUnknownWords(words: readonly string[]): UnknownWord[] {
  const places = words.flatMap((word, at) => (word === '' || findShareWord(word) !== null ? [] : [at]));
  return places.map((at, count) => ({
    position: at + 1,
    nearest: count < MAX_NEAREST ? findNearest(words[at] as string, shareWordList) : [],
  }));
}

export function formatShare(share: Share): string {
  const bits = BigInt(share.value.length * 8);
  const words = (bits + BITS_PER_WORD - 1n) / BITS_PER_WORD;
  const first = (share.identifier << 5) | (share.isExtendable ? 0x10 : 0) | share.exponent;
  const second =
    (share.groupIndex << 16) |
    ((share.groupThreshold - 1) << 12) |
    ((share.groupCount - 1) << 8) |
    (share.memberIndex << 4) |
    (share.memberThreshold - 1);
  const body = [
    ...toWords(BigInt(first), 2n),
    ...toWords(BigInt(second), 2n),
    ...toWords(BigInt(`0x${share.value.toString('hex')}`), words),
  ];
  const checksum = checksumOf(share.isExtendable, [...body, 0, 0, 0]) ^ 1;
  return [...body, ...toWords(BigInt(checksum), 3n)].map((at) => shareWordList[at] ?? '').join(' ');
}

/** Reads words, with numbers, punctuation and notes among them as in any copy. Never throws. */
export function parseShare(text: string): ShareReading {
  const words = splitWords(text);
  if (words.length < MIN_WORDS || words.length > MAX_WORDS) return invalid('length');
  const unknown = findUnknownWords(words);
  if (unknown.length > 0) return { outcome: 'invalid', problem: 'unknown_words', unknown };
  const values = words.map((word) => findShareWord(word) ?? 0);
  const valueBits = (values.length - HEAD_WORDS - CHECKSUM_WORDS) * Number(BITS_PER_WORD);
  const padding = valueBits % 16;
  if (padding > 8) return invalid('length');
  const first = Number(toBits(values.slice(0, 2)));
  const isExtendable = (first & 0x10) !== 0;
  if (checksumOf(isExtendable, values) !== 1) return invalid('checksum');
  const value = toBits(values.slice(HEAD_WORDS, -CHECKSUM_WORDS));
  if (value >> BigInt(valueBits - padding) !== 0n) return invalid('padding');
  const second = Number(toBits(values.slice(2, HEAD_WORDS)));
  const share: Share = {
    identifier: first >> 5,
    isExtendable,
    exponent: first & 0xf,
    groupIndex: second >> 16,
    groupThreshold: ((second >> 12) & 0xf) + 1,
    groupCount: ((second >> 8) & 0xf) + 1,
    memberIndex: (second >> 4) & 0xf,
    memberThreshold: (second & 0xf) + 1,
    value: Buffer.from(value.toString(16).padStart((valueBits - padding) / 4, '0'), 'hex'),
  };
  return share.groupThreshold > share.groupCount ? invalid('groups') : { outcome: 'share', share };
}

const invalid = (problem: ShareProblem): ShareReading => ({ outcome: 'invalid', problem, unknown: [] });

function toWords(bits: bigint, count: bigint): number[] {
  return Array.from({ length: Number(count) }, (_, at) =>
    Number((bits >> ((count - 1n - BigInt(at)) * BITS_PER_WORD)) & 0x3ffn),
  );
}

function toBits(words: readonly number[]): bigint {
  return words.reduce((bits, word) => (bits << BITS_PER_WORD) | BigInt(word), 0n);
}

/** Of the Reed–Solomon code RS1024: finds any error in up to three words. */
const GENERATORS = [
  0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890,
  0x3f3f120,
];

/** 1 for words whose last three fit the others. */
function checksumOf(isExtendable: boolean, words: readonly number[]): number {
  let sum = 1;
  for (const value of [...Buffer.from(isExtendable ? 'shamir_extendable' : 'shamir'), ...words]) {
    const top = sum >> 20;
    sum = ((sum & 0xfffff) << 10) ^ value;
    for (const [bit, generator] of GENERATORS.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum;
}
