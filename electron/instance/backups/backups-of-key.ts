import type { KnownBackups } from '../vault/key/known-backups.ts';
import type { Fingerprint } from '../vault/sealing/master-key.ts';
import type { BackupsCore } from './backups-core.ts';
import { listFormerOf } from './restore/former-keys.ts';

/** The confirmed backups of the list that were made under a key, whichever data directory made them, and former databases. */
export function findBackupsOf({ ctx }: BackupsCore, fingerprint: Fingerprint): KnownBackups {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT d.name, count(*) AS count, max(b.taken_at) AS newestAt
       FROM backups b JOIN backup_destinations d ON d.id = b.destination_id
       WHERE b.key_fingerprint = ? AND b.state = 'confirmed' GROUP BY d.id ORDER BY d.name`,
    )
    .all(fingerprint) as { name: string; count: number; newestAt: number }[];
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    newestAt: rows.length > 0 ? Math.max(...rows.map(({ newestAt }) => newestAt)) : null,
    places: rows.map(({ name }) => name),
    former: listFormerOf(ctx.dataDir, fingerprint),
  };
}
