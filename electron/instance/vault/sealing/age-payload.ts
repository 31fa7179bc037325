import { hkdfSync } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { allocateOutsideHeap } from './master-key.ts';

/**
 * The payload of an age v1 file (https://age-encryption.org/v1, "Payload"): nonce[16], then chunks of 64 KiB, each
 * with its tag. Here and not by the age library, which leaves copies of the plaintext in buffers and streams of its
 * own: what is here is wiped.
 *
 * ChaCha20-Poly1305 (RFC 8439) is noble's in every runtime: node:crypto has it only where it is built with OpenSSL, and
 * Electron's is built with BoringSSL.
 */
export const NONCE_BYTES = 16;
export const CHUNK_BYTES = 64 * 1024;
export const TAG_BYTES = 16;

/** @param nonce 16 random bytes. */
export function sealPayload(fileKey: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Buffer {
  const key = derivePayloadKey(fileKey, nonce);
  try {
    const parts: Uint8Array[] = [nonce];
    for (let at = 0, chunk = 0; at === 0 || at < plaintext.length; at += CHUNK_BYTES, chunk++) {
      const isLast = at + CHUNK_BYTES >= plaintext.length;
      const cipher = chacha20poly1305(key, chunkNonce(chunk, isLast));
      parts.push(cipher.encrypt(plaintext.subarray(at, at + CHUNK_BYTES)));
    }
    return Buffer.concat(parts);
  } finally {
    key.fill(0);
  }
}

/** In a buffer that the caller wipes. Throws for anything that is not a whole payload of this key. */
export function openPayload(fileKey: Uint8Array, payload: Uint8Array): Buffer {
  const key = derivePayloadKey(fileKey, payload.subarray(0, NONCE_BYTES));
  const chunks = payload.subarray(NONCE_BYTES);
  const plaintext = allocateOutsideHeap(chunks.length);
  let length = 0;
  try {
    for (let at = 0, chunk = 0; at === 0 || at < chunks.length; at += CHUNK_BYTES + TAG_BYTES, chunk++) {
      const sealed = chunks.subarray(at, at + CHUNK_BYTES + TAG_BYTES);
      const isLast = at + CHUNK_BYTES + TAG_BYTES >= chunks.length;
      const size = sealed.length - TAG_BYTES;
      // An empty chunk is the first and only one, or none.
      if (size < 0 || (size === 0 && chunk > 0)) throw new Error('cut off');
      // SECURITY: checks the tag before it decrypts, straight into the buffer that is wiped.
      chacha20poly1305(key, chunkNonce(chunk, isLast)).decrypt(
        sealed,
        plaintext.subarray(length, length + size),
      );
      length += size;
    }
    return plaintext.subarray(0, length);
  } catch (error) {
    plaintext.fill(0);
    throw error;
  } finally {
    key.fill(0);
  }
}

export function derivePayloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}

/** An 11-byte counter, and whether it is the last. 2³² chunks are 256 TiB. */
export function chunkNonce(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(chunk, 7);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
