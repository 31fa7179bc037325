import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';

const LOCK_FILE = 'instance.lock';
const PID_FILE = 'instance.pid';

export interface Ownership {
  release(): void;
}

/**
 * Takes exclusive ownership of a data directory, or throws `data_dir_in_use` naming the owner's pid.
 *
 * The lock is an exclusive SQLite transaction on a file of its own, held for as long as the instance is open:
 * the kernel drops it with the process, whatever killed it, and nothing stale is ever left. The pid file only
 * names the holder.
 *
 * @param waitMs how long to wait for a holder that is about to finish (another short command).
 */
export function takeOwnership(dataDir: string, waitMs = 0): Ownership {
  const path = join(dataDir, LOCK_FILE);
  if (!existsSync(path)) createPrivate(path);
  const lock = new Database(path, { timeout: waitMs });
  try {
    // No journal file: there is never anything to roll back in this database.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    const pid = readOwnerPid(dataDir);
    throw new AppError(
      'data_dir_in_use',
      `${dataDir} is in use by another Temps instance${pid === null ? '' : ` (process ${pid})`}. Stop it first, or use another data directory.`,
      { cause, details: { pid } },
    );
  }
  try {
    writeFileSync(join(dataDir, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch (cause) {
    lock.close();
    throw unusable(dataDir, cause);
  }
  return {
    release() {
      lock.close();
    },
  };
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
