import { describe, expect } from 'vitest';
import { requires } from '../requires.ts';
import { canInterruptCalls, copyAtEveryCall } from './interruptions.ts';
import { discard } from './open-core.ts';
import { prepareBackup, prepareRetention } from './scenarios.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const VALUES = 2;

describe('a backup', () => {
  it('that is killed at any call leaves the earlier one, and none that looks whole and is not', {
    timeout: 600_000,
  }, async () => {
    const prepared = await prepareBackup(VALUES);
    const { faults, hit, counted } = await copyAtEveryCall('backup', prepared, VALUES);
    discard(prepared);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(20);
  });

  it('whose deletion is killed at any call is whole or gone, and never said to be what somebody else removed', {
    timeout: 600_000,
  }, async () => {
    const prepared = await prepareBackup(VALUES);
    const { faults, hit, counted } = await copyAtEveryCall('deletion', prepared, VALUES);
    discard(prepared);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(5);
  });
});

describe('the removal of backups that are too many', () => {
  it('keeps the newest, claims nothing that is not there, and is ended by the next run, when killed at any call', {
    timeout: 600_000,
  }, async () => {
    const prepared = await prepareRetention(VALUES);
    const { faults, hit, counted } = await copyAtEveryCall('retention', prepared, VALUES);
    discard(prepared);
    expect(faults).toEqual([]);
    expect(hit).toBe(counted);
    expect(counted).toBeGreaterThan(10);
  });
});
