import { formatCount } from '../ui/time.ts';

/**
 * What a copy of the key can do: decrypt a database that still exists. The copy holds nothing of the database: what a
 * backup adds to it is the instance's to say, in the vault's health.
 *
 * @param copy subject of the sentence: `Your copy`, `Your copy “on paper”`.
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

/** What is lost with this computer even with a copy of the key, where no backup goes anywhere. */
export const WITHOUT_BACKUP = 'The database itself is on this computer only, until you copy it elsewhere.';
