import type { Store } from '../../store/store.ts';
import type { CustodyName } from '../vocabulary.ts';
import { findHome, type Home, nameForKeychain, parseHome } from './home.ts';

/** Where the first key is to be stored, as it was last chosen; null when nobody chose. */
export function findChosenCustody({ sqlite }: Store): CustodyName | null {
  const chosen = sqlite.prepare('SELECT chosen FROM key_custody WHERE id = 1').pluck().get();
  return (chosen as CustodyName | null | undefined) ?? null;
}

/** Remembers it until it is changed, whether or not a key can be stored there now. */
export function chooseCustody(store: Store, chosen: CustodyName): void {
  if (findChosenCustody(store) === chosen) return;
  store.transaction(() =>
    store.sqlite
      .prepare(
        'INSERT INTO key_custody (id, chosen) VALUES (1, @chosen) ON CONFLICT (id) DO UPDATE SET chosen = @chosen',
      )
      .run({ chosen }),
  );
}

export interface KeychainUse {
  /** What its entries are named by. */
  name: string;
  /** The directory they were made for; null when an older version made them. */
  home: Home | null;
}

/** How the keychain is used; null while no key of the record is in it. */
export function findKeychainUse({ sqlite, identity }: Store): KeychainUse | null {
  const isUsed = sqlite
    .prepare(
      "SELECT EXISTS (SELECT 1 FROM keys WHERE (custody = 'keychain' AND shredded_at IS NULL) OR leaving_custody = 'keychain')",
    )
    .pluck()
    .get();
  if (isUsed !== 1) return null;
  const row = sqlite.prepare('SELECT keychain_name AS name, home FROM key_custody WHERE id = 1').get() as
    | { name: string | null; home: string | null }
    | undefined;
  return { name: row?.name ?? identity.id, home: row?.home ? parseHome(row.home) : null };
}

/** In the caller's transaction. */
export function writeKeychainUse({ sqlite }: Store, name: string, home: Home): void {
  sqlite
    .prepare(
      `INSERT INTO key_custody (id, keychain_name, home) VALUES (1, @name, @home)
       ON CONFLICT (id) DO UPDATE SET keychain_name = @name, home = @home`,
    )
    .run({ name, home: JSON.stringify(home) });
}

/** SECURITY: by the directory too, not only by the instance's id, which every copy of the database has. */
export function chooseKeychainName(store: Store, dataDir: string): string {
  return findKeychainUse(store)?.name ?? nameForKeychain(store.identity.id, findHome(dataDir));
}

/**
 * In the transaction that records a key in this custody, before its record: the directory that the keychain's entries
 * are for.
 */
export function noteKeychainUse(store: Store, dataDir: string, custody: CustodyName): void {
  if (custody !== 'keychain' || findKeychainUse(store)) return;
  writeKeychainUse(store, chooseKeychainName(store, dataDir), findHome(dataDir));
}
