import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, emptyTally, killAtEveryCall, killAtRandom } from './interruptions.ts';
import { discard, prepare } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 5;
let some: string;
let none: string;
beforeAll(async () => {
  some = await prepare(VALUES);
  none = await prepare(0);
});
afterAll(() => {
  for (const dataDir of [some, none]) discard(dataDir);
});

describe('the first start and its first secret', () => {
  plainIt('end well when killed at 90 random instants', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtRandom('first_seal', none, 0, 90, tally);
    expect(tally.faults).toEqual([]);
  });

  it('end well when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtEveryCall('first_seal', none, 0, 1, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.hit).toBeGreaterThan(40);
  });
});

describe('a move to another custody', () => {
  plainIt('loses no key when killed at 20 random instants', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtRandom('custody_move', some, VALUES, 20, tally);
    expect(tally.faults).toEqual([]);
  });

  it('loses no key when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const tally = emptyTally();
    await killAtEveryCall('custody_move', some, VALUES, 1, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.hit).toBeGreaterThan(30);
  });
});
