import type { Caller } from '../access/caller.ts';
import { AppError, hasCode } from '../kernel/app-error.ts';
import type { BackupsCore } from './backups-core.ts';
import { getDestination, openDestination } from './destinations/destinations.ts';
import { type BackupReason, MAC_FILE, MANIFEST_FILE } from './format/manifest.ts';
import { backupOperations } from './operations.ts';
import type { BackupState, DrillResult } from './vocabulary.ts';

/** A backup as this instance knows it. */
export interface Backup {
  id: string;
  destinationId: number;
  /** Name of the destination. */
  destination: string;
  writerId: string;
  /** Below the destination; null where nothing of it is. */
  folder: string | null;
  /** Epoch ms since when it was not found there any more; null for one that was there when it was last looked at. */
  goneAt: number | null;
  /** Whether its destination refused to remove it. */
  isHeld: boolean;
  sequence: number | null;
  why: BackupReason;
  takenAt: number;
  state: BackupState;
  sizeBytes: number | null;
  keyFingerprint: string;
  confirmedAt: number | null;
  error: { code: string; detail: string } | null;
  drilledAt: number | null;
  drillResult: DrillResult | null;
  drillReason: string | null;
}

const SELECT = `SELECT b.id, b.destination_id AS destinationId, d.name AS destination, b.writer_id AS writerId,
    b.folder, b.gone_at AS goneAt, b.is_held AS isHeld, b.sequence, b.why, b.taken_at AS takenAt, b.state, b.size_bytes AS sizeBytes,
    b.key_fingerprint AS keyFingerprint, b.confirmed_at AS confirmedAt, b.error_code AS errorCode,
    b.error_detail AS errorDetail, b.drilled_at AS drilledAt, b.drill_result AS drillResult,
    b.drill_reason AS drillReason
  FROM backups b JOIN backup_destinations d ON d.id = b.destination_id`;

type Row = Omit<Backup, 'error' | 'isHeld'> & {
  isHeld: number;
  errorCode: string | null;
  errorDetail: string | null;
};
function fromRow({ errorCode, errorDetail, isHeld, ...row }: Row): Backup {
  return {
    ...row,
    isHeld: isHeld === 1,
    error: errorCode === null ? null : { code: errorCode, detail: errorDetail ?? '' },
  };
}

/** Newest first. */
export function listBackups({ ctx }: BackupsCore, destinationId: number | null = null): Backup[] {
  const where = destinationId === null ? '' : 'WHERE b.destination_id = @destinationId';
  const rows = ctx.store.sqlite.prepare(`${SELECT} ${where} ORDER BY b.taken_at DESC, b.id DESC`);
  return (rows.all({ destinationId }) as Row[]).map(fromRow);
}

/** Throws `not_found`. */
export function getBackup({ ctx }: BackupsCore, id: string): Backup {
  const row = ctx.store.sqlite.prepare(`${SELECT} WHERE b.id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'This instance knows no backup with this id.');
  return fromRow(row as Row);
}

/** Throws `not_found`, and `conflict` for one that was never whole. */
export function getStored(core: BackupsCore, id: string): Backup & { folder: string } {
  const backup = getBackup(core, id);
  const { folder, state } = backup;
  if (folder === null || state === 'failed' || core.running.has(id))
    throw new AppError('conflict', 'This backup is not complete, so there is nothing to read.');
  return { ...backup, folder };
}

/** Why a row has failed whose deletion has begun: it counts for nothing, whatever was shown of it before. */
export const DELETING = {
  code: 'deleting',
  detail: 'Its deletion was begun. If that was cut short, it ends with the next look at the destination.',
};

/** Those that this process is removing. */
const beingRemoved = new Set<string>();

/**
 * Deletes a backup at its destination, and then from the list: nothing is forgotten that is still there. What is foreign
 * in its folder stays. That it was begun is noted before: what a kill leaves is neither a backup nor one that somebody else
 * deleted, and the next comparison with the destination ends it (listing/compare.ts). Throws `not_found`, `conflict`, and
 * what the destination does.
 */
export async function deleteBackup(core: BackupsCore, actor: Caller | null, id: string): Promise<void> {
  const backup = getBackup(core, id);
  if (core.running.has(id)) throw new AppError('conflict', 'This backup is being made.');
  if (beingRemoved.has(id)) throw new AppError('conflict', 'This backup is being deleted already.');
  beingRemoved.add(id);
  try {
    if (backup.folder !== null) await removeStored(core, backup, backup.folder);
    forgetDeleted(core, actor, backup);
  } finally {
    beingRemoved.delete(id);
  }
}

async function removeStored(core: BackupsCore, backup: Backup, folder: string): Promise<void> {
  const { id, destinationId } = backup;
  try {
    await removeFiles(core, destinationId, folder, () =>
      noteState(core, id, { state: 'failed', error: DELETING }),
    );
  } catch (failure) {
    // What may not be removed stays what it was. Of anything else nobody knows how far it came.
    if (hasCode(failure, 'destination_refused') && (await hasManifest(core, destinationId, folder)))
      noteState(core, id, backup);
    throw failure;
  }
}

/**
 * Ends the deletions at a destination that were cut short. One that did not come so far as to remove anything has not
 * happened. What may not be removed, or not yet, stays in the list as what it is. Throws what the destination does.
 *
 * @param present ids of those that are there.
 */
export async function endDeletions(
  core: BackupsCore,
  destinationId: number,
  present: ReadonlySet<string>,
): Promise<void> {
  const begun = listBackups(core, destinationId).filter(
    ({ id, error }) => error?.code === DELETING.code && !beingRemoved.has(id),
  );
  for (const backup of begun) {
    const { id, folder, confirmedAt } = backup;
    if (present.has(id))
      noteState(core, id, { state: confirmedAt === null ? 'stored' : 'confirmed', error: null });
    else if (folder === null || (await isRemoved(core, destinationId, folder)))
      forgetDeleted(core, null, backup);
  }
}

async function isRemoved(core: BackupsCore, destinationId: number, folder: string): Promise<boolean> {
  try {
    await removeFiles(core, destinationId, folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'destination_refused')) return false;
    throw error;
  }
}

/** False where that cannot be found out. */
async function hasManifest(core: BackupsCore, destinationId: number, folder: string): Promise<boolean> {
  const destination = openDestination(core, getDestination(core, destinationId));
  const found = await destination.list(folder, core.ctx.stopping).catch(() => []);
  return found.some(({ path }) => path === `${folder}/${MANIFEST_FILE}`);
}

function noteState(
  { ctx }: BackupsCore,
  id: string,
  { state, error }: Pick<Backup, 'state' | 'error'>,
): void {
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare('UPDATE backups SET state = ?, error_code = ?, error_detail = ? WHERE id = ?')
      .run(state, error?.code ?? null, error?.detail ?? null, id),
  );
}

/** Of one of which nothing is left at its destination. */
function forgetDeleted({ ctx }: BackupsCore, actor: Caller | null, { id, destination }: Backup): void {
  ctx.store.transaction(() => {
    const { changes } = ctx.store.sqlite.prepare('DELETE FROM backups WHERE id = ?').run(id);
    // Gone with its destination, which was removed meanwhile.
    if (changes > 0) ctx.audit.append(backupOperations.BACKUP_DELETED, actor, { id, destination });
  });
}

/** A part, or what a kill left of one. */
const OUR_FILES = /^([a-z][a-z0-9.-]*\.zst(\.age)?|\.partial-[0-9a-f]+)$/;

/**
 * Removes what a backup is made of. The manifest goes first: what is cut short is no backup.
 *
 * @param folder below the destination.
 * @param onBegin is called once the destination was seen to be there, before the first is removed.
 */
export async function removeFiles(
  core: BackupsCore,
  destinationId: number,
  folder: string,
  onBegin?: () => void,
): Promise<void> {
  const destination = openDestination(core, getDestination(core, destinationId));
  const { signal } = new AbortController();
  const found = (await destination.list(folder, signal)).map(({ path }) => path);
  const first = [MANIFEST_FILE, MAC_FILE].map((name) => `${folder}/${name}`);
  const parts = found.filter((path) => OUR_FILES.test(path.slice(folder.length + 1)));
  onBegin?.();
  // Also where there is none of these: a kill may have left a folder without any file.
  for (const path of [...first, ...parts]) await destination.remove(path, signal);
  await destination.endWrites(folder, signal);
}
