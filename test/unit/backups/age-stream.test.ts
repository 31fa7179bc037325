import { execFileSync } from 'node:child_process';
import { getCiphers, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Aead,
  AgeError,
  decryptPayload,
  encryptTo,
  loadSodiumAead,
  openHeader,
  opensslAead,
} from '../../../electron/instance/backups/format/age-stream.ts';

const CHUNK = 64 * 1024;
const sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17];
const plainOf = (size: number) => Buffer.alloc(size, 'three quiet boats ');

let identity: string;
let recipient: string;
let other: string;
beforeAll(async () => {
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  other = await generateX25519Identity();
});

/** In pieces of these lengths, again and again. */
async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? bytes.length;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const encrypt = (plain: Uint8Array, lengths = [plain.length || 1], recipients = [recipient]) =>
  collect(encryptTo(recipients)(inPieces(plain, lengths)));
async function decrypt(stored: Uint8Array, lengths = [stored.length || 1], by = identity): Promise<Buffer> {
  const { headerBytes, key } = await openHeader(inPieces(stored, lengths), by);
  return await collect(decryptPayload(key)(inPieces(stored.subarray(headerBytes), lengths)));
}

describe('an age file as a stream', () => {
  it.each(sizes)('of %i bytes is what the age library reads and writes', async (size) => {
    const plain = plainOf(size);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(plain.equals(await decrypter.decrypt(await encrypt(plain)))).toBe(true);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    expect(plain.equals(await decrypt(await encrypter.encrypt(plain)))).toBe(true);
  });

  it('is what the command age reads and writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'temps-age-'));
    try {
      const key = join(folder, 'identity');
      writeFileSync(key, identity, { mode: 0o600 });
      const plain = plainOf(3 * CHUNK + 5);
      expect(
        plain.equals(execFileSync('age', ['-d', '-i', key], { input: await encrypt(plain, [1000]) })),
      ).toBe(true);
      const theirs = execFileSync('age', ['-r', recipient], { input: plain });
      expect(plain.equals(await decrypt(theirs, [7, 50_000]))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('opens for each of several recipients', async () => {
    const stored = await encrypt(plainOf(100), [100], [recipient, await identityToRecipient(other)]);
    for (const by of [identity, other]) expect((await decrypt(stored, [9], by)).length).toBe(100);
  });

  it('does not depend on the pieces that it comes in', async () => {
    const length = fc.integer({ min: 1, max: 3 * CHUNK });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 * CHUNK }),
        fc.array(length, { minLength: 1, maxLength: 5 }),
        fc.array(length, { minLength: 1, maxLength: 5 }),
        async (size, written, read) => {
          // Pieces of a byte or so take for ever with all of it.
          const plain = plainOf(Math.min(size, 2000 * Math.min(...written, ...read)));
          const stored = await encrypt(plain, written);
          expect(plain.equals(await decrypt(stored, read))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the two ciphers', () => {
  const hex = (digits: string) => Buffer.from(digits, 'hex');
  const key = hex('1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0');
  const nonce = hex('000000000102030405060708');
  const hasOpenssl = getCiphers().includes('chacha20-poly1305');

  it.skipIf(!hasOpenssl)('are one cipher', async () => {
    const sodium = await loadSodiumAead();
    for (const size of [0, 1, 63, 64, 65, CHUNK]) {
      const plain = plainOf(size);
      const sealed = Buffer.concat(opensslAead.seal(key, nonce, plain));
      expect(sealed.equals(Buffer.concat(sodium.seal(key, nonce, plain)))).toBe(true);
      expect(plain.equals(opensslAead.open(key, nonce, sealed))).toBe(true);
      expect(plain.equals(sodium.open(key, nonce, sealed))).toBe(true);
    }
  });

  const opensNothingChanged = ({ seal, open }: Aead) => {
    const sealed = Buffer.concat(seal(key, nonce, plainOf(100)));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(() => open(key, nonce, changed)).toThrow();
    }
    expect(() => open(key, hex('000000000102030405060709'), sealed)).toThrow();
  };
  it.skipIf(!hasOpenssl)('open nothing that was changed: OpenSSL', () => opensNothingChanged(opensslAead));
  it('open nothing that was changed: libsodium', async () => opensNothingChanged(await loadSodiumAead()));
});

describe('an age file that is not whole', () => {
  const refused = async (stored: Uint8Array, by = identity) =>
    expect(decrypt(stored, [stored.length], by)).rejects.toBeInstanceOf(AgeError);

  it('is refused wherever it is cut', async () => {
    const stored = await encrypt(plainOf(2 * CHUNK));
    const header = stored.length - 2 * (CHUNK + 16) - 16;
    for (const end of [
      0,
      1,
      header - 1,
      header,
      header + 15,
      header + 16,
      header + 17,
      header + 32,
      header + 16 + CHUNK + 15,
      header + 16 + CHUNK + 16,
      header + 16 + CHUNK + 17,
      header + 16 + CHUNK + 32,
      stored.length - 1,
    ])
      await refused(stored.subarray(0, end));
  });

  it('is refused with a flipped bit, with more behind it, with its chunks in another order', async () => {
    const stored = await encrypt(plainOf(2 * CHUNK + 5));
    const header = stored.length - 2 * (CHUNK + 16) - 21 - 16;
    for (const at of [0, 30, header - 10, header, header + 16, header + 16 + CHUNK, stored.length - 1]) {
      const flipped = Buffer.from(stored);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await refused(flipped);
    }
    await refused(Buffer.concat([stored, Buffer.alloc(1)]));
    await refused(Buffer.concat([stored, stored.subarray(header + 16)]));
    const begin = header + 16;
    const [first, second] = [begin, begin + CHUNK + 16].map((at) => stored.subarray(at, at + CHUNK + 16));
    await refused(
      Buffer.concat([
        stored.subarray(0, begin),
        second ?? Buffer.alloc(0),
        first ?? Buffer.alloc(0),
        stored.subarray(begin + 2 * (CHUNK + 16)),
      ]),
    );
  });

  it('is refused to another identity, and where its header has no end', async () => {
    await refused(await encrypt(plainOf(10)), other);
    await refused(randomBytes(300_000));
    // An age file of no recipient that a stream of endless header lines pretends to be: it is not read on.
    let given = 0;
    async function* endless() {
      yield Buffer.from('age-encryption.org/v1\n');
      for (;;) {
        given += 1024;
        yield Buffer.alloc(1024, '-> X25519 aaaa\n');
      }
    }
    await expect(openHeader(endless(), identity)).rejects.toBeInstanceOf(AgeError);
    expect(given).toBeLessThan(10_000);
  });

  it('passes on what its source throws', async () => {
    const stored = await encrypt(plainOf(CHUNK));
    async function* failing() {
      yield stored.subarray(0, 1000);
      throw new Error('the disk is gone');
    }
    const { headerBytes, key } = await openHeader(failing(), identity);
    async function* failingLater() {
      yield stored.subarray(headerBytes, headerBytes + 1000);
      throw new Error('the disk is gone');
    }
    await expect(collect(decryptPayload(key)(failingLater()))).rejects.toThrow('the disk is gone');
    async function* failingAtOnce() {
      yield stored.subarray(0, 10);
      throw new Error('the disk is gone');
    }
    await expect(openHeader(failingAtOnce(), identity)).rejects.toThrow('the disk is gone');
  });
});
