import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall, failEveryCall } from './interruptions.ts';
import { discard } from './open-core.ts';
import { prepareRestore } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 5;
let prepared: string;
beforeAll(async () => {
  prepared = await prepareRestore(VALUES);
});
afterAll(() => discard(prepared));

describe('a restore', () => {
  it('leaves the former or the restored database, never a mixture, when killed at any call that changes a file', {
    timeout: 600_000,
  }, async () => {
    const { faults, hit, counted } = await copyAtEveryCall('restore', prepared, VALUES);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(20);
  });

  it.each(['ENOSPC', 'EROFS', 'EIO'] as const)('does the same when the disk answers %s at any write', {
    timeout: 600_000,
  }, async (error) => {
    const { faults, hit, counted } = await failEveryCall('restore', prepared, VALUES, error, 3);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(5);
  });
});
