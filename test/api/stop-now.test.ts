import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner, type Instance, openInstance } from '../../electron/instance/instance.ts';
import { readMark } from '../../electron/instance/store/commit-mark.ts';
import { QUICK_BCRYPT_COST, QUICK_LOG_N } from '../work-factor.ts';

let dataDir: string;
let instance: Instance;
const open = () =>
  openInstance({ dataDir, custody: 'file', scryptLogN: QUICK_LOG_N, bcryptCost: QUICK_BCRYPT_COST });
const owner = createOwner('window', Date.now());
const ask = (path: string) => instance.fetch(new Request(`http://localhost/api${path}`), owner);

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-stop-now-'));
  instance = await open();
  await instance.start({ https: { port: 0 }, socket: true });
});
afterEach(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What the database's file says of itself, without asking an instance. */
function isMarkedOpen(): boolean | undefined {
  const database = new Database(join(dataDir, 'temps.db'), { readonly: true });
  try {
    return readMark(database)?.isOpen;
  } finally {
    database.close();
  }
}

describe('a stop that waits for nobody', () => {
  it('has closed the database and released the directory when it returns, and gives out nothing more', async () => {
    expect(instance.status().vault.case).toBe('running');
    expect(isMarkedOpen()).toBe(true);
    // A reader that is never done, such as the feed of a page.
    const feed = await ask('/events');
    instance.stopNow();
    expect(isMarkedOpen()).toBe(false);
    await feed.body?.cancel().catch(() => undefined);
    expect((await ask('/projects')).ok).toBe(false);
    const next = await open();
    expect(next.status()).toMatchObject({ vault: { case: 'running' }, said: [] });
    await next.stop();
  });

  it('ends a stop that is under way, and changes nothing after one', async () => {
    const stopping = instance.stop();
    instance.stopNow();
    expect(isMarkedOpen()).toBe(false);
    await stopping;
    instance.stopNow();
    await instance.stop();
  });

  it('is over soon where another process writes to the database', () => {
    const other = new Database(join(dataDir, 'temps.db'));
    other.exec('BEGIN IMMEDIATE');
    const startedAt = performance.now();
    instance.stopNow();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    other.close();
    // It could not say that it is closed; the log beside it has everything.
    expect(isMarkedOpen()).toBe(true);
  });
});
