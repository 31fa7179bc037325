import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInstance } from '../../../electron/instance/instance.ts';
import { childProcesses } from '../../../electron/instance/kernel/process-hosts.ts';
import * as instanceSchema from '../../../electron/instance/store/instance-table.ts';
import { checkIntegrity } from '../../../electron/instance/store/integrity-check.ts';
import { applyMigrations, latestVersion } from '../../../electron/instance/store/migrate.ts';
import { readOwnerPid, takeOwnership } from '../../../electron/instance/store/ownership.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { until } from '../../keyring.ts';
import { requires } from '../../requires.ts';

const instanceFolder = join(import.meta.dirname, '../../../electron/instance');
/** Every table that a room declares, as the migration generator finds them. */
const schemas = await Promise.all(
  globSync('*/schema.ts', { cwd: instanceFolder }).map(
    async (file) => (await import(join(instanceFolder, file))) as object,
  ),
);
const tables = [instanceSchema, ...schemas].flatMap((schema) => Object.values(schema) as SQLiteTable[]);

const clock = { now: () => 1 };
let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-store-'));
  path = join(dir, 'temps.db');
});
afterEach(() => {
  spawnSync('umount', ['-l', join(dir, 'small')], { stdio: 'ignore' });
  rmSync(dir, { recursive: true, force: true });
});
const codeOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
/** The refusal, and that the file is the same afterwards. */
const refuses = (code: string) => {
  const before = readFileSync(path);
  expect(codeOf(() => openStore(dir, clock))).toBe(code);
  expect(readFileSync(path).equals(before)).toBe(true);
};

describe('opening a database', () => {
  it('makes it, and opens it again as the same instance', () => {
    const first = openStore(dir, clock);
    const { id } = first.identity;
    first.close();
    const second = openStore(dir, clock);
    expect(second.identity.id).toBe(id);
    expect(second.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(second.sqlite.pragma('synchronous', { simple: true })).toBe(2);
    expect(second.sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(second.sqlite.pragma('secure_delete', { simple: true })).toBe(1);
    second.close();
  });

  it('refuses a file that is no database', () => {
    writeFileSync(path, 'this is not a database, it is a letter');
    refuses('database_not_one');
  });

  it("refuses another program's database", () => {
    const other = new Database(path);
    other.exec('CREATE TABLE theirs (id INTEGER)');
    other.close();
    refuses('database_foreign');
  });

  it('refuses a database from a newer version, and names both', () => {
    openStore(dir, clock).close();
    const newer = new Database(path);
    newer.pragma(`user_version = ${latestVersion() + 1}`);
    newer.pragma('wal_checkpoint(TRUNCATE)');
    newer.close();
    refuses('database_newer');
  });

  it('refuses a truncated database', () => {
    openStore(dir, clock).close();
    truncateSync(path, 4096 * 3);
    const code = codeOf(() => {
      const store = openStore(dir, clock);
      store.sqlite.prepare('SELECT * FROM secrets').all();
    });
    expect(['database_damaged', 'SQLITE_CORRUPT']).toContain(code);
  });

  it('refuses an empty file, and one without a table: nothing of ours ever looks so', () => {
    writeFileSync(path, '');
    refuses('database_damaged');
    const bare = new Database(path);
    bare.exec('CREATE TABLE t (id INTEGER); DROP TABLE t');
    bare.close();
    refuses('database_foreign');
  });

  it('makes none beside the log of one that is gone', () => {
    openStore(dir, clock).close();
    const other = new Database(path);
    other.exec("UPDATE instance SET name = 'kept in the log'");
    copyFileSync(`${path}-wal`, join(dir, 'wal'));
    other.close();
    rmSync(path);
    copyFileSync(join(dir, 'wal'), `${path}-wal`);
    expect(codeOf(() => openStore(dir, clock))).toBe('database_gone');
    expect(readdirSync(dir).sort()).toEqual(['temps.db-wal', 'wal']);
  });

  it('begins again what a kill left half made, and leaves nothing of it', () => {
    writeFileSync(`${path}.new`, 'SQLite format 3');
    writeFileSync(`${path}.new-journal`, 'half');
    openStore(dir, clock).close();
    expect(readdirSync(dir)).toEqual(['temps.db']);
  });

  it('brings a database of every earlier version up to date with its rows', () => {
    for (let from = 1; from < latestVersion(); from++) {
      const old = new Database(path);
      applyMigrations(old, 0x54_4d_50_53, from);
      // Later versions take no line without its place in the chain.
      const isChained = (old.pragma('table_info(audit_log)') as { name: string }[]).some(
        ({ name }) => name === 'hash',
      );
      old.exec(
        `INSERT INTO instance VALUES ('i', 'n', 1);
         INSERT INTO audit_log (id, at, operation, actor_kind, actor${isChained ? ', hash' : ''})
         VALUES (1, 1, 'KEPT', 'instance', 'instance'${isChained ? ', zeroblob(32)' : ''})`,
      );
      old.close();
      const store = openStore(dir, clock);
      expect(store.sqlite.prepare('SELECT operation FROM audit_log').pluck().all()).toEqual(['KEPT']);
      expect(store.sqlite.pragma('user_version', { simple: true })).toBe(latestVersion());
      store.close();
      rmSync(path);
    }
  });

  it('has the tables and columns its schema says', () => {
    const store = openStore(dir, clock);
    for (const table of tables) {
      const { name, columns } = getTableConfig(table);
      const actual = (store.sqlite.pragma(`table_xinfo('${name}')`) as { name: string }[]).map(
        (column) => column.name,
      );
      expect(actual.sort(), name).toEqual(columns.map((column) => column.name).sort());
    }
    store.close();
  });
});

describe('writing', () => {
  it('is refused when the file was deleted while it was open, instead of going nowhere', () => {
    const store = openStore(dir, clock);
    rmSync(path);
    expect(codeOf(() => store.transaction(() => store.sqlite.exec("UPDATE instance SET name = 'x'")))).toBe(
      'database_gone',
    );
    store.close();
  });

  it('is refused as gone, not as damaged, when the file went before it could be checked', async () => {
    const instance = await openInstance({ dataDir: dir, env: {} });
    rmSync(path);
    await instance.start({}).catch(() => undefined);
    const store = openStore(mkdtempSync(join(dir, 'other-')), clock);
    store.stopWriting('damaged');
    rmSync(store.path);
    expect(store.findTrouble()?.code).toBe('database_gone');
    store.close();
    expect(await checkIntegrity(childProcesses, path, new AbortController().signal)).not.toEqual([]);
    expect(instance.status().said.filter((line) => line.includes('damaged'))).toEqual([]);
    await instance.stop();
  });

  it('is refused once damage was found, and reading goes on', () => {
    const store = openStore(dir, clock);
    expect(store.findTrouble()).toBeNull();
    store.stopWriting('damaged');
    expect(store.findTrouble()?.message).toBe('damaged');
    expect(codeOf(() => store.transaction(() => store.sqlite.exec("UPDATE instance SET name = 'x'")))).toBe(
      'database_damaged',
    );
    expect(codeOf(() => store.sqlite.exec("UPDATE instance SET name = 'x'"))).toBe('SQLITE_READONLY');
    expect(store.sqlite.prepare('SELECT count(*) FROM instance').pluck().get()).toBe(1);
    store.close();
  });

  it('stops by itself when the check in the background finds damage, and the file is kept', async () => {
    const instance = await openInstance({ dataDir: dir, env: {} });
    await instance.stop();
    const bytes = readFileSync(path);
    // A page in the middle, overwritten as a failing disk may.
    bytes.fill(0x41, 4096 * 8, 4096 * 9);
    writeFileSync(path, bytes);
    const damaged = await openInstance({ dataDir: dir, env: {} });
    await damaged.start({});
    await until(() => damaged.status().said.some((line) => line.includes('is damaged')));
    await damaged.stop();
    expect(
      readFileSync(path)
        .subarray(4096 * 8, 4096 * 9)
        .every((byte) => byte === 0x41),
    ).toBe(true);
  });

  it('finds a sound database sound', async () => {
    openStore(dir, clock).close();
    expect(await checkIntegrity(childProcesses, path, new AbortController().signal)).toEqual([]);
  });

  const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
  const mounted = requires('mounting a small disk', canMount, 'needs root');
  const mountSmall = (size: string) => {
    const small = join(dir, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', small]);
    return small;
  };

  mounted('on a full disk is a named error, and what was there stays', async () => {
    // Room for the database with a project in it, and not for a dozen values.
    const small = mountSmall('800k');
    const instance = await openInstance({ dataDir: small, env: {} });
    const store = instance.status();
    expect(store.vault.case).toBe('running');
    const { createOwner } = await import('../../../electron/instance/doors/socket-door.ts');
    const send = async (path: string, body: object) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      const response = await instance.fetch(
        new Request(`http://localhost/api${path}`, init),
        createOwner('window', Date.now()),
      );
      return (await response.json()) as { error_code?: string };
    };
    expect(await send('/projects', { name: 'full' })).not.toHaveProperty('error_code');
    const codes = new Set<string | undefined>();
    for (let at = 0; at < 12; at++)
      codes.add(
        (await send('/projects/full/env-vars', { key: `V${at}`, value: 'x'.repeat(100_000) })).error_code,
      );
    expect(codes).toContain('disk_full');
    await instance.stop();
  });

  mounted('on a read-only disk is a named error at the start', async () => {
    const small = mountSmall('4m');
    await (await openInstance({ dataDir: small, env: {} })).stop();
    execFileSync('mount', ['-o', 'remount,ro', small]);
    await expect(openInstance({ dataDir: small, env: {} })).rejects.toMatchObject({
      code: expect.stringMatching(/database_read_only|data_dir_unusable|disk_failed/),
    });
  });
});

describe('the data directory', () => {
  it('has one owner, whose process is named, and is free at once when that is gone', () => {
    const first = takeOwnership(dir);
    expect(codeOf(() => takeOwnership(dir))).toBe('data_dir_in_use');
    expect(readOwnerPid(dir)).toBe(process.pid);
    first.release();
    takeOwnership(dir).release();
    const script = `import('${join(import.meta.dirname, '../../../electron/instance/store/ownership.ts')}').then((m) => { m.takeOwnership('${dir}'); process.kill(process.pid, 'SIGKILL'); })`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    takeOwnership(dir).release();
  });

  it('that is a file, or cannot be made, is a named error', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    await expect(openInstance({ dataDir: file, env: {} })).rejects.toMatchObject({
      code: 'data_dir_unusable',
    });
    await expect(openInstance({ dataDir: '/proc/nowhere/temps', env: {} })).rejects.toMatchObject({
      code: 'data_dir_unusable',
    });
    await expect(openInstance({ dataDir: join(file, 'below'), env: {} })).rejects.toMatchObject({
      code: 'data_dir_unusable',
    });
  });

  it('copied to another place opens there, as a restored backup does', async () => {
    const instance = await openInstance({ dataDir: dir, env: {} });
    await instance.stop();
    const other = join(dir, 'other');
    mkdirSync(other);
    for (const name of ['temps.db', 'encryption_key']) copyFileSync(join(dir, name), join(other, name));
    const copy = await openInstance({ dataDir: other, env: {}, passphrase: new SecretText('unused') });
    expect(copy.status().vault.case).toBe('running');
    await copy.stop();
  });
});
