import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyVerdictCodes,
  copyVerdicts,
  countingVerdicts,
  judgeKeyCopy,
} from '../../../../electron/instance/vault/copies/copy-verdict.ts';
import { judgeHealth } from '../../../../electron/instance/vault/status/health.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 5, 1);
const good = { isOfKeyInUse: true, verifiedAt: NOW - DAY_MS, separate: true, finished: true };

describe('what a copy is worth', () => {
  it.each([
    ['verified in a separate place', {}, 'counts'],
    ['of another key', { isOfKeyInUse: false }, 'other_key'],
    ['never verified', { verifiedAt: null }, 'unverified'],
    ['never verified nor shown to the end', { verifiedAt: null, finished: false }, 'unfinished'],
    ['beside the database', { separate: false }, 'not_separate'],
    ['verified in the future', { verifiedAt: NOW + 1 }, 'in_future'],
    ['verified 90 days ago', { verifiedAt: NOW - 90 * DAY_MS }, 'counts'],
    ['verified 91 days ago', { verifiedAt: NOW - 91 * DAY_MS }, 'due'],
    ['verified 181 days ago', { verifiedAt: NOW - 181 * DAY_MS }, 'stale'],
  ] as const)('of one %s', (_what, facts, expected) => {
    expect(judgeKeyCopy({ ...good, ...facts }, NOW)).toBe(expected);
  });

  it('is in its words, which say that it counts only where it does', () => {
    for (const code of copyVerdictCodes)
      expect(copyVerdicts[code].startsWith('It counts')).toBe(countingVerdicts.includes(code));
  });

  it('is what the health of the key is judged by', () => {
    const copy = fc.record({
      verifiedAt: fc.option(fc.integer({ min: -400, max: 10 }).map((days) => NOW + days * DAY_MS)),
      separate: fc.boolean(),
      volumeId: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(copy, { maxLength: 4 }), (copies) => {
        const counting = copies.some((each) =>
          countingVerdicts.includes(judgeKeyCopy({ ...each, isOfKeyInUse: true, finished: true }, NOW)),
        );
        const { level } = judgeHealth({
          vaultCase: 'running',
          custody: 'file',
          custodyMissing: null,
          hasSecretsToLose: true,
          copies,
          backups: null,
          snoozes: {},
          nowMs: NOW,
        });
        expect(level === 'at_risk').toBe(!counting);
      }),
    );
  });
});
