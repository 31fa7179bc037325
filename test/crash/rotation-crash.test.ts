import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import {
  canInterruptCalls,
  emptyTally,
  failAtEveryCall,
  killAtEveryCall,
  killAtRandom,
} from './interruptions.ts';
import { discard, prepare } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 40;
const MANY = 1000;
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
  plainIt('loses nothing when killed at 120 random instants, and goes on', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtRandom('rotation', large, MANY, 120, tally);
    expect(tally.faults).toEqual([]);
    // Were most kills late, the test would show little.
    expect(tally.hit).toBeGreaterThan(30);
  });

  it('loses nothing when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtEveryCall('rotation', small, VALUES, 1, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.hit).toBeGreaterThan(60);
  });

  it.each(['ENOSPC', 'EROFS', 'EIO'] as const)('loses nothing when the disk answers %s at any write', {
    timeout: 600_000,
  }, async (error) => {
    const tally = emptyTally();
    await failAtEveryCall('rotation', small, VALUES, 3, error, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.hit).toBeGreaterThan(20);
  });
});
