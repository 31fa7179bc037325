import { describe, expect, it } from 'vitest';
import type {
  BackupHalf,
  RecoveryReasonCode,
} from '../../../../electron/instance/vault/status/backup-half.ts';
import { type HealthFacts, judgeHealth } from '../../../../electron/instance/vault/status/health.ts';
import type { HealthLevel } from '../../../../electron/instance/vault/status/health-level.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 5, 1);
const proven = (days: number, extra: object = {}) => ({
  verifiedAt: NOW - days * DAY_MS,
  separate: true,
  volumeId: 'a',
  ...extra,
});
const backups = (change: Partial<BackupHalf> = {}): BackupHalf => ({
  isWhole: true,
  sentence: 'All would come back.',
  backupAt: NOW,
  destination: 'the NAS',
  drilledAt: NOW,
  reasons: [],
  hasDestinations: true,
  isRunning: false,
  destinations: [],
  lateAt: null,
  volumeIds: ['a'],
  ...change,
});
const besides = (code: RecoveryReasonCode, level: HealthLevel) =>
  backups({ reasons: [{ code, level, message: `about ${code}` }], volumeIds: [] });
const judge = (facts: Partial<HealthFacts>) =>
  judgeHealth({
    vaultCase: 'running',
    custody: 'file',
    custodyMissing: null,
    hasSecretsToLose: true,
    copies: [],
    backups: null,
    snoozes: {},
    nowMs: NOW,
    ...facts,
  });
const brief = (facts: Partial<HealthFacts>) => {
  const { level, reasons } = judge(facts);
  return [level, ...reasons.map((reason) => reason.code)];
};

describe('how safe the key is', () => {
  it.each([
    ['nothing to lose yet', { hasSecretsToLose: false }, ['ok']],
    ['no copy', {}, ['at_risk', 'no_separate_copy']],
    [
      'a copy that is not separate',
      { copies: [proven(1, { separate: false })] },
      ['at_risk', 'no_separate_copy'],
    ],
    [
      'a copy never read back',
      { copies: [proven(1, { verifiedAt: null })] },
      ['at_risk', 'no_separate_copy'],
    ],
    ['a proof from the future', { copies: [proven(-1)] }, ['at_risk', 'no_separate_copy']],
    ['a proof of today', { copies: [proven(0)] }, ['ok']],
    ['a proof of 90 days', { copies: [proven(90)] }, ['ok']],
    ['a proof of 91 days', { copies: [proven(91)] }, ['due', 'proof_due']],
    ['a proof of 180 days', { copies: [proven(180)] }, ['due', 'proof_due']],
    ['a proof of 181 days', { copies: [proven(181)] }, ['at_risk', 'proof_stale']],
    ['the newest of several proofs', { copies: [proven(300), proven(5)] }, ['ok']],
    [
      'the only copy beside backups',
      { copies: [proven(1)], backups: backups() },
      ['due', 'only_copy_beside_backups'],
    ],
    [
      'one copy beside backups and one apart',
      { copies: [proven(1), proven(1, { volumeId: 'b' })], backups: backups() },
      ['ok'],
    ],
    [
      'the only copy on a volume that holds none',
      { copies: [proven(1)], backups: backups({ volumeIds: ['b'] }) },
      ['ok'],
    ],
    [
      'the only copy on an unknown volume',
      { copies: [proven(1, { volumeId: null })], backups: backups() },
      ['ok'],
    ],
    [
      'the only copy beside the only backups, said once',
      { copies: [proven(1)], backups: { ...besides('backup_not_apart', 'at_risk'), volumeIds: ['a'] } },
      ['at_risk', 'backup_not_apart'],
    ],
    [
      'no backup',
      { copies: [proven(1)], backups: besides('backup_never', 'at_risk') },
      ['at_risk', 'backup_never'],
    ],
    [
      'no backup, nowhere to make one, and nothing to lose',
      {
        hasSecretsToLose: false,
        backups: { ...besides('backup_never', 'at_risk'), hasDestinations: false },
      },
      ['ok'],
    ],
    [
      'no backup where backups go, and nothing to lose',
      { hasSecretsToLose: false, backups: besides('backup_never', 'at_risk') },
      ['at_risk', 'backup_never'],
    ],
    [
      'a failed drill and nothing to lose',
      { hasSecretsToLose: false, backups: besides('backup_drill_failed', 'broken') },
      ['broken', 'backup_drill_failed'],
    ],
    [
      'a failed drill, before the key that has no copy',
      { backups: besides('backup_drill_failed', 'broken') },
      ['broken', 'backup_drill_failed', 'no_separate_copy'],
    ],
    [
      'a verification that is due, after a backup that is too old',
      { copies: [proven(91)], backups: besides('backup_old', 'at_risk') },
      ['at_risk', 'backup_old', 'proof_due'],
    ],
    [
      'backups that wait for the key',
      { vaultCase: 'locked_by_owner', copies: [proven(1)], backups: besides('backup_waits_for_key', 'due') },
      ['broken', 'locked', 'backup_waits_for_key'],
    ],
    ['a lock', { vaultCase: 'locked_by_owner', copies: [proven(1)] }, ['broken', 'locked']],
    ['a foreign key', { vaultCase: 'foreign_key', copies: [proven(1)] }, ['broken', 'custody_disagrees']],
    ['a key in memory only', { custodyMissing: 'x', copies: [proven(1)] }, ['broken', 'custody_disagrees']],
    [
      'a lock and an empty custody',
      { vaultCase: 'missing', custodyMissing: 'x' },
      ['broken', 'locked', 'no_separate_copy'],
    ],
    [
      'a failed drill',
      { copies: [proven(1)], backups: besides('backup_drill_failed', 'broken') },
      ['broken', 'backup_drill_failed'],
    ],
  ] as [string, Partial<HealthFacts>, string[]][])('with %s', (_, facts, expected) => {
    expect(brief(facts)).toEqual(expected);
  });

  it('is quiet about a snoozed reason, and no less true', () => {
    const snoozed = judge({ snoozes: { no_separate_copy: NOW + DAY_MS } });
    expect([snoozed.level, snoozed.attention]).toEqual(['at_risk', false]);
    expect(judge({ snoozes: { no_separate_copy: NOW - 1 } }).attention).toBe(true);
  });

  it('is of the worse half, and tells both', () => {
    const halves = (facts: Partial<HealthFacts>) => judge(facts).halves;
    const fine = { copies: [proven(1, { volumeId: 'b' })] };
    expect(halves({ ...fine, backups: backups() })).toEqual({ key: 'ok', backup: 'ok' });
    expect(halves({ backups: backups() })).toEqual({ key: 'at_risk', backup: 'ok' });
    expect(halves({ ...fine, backups: besides('backup_old', 'at_risk') })).toEqual({
      key: 'ok',
      backup: 'at_risk',
    });
  });

  it('puts off a reason of backups as any other, and never a failed drill', () => {
    const copies = [proven(1, { volumeId: 'b' })];
    const put = (code: RecoveryReasonCode, level: HealthLevel) =>
      judge({ copies, backups: besides(code, level), snoozes: { [code]: NOW + DAY_MS } });
    expect(put('backup_never', 'at_risk')).toMatchObject({ level: 'at_risk', attention: false });
    expect(put('backup_drill_failed', 'broken')).toMatchObject({ level: 'broken', attention: true });
  });

  it('cannot be made quiet about what is broken', () => {
    expect(
      judge({ vaultCase: 'missing', snoozes: { locked: NOW + DAY_MS, no_separate_copy: NOW + DAY_MS } })
        .attention,
    ).toBe(true);
  });
});
