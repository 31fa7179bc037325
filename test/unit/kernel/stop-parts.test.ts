import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOwner, openInstance } from '../../../electron/instance/instance.ts';
import { type Log, silentLog } from '../../../electron/instance/kernel/log.ts';
import { type Part, STOP_MS, stopParts } from '../../../electron/instance/kernel/stop-parts.ts';
import { KeyRing } from '../../../electron/instance/vault/key/key-ring.ts';

describe('stopping one part after another', () => {
  afterEach(() => vi.useRealTimers());

  it.each<[string, Part['stop'], string]>([
    ['throws at once', () => fail(), 'failed to stop'],
    ['rejects', async () => fail(), 'failed to stop'],
    ['never ends', () => new Promise(() => undefined), 'did not stop in time'],
  ])('goes on when one %s, and says so', async (_how, stop, said) => {
    vi.useFakeTimers();
    const stopped: string[] = [];
    const log = listenToErrors();
    const done = stopParts(
      [
        { name: 'first', stop: async () => void stopped.push('first') },
        { name: 'faulty', stop: stop as () => Promise<void> },
        { name: 'without a stop' },
        { name: 'last', stop: async () => void stopped.push('last') },
      ],
      log,
    );
    await vi.advanceTimersByTimeAsync(STOP_MS);
    await done;
    expect(stopped).toEqual(['first', 'last']);
    expect(log.errors).toEqual([`faulty ${said}`]);
  });

  it('does not begin with a part before the one ahead of it has stopped', async () => {
    const order: string[] = [];
    await stopParts(
      [
        {
          name: 'slow',
          async stop() {
            order.push('slow begins');
            await new Promise((resolve) => setImmediate(resolve));
            order.push('slow ends');
          },
        },
        { name: 'next', stop: async () => void order.push('next') },
      ],
      silentLog,
    );
    expect(order).toEqual(['slow begins', 'slow ends', 'next']);
  });
});

describe('an instance whose database and log fail while it stops', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-stop-'));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('drops the keys, closes the database and gives the data directory up', async () => {
    const dropAll = vi.spyOn(KeyRing.prototype, 'dropAll');
    let isBroken = false;
    const write = () => (isBroken ? fail() : undefined);
    const log: Log = { info: write, warn: write, error: write };
    const instance = await openInstance({ dataDir, env: {}, custody: 'file', log });
    await instance.start({ socket: true });
    const other = new Database(join(dataDir, 'temps.db'));
    other.exec('ALTER TABLE audit_log RENAME TO audit_log_lost');
    // Waits in memory for a table that is not there, until the stop tries once more.
    const lock = new Request('http://localhost/api/vault/lock', { method: 'POST' });
    expect((await instance.fetch(lock, createOwner('socket', Date.now()))).status).toBe(204);
    expect(instance.status().vault.case).toBe('locked_by_owner');
    dropAll.mockClear();

    isBroken = true;
    await expect(instance.stop()).rejects.toThrow('planted');
    expect(dropAll).toHaveBeenCalledTimes(1);

    other.exec('ALTER TABLE audit_log_lost RENAME TO audit_log');
    other.close();
    const again = await openInstance({ dataDir, env: {} });
    expect(again.status().vault.case).toBe('running');
    await again.stop();
  });
});

function fail(): never {
  throw new Error('planted');
}

function listenToErrors(): Log & { errors: string[] } {
  const errors: string[] = [];
  return {
    ...silentLog,
    errors,
    error: (fields, message) => void errors.push(`${(fields as { part?: string }).part ?? ''} ${message}`),
  };
}
