import { isAbsolute } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { type Job, type Planned, planned } from '../../jobs/job.ts';
import { AppError, type ErrorCode, hasCode } from '../../kernel/app-error.ts';
import { inScratch } from '../../store/scratch.ts';
import type { Fingerprint } from '../../vault/sealing/master-key.ts';
import { type Backup, getBackup, getStored, listBackups } from '../backups.ts';
import { type BackupsCore, findSigningKey, getSigningKey, whileUsed } from '../backups-core.ts';
import { getDestination, listDestinations, openDestination } from '../destinations/destinations.ts';
import { backupOperations } from '../operations.ts';
import { chooseBackup, findBackups } from '../restore/find-backups.ts';
import type { DrillResult } from '../vocabulary.ts';
import { type BackupFiles, findAtDestination } from './backup-files.ts';
import { checkBackup, verifyParts } from './check-backup.ts';
import { damagedBackup } from './damaged-backup.ts';
import { listHeldKeys } from './held-keys.ts';
import { findNextDrill } from './next-drill.ts';
import { readManifest } from './read-manifest.ts';

export type DrillPayload = { backup: string };

export interface Drills {
  readonly job: Job<DrillPayload>;
  /**
   * Does with a backup everything that a restore does before it replaces anything, and notes what came of it. Throws
   * `not_found`, `conflict`, `vault_locked`, what the destination does, and for a backup that would not come back
   * `backup_damaged`, `backup_newer` or `backup_needs_key`.
   */
  drill(actor: Caller | null, id: string): Promise<Backup>;
}

export function createDrills(core: BackupsCore): Drills {
  /** Who asked for the drill of a backup. */
  const askedBy = new Map<string, Caller | null>();
  const job: Job<DrillPayload> = {
    name: 'backups.drill',
    title: 'Drill a backup',
    when: planned(() => listDue(core)),
    needsKey: true,
    record: 'always',
    isResumed: false,
    async run({ payload: { backup: id }, signal, report }) {
      getSigningKey(core);
      core.drillTriedAt.set(id, core.ctx.clock.now());
      // Deleted while it waited for its turn.
      const destinationId = findDestinationId(core, id);
      if (destinationId === null) return undefined;
      try {
        const { values } = await whileUsed(core, destinationId, () =>
          judge(core, askedBy.get(id) ?? null, id, true, (files, read) =>
            inScratch(core.ctx.dataDir, 'drill', (scratch) =>
              checkBackup({
                files,
                read,
                keys: listHeldKeys(core),
                scratch,
                processes: core.ctx.processes,
                clock: core.ctx.clock,
                signal,
                onProgress: (_step, done, total) => report(done, total),
              }),
            ),
          ),
        );
        return { backup: id, values: values?.opened ?? 0 };
      } finally {
        askedBy.delete(id);
        core.ctx.events.emit('changed', { resource: 'backups', userId: null });
      }
    },
  };
  return {
    job,
    async drill(actor, id) {
      getSigningKey(core);
      getStored(core, id);
      askedBy.set(id, actor);
      await core.ctx.jobs.enqueue(job, { backup: id });
      return getBackup(core, id);
    },
  };
}

/** The newest of each destination; while the vault is locked they wait. */
function listDue(core: BackupsCore): Planned[] {
  const isLocked = findSigningKey(core) === null;
  return listDestinations(core).flatMap((destination) => {
    const due = findNextDrill(core, destination, listBackups(core, destination.id));
    return due === null ? [] : [{ payload: { backup: due.id }, dueAt: isLocked ? null : due.dueAt }];
  });
}

/**
 * Reads every stored byte of a backup again: its signature, sizes and digests. Throws as a drill does; only what failed is
 * noted, since it shows less than a drill.
 */
export async function verifyBackup(core: BackupsCore, actor: Caller | null, id: string): Promise<Backup> {
  getSigningKey(core);
  const { stopping: signal } = core.ctx;
  await judge(core, actor, id, false, (files, read) =>
    verifyParts({ files, read, keys: listHeldKeys(core), signal }),
  );
  return getBackup(core, id);
}

/** Of a folder on this machine, whether or not it is in the list: the newest backup of this instance there. */
export async function verifyFolder(core: BackupsCore, path: string): Promise<VerifiedFolder> {
  getSigningKey(core);
  if (!isAbsolute(path))
    throw new AppError('invalid_request', 'Give the whole path of the folder.', {
      fields: { path: 'a path from the root on' },
    });
  const { store, stopping: signal } = core.ctx;
  const { files, read } = chooseBackup(await findBackups(path, signal), store.identity.id);
  await verifyParts({ files, read, keys: listHeldKeys(core), signal });
  const { id, takenAt, sequence, keyFingerprint } = read.manifest;
  return { place: files.place, id, takenAt, sequence, keyFingerprint };
}

export interface VerifiedFolder {
  place: string;
  id: string;
  takenAt: number;
  sequence: number;
  keyFingerprint: Fingerprint;
}

function findDestinationId({ ctx }: BackupsCore, backupId: string): number | null {
  const id = ctx.store.sqlite
    .prepare('SELECT destination_id FROM backups WHERE id = ?')
    .pluck()
    .get(backupId);
  return (id as number | undefined) ?? null;
}

/** What says that the backup would not come back; anything else (a disk that is gone, a stop) says nothing of it. */
const verdicts: readonly ErrorCode[] = ['backup_damaged', 'backup_newer', 'backup_needs_key'];

async function judge<T>(
  core: BackupsCore,
  actor: Caller | null,
  id: string,
  isDrill: boolean,
  check: (files: BackupFiles, read: Awaited<ReturnType<typeof readManifest>>) => Promise<T>,
): Promise<T> {
  const backup = getStored(core, id);
  const known = getDestination(core, backup.destinationId);
  const files = findAtDestination(
    openDestination(core, known),
    backup.folder,
    `${known.name}: ${backup.folder}`,
  );
  try {
    const read = await readManifest(files, core.ctx.stopping).catch((error: unknown) => {
      throw hasCode(error, 'not_found') ? damagedBackup(files.place, 'manifest', error) : error;
    });
    const { id: found, instanceId } = read.manifest;
    if (found !== id || instanceId !== core.ctx.store.identity.id) throw damagedBackup(files.place, 'place');
    const checked = await check(files, read);
    if (isDrill) note(core, actor, backup, 'passed', null);
    if (backup.state === 'stored') noteRead(core, id);
    return checked;
  } catch (error) {
    if (error instanceof AppError && verdicts.includes(error.code))
      note(core, actor, backup, 'failed', error.message);
    throw error;
  }
}

/** One that was found there, not made here: now all of it was read back. */
function noteRead({ ctx }: BackupsCore, id: string): void {
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare(
        "UPDATE backups SET state = 'confirmed', confirmed_at = ?, error_code = NULL, error_detail = NULL WHERE id = ?",
      )
      .run(ctx.clock.now(), id),
  );
}

function note(
  { ctx }: BackupsCore,
  actor: Caller | null,
  { id, destination }: Backup,
  result: DrillResult,
  reason: string | null,
): void {
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare('UPDATE backups SET drilled_at = ?, drill_result = ?, drill_reason = ? WHERE id = ?')
      .run(ctx.clock.now(), result, reason, id);
    ctx.audit.append(backupOperations.BACKUP_DRILLED, actor, {
      id,
      destination,
      passed: result === 'passed',
    });
  });
}
