import { hkdfSync } from 'node:crypto';

/**
 * Of the payload of an age v1 file (https://age-encryption.org/v1, "Payload"): nonce[16], then chunks of 64 KiB, each with
 * its tag.
 */
export const NONCE_BYTES = 16;
export const CHUNK_BYTES = 64 * 1024;
export const TAG_BYTES = 16;

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
