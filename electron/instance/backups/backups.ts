import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
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
  /** Epoch ms when this instance began to remove it; null unless that was cut short, or failed, and it was not looked at since. */
  removingAt: number | null;
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
    b.folder, b.gone_at AS goneAt, b.removing_at AS removingAt, b.is_held AS isHeld, b.sequence, b.why, b.taken_at AS takenAt, b.state, b.size_bytes AS sizeBytes,
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

function findBackup({ ctx }: BackupsCore, id: string): Backup | null {
  const row = ctx.store.sqlite.prepare(`${SELECT} WHERE b.id = ?`).get(id);
  return row ? fromRow(row as Row) : null;
}

/** Throws `not_found`. */
export function getBackup(core: BackupsCore, id: string): Backup {
  const found = findBackup(core, id);
  if (!found) throw new AppError('not_found', 'This instance knows no backup with this id.');
  return found;
}

/** Throws `not_found`, and `conflict` for one that was never whole. */
export function getStored(core: BackupsCore, id: string): Backup & { folder: string } {
  const backup = getBackup(core, id);
  const { folder, state } = backup;
  if (folder === null || state === 'failed' || core.running.has(id))
    throw new AppError('conflict', 'This backup is not complete, so there is nothing to read.');
  return { ...backup, folder };
}

/** Those that this process is removing. */
const beingRemoved = new Set<string>();

/**
 * Deletes a backup at its destination, and then from the list: nothing is forgotten that is still there. What is foreign
 * in its folder stays. Throws `not_found`, `conflict`, and what the destination does.
 */
export async function deleteBackup(core: BackupsCore, actor: Caller | null, id: string): Promise<void> {
  const { folder, destination, destinationId } = getBackup(core, id);
  if (core.running.has(id)) throw new AppError('conflict', 'This backup is being made.');
  if (beingRemoved.has(id)) throw new AppError('conflict', 'This backup is being deleted already.');
  beingRemoved.add(id);
  try {
    if (folder !== null) await removeFiles(core, destinationId, folder, () => noteRemoving(core, id));
    forgetRemoved(core, actor, { id, destination });
  } finally {
    beingRemoved.delete(id);
  }
}

/** Of one that is a backup no more: its manifest went first. */
const HALF_REMOVED = {
  code: 'interrupted',
  detail: 'Its deletion was cut short, and what is left of it is no backup. Delete it again.',
};

/**
 * Goes on with a removal that was interrupted, of what is a backup no more; until that is done, it is listed as failed. One that
 * this process is removing is done by whoever began it. Throws what the destination does.
 */
export async function finishRemoval(core: BackupsCore, id: string): Promise<void> {
  const found = findBackup(core, id);
  if (!found || beingRemoved.has(id)) return;
  beingRemoved.add(id);
  try {
    core.ctx.store.transaction(() =>
      core.ctx.store.sqlite
        .prepare("UPDATE backups SET state = 'failed', error_code = ?, error_detail = ? WHERE id = ?")
        .run(HALF_REMOVED.code, HALF_REMOVED.detail, id),
    );
    if (found.folder !== null) await removeFiles(core, found.destinationId, found.folder);
    forgetRemoved(core, null, { id, destination: found.destination });
  } finally {
    beingRemoved.delete(id);
  }
}

/** Before anything of it is removed: what a kill leaves is not to be taken for what somebody else did. */
function noteRemoving({ ctx }: BackupsCore, id: string): void {
  ctx.store.transaction(() =>
    ctx.store.sqlite.prepare('UPDATE backups SET removing_at = ? WHERE id = ?').run(ctx.clock.now(), id),
  );
}

function forgetRemoved(
  { ctx }: BackupsCore,
  actor: Caller | null,
  named: { id: string; destination: string },
): void {
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM backups WHERE id = ?').run(named.id);
    ctx.audit.append(backupOperations.BACKUP_DELETED, actor, named);
  });
}

/** A part, or what a kill left of one. */
const OUR_FILES = /^([a-z][a-z0-9.-]*\.zst(\.age)?|\.partial-[0-9a-f]+)$/;

/**
 * Removes what a backup is made of. The manifest goes first: what is cut short is no backup.
 *
 * @param folder below the destination.
 * @param onBegin once the destination is there, before anything is removed.
 */
export async function removeFiles(
  core: BackupsCore,
  destinationId: number,
  folder: string,
  onBegin: () => void = () => undefined,
): Promise<void> {
  const destination = openDestination(core, getDestination(core, destinationId));
  const { signal } = new AbortController();
  const found = (await destination.list(folder, signal)).map(({ path }) => path);
  const first = [MANIFEST_FILE, MAC_FILE].map((name) => `${folder}/${name}`);
  const parts = found.filter((path) => OUR_FILES.test(path.slice(folder.length + 1)));
  onBegin();
  // Also where there is none of these: a kill may have left a folder without any file.
  for (const path of [...first, ...parts]) await destination.remove(path, signal);
  await destination.endWrites(folder, signal);
}
