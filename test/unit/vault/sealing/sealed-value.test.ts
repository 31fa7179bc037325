import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  formatFingerprint,
  formatKeyText,
  MasterKey,
  parseFingerprint,
  parseKeyText,
} from '../../../../electron/instance/vault/sealing/master-key.ts';
import {
  MAX_PLAINTEXT_BYTES,
  OVERHEAD_BYTES,
  openValue,
  readFingerprint,
  sealValue,
} from '../../../../electron/instance/vault/sealing/sealed-value.ts';

const key = MasterKey.generate();
const context = { kind: 'env_var', id: randomUUID() };

describe('a sealed value', () => {
  it('opens to the very bytes, from none to 1 MiB', () => {
    for (const size of [0, 1, 15, 16, 17, 4096, MAX_PLAINTEXT_BYTES]) {
      const plaintext = randomBytes(size);
      const sealed = sealValue(key, context, plaintext);
      expect(sealed.length).toBe(size + OVERHEAD_BYTES);
      expect(openValue(key, context, sealed)?.equals(plaintext)).toBe(true);
    }
  });

  it('refuses to seal more than 1 MiB, and to open more', () => {
    expect(() => sealValue(key, context, Buffer.alloc(MAX_PLAINTEXT_BYTES + 1))).toThrow(RangeError);
    expect(openValue(key, context, Buffer.alloc(OVERHEAD_BYTES + MAX_PLAINTEXT_BYTES + 1, 1))).toBeNull();
  });

  it('names its key, and opens with no other', () => {
    const sealed = sealValue(key, context, Buffer.from('value'));
    expect(readFingerprint(sealed)).toBe(key.fingerprint);
    const other = MasterKey.generate();
    expect(openValue(other, context, sealed)).toBeNull();
    const relabelled = Buffer.from(sealed);
    other.fingerprintBytes.copy(relabelled, 1);
    expect(openValue(other, context, relabelled)).toBeNull();
  });

  it('does not open moved to another row or kind', () => {
    const sealed = sealValue(key, context, Buffer.from('value'));
    expect(openValue(key, { ...context, id: randomUUID() }, sealed)).toBeNull();
    expect(openValue(key, { ...context, kind: 'api_key' }, sealed)).toBeNull();
  });

  it('opens with no bit of it flipped, for 1,000 values', () => {
    let opened = 0;
    for (let value = 0; value < 1000; value++) {
      const sealed = sealValue(key, context, randomBytes(value % 24));
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const at = bit >> 3;
        sealed[at] = (sealed[at] as number) ^ (1 << (bit & 7));
        if (openValue(key, context, sealed)) opened += 1;
        sealed[at] = (sealed[at] as number) ^ (1 << (bit & 7));
      }
      expect(openValue(key, context, sealed)).not.toBeNull();
    }
    expect(opened).toBe(0);
  });

  it('opens in no row but its own, for every ordered pair of 100 rows', () => {
    const rows = Array.from({ length: 100 }, () => {
      const own = { kind: 'env_var', id: randomUUID() };
      return { own, sealed: sealValue(key, own, randomBytes(32)) };
    });
    let opened = 0;
    for (const a of rows) for (const b of rows) if (a !== b && openValue(key, a.own, b.sealed)) opened += 1;
    expect(opened).toBe(0);
    expect(rows.every(({ own, sealed }) => openValue(key, own, sealed))).toBe(true);
  });

  it('opens at no shorter length, and a truncated tag never passes', () => {
    const sealed = sealValue(key, context, Buffer.from('value'));
    for (let length = 0; length < sealed.length; length++) {
      expect(openValue(key, context, sealed.subarray(0, length))).toBeNull();
    }
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 10_000; i++)
      nonces.add(sealValue(key, context, Buffer.alloc(0)).subarray(9, 21).toString('hex'));
    expect(nonces.size).toBe(10_000);
  });
});

describe('a master key', () => {
  it('has the fingerprint the format defines', () => {
    const zero = MasterKey.fromBytes(Buffer.alloc(32));
    // printf 'temps key fingerprint v1' | cat - <(head -c 32 /dev/zero) | sha256sum
    expect(zero.fingerprint).toBe('C02A-60CC-D96D-8514');
  });

  it('never prints', () => {
    const text = formatKeyText(key);
    for (const shown of [
      JSON.stringify(key),
      inspect(key, { depth: 9, showHidden: true }),
      String(key),
      JSON.stringify({ ...key }),
    ]) {
      expect(shown).not.toContain(text);
    }
  });

  it('parses 64 hex digits and nothing else', () => {
    const text = formatKeyText(key);
    expect(parseKeyText(text)?.fingerprint).toBe(key.fingerprint);
    expect(parseKeyText(text.toUpperCase())?.fingerprint).toBe(key.fingerprint);
    for (const bad of [
      `${text} `,
      ` ${text}`,
      `${text}\n`,
      text.slice(1),
      `${text}0`,
      text.replace(/./, 'g'),
      '',
    ]) {
      expect(parseKeyText(bad)).toBeNull();
    }
  });

  it('parses a fingerprint typed with or without dashes, in either case', () => {
    expect(parseFingerprint(key.fingerprint.toLowerCase().replaceAll('-', ''))).toBe(key.fingerprint);
    expect(parseFingerprint('4F2A-91C0')).toBeNull();
    expect(formatFingerprint(Buffer.from('4f2a91c077de1b3a', 'hex'))).toBe('4F2A-91C0-77DE-1B3A');
  });
});
