import { AppError } from '../kernel/app-error.ts';
import type { Log } from '../kernel/log.ts';

/** What can be revoked; the names are those of the tables. */
export type Revocable = 'sessions' | 'api_keys' | 'deployment_tokens';

/**
 * Revokes access. SECURITY: immediately and in memory first: a missing, full or damaged database must not keep
 * someone signed in. Failed writes are retried, and the revocation holds while this process runs.
 */
export interface Revocations {
  /** Returns false when it holds only in memory for now. Throws what `write` throws, except disk errors. */
  revoke(what: Revocable, id: number, write: () => void): boolean;
  isRevoked(what: Revocable, id: number): boolean;
  /** Retries failed writes. Never throws. */
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
          // Deleted meanwhile: nothing left to revoke.
        }
    },
  };
}

function isOfTheDisk(error: unknown): boolean {
  return error instanceof AppError && /^(database|disk)_/.test(error.code);
}
