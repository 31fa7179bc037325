import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, failEveryCall } from './interruptions.ts';
import { discard, prepare } from './open-core.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 40;
let small: string;
beforeAll(async () => {
  small = await prepare(VALUES);
});
afterAll(() => discard(small));

describe('a rotation', () => {
  it.each(['ENOSPC', 'EROFS', 'EIO'] as const)('loses nothing when the disk answers %s at any write', {
    timeout: 600_000,
  }, async (error) => {
    const { faults, hit, counted } = await failEveryCall('rotation', small, VALUES, error, 3);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(20);
  });
});
