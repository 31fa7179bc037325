import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Identity, Recipient, Stanza } from 'age-encryption';
import type { SecretText } from '../secret-text.ts';
import type { StrongPassphrase } from './strong-passphrase.ts';

/**
 * age v1 files under a passphrase (https://age-encryption.org/v1, "The scrypt recipient type"). The file format
 * is the age library's; the one stanza is made here, because the library derives its key in JavaScript on the
 * event loop for seconds, and node:crypto does it in a thread.
 */
const LABEL = Buffer.from('age-encryption.org/v1/scrypt', 'ascii');
const SALT_BYTES = 16;
/** Work factor: 2¹⁸ rounds of scrypt, age's own choice, about a second and 256 MiB. */
export const SCRYPT_LOG_N = 18;
/** SECURITY: a file may ask for no more than this, so that a crafted one does not exhaust the machine. */
const MAX_LOG_N = 20;

/** The stanza's own AEAD: ChaCha20-Poly1305 (RFC 8439), a zero nonce, as each wrap key is used once. */
const AEAD = 'chacha20-poly1305';
const ZERO_NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;
const WRAPPED_KEY_BYTES = 32;

const deriveKey = promisify<
  Buffer,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

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
      const key = await deriveWrapKey(passphrase.text, salt, logN);
      const cipher = createCipheriv(AEAD, key, ZERO_NONCE, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new age.Stanza(['scrypt', salt.toString('base64').replace(/=+$/, ''), String(logN)], body)];
    },
  };
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

export type PassphraseOpening =
  | { outcome: 'opened'; plaintext: Uint8Array }
  | { outcome: 'wrong' }
  | { outcome: 'damaged' };

/** Opens an age v1 file, binary or armored. Never throws for what the file says. */
export async function openWithPassphrase(
  file: Uint8Array,
  passphrase: SecretText,
): Promise<PassphraseOpening> {
  const age = await import('age-encryption');
  let unwrapped = false;
  const identity: Identity = {
    async unwrapFileKey(stanzas) {
      const fileKey = await unwrap(stanzas, passphrase);
      unwrapped = fileKey === null;
      return fileKey;
    },
  };
  try {
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    return { outcome: 'opened', plaintext: await decrypter.decrypt(dearmor(age, file)) };
  } catch {
    // The stanza did not open: wrong passphrase, or its bytes were changed; nothing tells the two apart.
    return { outcome: unwrapped ? 'wrong' : 'damaged' };
  }
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

async function unwrap(stanzas: Stanza[], passphrase: SecretText): Promise<Uint8Array | null> {
  const [stanza] = stanzas;
  const [type, salt64, factor] = stanza?.args ?? [];
  // The specification: a scrypt stanza stands alone, so that a file cannot be opened by someone else as well.
  if (!stanza || stanzas.length !== 1 || stanza.args.length !== 3 || type !== 'scrypt')
    throw new Error('not a passphrase file');
  const salt = Buffer.from(salt64 ?? '', 'base64');
  if (salt.length !== SALT_BYTES || salt.toString('base64').replace(/=+$/, '') !== salt64)
    throw new Error('bad salt');
  if (!/^[1-9][0-9]?$/.test(factor ?? '') || Number(factor) > MAX_LOG_N) throw new Error('bad work factor');
  if (stanza.body.length !== WRAPPED_KEY_BYTES) throw new Error('bad stanza');
  const key = await deriveWrapKey(passphrase, salt, Number(factor));
  const tagAt = stanza.body.length - TAG_BYTES;
  const decipher = createDecipheriv(AEAD, key, ZERO_NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(stanza.body.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(stanza.body.subarray(0, tagAt)), decipher.final()]);
  } catch {
    return null;
  }
}

async function deriveWrapKey(passphrase: SecretText, salt: Buffer, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  const parameters = { N, r: 8, p: 1, maxmem: 128 * N * 8 + 1024 * 1024 };
  return await deriveKey(
    Buffer.from(passphrase.reveal(), 'utf8'),
    Buffer.concat([LABEL, salt]),
    32,
    parameters,
  );
}
