import { describe, expect, it } from 'vitest';
import { sayOutcome } from '../../../renderer/home/outcome-words.ts';
import { sayWhatCopyOpens } from '../../../renderer/vault-state/copy-promise.ts';
import type { VaultStatus } from '../../../renderer/vault-state/vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
type Recovery = VaultStatus['health']['recovery'];
const vault = (
  level: VaultStatus['health']['level'],
  secrets: number,
  hasCopy = true,
  versions = 0,
  recovery: Recovery = null,
) =>
  ({
    state: 'running',
    case: 'running',
    health: { level, halves: { key: level, backup: 'ok' }, reasons: [], recovery },
    secrets: {
      total: secrets,
      versions,
      by_kind: { env_var: secrets },
      at_stake: { env_var: secrets },
      versions_at_stake: versions === 0 ? {} : { env_var: versions },
    },
    proof: hasCopy
      ? { verified_at: Date.now() - 3 * DAY_MS, place: 'desk drawer', format: 'words' }
      : { verified_at: null, place: null, format: null },
  }) as unknown as VaultStatus;

describe('what is promised of a copy of the key', () => {
  it('is what a copy alone does: it decrypts a database that is still there', () => {
    expect(sayWhatCopyOpens('Your copy', 12)).toBe(
      'Your copy can decrypt 12 secrets in this database, wherever you still have it.',
    );
    expect(sayWhatCopyOpens('It', 0)).toBe(
      'It can decrypt every secret you add in this database, wherever you still have it.',
    );
  });

  it.each(['ok', 'due', 'at_risk', 'broken'] as const)('is no more than that on Home, %s', (level) => {
    const said = sayOutcome(vault(level, 12));
    expect(said).toContain('database');
    expect(said).not.toMatch(/bring|back\b/);
  });

  it('says on Home that the database itself has no backup where none goes anywhere, and only where that is known', () => {
    const nowhere = { is_whole: false, sentence: '', backup_at: null, has_destinations: false } as Recovery;
    expect(sayOutcome(vault('ok', 12, true, 0, nowhere))).toContain('on this computer only');
    expect(sayOutcome(vault('ok', 12))).not.toContain('on this computer only');
  });

  it('is what the instance says of both halves, once backups go somewhere', () => {
    const sentence = 'The 24 words and the backup on the NAS would bring everything back.';
    const recovery = { is_whole: true, sentence, backup_at: 1, has_destinations: true } as Recovery;
    const both = (level: VaultStatus['health']['level']) => vault(level, 12, true, 0, recovery);
    for (const level of ['ok', 'due', 'at_risk'] as const) expect(sayOutcome(both(level))).toBe(sentence);
    const custody = { name: 'file', label: 'File', place: '/data/encryption_key' };
    const locked = { ...both('ok'), state: 'locked', case: 'locked_by_owner', custody } as VaultStatus;
    expect(sayOutcome(locked)).toContain('cannot be decrypted until the key is available');
  });

  it('is nothing where there is no copy', () => {
    expect(sayOutcome(vault('at_risk', 12, false))).toBe(
      'If this computer died today, 12 variables would be lost.',
    );
    expect(sayOutcome(vault('at_risk', 1, false, 5))).toBe(
      'If this computer died today, 1 variable (5 earlier versions) would be lost.',
    );
    expect(sayOutcome(vault('ok', 0, false))).not.toMatch(/can decrypt/);
  });
});
