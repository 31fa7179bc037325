import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall, killAtRandom } from './interruptions.ts';
import { discard, prepare } from './open-core.ts';
import { perform } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 5;
let some: string;
let underPassphrase: string;
beforeAll(async () => {
  some = await prepare(VALUES);
  underPassphrase = await prepare(VALUES);
  await perform('custody_move', underPassphrase, () => undefined);
});
afterAll(() => {
  for (const dataDir of [some, underPassphrase]) discard(dataDir);
});

describe('a move to another custody', () => {
  plainIt('loses no key when killed at 6 random instants', { timeout: 600_000 }, async () => {
    // Back from the passphrase: on the way to it most instants are in the judging of it, which writes nothing.
    const { faults, hit, counted } = await killAtRandom('custody_move', underPassphrase, VALUES, 6);
    expect(faults).toEqual([]);
    expect(hit).toBeGreaterThanOrEqual(counted / 2);
  });

  it('loses no key when killed at any call that changes a file', { timeout: 600_000 }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('custody_move', some, VALUES);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(30);
  });
});
