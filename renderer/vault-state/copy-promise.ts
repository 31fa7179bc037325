import { formatCount } from '../ui/time.ts';

/**
 * What a copy of the key is good for: it decrypts a database that is still there. The key's copy holds nothing of the
 * database, and nothing here backs that up: a sentence that says more would be false.
 *
 * @param copy who opens it, as the sentence begins: a place, `Your copy`.
 * @param secrets how many are encrypted with that key now; null where they are not counted.
 */
export function sayWhatCopyOpens(copy: string, secrets: number | null): string {
  const what =
    secrets === null
      ? 'every secret'
      : secrets === 0
        ? 'every secret you add'
        : formatCount(secrets, 'secret');
  return `${copy} can decrypt ${what} in this database, wherever you still have it.`;
}

/** What is lost with this computer although there is a copy of the key: there is no backup of the database. */
export const WITHOUT_BACKUP = 'The database itself is on this computer only, until you copy it elsewhere.';
