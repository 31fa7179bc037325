import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** Size of a master key: AES-256, so 32 bytes. */
export const KEY_BYTES = 32;

const FINGERPRINT_BYTES = 8;
const FINGERPRINT_CONTEXT = Buffer.from('temps key fingerprint v1', 'utf8');

/** First 8 bytes of SHA-256("temps key fingerprint v1" ‖ key), as `4F2A-91C0-77DE-1B3A`. Public. */
export type Fingerprint = string;

/**
 * A master key in memory.
 *
 * SECURITY: held as a KeyObject: it never prints, and node:crypto uses it without copying (on Node 24 also
 * three times as fast as a Buffer). `exportBytes()` is for custody and key copies alone; test/architecture
 * lists the files that may call it.
 */
export class MasterKey {
  readonly fingerprint: Fingerprint;
  readonly fingerprintBytes: Buffer;
  readonly keyObject: KeyObject;

  private constructor(bytes: Uint8Array) {
    const digest = createHash('sha256').update(FINGERPRINT_CONTEXT).update(bytes).digest();
    this.fingerprintBytes = Buffer.from(digest.subarray(0, FINGERPRINT_BYTES));
    this.fingerprint = formatFingerprint(this.fingerprintBytes);
    this.keyObject = createSecretKey(bytes);
  }

  /** @param bytes exactly 32 bytes; anything else is a RangeError. */
  static fromBytes(bytes: Uint8Array): MasterKey {
    if (bytes.length !== KEY_BYTES) throw new RangeError('a master key is 32 bytes');
    return new MasterKey(bytes);
  }

  static generate(): MasterKey {
    const bytes = randomBytes(KEY_BYTES);
    const key = new MasterKey(bytes);
    bytes.fill(0);
    return key;
  }

  /** The 32 bytes, in a buffer the caller owns and should fill with zeros when done. */
  exportBytes(): Buffer {
    return this.keyObject.export();
  }

  toJSON(): string {
    return `[master key ${this.fingerprint}]`;
  }
}

/** 64 lower-case hex digits, the text form upstream's `encryption_key` file has. */
export function formatKeyText(key: MasterKey): string {
  const bytes = key.exportBytes();
  const text = bytes.toString('hex');
  bytes.fill(0);
  return text;
}

/** Parses exactly 64 hex digits (either case), nothing around them; null for anything else. */
export function parseKeyText(text: string): MasterKey | null {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'hex');
  const key = MasterKey.fromBytes(bytes);
  bytes.fill(0);
  return key;
}

/** @param bytes the 8 bytes of a fingerprint. */
export function formatFingerprint(bytes: Uint8Array): Fingerprint {
  return Buffer.from(bytes).toString('hex').toUpperCase().match(/.{4}/g)?.join('-') ?? '';
}

/** Accepts `4F2A-91C0-77DE-1B3A`, in either case, with or without dashes; null for anything else. */
export function parseFingerprint(text: string): Fingerprint | null {
  const digits = text.trim().replaceAll('-', '');
  return /^[0-9a-fA-F]{16}$/.test(digits) ? formatFingerprint(Buffer.from(digits, 'hex')) : null;
}
