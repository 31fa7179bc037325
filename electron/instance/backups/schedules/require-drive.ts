import { realpathSync } from 'node:fs';
import { AppError } from '../../kernel/app-error.ts';
import { isUnder } from '../../vault/copies/other-disks.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { KnownDestination } from '../destinations/known-destination.ts';

/** Whether a schedule can wait for the drive of a destination. */
export const canBePluggedIn = (core: BackupsCore, known: KnownDestination): boolean =>
  findWhyNot(core, known) === null;

/** Throws `invalid_request` for a destination whose drive is never plugged in. */
export function requireDrive(core: BackupsCore, known: KnownDestination): void {
  const why = findWhyNot(core, known);
  if (why === null) return;
  throw new AppError(
    'invalid_request',
    `${known.name} ${why}, so it is never plugged in. Choose times for its backups.`,
    { fields: { schedule_expression: 'times' } },
  );
}

function findWhyNot({ ctx }: BackupsCore, known: KnownDestination): string | null {
  if (known.kind !== 'folder') return 'is no drive';
  // What the database lies below is there whenever this runs.
  return isUnder(findRealPath(ctx.dataDir), known.mountPoint) ? 'is on the disk of this computer' : null;
}

/** As given where the data directory is not there now: the list of destinations is answered all the same. */
function findRealPath(dataDir: string): string {
  try {
    return realpathSync(dataDir);
  } catch {
    return dataDir;
  }
}
