import { closeSync, existsSync, openSync, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';
import { asDiskFull, asStoreError } from './store-error.ts';

const LOCK_FILE = 'instance.lock';
const PID_FILE = 'instance.pid';

export interface Ownership {
  /**
   * Null while this process owns the data directory. After someone deleted the lock file and another process took the
   * directory: `data_dir_in_use`, from then on.
   */
  findRival(): AppError | null;
  release(): void;
}

interface Lock {
  database: Database.Database;
  /** Of the lock file, as it was locked. */
  file: Stats;
}

/**
 * Takes exclusive ownership of a data directory, or throws `data_dir_in_use` naming the owner's pid.
 *
 * The lock is an exclusive SQLite transaction on a file of its own, held for as long as the instance is open:
 * the kernel drops it with the process, whatever killed it, and nothing stale is ever left. The pid file only
 * names the holder.
 *
 * A lock file that is deleted keeps its lock, which the next process does not see: it makes a file of its own. So the
 * owner looks, before everything it writes, whether the file it locked is still the one that has the name.
 *
 * @param waitMs how long to wait for a holder that is about to finish (another short command).
 */
export function takeOwnership(dataDir: string, waitMs = 0): Ownership {
  const path = join(dataDir, LOCK_FILE);
  let lock = takeLock(path, waitMs);
  if (!lock) throw inUse(dataDir);
  let rival: AppError | null = null;
  try {
    writePid(dataDir);
  } catch (cause) {
    lock.database.close();
    throw unusable(dataDir, cause);
  }

  function lookAgain(held: Lock): AppError | null {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now && now.ino === held.file.ino && now.dev === held.file.dev) return null;
    // Deleted, and nobody has taken it: taken again. SECURITY: not where someone else had it meanwhile, who may have
    // changed what this process believes.
    const pid = readOwnerPid(dataDir);
    const again = now || (pid !== null && pid !== process.pid) ? null : takeLock(path, 0);
    if (again) {
      held.database.close();
      lock = again;
      return null;
    }
    rival = new AppError(
      'data_dir_in_use',
      `Another Temps process${pid === null ? '' : ` (${pid})`} has taken over ${dataDir}, because ${LOCK_FILE} was deleted while this one was running. This one writes nothing more: stop it.`,
      { details: { pid } },
    );
    return rival;
  }

  return {
    findRival() {
      if (!lock || rival) return rival;
      try {
        return lookAgain(lock);
      } catch (cause) {
        // A disk that cannot be looked at takes no writes either.
        return cause instanceof AppError ? cause : unusable(path, cause);
      }
    },
    release() {
      lock?.database.close();
      lock = null;
    },
  };
}

/** Null when another process has it. */
function takeLock(path: string, waitMs: number): Lock | null {
  if (!existsSync(path)) createPrivate(path);
  const database = new Database(path, { timeout: waitMs });
  try {
    // No journal file: there is never anything to roll back in this database.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return { database, file: statSync(path) };
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw asStoreError(cause, path);
    return null;
  }
}

function writePid(dataDir: string): void {
  writeFileSync(join(dataDir, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
}

function inUse(dataDir: string): AppError {
  const pid = readOwnerPid(dataDir);
  return new AppError(
    'data_dir_in_use',
    `${dataDir} is in use by another Temps instance${pid === null ? '' : ` (process ${pid})`}. Stop it first, or use another data directory.`,
    { details: { pid } },
  );
}

/** 0600 from its first instant. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): AppError {
  const full = asDiskFull(cause, path);
  if (full) return full;
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new AppError('data_dir_unusable', `${path} cannot be written (${reason}).`, { cause });
}

/** The pid last written by an owner; only the lock tells whether it is still running. */
export function readOwnerPid(dataDir: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, PID_FILE), 'utf8'), 10);
    return Number.isSafeInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}
