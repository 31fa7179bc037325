import { randomUUID } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { findHome, isSameHome, parseHome } from '../../vault/home/home.ts';

/** Of this data directory. */
export interface Writer {
  writerId: string;
  nextSequence: number;
  /** HMAC of the newest manifest, in hex; null before the first. */
  lastMac: string | null;
}

/**
 * Null before the first backup of this data directory, in a copy of it, and after a restore: what others wrote is known here as of
 * the time of the copy alone.
 */
export function findWriter({
  store,
  dataDir,
}: {
  store: Pick<Store, 'sqlite'>;
  dataDir: string;
}): Writer | null {
  const known = store.sqlite
    .prepare(
      'SELECT writer_id AS writerId, next_sequence AS nextSequence, last_mac AS lastMac, home FROM backup_writer',
    )
    .get() as (Writer & { home: string }) | undefined;
  if (!known) return null;
  const { home, ...writer } = known;
  const recorded = parseHome(home);
  return recorded !== null && isSameHome(recorded, findHome(dataDir)) ? writer : null;
}

/**
 * Made at its first use, and anew in a copy of a data directory; what is restored has none. Two that count on from the same
 * number would make two chains that look like one. In a transaction.
 */
export function takeWriter({ store, dataDir }: { store: Store; dataDir: string }): Writer {
  const known = findWriter({ store, dataDir });
  if (known) return known;
  const writer: Writer = { writerId: randomUUID(), nextSequence: 1, lastMac: null };
  store.sqlite
    .prepare('INSERT OR REPLACE INTO backup_writer (id, writer_id, next_sequence, home) VALUES (1, ?, ?, ?)')
    .run(writer.writerId, writer.nextSequence, JSON.stringify(findHome(dataDir)));
  return writer;
}

/** What a manifest took is not given again, whatever becomes of it. */
export function noteManifest(store: Store, sequence: number, mac: string): void {
  store.sqlite
    .prepare('UPDATE backup_writer SET next_sequence = ?, last_mac = ? WHERE next_sequence = ?')
    .run(sequence + 1, mac, sequence);
}
