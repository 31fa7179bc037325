import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Fingerprint, formatFingerprint, type MasterKey } from './master-key.ts';

/**
 * Sealed value, version 1: `01` ‖ fingerprint[8] ‖ nonce[12] ‖ ciphertext[n] ‖ tag[16].
 * AES-256-GCM (NIST SP 800-38D). See ../README.md for the format in full.
 */
export const VERSION = 0x01;
const FINGERPRINT_BYTES = 8;
/** SP 800-38D §8.2.2: a 96-bit nonce drawn at random for every seal. */
const NONCE_BYTES = 12;
/** SP 800-38D §5.2.1.2: the full 128-bit tag; shorter ones are never accepted. */
const TAG_BYTES = 16;
const NONCE_AT = 1 + FINGERPRINT_BYTES;
const CIPHERTEXT_AT = NONCE_AT + NONCE_BYTES;
const GCM_OPTIONS = { authTagLength: TAG_BYTES };
export const OVERHEAD_BYTES = CIPHERTEXT_AT + TAG_BYTES;
/** 1 MiB: far above any credential, far below what would block the event loop. */
export const MAX_PLAINTEXT_BYTES = 1024 * 1024;
/** Advise rotation from 2³⁰ seals on; the standard's limit for random nonces is 2³² (SP 800-38D §8.3). */
export const ADVISED_SEALS_PER_KEY = 2 ** 30;

/** What a sealed value is bound to: a ciphertext moved to another row or kind does not open. */
export interface SealContext {
  kind: string;
  id: string;
}

/** Associated data. The kind has no `|` in it (it comes from a closed list), so the form is unambiguous. */
function associatedData({ kind, id }: SealContext): Buffer {
  return Buffer.from(`temps.sealed.v1|${kind}|${id}`, 'utf8');
}

/** Nonces are drawn from the system's generator many at a time: one call for each costs as much as a small seal. */
const NONCES_PER_DRAW = 128;
let nonces = Buffer.alloc(0);
let nextNonceAt = 0;

/** Fresh random bytes, each used once. The view is of a block that is never written again. */
function drawNonce(): Buffer {
  if (nextNonceAt === nonces.length) {
    nonces = randomBytes(NONCE_BYTES * NONCES_PER_DRAW);
    nextNonceAt = 0;
  }
  nextNonceAt += NONCE_BYTES;
  return nonces.subarray(nextNonceAt - NONCE_BYTES, nextNonceAt);
}

/** @throws RangeError when the plaintext is over 1 MiB. */
export function sealValue(key: MasterKey, context: SealContext, plaintext: Uint8Array): Buffer {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) throw new RangeError('plaintext over 1 MiB');
  const nonce = drawNonce();
  const cipher = createCipheriv('aes-256-gcm', key.keyObject, nonce, GCM_OPTIONS);
  cipher.setAAD(associatedData(context));
  const sealed = Buffer.allocUnsafe(OVERHEAD_BYTES + plaintext.length);
  sealed[0] = VERSION;
  sealed.set(key.fingerprintBytes, 1);
  sealed.set(nonce, NONCE_AT);
  sealed.set(cipher.update(plaintext), CIPHERTEXT_AT);
  cipher.final();
  sealed.set(cipher.getAuthTag(), CIPHERTEXT_AT + plaintext.length);
  return sealed;
}

/**
 * The plaintext, or null when it does not open: wrong version, key, row, kind, size or any changed bit.
 *
 * SECURITY: one answer for every failure, whichever byte was wrong, and nothing of the plaintext is released
 * before the tag was checked (SP 800-38D §7.2).
 */
export function openValue(key: MasterKey, context: SealContext, sealed: Uint8Array): Buffer | null {
  const tagAt = sealed.length - TAG_BYTES;
  if (tagAt < CIPHERTEXT_AT || tagAt - CIPHERTEXT_AT > MAX_PLAINTEXT_BYTES || sealed[0] !== VERSION)
    return null;
  for (let at = 0; at < FINGERPRINT_BYTES; at++) if (sealed[1 + at] !== key.fingerprintBytes[at]) return null;
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      key.keyObject,
      sealed.subarray(NONCE_AT, CIPHERTEXT_AT),
      GCM_OPTIONS,
    );
    decipher.setAAD(associatedData(context));
    decipher.setAuthTag(sealed.subarray(tagAt));
    const plaintext = decipher.update(sealed.subarray(CIPHERTEXT_AT, tagAt));
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** The key a sealed value names, or null when these bytes are not a sealed value. */
export function readFingerprint(sealed: Uint8Array): Fingerprint | null {
  if (sealed.length < OVERHEAD_BYTES || sealed[0] !== VERSION) return null;
  return formatFingerprint(sealed.subarray(1, NONCE_AT));
}
