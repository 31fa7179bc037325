import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  decideRetention,
  foreseeRemovals,
  isSteady,
  type RetentionPolicy,
} from '../../../electron/instance/backups/retention/policy.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const none: RetentionPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, withinDays: 0 };
const at = (text: string) => Date.parse(text);
const nowMs = at('2026-06-15T12:00:00Z');
const here = { nowMs, activeFingerprint: 'KEY', timeZone: 'UTC' };
const backup = (text: string, change: Partial<Candidate> = {}): Candidate => ({
  id: text,
  takenAt: at(text),
  fingerprint: 'KEY',
  isConfirmed: true,
  drilledAt: null,
  isDamaged: false,
  ...change,
});
const daily = (count: number) =>
  Array.from({ length: count }, (_, day) =>
    backup(`${new Date(nowMs - day * DAY_MS).toISOString().slice(0, 10)}T03:00:00Z`),
  );
const idsOf = (backups: readonly Candidate[], policy: Partial<RetentionPolicy>, circumstances = here) =>
  decideRetention(backups, { ...none, ...policy }, circumstances).kept.map(({ id }) => id.slice(0, 10));

describe('what restic keeps', () => {
  it.each<[string, Partial<RetentionPolicy>, string[]]>([
    ['the last', { last: 3 }, ['2026-06-15', '2026-06-14', '2026-06-13']],
    ['days', { daily: 2 }, ['2026-06-15', '2026-06-14']],
    // The newest of each: 15 June is a Monday.
    ['weeks', { weekly: 3 }, ['2026-06-15', '2026-06-14', '2026-06-07']],
    ['months', { monthly: 2 }, ['2026-06-15', '2026-05-31']],
    [
      'years, and the oldest where there are fewer',
      { yearly: 3 },
      ['2026-06-15', '2025-12-31', '2025-12-03'],
    ],
    ['all within days of the newest', { withinDays: 2 }, ['2026-06-15', '2026-06-14']],
    ['what any of several keeps', { daily: 2, monthly: 2 }, ['2026-06-15', '2026-06-14', '2026-05-31']],
  ])('%s', (_what, policy, expected) => expect(idsOf(daily(195), policy)).toEqual(expected));

  it('of two on a day the newer', () => {
    const two = [
      backup('2026-06-14T03:00:00Z'),
      backup('2026-06-14T21:00:00Z'),
      backup('2026-06-13T03:00:00Z'),
    ];
    const { kept } = decideRetention(two, { ...none, daily: 2 }, here);
    expect(kept.map(({ id }) => id)).toEqual(['2026-06-14T21:00:00Z', '2026-06-13T03:00:00Z']);
  });

  it('days of the time zone, also where the clocks are changed', () => {
    const night = [backup('2026-03-28T23:30:00Z'), backup('2026-03-28T12:00:00Z')];
    expect(
      decideRetention(night, { ...none, daily: 5 }, { ...here, timeZone: 'Europe/Zurich' }).kept,
    ).toHaveLength(2);
    const keptIn = (timeZone: string) =>
      decideRetention(
        [...night, backup('2026-03-01T12:00:00Z')],
        { ...none, daily: 2 },
        { ...here, timeZone },
      ).kept.length;
    expect(keptIn('Europe/Zurich')).toBe(2);
    expect(keptIn('UTC')).toBe(2);
    const removedIn = (timeZone: string) =>
      decideRetention(
        [...night, backup('2026-03-01T12:00:00Z')],
        { ...none, daily: 2 },
        { ...here, timeZone },
      ).removed;
    // In Zurich the first of them is on the next day already.
    expect(removedIn('Europe/Zurich')).toEqual(['2026-03-01T12:00:00Z']);
    expect(removedIn('UTC')).toEqual(['2026-03-28T12:00:00Z']);
  });

  it('ISO weeks over the turn of a year', () => {
    const turn = ['2027-01-03', '2027-01-02', '2026-12-31', '2026-12-28', '2026-12-27'].map((day) =>
      backup(`${day}T03:00:00Z`),
    );
    expect(idsOf(turn, { weekly: 2 }, { ...here, nowMs: at('2027-01-04T12:00Z') })).toEqual([
      '2027-01-03',
      '2026-12-27',
    ]);
  });
});

describe('what is never removed', () => {
  const reasonsOf = (backups: readonly Candidate[], policy: Partial<RetentionPolicy>) =>
    Object.fromEntries(
      decideRetention(backups, { ...none, ...policy }, here).kept.map(({ id, reasons }) => [
        id.slice(0, 10),
        reasons,
      ]),
    );

  it('the newest drilled, of all and of the key in use, and the newest verified', () => {
    const found = reasonsOf(
      [
        backup('2026-06-15T03:00:00Z', { fingerprint: 'NEW' }),
        backup('2026-06-14T03:00:00Z'),
        backup('2026-06-13T03:00:00Z', { fingerprint: 'OLD', drilledAt: nowMs }),
        backup('2026-06-12T03:00:00Z', { drilledAt: nowMs }),
        backup('2026-06-11T03:00:00Z', { drilledAt: nowMs }),
      ],
      { last: 1 },
    );
    expect(found).toEqual({
      '2026-06-15': ['last', 'newest_verified'],
      '2026-06-14': ['newest_verified'],
      '2026-06-13': ['newest_drilled'],
      '2026-06-12': ['newest_drilled'],
    });
  });

  it('what is not known to be good, and it takes the place of none that is', () => {
    const found = reasonsOf(
      [
        backup('2026-06-15T03:00:00Z', { isConfirmed: false }),
        backup('2026-06-14T03:00:00Z', { isDamaged: true }),
        backup('2026-06-13T03:00:00Z'),
        backup('2026-06-12T03:00:00Z'),
      ],
      { last: 1 },
    );
    expect(found).toEqual({
      '2026-06-15': ['not_verified'],
      '2026-06-14': ['drill_failed'],
      '2026-06-13': ['last', 'newest_verified'],
    });
  });

  it('what is from a time to come, nor anything for its sake', () => {
    const found = [backup('2027-06-15T03:00:00Z'), ...daily(5)];
    expect(idsOf(found, { withinDays: 30 })).toEqual([
      '2027-06-15',
      ...['2026-06-15', '2026-06-14', '2026-06-13', '2026-06-12', '2026-06-11'],
    ]);
  });

  it('anything by itself after a gap of weeks, until a few more were made', () => {
    const ahead = { ...here, nowMs: nowMs + 365 * DAY_MS };
    const coming = (count: number) =>
      Array.from({ length: count }, (_, day) => backup(new Date(ahead.nowMs - day * DAY_MS).toISOString()));
    expect(isSteady(daily(10), nowMs)).toBe(true);
    expect(isSteady([backup('2026-06-15T03:00:00Z')], nowMs)).toBe(true);
    for (const count of [1, 2, 3])
      expect(isSteady([...coming(count), ...daily(10)], ahead.nowMs)).toBe(false);
    expect(isSteady([...coming(4), ...daily(10)], ahead.nowMs)).toBe(true);
    // Set right again, what was made at a time to come counts for nothing.
    expect(isSteady([...coming(2), ...daily(10)], nowMs)).toBe(true);
  });
});

describe('whatever there is, and whatever the policy', () => {
  const candidates = fc
    .array(
      fc.record({
        takenAt: fc.integer({ min: nowMs - 900 * DAY_MS, max: nowMs + 40 * DAY_MS }),
        fingerprint: fc.constantFrom('KEY', 'OLD'),
        isConfirmed: fc.boolean(),
        drilledAt: fc.option(fc.constant(nowMs)),
        isDamaged: fc.boolean(),
      }),
      { maxLength: 40 },
    )
    .map((all) => all.map((each, at): Candidate => ({ id: String(at), ...each })));
  const few = fc.integer({ min: 0, max: 6 });
  const policies = fc.record({
    last: few,
    daily: few,
    weekly: few,
    monthly: few,
    yearly: few,
    withinDays: few,
  });

  it('each is kept or removed, what would be missed most is kept, and a second look removes nothing', () => {
    fc.assert(
      fc.property(candidates, policies, (all, policy) => {
        const { kept, removed } = decideRetention(all, policy, here);
        const ids = kept.map(({ id }) => id);
        expect([...ids, ...removed].sort()).toEqual(all.map(({ id }) => id).sort());
        const good = all
          .filter(({ isConfirmed, isDamaged, takenAt }) => isConfirmed && !isDamaged && takenAt <= nowMs)
          .toSorted((a, b) => b.takenAt - a.takenAt);
        const newest = (from: Candidate[]) => from.filter(({ takenAt }) => takenAt === from[0]?.takenAt);
        for (const from of [good, good.filter(({ fingerprint }) => fingerprint === 'KEY')])
          for (const some of [from, from.filter(({ drilledAt }) => drilledAt !== null)])
            expect(some.length === 0 || newest(some).some(({ id }) => ids.includes(id))).toBe(true);
        for (const { id, isConfirmed, isDamaged, takenAt } of all)
          if (!isConfirmed || isDamaged || takenAt > nowMs) expect(removed).not.toContain(id);
        const again = decideRetention(
          all.filter(({ id }) => ids.includes(id)),
          policy,
          here,
        );
        expect(again.removed).toEqual([]);
      }),
    );
  });

  it('keeping more of anything removes nothing more', () => {
    fc.assert(
      fc.property(candidates, policies, fc.constantFrom('last', 'withinDays'), (all, policy, what) => {
        const less = decideRetention(all, policy, here).removed;
        const more = decideRetention(all, { ...policy, [what]: policy[what as 'last'] + 1 }, here).removed;
        for (const id of more) expect(less).toContain(id);
      }),
    );
  });
});

it('when each will go is foreseen by the runs to come, and not of what outlives them', () => {
  const times = Array.from({ length: 10 }, (_, day) => nowMs + (day + 1) * DAY_MS);
  const until = foreseeRemovals(daily(3), { ...none, last: 3 }, here, times);
  expect([...until.values()]).toEqual([times[0], times[1], times[2]]);
  expect(foreseeRemovals(daily(3), { ...none, last: 100 }, here, times).size).toBe(0);
});
