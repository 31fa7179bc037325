import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import commonWords from '@zxcvbn-ts/language-en/src/commonWords.json' with { type: 'json' };
import wordSequences from '@zxcvbn-ts/language-en/src/wordSequences.json' with { type: 'json' };
import { MIN_PASSPHRASE_CHARACTERS } from '../vocabulary.ts';

/**
 * How hard a passphrase or password is to guess, by zxcvbn (Wheeler, USENIX Security 2016). Plain, because the console judges
 * with this very file while a passphrase is typed. Loading it takes a tenth of a second: both load it when it is
 * needed, the instance in strength-worker.ts alone.
 *
 * Of the English dictionaries those that change verdicts: surnames and Wikipedia would double the size.
 */

/**
 * The powers of ten of the guesses that each has to take, at least.
 *
 * What protects the key: 10¹⁰, where zxcvbn's highest score begins. Whoever found the file needs about a second and 256 MiB
 * (scrypt) or 64 MiB (Argon2) for each of them. Twelve random characters pass, and four random words; two common words do not.
 *
 * The password of an account: 10⁸, where the score below begins. It opens no file: it is asked for here, where guessing is
 * slowed down, and whoever has the database needs a quarter of a second (bcrypt) for each.
 */
const floorsLog10 = { key: 10, account: 8 };
/** Out of reach of the guessers there are. */
const STRONG_LOG10 = 14;

/** zxcvbn's work grows with the square of the length, and what comes after this many characters weakens nothing. */
const JUDGED_CHARACTERS = 100;
/** As many names as a household or a team has. */
const MAX_NAMES = 200;

/** Phrases that every list has. Taken for words in a row they would count as random. */
const phrases = [
  'correct horse battery staple',
  'the quick brown fox jumps over the lazy dog',
  'to be or not to be',
  'that is the question',
  'may the force be with you',
  'twinkle twinkle little star',
  'lorem ipsum dolor sit amet',
  'once upon a time',
];

const zxcvbn = new ZxcvbnFactory({
  dictionary: {
    ...dictionary,
    'commonWords-en': commonWords,
    ...wordSequences,
    phrases: phrases.map(toJudged),
  },
  graphs: adjacencyGraphs,
  maxLength: JUDGED_CHARACTERS,
  // Its own 100 makes a hundred characters such as @, 4 and $ take seven times as long.
  l33tMaxSubstitutions: 10,
});

export interface Strength {
  /** The power of ten of the guesses it takes; 0 for what is short. */
  guessesLog10: number;
  /** `short` and `guessable` are below the floor. */
  level: 'short' | 'guessable' | 'good' | 'strong';
}

/** @param names names an attacker who knows the owner would try first: of people and of the instance. */
export function judgeStrength(
  text: string,
  names: readonly string[],
  protects: keyof typeof floorsLog10 = 'key',
): Strength {
  if ([...text].length < MIN_PASSPHRASE_CHARACTERS) return { guessesLog10: 0, level: 'short' };
  const { guessesLog10 } = zxcvbn.check(toJudged(text), listGuessable(names));
  if (guessesLog10 < floorsLog10[protects]) return { guessesLog10, level: 'guessable' };
  return { guessesLog10, level: guessesLog10 < STRONG_LOG10 ? 'good' : 'strong' };
}

/**
 * Look-alike forms as the plain ones (NFKC), and nothing between words: zxcvbn takes " horse " for seven random
 * characters, where a guesser tries the words with and without what stands between them.
 */
function toJudged(text: string): string {
  return text
    .slice(0, 2 * JUDGED_CHARACTERS)
    .normalize('NFKC')
    .replace(/(?<=[\p{L}\p{N}])[\s\-_.,]+(?=[\p{L}\p{N}])/gu, '')
    .slice(0, JUDGED_CHARACTERS);
}

/** Names whole and in parts: `ada@example.org` is also `ada` and `example`. */
function listGuessable(names: readonly string[]): string[] {
  const parts = ['temps', ...names.slice(0, MAX_NAMES)].flatMap((name) => [
    toJudged(name),
    ...name
      .slice(0, JUDGED_CHARACTERS)
      .normalize('NFKC')
      .split(/[^\p{L}\p{N}]+/u),
  ]);
  return [...new Set(parts.filter((part) => part.length > 2).map((part) => part.toLowerCase()))];
}
