import { describe, expect, it } from 'vitest';
import { type DrillFacts, findDrillDue } from '../../../electron/instance/backups/reading/drill-due.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const nowMs = Date.parse('2026-06-01T12:00:00Z');
const ago = (ms: number) => nowMs - ms;
const newest: DrillFacts = {
  id: 'newest',
  takenAt: ago(11 * MINUTE_MS),
  confirmedAt: ago(11 * MINUTE_MS - 20_000),
  state: 'confirmed',
  goneAt: null,
  sizeBytes: 40_000_000,
  drilledAt: null,
};
const earlier: DrillFacts = {
  ...newest,
  id: 'earlier',
  takenAt: ago(2 * DAY_MS),
  confirmedAt: ago(2 * DAY_MS),
};
const soon = (newest.confirmedAt ?? 0) + 5 * MINUTE_MS;

describe('the drill that is due', () => {
  it.each<[string, DrillFacts[], { id: string; dueAt: number } | null]>([
    ['none without a backup', [], null],
    ['of the newest, soon after it was made', [earlier, newest], { id: 'newest', dueAt: soon }],
    ['none once the newest was drilled', [{ ...newest, drilledAt: ago(1) }, earlier], null],
    [
      'not of one that is not verified, nor of one that is gone',
      [
        { ...newest, state: 'stored' },
        { ...newest, goneAt: 1 },
      ],
      null,
    ],
    [
      'of a large one a week after the last drill there',
      [
        { ...newest, sizeBytes: 200_000_001 },
        { ...earlier, drilledAt: ago(DAY_MS) },
      ],
      { id: 'newest', dueAt: ago(DAY_MS) + 7 * DAY_MS },
    ],
    [
      'of a large one soon where there was no drill yet',
      [{ ...newest, sizeBytes: 10e9 }],
      { id: 'newest', dueAt: soon },
    ],
    [
      'of one that took long a week after the last drill there',
      [
        { ...newest, takenAt: ago(12 * MINUTE_MS) },
        { ...earlier, drilledAt: ago(DAY_MS) },
      ],
      { id: 'newest', dueAt: ago(DAY_MS) + 7 * DAY_MS },
    ],
    [
      'though a drill was noted a year ahead, before the clock was set back',
      [
        { ...newest, sizeBytes: 10e9 },
        { ...earlier, drilledAt: nowMs + 365 * DAY_MS },
      ],
      { id: 'newest', dueAt: nowMs + 7 * DAY_MS },
    ],
  ])('%s', (_what, backups, due) => expect(findDrillDue(backups, nowMs)).toEqual(due));
});
