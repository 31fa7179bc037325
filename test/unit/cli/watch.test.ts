import { expect, it } from 'vitest';
import { findRestartTime, MAX_RESTARTS, RESTARTS_MS } from '../../../electron/cli/run/watch.ts';

it('a program is restarted at once, but not in a loop', () => {
  const now = 1_000_000;
  const times = Array.from({ length: MAX_RESTARTS }, (_, at) => now - 5000 + at);
  expect(findRestartTime([], now)).toBe(now);
  expect(findRestartTime(times.slice(1), now)).toBe(now);
  expect(findRestartTime(times, now)).toBe(now - 5000 + RESTARTS_MS);
  expect(findRestartTime(times, now + RESTARTS_MS)).toBe(now + RESTARTS_MS);
});
