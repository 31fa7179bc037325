import { describe, expect, it } from 'vitest';
import { type HealthFacts, judgeHealth } from '../../../../electron/instance/vault/status/health.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 5, 1);
const proven = (days: number, extra: object = {}) => ({
  verifiedAt: NOW - days * DAY_MS,
  separate: true,
  volumeId: 'a',
  ...extra,
});
const judge = (facts: Partial<HealthFacts>) =>
  judgeHealth({
    vaultCase: 'running',
    custody: 'file',
    custodyMissing: null,
    hasSecretsToLose: true,
    copies: [],
    backupVolumeIds: [],
    drillFailed: false,
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
      { copies: [proven(1)], backupVolumeIds: ['a'] },
      ['due', 'only_copy_beside_backups'],
    ],
    [
      'one copy beside backups and one apart',
      { copies: [proven(1), proven(1, { volumeId: 'b' })], backupVolumeIds: ['a'] },
      ['ok'],
    ],
    ['a lock', { vaultCase: 'locked_by_owner', copies: [proven(1)] }, ['broken', 'locked']],
    ['a foreign key', { vaultCase: 'foreign_key', copies: [proven(1)] }, ['broken', 'custody_disagrees']],
    ['a key in memory only', { custodyMissing: 'x', copies: [proven(1)] }, ['broken', 'custody_disagrees']],
    [
      'a lock and an empty custody',
      { vaultCase: 'missing', custodyMissing: 'x' },
      ['broken', 'locked', 'no_separate_copy'],
    ],
    ['a failed drill', { drillFailed: true, copies: [proven(1)] }, ['broken', 'drill_failed']],
  ] as [string, Partial<HealthFacts>, string[]][])('with %s', (_, facts, expected) => {
    expect(brief(facts)).toEqual(expected);
  });

  it('is quiet about a snoozed reason, and no less true', () => {
    const snoozed = judge({ snoozes: { no_separate_copy: NOW + DAY_MS } });
    expect([snoozed.level, snoozed.attention]).toEqual(['at_risk', false]);
    expect(judge({ snoozes: { no_separate_copy: NOW - 1 } }).attention).toBe(true);
  });

  it('cannot be made quiet about what is broken', () => {
    expect(
      judge({ vaultCase: 'missing', snoozes: { locked: NOW + DAY_MS, no_separate_copy: NOW + DAY_MS } })
        .attention,
    ).toBe(true);
  });
});
