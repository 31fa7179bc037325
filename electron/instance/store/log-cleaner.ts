/** How long the log (`temps.db-wal`) may keep what a transaction deleted or replaced, as it was before. */
const CLEAN_AFTER_MS = 1000;

export interface LogCleaner {
  /** Called after every transaction. */
  noteWrite(): void;
  stop(): void;
}

/**
 * Moves the log into the database file soon after a write, and empties it: who copies that file alone has what was
 * changed until a second ago. SECURITY: `secure_delete` overwrites in the file what is deleted; the log would keep its
 * earlier pages until a thousand later ones, and for good in an instance that rests.
 *
 * @param clean empties the log, and says whether it is empty; a reader may hold it up, or a disk that takes no writes.
 */
export function createLogCleaner(clean: () => boolean): LogCleaner {
  let timer: NodeJS.Timeout | undefined;

  function noteWrite(): void {
    // From the first write on: who writes without pause does not put it off.
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!clean()) noteWrite();
    }, CLEAN_AFTER_MS).unref();
  }

  return { noteWrite, stop: () => clearTimeout(timer) };
}
