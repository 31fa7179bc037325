import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall, killAtRandom } from './interruptions.ts';
import { discard, prepare } from './open-core.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
let none: string;
beforeAll(async () => {
  none = await prepare(0);
});
afterAll(() => discard(none));

describe('the first start and its first secret', () => {
  plainIt('end well when killed at 12 random instants', { timeout: 600_000 }, async () => {
    const { faults, hit, counted } = await killAtRandom('first_seal', none, 0, 12);
    expect(faults).toEqual([]);
    expect(hit).toBeGreaterThanOrEqual(counted / 2);
  });

  it('end well when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('first_seal', none, 0);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(40);
  });
});
