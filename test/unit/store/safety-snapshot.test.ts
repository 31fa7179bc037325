import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latestVersion } from '../../../electron/instance/store/migrate.ts';
import { countRows } from '../../../electron/instance/store/row-counts.ts';
import { keepSnapshot } from '../../../electron/instance/store/safety-snapshot.ts';
import { prepareScratch } from '../../../electron/instance/store/scratch.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { listFormer, readFormerName } from '../../../electron/instance/store/swap-journal.ts';
import { createManualClock } from '../../context.ts';

const RELEASE = join(import.meta.dirname, '../../fixtures/release-0.1.0.sql');
const clock = createManualClock(Date.parse('2026-11-29T06:00:00Z'));
const NAME = 'before-migration-20261129T060000Z';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-safety-'));
  path = join(dir, 'temps.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What the release before left. */
function layOut(): { version: unknown; rows: Record<string, number> } {
  const database = new Database(path);
  database.pragma('foreign_keys = OFF');
  database.exec(readFileSync(RELEASE, 'utf8'));
  const found = { version: database.pragma('user_version', { simple: true }), rows: countRows(database) };
  database.close();
  chmodSync(path, 0o600);
  return found;
}

describe('before a migration', () => {
  it('the database is kept as it was, whole, for this account alone, and once', () => {
    const { version, rows } = layOut();
    const store = openStore(dir, clock);
    expect(store.migrated).toEqual({ from: version, to: latestVersion(), snapshot: NAME, trouble: null });
    expect(store.said).toEqual([]);
    store.close();
    expect(listFormer(dir)).toEqual([NAME]);
    expect(readFormerName(NAME)).toEqual({ why: 'migration', keptAt: clock.now() });
    expect(readdirSync(join(dir, NAME))).toEqual(['temps.db']);
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
    expect([NAME, `${NAME}/temps.db`].map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([
      0o700, 0o600,
    ]);
    const kept = new Database(join(dir, NAME, 'temps.db'), { readonly: true });
    expect(kept.pragma('user_version', { simple: true })).toBe(version);
    expect(countRows(kept)).toEqual(rows);
    expect(kept.pragma('integrity_check', { simple: true })).toBe('ok');
    kept.close();
    const again = openStore(dir, clock);
    expect(again.migrated).toBeNull();
    again.close();
    expect(listFormer(dir)).toEqual([NAME]);
  });

  it('nothing is kept of a database that is new', () => {
    const store = openStore(dir, clock);
    expect(store.migrated).toBeNull();
    store.close();
    expect(readdirSync(dir)).toEqual(['temps.db']);
  });

  it('a disk without room for it is left as it is, and the database is migrated and says so', () => {
    layOut();
    const { blocks, bsize } = statfsSync(dir);
    // Without blocks of its own: so large is the file, and its pages are as before.
    truncateSync(path, blocks * bsize);
    const store = openStore(dir, clock);
    expect(store.migrated).toMatchObject({ to: latestVersion(), snapshot: null });
    expect(store.said.join()).toMatch(/no snapshot of it .* needs \d+ MB of free space/);
    store.close();
    expect(listFormer(dir)).toEqual([]);
  });

  it('a snapshot that cannot be written does not stop the start', () => {
    layOut();
    writeFileSync(join(dir, 'scratch'), 'of somebody else');
    const store = openStore(dir, clock);
    expect(store.migrated).toMatchObject({ to: latestVersion(), snapshot: null });
    expect(store.said.join()).toContain('scratch is not a folder');
    store.close();
    expect(listFormer(dir)).toEqual([]);
  });
});

describe('a safety snapshot', () => {
  it('that a kill cut short is in the scratch folder and in no list, and the next one does not mind', () => {
    openStore(dir, clock).close();
    const left = prepareScratch(dir, 'before-rotation');
    writeFileSync(join(left, 'temps.db'), 'half');
    expect(listFormer(dir)).toEqual([]);
    const names = [keepSnapshot(dir, 'rotation', clock.now()), keepSnapshot(dir, 'rotation', clock.now())];
    expect(names).toEqual(['before-rotation-20261129T060000Z', 'before-rotation-20261129T060000Z-2']);
    expect(listFormer(dir)).toEqual(names.toReversed());
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
  });

  it('of a damaged database is none, and leaves nothing', () => {
    openStore(dir, clock).close();
    truncateSync(path, 4096 * 3);
    expect(() => keepSnapshot(dir, 'rotation', clock.now())).toThrow();
    expect(listFormer(dir)).toEqual([]);
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
  });
});
