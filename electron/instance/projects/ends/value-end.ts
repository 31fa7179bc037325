import type { SecretText } from '../../vault/secret-text.ts';
import { findCertificateEnd } from './certificate-end.ts';
import { findJwtEnd } from './jwt-end.ts';
import { findOpenPgpEnd } from './openpgp-end.ts';
import { findSshEnd } from './ssh-end.ts';

/** What says of itself when it ends. */
export const foundSources = ['certificate', 'jwt', 'ssh_certificate', 'openpgp_key'] as const;
export type FoundSource = (typeof foundSources)[number];

/** An end that a value says of itself. Nothing of it is verified: it is for a warning, and decides nothing. */
export interface FoundEnd {
  /** Epoch ms. */
  at: number;
  from: FoundSource;
}

/** Longer ones are not looked at: chains and keys are a few thousand characters. */
const MAX_CHARACTERS = 64 * 1024;
/** The latest time that a Date can have. */
const MAX_TIME_MS = 8.64e15;
/** `-----BEGIN ` in Base64. */
const ARMOR_IN_BASE64 = 'LS0tLS1CRUdJTi';

/**
 * When a value ends, by what is in it; null for one that does not say. SECURITY: values are texts from anywhere: only
 * what begins as a format does is parsed, within bounds, and whatever is wrong with it is no error and told nobody.
 */
export function findEnd(value: SecretText): FoundEnd | null {
  const text = value.reveal();
  if (text.length > MAX_CHARACTERS) return null;
  try {
    const end = findIn(text.trim());
    return end && Number.isSafeInteger(end.at) && end.at > 0 && end.at <= MAX_TIME_MS ? end : null;
  } catch {
    // An error may quote the value.
    return null;
  }
}

/** Cheap looks first: nearly every value is none of these. */
function findIn(text: string): FoundEnd | null {
  if (text.startsWith('eyJ')) return tell('jwt', findJwtEnd(text));
  if (text.startsWith('ssh-') || text.startsWith('ecdsa-') || text.startsWith('sk-'))
    return tell('ssh_certificate', findSshEnd(text));
  if (text.startsWith(ARMOR_IN_BASE64)) return findInArmor(Buffer.from(text, 'base64').toString('latin1'));
  return text.includes('-----BEGIN ') ? findInArmor(text) : null;
}

function findInArmor(text: string): FoundEnd | null {
  // In one line, as an environment variable often has it.
  const lines = text.includes('\n') ? text : text.replaceAll(/(?:\\r)?\\n/g, '\n');
  if (lines.includes('-----BEGIN PGP ')) return tell('openpgp_key', findOpenPgpEnd(lines));
  return tell('certificate', findCertificateEnd(lines));
}

const tell = (from: FoundSource, at: number | null): FoundEnd | null => (at === null ? null : { at, from });
