import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../../store/data-directory.ts';
import { readAside } from '../../store/read-aside.ts';
import { listKeysOfValues } from '../../vault/key/key-record.ts';
import type { FormerOfKey } from '../../vault/key/known-backups.ts';
import type { Fingerprint } from '../../vault/sealing/master-key.ts';
import { listFormerDatabases } from './former-database.ts';

/** Of each folder that was read: nothing changes in one while it has its name. */
const known = new Map<string, readonly Fingerprint[]>();

/** The former databases of a data directory that hold values of a key, and those that cannot be read, which may. */
export function listFormerOf(dataDir: string, fingerprint: Fingerprint): FormerOfKey[] {
  return listFormer(dataDir).flatMap(({ name, keptUntil }) => {
    const keys = known.get(join(dataDir, name)) ?? readKeys(join(dataDir, name));
    return keys === null || keys.includes(fingerprint) ? [{ name, keptUntil, isRead: keys !== null }] : [];
  });
}

/** None of a directory that is gone or cannot be read: what is said of the key is not to fail for it. */
function listFormer(dataDir: string) {
  try {
    return listFormerDatabases(dataDir);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return [];
  }
}

/** Of the values in it. Null where it cannot be read. */
function readKeys(folder: string): readonly Fingerprint[] | null {
  // What SQLite makes beside a database that it reads, and leaves there where it may not write.
  const made = ['-shm', '-wal'].map((end) => join(folder, `${DATABASE_FILE}${end}`));
  const fresh = made.filter((path) => !existsSync(path));
  const keys = readAside(folder, (sqlite) => listKeysOfValues({ sqlite }));
  for (const path of fresh) rmSync(path, { force: true });
  if (keys !== null) known.set(folder, keys);
  return keys;
}
