import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { openValue, sealValue } from '../../../../electron/instance/vault/sealing/sealed-value.ts';
import { openUpstream } from '../../../../electron/instance/vault/sealing/upstream-format.ts';

interface Vector {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid' | 'acceptable';
}
interface Group {
  keySize: number;
  ivSize: number;
  tagSize: number;
  tests: Vector[];
}

const file = join(import.meta.dirname, '../../../fixtures/wycheproof-aes-gcm.json');
const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] };
const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** Our two readers are AES-256-GCM with a 96-bit nonce and a 128-bit tag; upstream's has no associated data. */
function verdictOf(group: Group, vector: Vector): 'opened' | 'refused' | 'outside' {
  if (group.keySize !== 256) {
    expect(() => MasterKey.fromBytes(bytes(vector.key))).toThrow(RangeError);
    return 'outside';
  }
  const key = MasterKey.fromBytes(bytes(vector.key));
  if (vector.aad === '') {
    const opened = openUpstream(
      key,
      Buffer.concat([bytes(vector.iv), bytes(vector.ct), bytes(vector.tag)]).toString('base64'),
    );
    if (opened) expect(opened.toString('hex')).toBe(vector.msg);
    if (group.ivSize === 96 && group.tagSize === 128) return opened ? 'opened' : 'refused';
    expect(opened).toBeNull();
    return 'outside';
  }
  if (group.ivSize !== 96 || group.tagSize !== 128) return 'outside';
  return opensWithAad(key, vector) ? 'opened' : 'refused';
}

/** Vectors with associated data, through the same primitive and parameters the sealed format uses. */
function opensWithAad(key: MasterKey, vector: Vector): boolean {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.keyObject, bytes(vector.iv), { authTagLength: 16 });
    decipher.setAAD(bytes(vector.aad));
    decipher.setAuthTag(bytes(vector.tag));
    const plaintext = Buffer.concat([decipher.update(bytes(vector.ct)), decipher.final()]);
    expect(plaintext.toString('hex')).toBe(vector.msg);
    return true;
  } catch {
    return false;
  }
}

describe('Wycheproof AES-GCM', () => {
  it('accounts for every one of the 316 vectors', () => {
    const seen = { opened: 0, refused: 0, outside: 0 };
    for (const group of testGroups) {
      for (const vector of group.tests) {
        const verdict = verdictOf(group, vector);
        seen[verdict] += 1;
        if (verdict !== 'outside') {
          expect(`${vector.tcId} ${verdict}`).toBe(
            `${vector.tcId} ${vector.result === 'valid' ? 'opened' : 'refused'}`,
          );
        }
      }
    }
    expect(seen.opened + seen.refused + seen.outside).toBe(316);
    expect(seen.opened + seen.refused).toBe(66);
  });

  it('never makes a sealed value from a key of another size', () => {
    for (const size of [16, 24, 31, 33])
      expect(() => MasterKey.fromBytes(Buffer.alloc(size))).toThrow(RangeError);
    const key = MasterKey.generate();
    const sealed = sealValue(key, { kind: 'env_var', id: 'a' }, Buffer.from('x'));
    expect(openValue(key, { kind: 'env_var', id: 'a' }, sealed)?.toString()).toBe('x');
  });
});
