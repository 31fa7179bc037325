import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall, killAtRandom } from './interruptions.ts';
import { discard, prepare } from './open-core.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 40;
const MANY = 500;
let small: string;
let large: string;
beforeAll(async () => {
  small = await prepare(VALUES);
  large = await prepare(MANY);
});
afterAll(() => {
  for (const dataDir of [small, large]) discard(dataDir);
});

describe('a rotation', () => {
  plainIt('loses nothing when killed at 10 random instants, and goes on', { timeout: 600_000 }, async () => {
    const { faults, hit, counted } = await killAtRandom('rotation', large, MANY, 10);
    expect(faults).toEqual([]);
    // Were most kills late, the test would show little.
    expect(hit).toBeGreaterThanOrEqual(counted / 2);
  });

  it('loses nothing when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('rotation', small, VALUES);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(60);
  });
});
