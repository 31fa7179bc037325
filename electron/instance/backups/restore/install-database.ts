import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { createAuditLog } from '../../audit/audit-log.ts';
import type { Clock } from '../../kernel/clock.ts';
import { silentLog } from '../../kernel/log.ts';
import { DATABASE_FILE, INCOMING_FOLDER } from '../../store/data-directory.ts';
import { leaveOut } from '../../store/snapshot.ts';
import { openStore } from '../../store/store.ts';
import { asStoreError } from '../../store/store-error.ts';
import { prepareIncoming, type Swapped, swapDatabase } from '../../store/swap-journal.ts';
import { type CustodyHere, placeRestoredKeys } from '../../vault/home/restored-custody.ts';
import { forgetSeparation } from '../destinations/destinations.ts';
import type { Manifest } from '../format/manifest.ts';
import { leftOut } from '../making/left-out.ts';
import { backupOperations } from '../operations.ts';
import type { CheckedBackup } from '../reading/check-backup.ts';
import { noteRestoredBackup } from './old-computer.ts';

export interface Installation {
  dataDir: string;
  checked: Pick<CheckedBackup, 'databasePath' | 'values'> & {
    manifest: Pick<Manifest, 'id' | 'takenAt' | 'keyFingerprint'>;
  };
  /** Where the directory keeps its keys. */
  here: CustodyHere;
  actor: Caller | null;
  clock: Clock;
  /** Whether this data directory made the backup. */
  isOwn: boolean;
}

/**
 * Puts a checked database at the place of the one in a data directory, whose owner calls it with none open. What is
 * different in it from then on is written before, in a folder of its own: nobody is signed in, the keys are in this
 * directory's custody, and the audit log goes on with who restored it.
 *
 * Throws `disk_full`, `disk_failed` or `database_read_only` where nothing happened, and `restore_interrupted` where the next
 * start completes or undoes it, as after a kill.
 */
export function installDatabase({ dataDir, checked, here, actor, clock, isOwn }: Installation): Swapped {
  const incoming = takeIn(dataDir, checked.databasePath);
  const store = openStore(incoming, clock);
  try {
    const { id, takenAt, keyFingerprint } = checked.manifest;
    const audit = createAuditLog(store, clock, silentLog);
    store.transaction(() => {
      // Also what somebody else may have put into a backup that nobody vouches for: nobody is signed in.
      leaveOut(store.sqlite, leftOut);
      placeRestoredKeys(store, here, dataDir);
      forgetSeparation(store);
      const isVerified = checked.values !== null;
      noteRestoredBackup(store, { id, takenAt }, { nowMs: clock.now(), isVerified, isOwn });
      audit.append(backupOperations.BACKUP_RESTORED, actor, {
        id,
        taken_at: takenAt,
        fingerprint: keyFingerprint,
        verified: isVerified,
      });
    });
  } finally {
    store.close();
  }
  return swapDatabase(dataDir, INCOMING_FOLDER, clock.now());
}

function takeIn(dataDir: string, databasePath: string): string {
  try {
    const incoming = prepareIncoming(dataDir);
    renameSync(databasePath, join(incoming, DATABASE_FILE));
    return incoming;
  } catch (error) {
    throw asStoreError(error, join(dataDir, DATABASE_FILE));
  }
}
