import { randomUUIDv7 } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import { describeFailure, type Job, queued } from '../../jobs/job.ts';
import { type Backup, getBackup } from '../backups.ts';
import { type BackupsCore, getSigningKey, requireOneKey } from '../backups-core.ts';
import { findDestination, getDestination, type KnownDestination } from '../destinations/destinations.ts';
import type { BackupReason } from '../format/manifest.ts';
import { compareDestination } from '../listing/compare.ts';
import { noteConfirmed, noteFailed, sweepUnfinished } from './backup-rows.ts';
import type { BackupRun } from './backup-run.ts';
import { type Making, makeBackup } from './make-backup.ts';
import { followRun } from './runs.ts';

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
      const begun = beginRun(core, destination, payload.why);
      const follow = followRun(core, begun);
      const making: Making = {
        id: begun.id,
        takenAt: begun.startedAt,
        destination,
        why: payload.why,
        key,
        signal: AbortSignal.any([signal, begun.cancelling.signal]),
        report(progress) {
          follow(progress);
          const { step, doneBytes, totalBytes } = progress;
          // All of it is written, and then read back.
          if (totalBytes !== null)
            report(doneBytes + (step === 'verifying' ? totalBytes : 0), totalBytes * 2);
        },
      };
      tell(core);
      try {
        return await run(core, begun, making, core.askedBy.get(destination.id) ?? null);
      } finally {
        core.running.delete(making.id);
        core.askedBy.delete(destination.id);
        tell(core);
      }
    },
  };
}

function beginRun(core: BackupsCore, destination: KnownDestination, why: BackupReason): BackupRun {
  const run: BackupRun = {
    id: randomUUIDv7(),
    destination,
    why,
    startedAt: core.ctx.clock.now(),
    progress: { step: 'packing', part: null, doneBytes: 0, totalBytes: null },
    stepBegunMs: performance.now(),
    stepBegunBytes: 0,
    cancelling: new AbortController(),
    isConfirmed: false,
  };
  core.running.set(run.id, run);
  return run;
}

function tell({ ctx }: BackupsCore): void {
  ctx.events.emit('changed', { resource: 'backups', userId: null });
  ctx.events.emit('backup_runs');
}

async function run(core: BackupsCore, begun: BackupRun, making: Making, actor: Caller | null) {
  const { id, destination, signal } = making;
  const wasCancelled = begun.cancelling.signal;
  try {
    await sweepUnfinished(core, destination.id, 'failed');
    const made = await makeBackup(core, making);
    // Whoever was told that it is cancelled finds no backup.
    signal.throwIfAborted();
    noteConfirmed(core, actor, { id, destination, ...made });
    begun.isConfirmed = true;
    await sweepUnfinished(core, destination.id, 'stored').catch(() => undefined);
    await compareAfter(core, making);
    return { backup: id, bytes: made.sizeBytes };
  } catch (error) {
    // Ends by a stop or a cancel say of themselves what they are, whatever was under way.
    const why = wasCancelled.aborted && !begun.isConfirmed ? wasCancelled.reason : error;
    const known = { ...making, keyFingerprint: making.key.fingerprint, folder: null, sizeBytes: null };
    // A database that takes no writes is named by the error itself.
    await noteFailed(core, actor, known, why, signal.aborted).catch(() => undefined);
    throw why;
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
