import { describe, expect, it } from 'vitest';
import { judgeEnd } from '../../../electron/instance/projects/ends/ending-variables.ts';
import {
  type Ends,
  levelOf,
  sayEnd,
  sayEndBriefly,
  sayEndSource,
} from '../../../renderer/projects/end-words.ts';
import { choiceOf, describeChoice, readChoice } from '../../../renderer/variables/form/end-field.tsx';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = new Date(2026, 5, 15, 12).getTime();
const none: Ends = {
  expires_at: null,
  expires_from: null,
  found_expires_at: null,
  found_expires_from: null,
};

describe('when a variable ends, in words', () => {
  it('counts days near its end, and names the day farther away', () => {
    const said = [-400, -61, -3, -1, -0.1, 0.1, 1, 12, 59, 61].map((days) =>
      sayEnd(now + days * DAY_MS, now),
    );
    expect(said.slice(2, 9)).toEqual([
      'ended 3 days ago',
      'ended 1 day ago',
      'ended today',
      'ends today',
      'ends in 1 day',
      'ends in 12 days',
      'ends in 59 days',
    ]);
    expect(said[0]).toMatch(/^ended on .*2025/);
    expect(said[1]).toMatch(/^ended on /);
    expect(said[9]).toMatch(/^ends on /);
    expect(sayEndBriefly(now + 5 * DAY_MS, now)).toMatch(/^in 5 days, .*20/);
    expect(sayEndBriefly(now + 900 * DAY_MS, now)).toMatch(/2028/);
  });

  it('says who says it, and what the value says where that is something else', () => {
    const at = now + 5 * DAY_MS;
    const found = { found_expires_at: at, found_expires_from: 'certificate' } as const;
    expect(sayEndSource(none, now)).toBe('');
    expect(sayEndSource({ ...found, expires_at: at, expires_from: 'certificate' }, now)).toBe(
      'As the certificate says.',
    );
    const byHand = { ...found, expires_at: at + DAY_MS, expires_from: 'by_hand' } as const;
    expect(sayEndSource(byHand, now)).toMatch(
      /^Said by hand\. The certificate itself ends in 5 days, .*20\.$/,
    );
    expect(sayEndSource({ ...byHand, expires_at: at }, now)).toBe('Said by hand.');
    expect(sayEndSource({ ...none, expires_at: at, expires_from: 'by_hand' }, now)).toBe('Said by hand.');
  });

  it('judges an end as the instance does', () => {
    for (const days of [-400, -1, 0, 0.001, 6.99, 7, 7.001, 30, 30.001, 400])
      expect(levelOf(now + days * DAY_MS, now), `${days}`).toBe(judgeEnd(now + days * DAY_MS, now));
  });
});

describe('the end in the form', () => {
  it('sends nothing that nobody chose', () => {
    const byHand: Ends = { ...none, expires_at: now, expires_from: 'by_hand' };
    for (const ends of [null, none, byHand]) expect(readChoice(choiceOf(ends))).toBeUndefined();
    expect(choiceOf(byHand)).toMatchObject({ way: 'day', day: '2026-06-15' });
    expect(choiceOf({ ...byHand, expires_at: null }).way).toBe('never');
  });

  it('sends a day at noon in UTC, never, or that the value says it', () => {
    const chosen = { way: 'day', day: '2027-03-01', isChosen: true } as const;
    expect(readChoice(chosen)).toBe(Date.parse('2027-03-01T12:00:00Z'));
    expect(readChoice({ ...chosen, way: 'never' })).toBe('never');
    expect(readChoice({ ...chosen, way: 'found' })).toBeNull();
    expect(describeChoice(chosen)).toBeUndefined();
    expect(describeChoice({ ...chosen, day: '' })).toContain('Choose a day');
    expect(describeChoice({ ...chosen, way: 'never', day: '' })).toBeUndefined();
  });
});
