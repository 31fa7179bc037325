import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { DELETING, removeFiles } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { KnownDestination } from '../destinations/destinations.ts';
import type { BackupReason } from '../format/manifest.ts';
import { backupOperations } from '../operations.ts';
import { takeWriter } from './writer.ts';

/** What a row is made with. It counts for nothing until it is confirmed: a kill leaves it as it is. */
interface Begun {
  id: string;
  destination: KnownDestination;
  why: BackupReason;
  takenAt: number;
  keyFingerprint: string;
  /** Null before anything is written. */
  folder: string | null;
  sizeBytes: number | null;
}

const CUT_SHORT = { code: 'interrupted', detail: 'It was cut short: the instance stopped or was killed.' };

export function noteBegun({ ctx }: BackupsCore, begun: Begun, error = CUT_SHORT): void {
  const { id, destination, why, takenAt, keyFingerprint, folder, sizeBytes } = begun;
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare(
        `INSERT OR IGNORE INTO backups
         (id, destination_id, writer_id, folder, why, taken_at, state, size_bytes, key_fingerprint, error_code, error_detail)
         VALUES (?, ?, ?, ?, ?, ?, 'failed', ?, ?, ?, ?)`,
      )
      .run(
        id,
        destination.id,
        takeWriter(ctx).writerId,
        folder,
        why,
        takenAt,
        sizeBytes,
        keyFingerprint,
        error.code,
        error.detail,
      );
  });
}

/** In a transaction. */
export function noteSequence({ ctx }: BackupsCore, id: string, sequence: number): void {
  ctx.store.sqlite.prepare('UPDATE backups SET sequence = ? WHERE id = ?').run(sequence, id);
}

export function noteStored({ ctx }: BackupsCore, id: string, sizeBytes: number): void {
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare("UPDATE backups SET state = 'stored', size_bytes = ? WHERE id = ?")
      .run(sizeBytes, id),
  );
}

export function noteConfirmed(
  { ctx }: BackupsCore,
  actor: Caller | null,
  made: { id: string; destination: KnownDestination; sizeBytes: number; sequence: number },
): void {
  const { id, destination, sizeBytes, sequence } = made;
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare(
        "UPDATE backups SET state = 'confirmed', confirmed_at = ?, error_code = NULL, error_detail = NULL WHERE id = ?",
      )
      .run(ctx.clock.now(), id);
    ctx.audit.append(backupOperations.BACKUP_MADE, actor, {
      id,
      destination: destination.name,
      bytes: sizeBytes,
      sequence,
    });
  });
}

/** SECURITY: the message of an unexpected error may quote its input, so only its name is kept. */
function describe(error: unknown, wasStopped: boolean): typeof CUT_SHORT {
  if (wasStopped && !hasCode(error, 'cancelled')) return CUT_SHORT;
  return error instanceof AppError
    ? { code: error.code, detail: error.message }
    : { code: 'internal_error', detail: error instanceof Error ? error.name : 'unknown' };
}

/** Notes why a backup failed, once what there is of it was removed; what cannot be reached is removed by a later run. */
export async function noteFailed(
  core: BackupsCore,
  actor: Caller | null,
  begun: Begun,
  error: unknown,
  wasStopped: boolean,
): Promise<void> {
  const { ctx } = core;
  const { code, detail } = describe(error, wasStopped);
  noteBegun(core, begun);
  await removeLeftOver(core, begun.id).catch(() => undefined);
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare("UPDATE backups SET state = 'failed', error_code = ?, error_detail = ? WHERE id = ?")
      .run(code, detail, begun.id);
    const named = { id: begun.id, destination: begun.destination.name };
    // Who cancelled it has a line of their own.
    if (code !== 'cancelled') ctx.audit.append(backupOperations.BACKUP_FAILED, actor, { ...named, code });
  });
}

async function removeLeftOver(core: BackupsCore, id: string): Promise<void> {
  const { store } = core.ctx;
  const row = store.sqlite
    .prepare('SELECT destination_id AS destinationId, folder FROM backups WHERE id = ?')
    .get(id) as { destinationId: number; folder: string | null } | undefined;
  if (!row || row.folder === null) return;
  await removeFiles(core, row.destinationId, row.folder);
  store.transaction(() =>
    store.sqlite.prepare("UPDATE backups SET state = 'failed', folder = NULL WHERE id = ?").run(id),
  );
}

/**
 * Removes what runs that failed or were killed left at a destination, not what was found there whole. SECURITY: of this writer alone. A copy of a data
 * directory has in its database what the original was doing, and may still be doing at the same destination.
 */
export async function sweepUnfinished(
  core: BackupsCore,
  destinationId: number,
  state: 'failed' | 'stored',
): Promise<void> {
  const { store } = core.ctx;
  const { writerId } = store.transaction(() => takeWriter(core.ctx));
  const ids = store.sqlite
    .prepare(
      'SELECT id FROM backups WHERE destination_id = ? AND state = ? AND folder IS NOT NULL AND writer_id = ? AND error_code <> ?',
    )
    .pluck()
    // What is being deleted is ended by the next comparison.
    .all(destinationId, state, writerId, DELETING.code) as string[];
  for (const id of ids)
    if (!core.running.has(id))
      await removeLeftOver(core, id).catch((error: unknown) => {
        // What may not be deleted, or not yet, keeps no other backup from being made: it is said in the row that it is of.
        if (!hasCode(error, 'destination_refused')) throw error;
      });
}
