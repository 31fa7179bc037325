import { createChain } from '../../audit/chain.ts';
import { openExamined } from '../../store/examination.ts';
import type { Manifest } from '../format/manifest.ts';
import { damagedBackup } from './damaged-backup.ts';

/**
 * Compares the end of the audit log in an examined database with the one that its manifest names. A log that was changed within
 * had been changed before the backup was made, whose digests are vouched for: that is said, and keeps nobody from restoring it.
 * Returns the first line that does not follow from those before it, or null. Throws `backup_damaged`.
 *
 * SECURITY: for a manifest that was vouched for. Any other could name whatever end there is, and have lines without end.
 */
export async function findBreakOfAuditLog(
  place: string,
  { auditHead, instanceId }: Pick<Manifest, 'auditHead' | 'instanceId'>,
  databasePath: string,
): Promise<number | null> {
  const sqlite = openExamined(databasePath);
  try {
    const chain = createChain({ sqlite, identity: { id: instanceId, name: '' } });
    const { headId, headHash, brokenAt } = await chain.check();
    const isEnd = auditHead === null ? headId === 0 : headId === auditHead.id && headHash === auditHead.hash;
    if (!isEnd) throw damagedBackup(place, 'audit');
    return brokenAt;
  } finally {
    sqlite.close();
  }
}
