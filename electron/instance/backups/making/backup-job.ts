import { randomUUIDv7 } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import { describeFailure, type Job, queued } from '../../jobs/job.ts';
import { type Backup, getBackup } from '../backups.ts';
import { type BackupsCore, getSigningKey, requireOneKey } from '../backups-core.ts';
import { findDestination, getDestination } from '../destinations/destinations.ts';
import type { BackupReason } from '../format/manifest.ts';
import { compareDestination } from '../listing/compare.ts';
import { noteConfirmed, noteFailed, sweepUnfinished } from './backup-rows.ts';
import { type Making, makeBackup } from './make-backup.ts';

export type BackupPayload = { destination: number; why: BackupReason };

export function backupJob(core: BackupsCore): Job<BackupPayload> {
  return {
    name: 'backups.make',
    title: 'Make a backup',
    when: queued,
    // One at a time for each destination.
    key: ({ destination }) => String(destination),
    needsKey: true,
    record: 'always',
    // What it wrote is removed by the next one, which has a newer state of the database.
    isResumed: false,
    async run({ payload, signal, report }) {
      const key = getSigningKey(core);
      const destination = findDestination(core, payload.destination);
      // Removed while it waited for its turn.
      if (!destination) return undefined;
      requireOneKey(core);
      const making = {
        id: randomUUIDv7(),
        takenAt: core.ctx.clock.now(),
        destination,
        why: payload.why,
        key,
        signal,
        report,
      };
      core.running.add(making.id);
      core.ctx.events.emit('changed', { resource: 'backups', userId: null });
      try {
        return await run(core, making, core.askedBy.get(destination.id) ?? null);
      } finally {
        core.running.delete(making.id);
        core.askedBy.delete(destination.id);
        core.ctx.events.emit('changed', { resource: 'backups', userId: null });
      }
    },
  };
}

async function run(core: BackupsCore, making: Making, actor: Caller | null) {
  const { id, destination, signal } = making;
  try {
    await sweepUnfinished(core, destination.id, 'failed');
    const made = await makeBackup(core, making);
    noteConfirmed(core, actor, { id, destination, ...made });
    await sweepUnfinished(core, destination.id, 'stored').catch(() => undefined);
    await compareAfter(core, making);
    return { backup: id, bytes: made.sizeBytes };
  } catch (error) {
    const begun = { ...making, keyFingerprint: making.key.fingerprint, folder: null, sizeBytes: null };
    // A database that takes no writes is named by the error itself.
    await noteFailed(core, actor, begun, error, signal.aborted).catch(() => undefined);
    throw error;
  }
}

/** What others made there is listed at once. This backup is good whatever comes of it; it is compared again before long. */
async function compareAfter(core: BackupsCore, { destination, signal }: Making): Promise<void> {
  try {
    await compareDestination(core, destination, signal);
  } catch (error) {
    core.ctx.log.warn({ code: describeFailure(error).errorCode }, 'a destination was not compared');
  }
}

/**
 * Makes a backup at a destination, or joins the run under way there. Throws `vault_locked`, `not_found`, and what the run
 * does.
 */
export async function runBackup(
  core: BackupsCore,
  job: Job<BackupPayload>,
  actor: Caller | null,
  payload: BackupPayload,
): Promise<Backup> {
  getSigningKey(core);
  requireOneKey(core);
  const { id } = getDestination(core, payload.destination);
  if (actor && !core.askedBy.has(id)) core.askedBy.set(id, actor);
  const result = await core.ctx.jobs.enqueue(job, payload);
  return getBackup(core, String(result?.backup));
}
