import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import { findKeychainUse, writeKeychainUse } from './custody-row.ts';
import { findHome, isSameHome, isStillThere } from './home.ts';

export interface Relocation {
  /** Where the directory was. */
  from: string;
  /** Whether the original is still there: then this is a copy. */
  isOriginalThere: boolean;
}

interface Housed {
  readonly store: Store;
  readonly dataDir: string;
}

/**
 * Whether this directory is another than the one its keychain entries were made for: it was moved or copied, and only
 * its owner knows which. SECURITY: two copies share an entry, and what one removes the other cannot read any more.
 */
export function findRelocation({ store, dataDir }: Housed): Relocation | null {
  const home = findKeychainUse(store)?.home;
  if (!home || isSameHome(home, findHome(dataDir))) return null;
  return { from: home.path, isOriginalThere: isStillThere(home) };
}

export function describeRelocation({ from, isOriginalThere }: Relocation): string {
  return `The keychain entries of this instance were made for another directory, in ${from}${isOriginalThere ? ', which is still there' : ''}: this one was moved, copied or restored. A copy must not share an entry with its original. Say which it was: temps-desktop key relocated copied, or, if the original is gone, key relocated moved.`;
}

/** Throws `data_dir_relocated` while the owner has not said what happened to the directory. */
export function requireNotRelocated(housed: Housed): void {
  const relocation = findRelocation(housed);
  if (relocation) throw new AppError('data_dir_relocated', describeRelocation(relocation));
}

/** Throws `conflict` for a directory that is where it was. */
export function requireRelocation(housed: Housed): Relocation {
  const relocation = findRelocation(housed);
  if (relocation) return relocation;
  throw new AppError('conflict', 'This data directory is where its keychain entries were made for.');
}

/**
 * Notes the directory of entries that an older version made, and the new path of one that was renamed. Not for a
 * command that only reads.
 */
export function noteHome({ store, dataDir }: Housed): void {
  const use = findKeychainUse(store);
  if (!use) return;
  const now = findHome(dataDir);
  if (use.home && (use.home.path === now.path || !isSameHome(use.home, now))) return;
  store.transaction(() => writeKeychainUse(store, use.name, now));
}
