import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import { allocateOutsideHeap } from './master-key.ts';

const CONTEXT = 'temps key box v1';
const TAG_BYTES = 32;

/**
 * One end of a conversation between two of our processes, for a few bytes that may be in neither's message buffers:
 * Node copies those and never wipes them, in pipes as in Electron's ports. X25519 (RFC 7748) and HKDF-SHA-256 give
 * as many bytes as there are to hide, used once, and a key for the tag.
 *
 * SECURITY: it hides from who reads this memory later, when the pair of keys is gone; who the other end is, only the
 * way to it tells.
 */
export class KeyBox {
  readonly #pair = generateKeyPairSync('x25519');

  /** Base64 of DER, for the other end. */
  readonly publicKey = this.#pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

  /** Base64. The caller wipes its bytes. */
  close(bytes: Uint8Array, theirs: string): string {
    const keys = this.#derive(theirs, bytes.length, `${this.publicKey}|${theirs}`);
    const hidden = combine(bytes, keys.pad);
    const tag = createHmac('sha256', keys.mac).update(hidden).digest();
    keys.wipe();
    return Buffer.concat([hidden, tag]).toString('base64');
  }

  /** The bytes, in a buffer that the caller wipes. Throws for anything that was not made for this end. */
  open(box: string, theirs: string): Buffer {
    const all = Buffer.from(box, 'base64');
    if (all.length < TAG_BYTES) throw new Error('not a box');
    const hidden = all.subarray(0, all.length - TAG_BYTES);
    const keys = this.#derive(theirs, hidden.length, `${theirs}|${this.publicKey}`);
    try {
      const tag = createHmac('sha256', keys.mac).update(hidden).digest();
      if (!timingSafeEqual(tag, all.subarray(hidden.length))) throw new Error('not for this end');
      return combine(hidden, keys.pad);
    } finally {
      keys.wipe();
    }
  }

  #derive(theirs: string, length: number, direction: string) {
    const publicKey = createPublicKey({ key: Buffer.from(theirs, 'base64'), format: 'der', type: 'spki' });
    const shared = diffieHellman({ privateKey: this.#pair.privateKey, publicKey });
    const bytes = Buffer.from(hkdfSync('sha256', shared, '', `${CONTEXT}|${direction}`, length + TAG_BYTES));
    shared.fill(0);
    return {
      pad: bytes.subarray(0, length),
      mac: bytes.subarray(length),
      wipe: () => void bytes.fill(0),
    };
  }
}

function combine(bytes: Uint8Array, pad: Uint8Array): Buffer {
  const combined = allocateOutsideHeap(bytes.length);
  for (let at = 0; at < bytes.length; at++) combined[at] = (bytes[at] as number) ^ (pad[at] as number);
  return combined;
}
