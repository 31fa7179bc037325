import { describe, expect, it } from 'vitest';
import {
  daysBetween,
  formatAgo,
  formatBytes,
  formatCount,
  formatDay,
  formatDuration,
  formatElapsed,
  formatFileDay,
  formatShortDay,
} from '../../../renderer/ui/time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A Thursday, in the zone of whoever runs this. */
const now = new Date(2026, 4, 14, 15, 30).getTime();
/** Numbers and names of days are those of the reader's language. */
const number = (value: number) => value.toLocaleString();
const weekday = (ms: number) => new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(ms);
const on = (...[month, day, hour = 12]: [month: number, day: number, hour?: number]) =>
  new Date(2026, month, day, hour).getTime();

describe('a time in words', () => {
  it('is a day by how long ago it was', () => {
    expect(formatDay(on(4, 14, 9), now)).toMatch(/^today, .*9/);
    expect(formatShortDay(on(4, 14, 9), now)).toBe('today');
    expect(formatShortDay(new Date(2027, 3, 1).getTime(), now)).toMatch(/2027/);
    expect(formatDay(on(4, 13, 23), now)).toBe('yesterday');
    expect(formatDay(on(4, 11), now)).toBe(weekday(on(4, 11)));
    expect(formatDay(on(4, 8), now)).toBe(weekday(on(4, 8)));
    expect(formatDay(on(4, 7), now)).not.toBe(weekday(on(4, 7)));
    expect(formatDay(on(4, 7), now)).not.toMatch(/2026/);
    expect(formatDay(new Date(2025, 10, 2).getTime(), now)).toMatch(/2025/);
  });

  it('counts calendar days, also over a change of the clocks, and none backwards', () => {
    expect(daysBetween(on(4, 13, 23), on(4, 14, 0))).toBe(1);
    expect(daysBetween(on(4, 14, 0), on(4, 14, 23))).toBe(0);
    expect(daysBetween(on(2, 1), on(3, 30))).toBe(60);
    expect(daysBetween(now, on(4, 1))).toBe(0);
  });

  it('says how long ago, the shorter the closer', () => {
    expect(formatAgo(now - 20_000, now)).toBe('just now');
    expect(formatAgo(now - MINUTE_MS, now)).toBe('1 minute ago');
    expect(formatAgo(now - 59 * MINUTE_MS, now)).toBe('59 minutes ago');
    expect(formatAgo(now - HOUR_MS, now)).toBe('1 hour ago');
    expect(formatAgo(now - 5 * HOUR_MS, now)).toBe('5 hours ago');
    expect(formatAgo(now - 7 * HOUR_MS, now)).toMatch(/^today, /);
  });

  it('rounds what is still to come and what has passed', () => {
    expect([0, 1000, 6400, 89_000, 90_000, 170_000].map(formatDuration)).toEqual([
      'about 1 second',
      'about 1 second',
      'about 6 seconds',
      'about 89 seconds',
      'about 2 minutes',
      'about 3 minutes',
    ]);
    expect([3, 1250, 12_400, 180_000].map(formatElapsed)).toEqual([
      `${number(0.1)} s`,
      `${number(1.3)} s`,
      '12 s',
      '3 min',
    ]);
    expect(formatFileDay(Date.parse('2026-05-04T10:00:00Z'))).toBe('2026-05-04');
  });
});

describe('a number in words', () => {
  it('has its noun in the right number', () => {
    expect([0, 1, 2, 2140].map((count) => formatCount(count, 'value'))).toEqual([
      '0 values',
      '1 value',
      '2 values',
      `${number(2140)} values`,
    ]);
    expect(formatCount(2, 'copy', 'copies')).toBe('2 copies');
  });

  it('is short for bytes', () => {
    expect([0, 999, 1000, 1536, 48_200_000, 2e13].map(formatBytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1 KB',
      `${number(1.5)} KB`,
      '48 MB',
      '20 TB',
    ]);
  });
});
