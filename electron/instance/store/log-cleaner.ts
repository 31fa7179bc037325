import type Database from 'better-sqlite3';

/** How long the log (`temps.db-wal`) may keep what a transaction deleted or replaced, as it was before. */
const CLEAN_AFTER_MS = 1000;

export interface LogCleaner {
  /** Called after every transaction. */
  noteWrite(): void;
  stop(): void;
}

/**
 * Moves the log into the database file soon after a write, and empties it. SECURITY: `secure_delete` overwrites in the
 * file what is deleted; the log would keep its earlier pages until a thousand later ones, and for good in an instance
 * that rests.
 *
 * @param busyMs how long statements wait for another connection otherwise.
 */
export function createLogCleaner(
  sqlite: Database.Database,
  busyMs: number,
  mayWrite: () => boolean,
): LogCleaner {
  let timer: NodeJS.Timeout | undefined;

  function noteWrite(): void {
    // From the first write on: who writes without pause does not put it off.
    timer ??= setTimeout(clean, CLEAN_AFTER_MS).unref();
  }

  function clean(): void {
    timer = undefined;
    if (!mayWrite()) return;
    try {
      // A reader, the check for damage, is not waited for: that would hold everyone up.
      sqlite.pragma('busy_timeout = 0');
      const [outcome] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (outcome?.busy !== 0) noteWrite();
    } catch {
      // The disk takes no writes, or a statement is half read: what is to be said of it, the next write says.
      noteWrite();
    } finally {
      sqlite.pragma(`busy_timeout = ${busyMs}`);
    }
  }

  return { noteWrite, stop: () => clearTimeout(timer) };
}
