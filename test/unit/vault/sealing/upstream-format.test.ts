import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  openUpstream,
  parseUpstreamKey,
} from '../../../../electron/instance/vault/sealing/upstream-format.ts';

interface Vectors {
  valid: { id: string; key_text: string; plaintext: string; ciphertext: string }[];
  invalid: { id: string; why: string; key_text: string; ciphertext: string }[];
}
const file = join(import.meta.dirname, '../../../fixtures/temps-upstream-ciphertexts.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe("upstream's ciphertexts", () => {
  it.each(vectors.valid)('opens $id', ({ key_text, plaintext, ciphertext }) => {
    const key = parseUpstreamKey(key_text);
    expect(key && openUpstream(key, ciphertext)?.toString('utf8')).toBe(plaintext);
  });

  it.each(vectors.invalid)('refuses $id: $why', ({ key_text, ciphertext }) => {
    const key = parseUpstreamKey(key_text);
    expect(key && openUpstream(key, ciphertext)).toBeNull();
  });
});
