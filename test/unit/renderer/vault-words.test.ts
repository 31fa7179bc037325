import { describe, expect, it } from 'vitest';
import { caseWords } from '../../../renderer/vault-state/case-words.ts';
import { custodyWords, findIn, inCustody, keeperOf } from '../../../renderer/vault-state/custody-words.ts';
import { sayHalves } from '../../../renderer/vault-state/health-words.ts';
import { daysSinceVerified, isRotating, type VaultStatus } from '../../../renderer/vault-state/vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const keyring = { name: 'keychain', label: 'GNOME Keyring', place: 'Temps' } as VaultStatus['custody'];
const file = { name: 'file', label: 'File', place: '/data/encryption_key' } as VaultStatus['custody'];
const passphrase = { ...file, name: 'passphrase' } as VaultStatus['custody'];
const vault = (status: Partial<VaultStatus>) =>
  ({
    state: 'running',
    case: 'running',
    detail: null,
    refused: false,
    fingerprint: '4F2A-91C0-77DE-1B3A',
    found_key: null,
    instance: { id: 'a', name: 'homelab' },
    custody: file,
    health: { level: 'ok', halves: { key: 'ok', backup: 'ok' }, reasons: [], recovery: null },
    proof: { verified_at: null },
    rotation: null,
    ...status,
  }) as unknown as VaultStatus;

describe('where the key is kept', () => {
  it('is said by the keychain’s own name, and of the others by what they are', () => {
    expect(inCustody(keyring)).toBe('in GNOME Keyring');
    expect(keeperOf(keyring)).toBe('GNOME Keyring');
    for (const custody of [file, passphrase]) {
      expect(inCustody(custody)).toBe(custodyWords[custody.name].where);
      expect(keeperOf(custody).toLowerCase()).toBe(custodyWords[custody.name].name);
      expect(findIn(custody)).toBe('/data/encryption_key');
    }
    expect(findIn(keyring)).not.toBe('Temps');
  });
});

describe('why the vault is locked', () => {
  it('is said as it was: nobody used it, and nobody asked', () => {
    const idle = vault({ state: 'locked', case: 'locked_when_idle', idle_minutes: 10 });
    expect(caseWords(idle)).toMatchObject({
      short: 'nobody used it',
      why: 'nobody used it for 10 minutes',
      meaning: 'The key was removed from memory. It is still in the key file.',
    });
    expect(caseWords({ ...idle, case: 'locked_with_screen', idle_minutes: null }).why).toBe(
      'the screen of its computer was locked',
    );
    expect(caseWords({ ...idle, case: 'locked_by_owner', idle_minutes: null }).why).toBe('someone locked it');
  });

  it('names the keychain, or the place that was looked at', () => {
    const locked = { state: 'locked', case: 'missing' } as const;
    expect(caseWords(vault({ ...locked, custody: keyring })).why).toContain('GNOME Keyring');
    expect(caseWords(vault({ ...locked, custody: keyring })).meaning).toContain('homelab');
    expect(caseWords(vault(locked)).meaning).toContain('/data/encryption_key');
  });

  it('tells a custody that waits for someone from one that was refused', () => {
    const waiting = { state: 'locked', case: 'waiting' } as const;
    const all = [
      vault({ ...waiting, custody: passphrase }),
      vault({ ...waiting, custody: keyring }),
      vault({ ...waiting, custody: keyring, refused: 'no bus' as unknown as VaultStatus['refused'] }),
      vault({ ...waiting, refused: 'EACCES' as unknown as VaultStatus['refused'], detail: 'EACCES.' }),
    ].map(caseWords);
    expect(new Set(all.map(({ short }) => short)).size).toBe(4);
    expect(new Set(all.map(({ why }) => why)).size).toBe(4);
    expect(all[3]?.meaning).toMatch(/^EACCES\. /);
  });

  it('is what was found, where a key file lies at a first start', () => {
    const first = vault({
      state: 'locked',
      case: 'missing',
      fingerprint: null,
      found_key: { path: '/data/encryption_key' } as VaultStatus['found_key'],
      detail: 'A key file lies there.',
    });
    expect(caseWords(first).meaning).toBe('A key file lies there.');
    expect(caseWords(first).why).not.toBe(caseWords(vault({ case: 'missing' })).why);
  });
});

describe('health in the sidebar', () => {
  const more = (status: Partial<VaultStatus>) => sayHalves(vault(status))[0]?.more;
  const proof = (days: number) => ({ verified_at: Date.now() - days * DAY_MS }) as VaultStatus['proof'];

  it('is how far a rotation is, in whole percents that are never too many', () => {
    const rotating = (moved: number, total: number) =>
      more({ rotation: { state: 'sealing', moved, total } as VaultStatus['rotation'] });
    expect(rotating(2, 3)).toMatch(/\b66 %/);
    expect(rotating(999, 1000)).toMatch(/\b99 %/);
    expect(rotating(0, 0)).toMatch(/\b100 %/);
  });

  it('is the days since the last proof, one of them alone', () => {
    expect(more({ proof: proof(1) })).toMatch(/\b1 day\b/);
    expect(more({ proof: proof(30) })).toMatch(/\b30 days\b/);
    expect(more({ proof: proof(0) })).not.toMatch(/\d/);
    expect(daysSinceVerified(vault({}))).toBeNull();
  });

  it('is both halves, the worse one first, and the age of the backup', () => {
    const HOUR_MS = 60 * 60 * 1000;
    const recovery = { backup_at: Date.now() - 5.5 * HOUR_MS } as VaultStatus['health']['recovery'];
    const halves = (key: string, backup: string, code?: string) =>
      sayHalves(
        vault({
          proof: proof(30),
          health: {
            level: key === 'ok' ? backup : key,
            halves: { key, backup },
            reasons: code === undefined ? [] : [{ code, half: 'backup' }],
            recovery,
          } as VaultStatus['health'],
        }),
      ).map(({ word, more: about }) => `${word}: ${about}`);
    expect(halves('ok', 'ok')).toEqual(['Key copy: 30 days', 'Backup: 6 hours']);
    expect(halves('ok', 'broken', 'backup_drill_failed')).toEqual([
      'Backup: drill failed',
      'Key copy: 30 days',
    ]);
    expect(halves('at_risk', 'at_risk', 'backup_never')).toEqual(['Key copy: 30 days', 'Backup: none yet']);
  });

  it('knows a rotation that is open', () => {
    const states = ['staged', 'proven', 'sealing', 'done', 'undone'] as const;
    const open = states.filter((state) =>
      isRotating(vault({ rotation: { state } as VaultStatus['rotation'] })),
    );
    expect(open).toEqual(['staged', 'proven', 'sealing']);
    expect(isRotating(vault({}))).toBe(false);
  });
});
