import type { Backup } from '../backups.ts';
import { type BackupsCore, isUsed } from '../backups-core.ts';
import type { KnownDestination } from '../destinations/destinations.ts';
import { findDrive } from '../schedules/drives.ts';
import { findDrillDue, RETRY_MS } from './drill-due.ts';

/**
 * The drill of a destination that comes next by itself, and when; null where none is known to come. While a drive is not
 * plugged in its drill waits, and while a backup there is due or being made that of the newest would be for nothing.
 *
 * @param backups those of the destination.
 */
export function findNextDrill(
  core: BackupsCore,
  { id: destinationId }: Pick<KnownDestination, 'id'>,
  backups: readonly Backup[],
): { id: string; dueAt: number } | null {
  const nowMs = core.ctx.clock.now();
  const drive = findDrive(core, destinationId);
  if (drive !== null && (drive.place !== 'here' || drive.isBackupDue || isUsed(core, destinationId)))
    return null;
  const due = findDrillDue(backups, nowMs, drive === null ? undefined : 0);
  if (due === null) return null;
  const triedAt = core.drillTriedAt.get(due.id);
  // A drive that was pulled out while it was read has come back.
  const hasTried = triedAt !== undefined && triedAt <= nowMs && triedAt >= (drive?.appearedAt ?? 0);
  return hasTried ? { id: due.id, dueAt: Math.max(due.dueAt, triedAt + RETRY_MS) } : due;
}
