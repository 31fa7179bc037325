import { AppError } from '../kernel/app-error.ts';
import type { Log } from '../kernel/log.ts';

/** What can be taken back from someone: the words are those of its table. */
export type Revocable = 'sessions' | 'api_keys' | 'deployment_tokens';

/**
 * Takes access back. SECURITY: at once and in memory first: a database that is gone, full or damaged must not keep
 * someone signed in. What could not be written is tried again, and holds as long as this process runs.
 */
export interface Revocations {
  /** Returns false when it holds in memory alone for now. Throws what `write` throws for any reason but the disk's. */
  revoke(what: Revocable, id: number, write: () => void): boolean;
  isRevoked(what: Revocable, id: number): boolean;
  /** Writes what waits, as far as the database takes it. Never throws. */
  flush(): void;
}

export function createRevocations(log: Log): Revocations {
  const waiting = new Map<string, () => void>();

  function tryToWrite(name: string, write: () => void): boolean {
    try {
      write();
      waiting.delete(name);
      return true;
    } catch (error) {
      if (isOfTheDisk(error)) return false;
      waiting.delete(name);
      throw error;
    }
  }

  return {
    revoke(what, id, write) {
      const name = `${what} ${id}`;
      waiting.set(name, write);
      const isWritten = tryToWrite(name, write);
      if (!isWritten)
        log.error({ what, id }, 'access was revoked in memory; the database could not be written');
      return isWritten;
    },
    isRevoked: (what, id) => waiting.has(`${what} ${id}`),
    flush() {
      for (const [name, write] of waiting)
        try {
          tryToWrite(name, write);
        } catch {
          // Gone meanwhile: there is nothing left to take back.
        }
    },
  };
}

function isOfTheDisk(error: unknown): boolean {
  return error instanceof AppError && /^(database|disk)_/.test(error.code);
}
