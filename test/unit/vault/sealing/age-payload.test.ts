import { createCipheriv, createDecipheriv, getCiphers, hkdfSync } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import { openPayload, sealPayload } from '../../../../electron/instance/vault/sealing/age-payload.ts';

const hex = (digits: string) => Buffer.from(digits.replace(/\s/g, ''), 'hex');
const CHUNK = 64 * 1024;
const fileKey = Buffer.alloc(16, 0x5a);
const nonce = Buffer.from(Array.from({ length: 16 }, (_, at) => at));

describe('ChaCha20-Poly1305', () => {
  // RFC 8439, section 2.8.2 and appendix A.5.
  const vectors = [
    {
      key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
      nonce: '070000004041424344454647',
      aad: '50515253c0c1c2c3c4c5c6c7',
      begins: 'Ladies and Gentlemen of the class of',
      sealed: `d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6 3dbea45e8ca9671282fafb69da92728b
        1a71de0a9e060b2905d6a5b67ecd3b36 92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
        3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`,
    },
    {
      key: '1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0',
      nonce: '000000000102030405060708',
      aad: 'f33388860000000000004e91',
      begins: 'Internet-Drafts are draft documents',
      sealed: `64a0861575861af460f062c79be643bd 5e805cfd345cf389f108670ac76c8cb2 4c6cfc18755d43eea09ee94e382d26b0
        bdb7b73c321b0100d4f03b7f355894cf 332f830e710b97ce98c8a84abd0b9481 14ad176e008d33bd60f982b1ff37c855
        9797a06ef4f0ef61c186324e2b350638 3606907b6a7c02b0f9f6157b53c867e4 b9166c767b804d46a59b5216cde7a4e9
        9040c5a40433225ee282a1b0a06c523e af4534d7f83fa1155b0047718cbc546a 0d072b04b3564eea1b422273f548271a
        0bb2316053fa76991955ebd63159434e cebb4e466dae5a1073a6727627097a10 49e617d91d361094fa68f0ff77987130
        305beaba2eda04df997b714d6c6f2c29 a6ad5cb4022b02709b eead9d67890cbb22392336fea1851f38`,
    },
  ];
  it.each(vectors)('of RFC 8439: $begins', ({ key, nonce: iv, aad, begins, sealed }) => {
    const cipher = () => chacha20poly1305(hex(key), hex(iv), hex(aad));
    const plaintext = cipher().decrypt(hex(sealed));
    expect(Buffer.from(plaintext).toString('utf8').startsWith(begins)).toBe(true);
    expect(Buffer.from(cipher().encrypt(plaintext)).toString('hex')).toBe(hex(sealed).toString('hex'));
    const changed = hex(sealed);
    changed[3] = (changed[3] as number) ^ 1;
    expect(() => cipher().decrypt(changed)).toThrow();
  });
});

describe('the payload of an age file', () => {
  const sizes = [0, 1, 63, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17];
  const plaintextOf = (size: number) => Buffer.alloc(size, 'three quiet boats ');

  it.each(sizes)('of %i bytes opens as what it was', (size) => {
    const sealed = sealPayload(fileKey, nonce, plaintextOf(size));
    expect(sealed.subarray(0, 16).equals(nonce)).toBe(true);
    expect(openPayload(fileKey, sealed).equals(plaintextOf(size))).toBe(true);
  });

  // Where node:crypto has the cipher, that is a second implementation.
  it.skipIf(!getCiphers().includes('chacha20-poly1305'))('is what OpenSSL makes of it, and opens', () => {
    const key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
    const options = { authTagLength: 16 };
    const sealed = sealPayload(fileKey, nonce, plaintextOf(CHUNK + 5)).subarray(16);
    const first = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), options);
    const theirs = Buffer.concat([first.update(plaintextOf(CHUNK)), first.final(), first.getAuthTag()]);
    expect(sealed.subarray(0, theirs.length).equals(theirs)).toBe(true);
    const last = createDecipheriv('chacha20-poly1305', key, hex('0000000000000000000001 01'), options);
    last.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([last.update(sealed.subarray(theirs.length, -16)), last.final()]);
    expect(opened.toString()).toBe(plaintextOf(CHUNK + 5).toString('utf8', CHUNK));
  });

  it('does not open with a bit changed, cut off, continued, reordered, or under another key', () => {
    const sealed = sealPayload(fileKey, nonce, plaintextOf(2 * CHUNK + 17));
    const [first, second, third] = [0, 1, 2].map((at) =>
      sealed.subarray(16 + at * (CHUNK + 16), 16 + (at + 1) * (CHUNK + 16)),
    ) as [Buffer, Buffer, Buffer];
    const flipped = (at: number) => {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 0x80;
      return changed;
    };
    const join = (...chunks: Buffer[]) => Buffer.concat([nonce, ...chunks]);
    const wrong = [
      ...[0, 15, 16, CHUNK + 15, CHUNK + 16, CHUNK + 40, sealed.length - 17, sealed.length - 1].map(flipped),
      ...[1, 16, 17, 33, 34].map((bytes) => sealed.subarray(0, sealed.length - bytes)),
      join(first),
      join(first, second),
      join(second, first, third),
      join(first, third),
      join(first, second, third, third),
      join(first, second, third, Buffer.alloc(16)),
      sealed.subarray(0, 16),
      sealed.subarray(0, 31),
      Buffer.alloc(0),
    ];
    for (const payload of wrong) expect(() => openPayload(fileKey, payload)).toThrow();
    expect(() => openPayload(Buffer.alloc(16, 0x5b), sealed)).toThrow();
    expect(openPayload(fileKey, sealed)).toHaveLength(2 * CHUNK + 17);
  });

  it('leaves the key and the plaintext as they were handed over', () => {
    const [key, plaintext] = [Buffer.from(fileKey), plaintextOf(100)];
    openPayload(key, sealPayload(key, nonce, plaintext));
    expect(key.equals(fileKey) && plaintext.equals(plaintextOf(100))).toBe(true);
  });
});
