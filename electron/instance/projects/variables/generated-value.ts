import { generateKeyPairSync, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { SecretText } from '../../vault/secret-text.ts';

/** What a value is made of, with what its length counts: none where it has one length alone. */
export const generatedKinds = {
  /** Letters and digits, which no shell, URL or file format takes for anything else. */
  characters: { least: 16, usual: 32, most: 1024, counts: 'characters' },
  /** With the signs that passwords are asked to have. */
  symbols: { least: 16, usual: 32, most: 1024, counts: 'characters' },
  hex: { least: 16, usual: 32, most: 1024, counts: 'bytes' },
  base64: { least: 16, usual: 32, most: 1024, counts: 'bytes' },
  base64url: { least: 16, usual: 32, most: 1024, counts: 'bytes' },
  /** Of 2,048 (BIP-39), with a hyphen between them: eleven bits each. */
  words: { least: 6, usual: 6, most: 24, counts: 'words' },
  uuid: null,
  /** In PEM (PKCS #8, RFC 8410). `openssl pkey -pubout` gives the public one. */
  ed25519_key: null,
} as const;
export type GeneratedKind = keyof typeof generatedKinds;

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** None of them is a quote, a backslash, a space, a `$` or a `#`: nothing reads them as more than themselves. */
const SYMBOLS = `${LETTERS_AND_DIGITS}!%*+,-./:;=?@_~`;

/**
 * A value that nobody can guess: the shortest has 66 bits (six words), every other at least 95.
 *
 * @param length within the limits of its kind.
 */
export function generateValue(kind: GeneratedKind, length: number): SecretText {
  return new SecretText(makers[kind](length));
}

const makers: Record<GeneratedKind, (length: number) => string> = {
  characters: (length) => draw(length, LETTERS_AND_DIGITS),
  symbols: (length) => draw(length, SYMBOLS),
  hex: (length) => randomBytes(length).toString('hex'),
  base64: (length) => randomBytes(length).toString('base64'),
  base64url: (length) => randomBytes(length).toString('base64url'),
  words: (length) => Array.from({ length }, () => wordlist[randomInt(wordlist.length)]).join('-'),
  uuid: () => randomUUID(),
  ed25519_key: () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

/** `randomInt` favours none of them (FIPS 186-5, A.4: by rejection). */
const draw = (length: number, alphabet: string): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
