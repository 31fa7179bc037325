import { bech32 } from '@scure/base';
import { SecretText } from '../../secret-text.ts';
import type { CopyFormat } from '../../vocabulary.ts';
import type { CopyReading } from '../key-copy.ts';

/** A backup names 20 recipients at most: more identities in one file are none that somebody keeps for it. */
export const MAX_IDENTITIES = 20;
/** https://age-encryption.org/v1, "The X25519 recipient type": Bech32 of 32 bytes, in capitals. */
export const X25519_IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

const BEGINNING = /AGE-SECRET-KEY-1/gi;
/** Over line breaks and spaces too: paper has it in two lines. */
const WRITTEN = /AGE-SECRET-KEY-1(?:\s*[A-Z0-9]){58}(?![A-Z0-9])/gi;
/** What age itself decrypts with, and no backup is encrypted for. */
const others: readonly { has: RegExp; because: string }[] = [
  {
    has: /AGE-SECRET-KEY-PQ-1/i,
    because:
      'it is a post-quantum identity of age: backups are encrypted for X25519 alone, whose identities begin with AGE-SECRET-KEY-1',
  },
  {
    has: /AGE-PLUGIN-[A-Z0-9]/i,
    because:
      'it is an identity of a plugin of age, such as a hardware token: decrypt the backup by hand with age, as the README of backups says',
  },
  {
    has: /-----BEGIN OPENSSH PRIVATE KEY-----/,
    because: 'it is a private key of SSH: no backup is encrypted for one',
  },
];

/**
 * What text is that holds identities of age, as age-keygen writes them, where a copy of the key is expected; null for other
 * text. They decrypt a backup and no secret in it, so that they are no copy; a restore takes them all the same.
 *
 * SECURITY: what is wrong is named, and nothing of an identity is repeated.
 */
export function readAsIdentity(format: CopyFormat | null, text: string): CopyReading | null {
  // An old identity may stay in a comment, and counts for nothing.
  const written = text.replace(/^[ \t]*#.*$/gm, '');
  const count = written.match(BEGINNING)?.length ?? 0;
  if (count === 0) {
    const because = others.find(({ has }) => has.test(written))?.because;
    return because === undefined ? null : { outcome: 'unusable', format, because };
  }
  if (count > MAX_IDENTITIES)
    return { outcome: 'unusable', format, because: `it has more than ${MAX_IDENTITIES} identities of age` };
  const found = (written.match(WRITTEN) ?? []).map((each) => each.replace(/\s/g, ''));
  const identities = found.flatMap((each) => parseIdentity(each) ?? []);
  if (identities.length < count)
    return {
      outcome: 'damaged',
      format,
      detail: `${count === 1 ? 'This identity' : 'One of these identities'} of age has a wrong or missing letter: an identity is AGE-SECRET-KEY-1 and 58 letters and digits.`,
    };
  return {
    outcome: 'unusable',
    format,
    because:
      'it is an identity of age: it decrypts backups (temps-desktop restore FROM --key), but no secret in them. Give a copy of the key itself',
    identities: [...new Set(identities)].map((each) => new SecretText(each)),
  };
}

/** In capitals, as age takes it; null where its checksum is wrong, or where it is in capitals and small letters. */
function parseIdentity(text: string): string | null {
  const capitals = text.toUpperCase();
  const isOneCase = text === capitals || text === text.toLowerCase();
  if (!isOneCase || !X25519_IDENTITY.test(capitals)) return null;
  try {
    const { prefix, bytes } = bech32.decodeToBytes(capitals.toLowerCase());
    bytes.fill(0);
    return prefix === 'age-secret-key-' && bytes.length === 32 ? capitals : null;
  } catch {
    return null;
  }
}
