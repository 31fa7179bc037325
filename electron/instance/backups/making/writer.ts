import { randomUUID } from 'node:crypto';
import type { Store } from '../../store/store.ts';

/** Of this data directory. */
export interface Writer {
  writerId: string;
  nextSequence: number;
  /** HMAC of the newest manifest, in hex; null before the first. */
  lastMac: string | null;
}

/** Made at its first use: what is restored or begins anew is a writer of its own. In a transaction. */
export function takeWriter(store: Store): Writer {
  store.sqlite
    .prepare('INSERT OR IGNORE INTO backup_writer (id, writer_id, next_sequence) VALUES (1, ?, 1)')
    .run(randomUUID());
  return store.sqlite
    .prepare(
      'SELECT writer_id AS writerId, next_sequence AS nextSequence, last_mac AS lastMac FROM backup_writer',
    )
    .get() as Writer;
}

/** What a manifest took is not given again, whatever becomes of it. */
export function noteManifest(store: Store, sequence: number, mac: string): void {
  store.sqlite
    .prepare('UPDATE backup_writer SET next_sequence = ?, last_mac = ? WHERE next_sequence = ?')
    .run(sequence + 1, mac, sequence);
}
