import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { type CommitMark, formatMark, readMark, requireMatchingLog } from './commit-mark.ts';
import { DATABASE_FILE, hasDatabase } from './data-directory.ts';
import {
  APPLICATION_ID,
  createDatabase,
  readIdentity,
  readIntoMemory,
  requireOurs,
  requireSqliteFile,
  type Sqlite,
} from './database-file.ts';
import type { InstanceIdentity } from './instance-table.ts';
import { createLogCleaner } from './log-cleaner.ts';
import { applyMigrations } from './migrate.ts';
import type { Ownership } from './ownership.ts';
import { describeUnkept, type Migrated, migrateKept } from './safety-snapshot.ts';
import { asStoreError, isDiskTrouble } from './store-error.ts';

export interface Store {
  readonly path: string;
  readonly identity: InstanceIdentity;
  /** Whether this opening created the file. */
  readonly isNew: boolean;
  /** What was noticed when it was opened, in words. */
  readonly said: readonly string[];
  /** What this opening did to the tables of an earlier version; null where they were of this one. */
  readonly migrated: Migrated | null;
  /** The connection. Statements are plain SQL; drizzle's schema is what their tables are generated from. */
  readonly sqlite: Sqlite;
  /** Runs `work` in one transaction; nested calls become savepoints. Immediate: it never upgrades a read lock. */
  transaction<T>(work: () => T): T;
  /** Names the instance. */
  rename(name: string): void;
  /** Refuses every later write with `database_damaged` and this detail; reads still work. */
  stopWriting(detail: string): void;
  /**
   * Why nothing can be written now: `database_gone`, `database_damaged`, or `data_dir_in_use` after another process
   * took the data directory; null while it can.
   */
  findTrouble(): AppError | null;
  /** Why the last write failed: `disk_full`, `disk_failed`, `database_read_only`; null once one succeeds again. */
  findFailure(): AppError | null;
  /** Writes a mark after a failure, to see whether the disk takes writes again. Never throws. */
  tryToWrite(): void;
  /** Throws what findTrouble gives. For what changes keys outside the database first. */
  requireWritable(): void;
  /** Sets how long a statement waits for another process, from now on. */
  waitAtMost(ms: number): void;
  /** Moves what the log holds into the database file, which can then be copied alone. Never throws. */
  checkpoint(): void;
  close(): void;
}

/** How long a statement waits for another connection. */
const BUSY_MS = 5000;

/**
 * Opens the database of a data directory, making or migrating it as needed.
 *
 * Throws `database_not_one`, `database_foreign`, `database_newer`, `database_damaged`, `database_restored`,
 * `database_read_only`, `database_gone`, `disk_full` or `disk_failed`; whatever it throws, the file is as it was.
 *
 * @param ownership of the data directory: looked at before everything that is written.
 */
export function openStore(dataDir: string, clock: Clock, ownership?: Ownership): Store {
  const named = join(dataDir, DATABASE_FILE);
  const isNew = !hasDatabase(dataDir);
  if (isNew) createDatabase(named, clock);
  let sqlite: Sqlite | undefined;
  try {
    // As SQLite does: the log lies beside the file that a link leads to.
    const path = realpathSync(named);
    requireSqliteFile(path);
    requireMatchingLog(path);
    const hadLog = existsSync(`${path}-wal`);
    sqlite = new Database(path, { timeout: BUSY_MS });
    requireOurs(sqlite, path);
    sqlite.pragma('journal_mode = WAL');
    // A commit that was answered has reached the disk: rotation and key changes rely on it.
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    // SECURITY: freed pages are overwritten, so a deleted or replaced value does not linger in the file; of the log,
    // see log-cleaner.ts.
    sqlite.pragma('secure_delete = ON');
    keepOutOfTemporaryFiles(sqlite);
    // SECURITY: triggers that refuse a deletion refuse it by INSERT OR REPLACE, too.
    sqlite.pragma('recursive_triggers = ON');
    const migrated = migrateKept(sqlite, dataDir, clock);
    return composeStore({
      path: named,
      sqlite,
      clock,
      ownership,
      isNew,
      hadLog,
      readOnlyBecause: null,
      migrated,
    });
  } catch (error) {
    sqlite?.close();
    throw asStoreError(error, named);
  }
}

/**
 * Opens a database on a disk that takes no writes, for reading: nothing is written anywhere. A log beside it is read
 * with it; without one the file is read into memory, because SQLite would have to create one.
 *
 * Throws as openStore does, and `reason` where that is not possible.
 */
export function openStoreForReading(dataDir: string, clock: Clock, reason: AppError): Store {
  if (!hasDatabase(dataDir)) throw reason;
  const named = join(dataDir, DATABASE_FILE);
  let sqlite: Sqlite | undefined;
  try {
    const path = realpathSync(named);
    requireSqliteFile(path);
    requireMatchingLog(path);
    const hadLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    sqlite = hadLog ? new Database(path, { readonly: true, timeout: BUSY_MS }) : readIntoMemory(path, reason);
    requireOurs(sqlite, named);
    keepOutOfTemporaryFiles(sqlite);
    if (!hadLog) applyMigrations(sqlite, APPLICATION_ID);
    sqlite.pragma('query_only = ON');
    return composeStore({
      path: named,
      sqlite,
      clock,
      ownership: undefined,
      isNew: false,
      hadLog: true,
      readOnlyBecause: reason,
      migrated: null,
    });
  } catch (error) {
    sqlite?.close();
    throw asStoreError(error, named);
  }
}

/**
 * SECURITY: SQLite writes what it may have to undo, or cannot sort in memory, to files in the system's temporary folder
 * otherwise: pages with values, as they were before they were deleted or made secret, and on another disk.
 */
function keepOutOfTemporaryFiles(sqlite: Sqlite): void {
  sqlite.pragma('temp_store = MEMORY');
}

interface Opened {
  path: string;
  sqlite: Sqlite;
  clock: Clock;
  ownership: Ownership | undefined;
  isNew: boolean;
  /** Whether there was a log beside the file. */
  hadLog: boolean;
  /** Why nothing may be written; null where it may. */
  readOnlyBecause: AppError | null;
  migrated: Migrated | null;
}

function composeStore(opened: Opened): Store {
  const { path, sqlite, clock, ownership, isNew, hadLog, readOnlyBecause, migrated } = opened;
  const identity = readIdentity(sqlite, path);
  const { ino, dev } = statSync(path, { bigint: true });
  const found = readMark(sqlite);
  const isWithoutLog = found?.isOpen === true && !hadLog;
  const mark: CommitMark = found ?? { commits: 0, atMs: 0, isOpen: false };
  const writeMark = sqlite.prepare('INSERT OR REPLACE INTO commit_mark (id, mark) VALUES (1, ?)');
  const countChanges = sqlite.prepare('SELECT total_changes()').pluck();
  let stopped: AppError | null = readOnlyBecause;
  let failure: AppError | null = null;
  let hasWritten = false;
  let isInLog = hadLog;
  let busyMs = BUSY_MS;

  function findTrouble(): AppError | null {
    // In WAL mode SQLite keeps writing into a deleted file, and those writes are lost. Checked first: without a
    // file, nothing is damaged.
    const now = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (now?.ino !== ino || now.dev !== dev) {
      return new AppError(
        'database_gone',
        `${path} was deleted or replaced while the instance was running. Nothing more is written. Stop it, then put the file back or restore a backup.`,
      );
    }
    if (stopped) return stopped;
    return ownership?.findRival() ?? null;
  }

  function requireWritable(): void {
    const trouble = findTrouble();
    if (trouble) throw trouble;
  }

  /** One transaction with its mark. What changes nothing writes nothing. */
  function commit<T>(work: () => T, isOpen = true): T {
    const next = { commits: mark.commits + 1, atMs: clock.now(), isOpen };
    let isChanged = false;
    requireWritable();
    const result = sqlite
      .transaction(() => {
        // Inside the transaction: whoever took the data directory meanwhile waits for this one, or stops it.
        const rival = ownership?.findRival();
        if (rival) throw rival;
        const before = countChanges.get();
        const worked = work();
        isChanged = countChanges.get() !== before || isOpen !== mark.isOpen;
        if (isChanged) writeMark.run(formatMark(next));
        return worked;
      })
      .immediate();
    if (isChanged) {
      Object.assign(mark, next);
      isInLog = true;
      failure = null;
      cleaner.noteWrite();
    }
    return result;
  }

  /** What the disk refused is remembered; what was refused for another reason says nothing of the disk. */
  function noteFailure(error: unknown): unknown {
    const known = asStoreError(error, path);
    if (isDiskTrouble(known)) failure = known;
    return known;
  }

  function checkpoint(): void {
    if (!isInLog || findTrouble()) return;
    try {
      // A reader (the check for damage) is not waited for: the next look is soon enough.
      sqlite.pragma('busy_timeout = 0');
      const [{ busy } = { busy: 1 }] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      isInLog = busy !== 0;
    } catch (error) {
      // The log keeps what could not be moved, and is read with the file.
      if (!(error instanceof Database.SqliteError)) throw error;
    } finally {
      sqlite.pragma(`busy_timeout = ${busyMs}`);
    }
  }

  const cleaner = createLogCleaner(() => {
    if (sqlite.open) checkpoint();
    return !sqlite.open || !isInLog;
  });

  return {
    path,
    identity,
    isNew,
    said: [
      ...(isWithoutLog ? [describeMissingLog(path, mark)] : []),
      ...(migrated ? describeUnkept(migrated) : []),
    ],
    migrated,
    sqlite,
    findTrouble,
    requireWritable,
    checkpoint,
    waitAtMost(ms) {
      busyMs = ms;
      sqlite.pragma(`busy_timeout = ${ms}`);
    },
    transaction(work) {
      if (sqlite.inTransaction) return sqlite.transaction(work)();
      try {
        const before = mark.commits;
        const result = commit(work);
        // From the first write on, the file itself says that a log belongs to it.
        if (!hasWritten && mark.commits !== before) {
          hasWritten = true;
          checkpoint();
        }
        return result;
      } catch (error) {
        throw noteFailure(error);
      }
    },
    findFailure: () => failure,
    tryToWrite() {
      if (failure) attempt(() => commit(() => writeMark.run(formatMark(mark))));
    },
    rename(name) {
      sqlite.prepare('UPDATE instance SET name = ?').run(name);
      identity.name = name;
    },
    stopWriting(detail) {
      stopped = new AppError('database_damaged', detail);
      sqlite.pragma('query_only = ON');
    },
    close() {
      cleaner.stop();
      // A file whose log is missing goes on saying so, until something is written.
      if (mark.isOpen && (hasWritten || !isWithoutLog)) attempt(() => commit(() => undefined, false));
      sqlite.close();
    },
  };
}

/** What may fail: a file that says it is open is whole all the same, as long as its log is beside it. */
function attempt(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof Database.SqliteError)) throw error;
  }
}

function describeMissingLog(path: string, { atMs }: CommitMark): string {
  return `${path} was copied or restored without ${DATABASE_FILE}-wal, while an instance was writing to it: anything changed after ${new Date(atMs).toISOString()} is missing here. A copy has everything when both files are copied, or the instance is stopped first.`;
}
