/**
 * How long a passphrase would stand, as an honest guess: what a guesser tries first (words one knows, runs,
 * repetitions, years) counts for little, whatever its length.
 */
export interface Strength {
  /** About this many bits, were it chosen at random from what it looks like. */
  bits: number;
  level: 'empty' | 'short' | 'weak' | 'fair' | 'good' | 'strong';
  word: string;
}

const MIN_CHARACTERS = 12;
/** A word someone picks, out of the few thousand people pick from. */
const WORD_BITS = 10;
const known =
  /(?:p[a4]ss[wp]?(?:[o0]rd|hrase)?|qwert[yz]u?i?o?p?|asdfg?h?j?k?l?|abc(?:def)?|letmein|admin|welcome|login|secret|geheim|temps|iloveyou|dragon|monkey|master|football|hunter|sunshine|princess)/gi;
const year = /(?:19|20)\d\d/g;

export function judgeStrength(text: string): Strength {
  const characters = [...text];
  if (characters.length === 0) return { bits: 0, level: 'empty', word: '' };
  const bits = Math.round(countBits(text));
  if (characters.length < MIN_CHARACTERS) {
    const missing = MIN_CHARACTERS - characters.length;
    return { bits, level: 'short', word: `${missing} more ${missing === 1 ? 'character' : 'characters'}` };
  }
  if (bits < 36) return { bits, level: 'weak', word: 'Weak: guessed early' };
  if (bits < 50) return { bits, level: 'fair', word: 'Fair' };
  if (bits < 64) return { bits, level: 'good', word: 'Good' };
  return { bits, level: 'strong', word: 'Strong' };
}

function countBits(text: string): number {
  const parts = text.split(/[\s\-_.,:;]+/).filter((part) => part !== '');
  const looksLikeWords = parts.length >= 3 && parts.every((part) => /^[\p{L}]{2,}\d{0,4}$/u.test(part));
  if (looksLikeWords) return new Set(parts.map((part) => part.toLowerCase())).size * (WORD_BITS + 1);
  let rest = text.toLowerCase();
  let bits = 0;
  for (const pattern of [known, year]) {
    rest = rest.replace(pattern, () => {
      bits += WORD_BITS / 2;
      return '';
    });
  }
  return bits + countRandomBits(rest, text);
}

/** Each character as a choice among its kinds; one that repeats or goes on from the last hardly counts. */
function countRandomBits(rest: string, text: string): number {
  const kinds =
    (/[a-z]/.test(text) ? 26 : 0) +
    (/[A-Z]/.test(text) ? 26 : 0) +
    (/\d/.test(text) ? 10 : 0) +
    (/[^a-zA-Z\d]/.test(text) ? 20 : 0);
  const bitsEach = Math.log2(Math.max(kinds, 2)) * 0.75;
  const seen = new Set<string>();
  let bits = 0;
  let last = Number.NaN;
  for (const character of rest) {
    const code = character.codePointAt(0) ?? 0;
    const isRun = Math.abs(code - last) <= 1;
    bits += isRun ? 0.5 : seen.has(character) ? bitsEach / 2 : bitsEach;
    seen.add(character);
    last = code;
  }
  return bits;
}
