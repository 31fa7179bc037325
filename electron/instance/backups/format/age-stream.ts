import { createCipheriv, createDecipheriv, getCiphers, randomBytes } from 'node:crypto';
import { makeHeader } from '../../vault/custody/age-header.ts';
import {
  CHUNK_BYTES,
  chunkNonce,
  derivePayloadKey,
  NONCE_BYTES,
  TAG_BYTES,
} from '../../vault/sealing/age-chunks.ts';

/**
 * Files of age v1 (https://age-encryption.org/v1) as streams, binary. The header is the age library's. The payload is
 * made here, a chunk after the other, because the library's own takes several times as long as the rest of a backup.
 */

/**
 * SECURITY: a file whose header has no end by then is none of ours, and more lines are not tried. Ours has a hundred bytes for
 * each recipient.
 */
const MAX_HEADER_BYTES = 4 * 1024;
/** The last line of a header: `--- ` and 32 bytes in base64 without padding. */
const HEADER_END = /\n--- [A-Za-z0-9+/]{43}\n/;

type Bytes = AsyncIterable<Uint8Array>;
type Cipher = (chunk: Uint8Array, nonce: Uint8Array, isFirst: boolean) => Uint8Array[];

/** @param recipients `age1…`, at least one. */
export function encryptTo(recipients: readonly string[]): (plain: Bytes) => AsyncGenerator<Uint8Array> {
  return async function* (plain) {
    const { header, fileKey } = await makeHeader(recipients);
    const nonce = randomBytes(NONCE_BYTES);
    yield Buffer.concat([header, nonce]);
    const { seal } = await chooseAead();
    const key = derivePayloadKey(fileKey, nonce);
    try {
      yield* eachChunk(plain, CHUNK_BYTES, (chunk, at) => seal(key, at, chunk));
    } finally {
      fileKey.fill(0);
      key.fill(0);
    }
  };
}

/** It is no whole age file, or not one for this identity: nothing tells the two apart. */
export class AgeError extends Error {}

/** What opens one file, and nothing else. */
export interface FileKey {
  /** Where the payload begins. */
  headerBytes: number;
  /** SECURITY: 16 bytes, of which the caller has the only copy. */
  key: Uint8Array;
}

/**
 * Opens the header of a file, of which no more is read. Throws `AgeError`, and what the source does.
 *
 * @param identity `AGE-SECRET-KEY-1…`
 */
export async function openHeader(stored: Bytes, identity: string): Promise<FileKey> {
  const header = await readHeader(stored);
  const age = await import('age-encryption');
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  try {
    return { headerBytes: header.length, key: await decrypter.decryptHeader(header) };
  } catch {
    throw new AgeError('no header for this identity');
  }
}

/**
 * Decrypts a payload, which follows the header. What comes out is authentic, each chunk for itself; that nothing is missing is
 * known at the end alone. Throws `AgeError`, and what the source does.
 *
 * @param fileKey is wiped.
 */
export function decryptPayload(fileKey: Uint8Array): (payload: Bytes) => AsyncGenerator<Uint8Array> {
  return async function* (payload) {
    const { head: nonce, rest: chunks } = await splitAt(payload, NONCE_BYTES);
    const { open } = await chooseAead();
    const key = derivePayloadKey(fileKey, nonce);
    try {
      yield* eachChunk(chunks, CHUNK_BYTES + TAG_BYTES, (chunk, at, isFirst) => {
        // An empty chunk is the first and only one, or none.
        if (chunk.length < TAG_BYTES || (chunk.length === TAG_BYTES && !isFirst))
          throw new AgeError('cut off');
        try {
          return [open(key, at, chunk)];
        } catch {
          throw new AgeError('no chunk of this key');
        }
      });
    } finally {
      fileKey.fill(0);
      key.fill(0);
    }
  };
}

/** ChaCha20-Poly1305 (RFC 8439), the tag behind the bytes. `open` throws where they are not what was sealed. */
export interface Aead {
  /** In pieces, to be put together. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array[];
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array;
}

const CIPHER = 'chacha20-poly1305';
const OPTIONS = { authTagLength: TAG_BYTES };

/** Node's own where it is built with OpenSSL, several times as fast as any other. */
export const opensslAead: Aead = {
  seal(key, nonce, plain) {
    const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS);
    return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  },
  open(key, nonce, sealed) {
    const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    // SECURITY: throws for a wrong tag, before anything is given out.
    decipher.final();
    return plain;
  },
};

/** In WebAssembly, for Electron: its crypto is built with BoringSSL, which has no such cipher. */
export async function loadSodiumAead(): Promise<Aead> {
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return {
    seal: (key, nonce, plain) => [
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plain, null, null, nonce, key),
    ],
    open: (key, nonce, sealed) =>
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, null, nonce, key),
  };
}

const chooseAead = async (): Promise<Aead> =>
  getCiphers().includes(CIPHER) ? opensslAead : await loadSodiumAead();

/** Cuts a stream into chunks of one size, of which the last may be shorter, and passes each through a cipher. */
async function* eachChunk(source: Bytes, chunkBytes: number, cipher: Cipher): AsyncGenerator<Uint8Array> {
  let count = 0;
  let left: Uint8Array = new Uint8Array();
  const pass = (chunk: Uint8Array, isLast: boolean) => {
    const passed = cipher(chunk, chunkNonce(count, isLast), count === 0);
    count += 1;
    return passed;
  };
  for await (const bytes of source) {
    const passed: Uint8Array[] = [];
    let at = 0;
    // A full chunk stays behind: it may be the last, which is marked.
    if (left.length > 0 && left.length + bytes.length > chunkBytes) {
      at = chunkBytes - left.length;
      passed.push(...pass(Buffer.concat([left, bytes.subarray(0, at)]), false));
      left = new Uint8Array();
    }
    for (; left.length + bytes.length - at > chunkBytes; at += chunkBytes)
      passed.push(...pass(bytes.subarray(at, at + chunkBytes), false));
    // Copied: what a source gave may be its own to use again.
    left = Buffer.concat([left, bytes.subarray(at)]);
    if (passed.length > 0) yield Buffer.concat(passed);
  }
  yield Buffer.concat(pass(left, true));
}

async function readHeader(source: Bytes): Promise<Uint8Array> {
  let read = Buffer.alloc(0);
  for await (const bytes of source) {
    read = Buffer.concat([read, bytes]);
    const end = HEADER_END.exec(read.toString('latin1', 0, MAX_HEADER_BYTES));
    if (end) return read.subarray(0, end.index + end[0].length);
    if (read.length > MAX_HEADER_BYTES) throw new AgeError('a header without an end');
  }
  throw new AgeError('no header');
}

async function splitAt(source: Bytes, length: number): Promise<{ head: Uint8Array; rest: Bytes }> {
  const iterator = source[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  while (read.length < length) {
    const { value, done } = await iterator.next();
    if (done) throw new AgeError('cut off');
    read = Buffer.concat([read, value]);
  }
  return { head: read.subarray(0, length), rest: prepend(read.subarray(length), iterator) };
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
