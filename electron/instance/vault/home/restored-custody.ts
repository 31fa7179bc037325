import type { Store } from '../../store/store.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { CustodyName } from '../vocabulary.ts';
import { findHome, type Home, nameForKeychain, parseHome } from './home.ts';

/** Where a data directory keeps its keys, whatever database it has. */
export interface CustodyHere {
  custody: CustodyName;
  /** What the keychain's entries are named by, and the directory they were made for; null: as for a new directory. */
  keychain: { name: string; home: Home } | null;
}

type KeychainRow = { name: string | null; home: string | null } | undefined;

/** What the database of a data directory says of its keys; null for one that never had any. */
export function readCustodyHere({ sqlite }: Pick<Store, 'sqlite'>): CustodyHere | null {
  const custody = sqlite.prepare("SELECT custody FROM keys WHERE state = 'active'").pluck().get();
  if (custody === undefined) return null;
  // Also of a version without the table: its entries were named by the instance alone.
  const hasTable =
    sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'key_custody'").get() !== undefined;
  const row = hasTable
    ? (sqlite
        .prepare('SELECT keychain_name AS name, home FROM key_custody WHERE id = 1')
        .get() as KeychainRow)
    : undefined;
  const home = row?.home ? parseHome(row.home) : null;
  return { custody: custody as CustodyName, keychain: row?.name && home ? { name: row.name, home } : null };
}

/** Keys that a database knows of. */
export function listKnownKeys({ sqlite }: Pick<Store, 'sqlite'>): Fingerprint[] {
  return sqlite.prepare('SELECT fingerprint FROM keys').pluck().all() as Fingerprint[];
}

/** What the keychain's entries of this directory are named by. */
export function chooseRestoredName(here: CustodyHere, instanceId: string, dataDir: string): string {
  return here.keychain?.name ?? nameForKeychain(instanceId, findHome(dataDir));
}

/**
 * In a transaction of the caller's on a restored database: its keys are in the custody of the directory that it comes to,
 * and not where they were when it was backed up.
 */
export function placeRestoredKeys(store: Store, here: CustodyHere, dataDir: string): void {
  const name = chooseRestoredName(here, store.identity.id, dataDir);
  const home = JSON.stringify(here.keychain?.home ?? findHome(dataDir));
  store.sqlite
    .prepare('UPDATE keys SET custody = ?, leaving_custody = NULL WHERE shredded_at IS NULL')
    .run(here.custody);
  store.sqlite
    .prepare(
      `INSERT INTO key_custody (id, keychain_name, home) VALUES (1, @name, @home)
       ON CONFLICT (id) DO UPDATE SET chosen = NULL, keychain_name = @name, home = @home`,
    )
    .run({ name, home });
}
