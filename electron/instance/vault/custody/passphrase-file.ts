import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Identity, Recipient, Stanza } from 'age-encryption';
import { NONCE_BYTES, TAG_BYTES } from '../sealing/age-chunks.ts';
import { openPayload, sealPayload } from '../sealing/age-payload.ts';
import { allocateOutsideHeap } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { computeHere, findUnusableReason, UnusableError } from '../unusable-error.ts';
import { makeHeader } from './age-header.ts';
import type { StrongPassphrase } from './strong-passphrase.ts';

/**
 * age v1 files under a passphrase (https://age-encryption.org/v1, "The scrypt recipient type"). The file's header
 * is the age library's. Its one stanza is made here, because the library derives its key in JavaScript on the
 * event loop for seconds, and node:crypto does it in a thread; so is the payload, see sealing/age-payload.ts.
 */
const LABEL = Buffer.from('age-encryption.org/v1/scrypt', 'ascii');
const SALT_BYTES = 16;
/** Work factor: 2¹⁸ rounds of scrypt, age's own choice, about a second and 256 MiB. */
export const SCRYPT_LOG_N = 18;
/** SECURITY: a file may ask for no more than this, so that a crafted one does not exhaust the machine. */
const MAX_LOG_N = 20;

/** The stanza's own AEAD: ChaCha20-Poly1305 (RFC 8439), a zero nonce, as each wrap key is used once. */
const ZERO_NONCE = Buffer.alloc(12);
const WRAPPED_KEY_BYTES = 32;

/** An age v1 file, binary. */
export async function protectWithPassphrase(
  plaintext: Uint8Array,
  passphrase: StrongPassphrase,
  logN = SCRYPT_LOG_N,
): Promise<Uint8Array> {
  const age = await import('age-encryption');
  const recipient: Recipient = {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES);
      const key = await deriveWrapKey(composePassphrase(passphrase), salt, logN);
      const body = chacha20poly1305(key, ZERO_NONCE).encrypt(fileKey);
      key.fill(0);
      return [new age.Stanza(['scrypt', salt.toString('base64').replace(/=+$/, ''), String(logN)], body)];
    },
  };
  const { header, fileKey } = await makeHeader([recipient]);
  const payload = sealPayload(fileKey, randomBytes(NONCE_BYTES), plaintext);
  fileKey.fill(0);
  return Buffer.concat([header, payload]);
}

/** `plaintext` is the caller's, to be wiped. */
export type PassphraseOpening =
  | { outcome: 'opened'; plaintext: Buffer }
  /** It is a passphrase file, and no passphrase was given. */
  | { outcome: 'closed' }
  | { outcome: 'wrong' }
  | { outcome: 'damaged' }
  | { outcome: 'unusable'; because: string };

/** Opens an age v1 file, binary or armored. Never throws for what the file says. */
export async function openWithPassphrase(
  file: Uint8Array,
  passphrase?: SecretText,
): Promise<PassphraseOpening> {
  const age = await import('age-encryption');
  /** What is known once the file's stanza was read. */
  let found: 'closed' | 'wrong' | 'damaged' = 'damaged';
  const identity: Identity = {
    async unwrapFileKey(stanzas) {
      const lock = readStanza(stanzas);
      const fileKey = passphrase ? await unwrap(lock, passphrase) : null;
      // Wrong passphrase, or the stanza's bytes were changed: nothing tells the two apart.
      if (fileKey === null) found = passphrase ? 'wrong' : 'closed';
      return fileKey;
    },
  };
  try {
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    const bytes = dearmor(age, file);
    const payloadAt = findPayload(bytes);
    const fileKey = await decrypter.decryptHeader(bytes.subarray(0, payloadAt));
    try {
      return { outcome: 'opened', plaintext: openPayload(fileKey, bytes.subarray(payloadAt)) };
    } finally {
      fileKey.fill(0);
    }
  } catch (error) {
    const because = findUnusableReason(error);
    return because === null ? { outcome: found } : { outcome: 'unusable', because };
  }
}

/**
 * A passphrase as it may have been typed where the file was written: Unicode has two ways to write most letters with
 * accents, and keyboards and programs differ in which they choose.
 */
export function listSpellings(passphrase: SecretText): string[] {
  const typed = passphrase.reveal();
  return [...new Set([typed, typed.normalize('NFC'), typed.normalize('NFD')])];
}

/** For new files: what most keyboards type, so that other programs open them. */
export function composePassphrase(passphrase: StrongPassphrase): string {
  return passphrase.text.reveal().normalize('NFC');
}

/** The header ends with the line of its MAC. */
function findPayload(file: Uint8Array): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const lineEnd = bytes.indexOf('\n', bytes.indexOf('\n--- ') + 1);
  if (lineEnd < 1) throw new Error('no header');
  return lineEnd + 1;
}

/** Whether these bytes begin like an age file, binary or armored. */
export function looksLikeAge(file: Uint8Array): boolean {
  const start = Buffer.from(file.subarray(0, 64)).toString('latin1').trimStart();
  return start.startsWith('age-encryption.org/v1') || start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----');
}

function dearmor(age: typeof import('age-encryption'), file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  return text.trimStart().startsWith('-----BEGIN') ? age.armor.decode(text) : file;
}

/** What a passphrase file is locked with. */
interface ScryptStanza {
  salt: Buffer;
  logN: number;
  body: Uint8Array;
}

/** Throws `UnusableError` for a file that other programs open, and an Error for a damaged one. */
function readStanza(stanzas: readonly Stanza[]): ScryptStanza {
  const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
  if (!stanza) {
    if (stanzas.length === 0) throw new Error('no stanza');
    throw new UnusableError(
      'it is encrypted for a recipient and not with a passphrase: decrypt it with age and its identity file, and use the result',
    );
  }
  // The specification: a scrypt stanza stands alone, so that a file cannot be opened by someone else as well.
  if (stanzas.length !== 1 || stanza.args.length !== 3) throw new Error('not a passphrase file');
  const [, salt64 = '', factor = ''] = stanza.args;
  const salt = Buffer.from(salt64, 'base64');
  if (salt.length !== SALT_BYTES || salt.toString('base64').replace(/=+$/, '') !== salt64)
    throw new Error('bad salt');
  if (!/^[1-9][0-9]?$/.test(factor)) throw new Error('bad work factor');
  if (Number(factor) > MAX_LOG_N)
    throw new UnusableError(
      `its passphrase is protected by 2^${factor} rounds of scrypt, and 2^${MAX_LOG_N} is the most that is computed here`,
    );
  if (stanza.body.length !== WRAPPED_KEY_BYTES) throw new Error('bad stanza');
  return { salt, logN: Number(factor), body: stanza.body };
}

/** The file's key; null when the passphrase is not the one, however it is spelt. */
async function unwrap(stanza: ScryptStanza, passphrase: SecretText): Promise<Uint8Array | null> {
  for (const spelling of listSpellings(passphrase)) {
    const fileKey = await unwrapWith(stanza, spelling);
    if (fileKey) return fileKey;
  }
  return null;
}

async function unwrapWith({ salt, logN, body }: ScryptStanza, spelling: string): Promise<Uint8Array | null> {
  const key = await computeHere(() => deriveWrapKey(spelling, salt, logN));
  try {
    return chacha20poly1305(key, ZERO_NONCE).decrypt(body, allocateOutsideHeap(body.length - TAG_BYTES));
  } catch {
    return null;
  } finally {
    key.fill(0);
  }
}

async function deriveWrapKey(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  const parameters = { N, r: 8, p: 1, maxmem: 128 * N * 8 + 1024 * 1024 };
  const bytes = Buffer.from(passphrase, 'utf8');
  try {
    return await promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt)(
      bytes,
      Buffer.concat([LABEL, salt]),
      32,
      parameters,
    );
  } finally {
    bytes.fill(0);
  }
}
