import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { formatMark } from './commit-mark.ts';
import type { InstanceIdentity } from './instance-table.ts';
import { applyMigrations, latestVersion } from './migrate.ts';
import { asStoreError } from './store-error.ts';

/** Marks a database being made. */
const NEW_MARK = '.new';

/** `PRAGMA application_id`: "TMPS". Tells our file from another program's SQLite database. */
export const APPLICATION_ID = 0x54_4d_50_53;
const SQLITE_HEADER = 'SQLite format 3\0';

export type Sqlite = Database.Database;

/** A database that can only be read in memory is no larger. */
const MAX_IN_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * Creates a complete database under a temporary name before it is moved to its place: a kill leaves all of it or
 * none, so that an empty database file is never a half-created one.
 */
export function createDatabase(path: string, clock: Clock): void {
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
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A copy of the file in memory, which SQLite can read without a log. Throws `reason` for one that is too large. */
export function readIntoMemory(path: string, reason: AppError): Sqlite {
  if (statSync(path).size > MAX_IN_MEMORY_BYTES) throw reason;
  const bytes = readFileSync(path);
  // https://sqlite.org/fileformat2.html, section 1.3: a database in memory has no log.
  bytes[18] = 1;
  bytes[19] = 1;
  return new Database(bytes);
}

export function requireSqliteFile(path: string): void {
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

export function requireOurs(sqlite: Sqlite, path: string): void {
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

export function readIdentity(sqlite: Sqlite, path: string): InstanceIdentity {
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
  sqlite
    .prepare('INSERT INTO commit_mark (id, mark) VALUES (1, ?)')
    .run(formatMark({ commits: 0, atMs: clock.now(), isOpen: false }));
}
