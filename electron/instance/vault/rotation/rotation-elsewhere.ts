import { readAside } from '../../store/read-aside.ts';

interface Row {
  state: 'staged' | 'proven' | 'sealing';
  left: number;
  total: number;
}

/**
 * The rotation that another process has under way in a data directory, as a sentence; null where there is none, or
 * none can be seen.
 */
export function findRotationElsewhere(dataDir: string): string | null {
  const row = readAside(dataDir, (sqlite) =>
    sqlite
      .prepare(
        `SELECT r.state, r.total, (SELECT count(*) FROM secrets s WHERE s.key_fingerprint = r.old_fingerprint) AS left
         FROM rotations r WHERE r.state IN ('staged', 'proven', 'sealing')`,
      )
      .get(),
  ) as Row | undefined | null;
  if (!row) return null;
  if (row.state !== 'sealing')
    return 'It has a key rotation open, whose new key waits for its copy or for encryption to start.';
  return `It is rotating the key: ${Math.max(0, row.total - row.left)} of ${row.total} values are encrypted with the new one. Let it finish; if it is stopped, the rotation continues at its next start.`;
}
