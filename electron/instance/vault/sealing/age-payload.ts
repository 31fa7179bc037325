import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { CHUNK_BYTES, chunkNonce, derivePayloadKey, NONCE_BYTES, TAG_BYTES } from './age-chunks.ts';
import { allocateOutsideHeap } from './master-key.ts';

/**
 * The payload of an age v1 file (see age-chunks.ts) of a key, in memory. Here and not by the age library, which leaves
 * copies of the plaintext in buffers and streams of its own: what is here is wiped.
 *
 * ChaCha20-Poly1305 (RFC 8439) is noble's in every runtime: node:crypto has it only where it is built with OpenSSL, and
 * Electron's is built with BoringSSL.
 *
 * @param nonce 16 random bytes.
 */
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
