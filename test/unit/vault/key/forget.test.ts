import { Session } from 'node:inspector';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { forgetDroppedKeys } from '../../../../electron/instance/vault/key/forget.ts';

let collections: MockInstance;
beforeEach(() => {
  vi.useFakeTimers();
  collections = vi.spyOn(Session.prototype, 'post').mockReturnValue(undefined);
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('collects dropped keys at once, and again for what was under way', () => {
  forgetDroppedKeys();
  expect(collections).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(500);
  expect(collections).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(collections).toHaveBeenCalledTimes(2);
});

it('collects once in half a second however often keys are dropped, and after the last of them twice', () => {
  for (let drops = 0; drops < 100; drops++) {
    forgetDroppedKeys();
    vi.advanceTimersByTime(20);
  }
  expect(collections).toHaveBeenCalledTimes(5);
  forgetDroppedKeys();
  vi.advanceTimersByTime(1000);
  expect(collections).toHaveBeenCalledTimes(7);
  vi.advanceTimersByTime(5000);
  expect(collections).toHaveBeenCalledTimes(7);
});
