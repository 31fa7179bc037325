import type { DriveState } from '../../vault/status/backup-half.ts';
import { type Backup, listBackups } from '../backups.ts';
import { type BackupsCore, findSigningKey, isUsed } from '../backups-core.ts';
import { findNextDrill } from '../reading/next-drill.ts';
import { findDrive } from '../schedules/drives.ts';
import { arePaused } from '../schedules/schedule-job.ts';

/**
 * What becomes of the drive of a destination; null where no schedule waits for it to be plugged in, or it was not looked at
 * yet. It can be removed once nothing that runs, or is about to, needs it.
 *
 * @param backups those of the destination.
 */
export function findDriveState(
  core: BackupsCore,
  destinationId: number,
  backups: readonly Backup[] = listBackups(core, destinationId),
): DriveState | null {
  const drive = findDrive(core, destinationId);
  if (drive === null || drive.place === null) return null;
  if (drive.place !== 'here') return drive.place === 'other' ? 'other_drive' : 'away';
  if (isUsed(core, destinationId)) return 'in_use';
  const isLocked = findSigningKey(core) === null;
  if (drive.isBackupDue) return isLocked || arePaused(core) ? 'waiting' : 'in_use';
  const drillAt = findNextDrill(core, { id: destinationId }, backups)?.dueAt ?? Infinity;
  return !isLocked && drillAt <= core.ctx.clock.now() ? 'in_use' : 'can_be_removed';
}
