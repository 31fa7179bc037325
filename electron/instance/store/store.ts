import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { DATABASE_FILE } from './data-directory.ts';
import type { InstanceIdentity } from './instance-table.ts';
import { applyMigrations, latestVersion } from './migrate.ts';

/** Marks a database being made. */
const NEW_MARK = '.new';

/** `PRAGMA application_id`: "TMPS". Tells our file from another program's SQLite database. */
const APPLICATION_ID = 0x54_4d_50_53;
const SQLITE_HEADER = 'SQLite format 3\0';

export type Sqlite = Database.Database;

export interface Store {
  readonly path: string;
  readonly identity: InstanceIdentity;
  /** The connection. Statements are plain SQL; drizzle's schema is what their tables are generated from. */
  readonly sqlite: Sqlite;
  /** Runs `work` in one transaction; nested calls become savepoints. Immediate: it never upgrades a read lock. */
  transaction<T>(work: () => T): T;
  /** Names the instance. */
  rename(name: string): void;
  /** Refuses every later write with `database_damaged` and this detail; reads still work. */
  stopWriting(detail: string): void;
  /** Why nothing can be written now: `database_gone` or `database_damaged`; null while it can. */
  findTrouble(): AppError | null;
  close(): void;
}

/**
 * Opens the database of a data directory, making or migrating it as needed.
 *
 * Throws `database_not_one`, `database_foreign`, `database_newer`, `database_damaged`, `database_read_only`,
 * `database_gone`, `disk_full` or `disk_failed`; whatever it throws, the file is as it was.
 */
export function openStore(dataDir: string, clock: Clock): Store {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) createDatabase(path, clock);
  requireSqliteFile(path);
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Database(path, { timeout: 5000 });
    requireOurs(sqlite, path);
    sqlite.pragma('journal_mode = WAL');
    // A commit that was answered has reached the disk: rotation and key changes rely on it.
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    // SECURITY: freed pages are overwritten, so a deleted or replaced value does not linger in the file.
    sqlite.pragma('secure_delete = ON');
    // SECURITY: triggers that refuse a deletion refuse it by INSERT OR REPLACE, too.
    sqlite.pragma('recursive_triggers = ON');
    applyMigrations(sqlite, APPLICATION_ID);
    return composeStore(path, sqlite, readIdentity(sqlite, path));
  } catch (error) {
    sqlite?.close();
    throw asStoreError(error, path);
  }
}

/**
 * Creates a complete database under a temporary name before it is moved to its place: a kill leaves all of it or
 * none, so that an empty database file is never a half-created one.
 */
function createDatabase(path: string, clock: Clock): void {
  const partial = `${path}${NEW_MARK}`;
  // A WAL without its database belongs to a deleted one: it may be all that is left of it.
  for (const name of [`${path}-wal`, `${path}-journal`]) {
    if (!existsSync(name)) continue;
    throw new AppError(
      'database_gone',
      `${name} exists, but the database it belongs to does not. Put ${path} back, or move both away to start again.`,
    );
  }
  let sqlite: Sqlite | undefined;
  try {
    rmSync(partial, { force: true });
    rmSync(`${partial}-journal`, { force: true });
    // Made here, so that it is 0600 from its first instant; SQLite gives its WAL the same mode.
    closeSync(openSync(partial, 'wx', 0o600));
    sqlite = new Database(partial);
    sqlite.pragma('synchronous = FULL');
    applyMigrations(sqlite, APPLICATION_ID);
    createIdentity(sqlite, clock);
    sqlite.close();
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    sqlite?.close();
    rmSync(partial, { force: true });
    rmSync(`${partial}-journal`, { force: true });
    throw asStoreError(error, path);
  }
}

/** A new name is safe only once its folder is on the disk. Windows has no such call, and needs none on NTFS. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function composeStore(path: string, sqlite: Sqlite, identity: InstanceIdentity): Store {
  const inode = statSync(path, { bigint: true }).ino;
  let damage: string | null = null;

  function findTrouble(): AppError | null {
    // In WAL mode SQLite keeps writing into a deleted file, and those writes are lost. Checked first: without a
    // file, nothing is damaged.
    if (statSync(path, { bigint: true, throwIfNoEntry: false })?.ino !== inode) {
      return new AppError(
        'database_gone',
        `${path} was deleted or replaced while the instance was running. Nothing more is written. Stop it, then put the file back or restore a backup.`,
      );
    }
    return damage === null ? null : new AppError('database_damaged', damage);
  }

  function requireWritable(): void {
    const trouble = findTrouble();
    if (trouble) throw trouble;
  }

  return {
    path,
    identity,
    sqlite,
    findTrouble,
    transaction(work) {
      if (sqlite.inTransaction) return sqlite.transaction(work)();
      requireWritable();
      try {
        return sqlite.transaction(work).immediate();
      } catch (error) {
        throw asStoreError(error, path);
      }
    },
    rename(name) {
      sqlite.prepare('UPDATE instance SET name = ?').run(name);
      identity.name = name;
    },
    stopWriting(detail) {
      damage = detail;
      sqlite.pragma('query_only = ON');
    },
    close() {
      sqlite.close();
    },
  };
}

function requireSqliteFile(path: string): void {
  const header = Buffer.alloc(SQLITE_HEADER.length);
  if (statSync(path).size === 0) {
    throw new AppError(
      'database_damaged',
      `${path} is empty: its content is lost. It was not changed; put a backup in its place, or remove it to start again.`,
    );
  }
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw asStoreError(error, path);
  }
  if (header.toString('latin1') !== SQLITE_HEADER) {
    throw new AppError('database_not_one', `${path} is not a database. It was not changed.`);
  }
}

function requireOurs(sqlite: Sqlite, path: string): void {
  const version = sqlite.pragma('user_version', { simple: true }) as number;
  if (sqlite.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new AppError('database_foreign', `${path} is a database of another program. It was not changed.`);
  }
  if (version > latestVersion()) {
    throw new AppError(
      'database_newer',
      `${path} was written by a newer version of Temps Desktop (schema ${version}; this one knows ${latestVersion()}). Update the app; the file was not changed.`,
      { details: { found: version, known: latestVersion() } },
    );
  }
}

function readIdentity(sqlite: Sqlite, path: string): InstanceIdentity {
  const row = sqlite.prepare('SELECT id, name FROM instance').get();
  if (!row) {
    throw new AppError('database_damaged', `${path} has no instance id. It was not changed.`);
  }
  return row as InstanceIdentity;
}

function createIdentity(sqlite: Sqlite, clock: Clock): void {
  sqlite
    .prepare('INSERT INTO instance (id, name, created_at) VALUES (?, ?, ?)')
    .run(randomUUID(), hostname() || 'temps', clock.now());
}

/** Converts errors of SQLite and the file system to AppErrors; returns everything else unchanged. */
export function asStoreError(error: unknown, path: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof AppError || typeof code !== 'string') return error;
  const is = (...codes: string[]) => codes.some((known) => code === known || code.startsWith(`${known}_`));
  if (is('SQLITE_FULL', 'ENOSPC', 'EDQUOT')) {
    return new AppError('disk_full', `The disk that holds ${path} is full. Nothing was changed.`, {
      cause: error,
    });
  }
  if (is('SQLITE_READONLY', 'EROFS', 'EACCES', 'EPERM')) {
    return new AppError('database_read_only', `${path} cannot be written. Nothing was changed.`, {
      cause: error,
    });
  }
  if (is('SQLITE_NOTADB')) {
    return new AppError('database_not_one', `${path} is not a database. It was not changed.`, {
      cause: error,
    });
  }
  if (is('SQLITE_CORRUPT')) {
    return new AppError(
      'database_damaged',
      `${path} is damaged. It was not changed; restore a backup into a new data directory.`,
      { cause: error },
    );
  }
  if (is('SQLITE_IOERR', 'SQLITE_CANTOPEN', 'EIO', 'ENODEV', 'ENXIO')) {
    return new AppError('disk_failed', `${path} cannot be read or written (${code}).`, { cause: error });
  }
  return error;
}
