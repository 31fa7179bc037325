import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall } from './interruptions.ts';
import { discard, prepareBackup } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 2;
let some: string;
beforeAll(async () => {
  some = await prepareBackup(VALUES);
});
afterAll(() => discard(some));

describe('a backup', () => {
  it('that is killed at any call leaves the earlier one, and none that looks whole and is not', {
    timeout: 600_000,
  }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('backup', some, VALUES);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(20);
  });

  it('whose deletion is killed at any call is whole or gone, and never said to be what somebody else removed', {
    timeout: 600_000,
  }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('deletion', some, VALUES);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(5);
  });
});
