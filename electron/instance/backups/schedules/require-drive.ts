import { realpathSync } from 'node:fs';
import { AppError } from '../../kernel/app-error.ts';
import { isUnder } from '../../vault/copies/other-disks.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { FolderDestination, KnownDestination } from '../destinations/known-destination.ts';

/** Throws `invalid_request` for a destination whose drive is never plugged in. */
export function requireDrive({ ctx }: BackupsCore, known: KnownDestination): void {
  const why = known.kind !== 'folder' ? 'is in no drive' : findWhyAlwaysThere(known, ctx.dataDir);
  if (why === null) return;
  throw new AppError(
    'invalid_request',
    `${known.name} ${why}, so it is never plugged in. Choose times for its backups.`,
    { fields: { schedule_expression: 'times' } },
  );
}

/** What the database lies below is there whenever this runs. */
function findWhyAlwaysThere({ mountPoint }: FolderDestination, dataDir: string): string | null {
  return isUnder(realpathSync(dataDir), mountPoint) ? 'is on the disk of this computer' : null;
}
