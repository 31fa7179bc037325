import { createSecretKey, hash, type KeyObject, randomFillSync } from 'node:crypto';

/** Size of a master key: AES-256, so 32 bytes. */
export const KEY_BYTES = 32;

/**
 * Zeros, for what a key is made from and written to. SECURITY: outside of V8's heap. Node makes buffers of up to 64 bytes
 * within it, where a collection moves them, and leaves behind what was there: nothing wipes that.
 */
export function allocateOutsideHeap(size: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(size));
}

const FINGERPRINT_BYTES = 8;
const FINGERPRINT_CONTEXT = Buffer.from('temps key fingerprint v1', 'utf8');

/** First 8 bytes of SHA-256("temps key fingerprint v1" ‖ key), as `4F2A-91C0-77DE-1B3A`. Public. */
export type Fingerprint = string;

/**
 * A master key in memory.
 *
 * SECURITY: held as a KeyObject: it never prints, and node:crypto uses it without copying (on Node 24 also
 * three times as fast as a Buffer). What it is made from and written to are buffers, filled with zeros after use: a
 * JavaScript string cannot be. `exportBytes()` is for custody and key copies alone; test/architecture lists the
 * files that may call it.
 */
export class MasterKey {
  readonly fingerprint: Fingerprint;
  readonly fingerprintBytes: Buffer;
  readonly keyObject: KeyObject;

  private constructor(bytes: Uint8Array) {
    const input = Buffer.concat([FINGERPRINT_CONTEXT, bytes]);
    const digest = hash('sha256', input, 'buffer');
    input.fill(0);
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
    const bytes = randomFillSync(allocateOutsideHeap(KEY_BYTES));
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

/** 64 lower-case hex digits as bytes, in a buffer the caller owns and should fill with zeros when done. */
export function encodeKey(key: MasterKey): Buffer {
  const bytes = key.exportBytes();
  const digits = allocateOutsideHeap(KEY_BYTES * 2);
  bytes.forEach((byte, at) => {
    digits[at * 2] = HEX_DIGITS.charCodeAt(byte >> 4);
    digits[at * 2 + 1] = HEX_DIGITS.charCodeAt(byte & 15);
  });
  bytes.fill(0);
  return digits;
}

/** Parses exactly 64 hex digits (either case), nothing around them; null for anything else. */
export function decodeKey(digits: Uint8Array): MasterKey | null {
  if (digits.length !== KEY_BYTES * 2) return null;
  const bytes = allocateOutsideHeap(KEY_BYTES);
  try {
    for (let at = 0; at < KEY_BYTES; at++) {
      const high = readHexDigit(digits[at * 2]);
      const low = readHexDigit(digits[at * 2 + 1]);
      if (high < 0 || low < 0) return null;
      bytes[at] = (high << 4) | low;
    }
    return MasterKey.fromBytes(bytes);
  } finally {
    bytes.fill(0);
  }
}

const HEX_DIGITS = '0123456789abcdef';

/** The value of an ASCII hex digit, -1 for any other byte. */
export function readHexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** As encodeKey, for copies that people read. SECURITY: a string stays in memory until its place is used again. */
export function formatKeyText(key: MasterKey): string {
  const digits = encodeKey(key);
  const text = digits.toString('latin1');
  digits.fill(0);
  return text;
}

/** As decodeKey, for text that was typed or pasted. */
export function parseKeyText(text: string): MasterKey | null {
  const digits = Buffer.from(text, 'utf8');
  const key = decodeKey(digits);
  digits.fill(0);
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
