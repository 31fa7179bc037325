import { describeFailure, Interrupted, type Job, type Planned, planned } from '../../jobs/job.ts';
import { type ErrorCode, hasCode } from '../../kernel/app-error.ts';
import { type BackupsCore, findSigningKey, whileUsed } from '../backups-core.ts';
import { listRivals } from '../listing/other-writers.ts';
import { type BackupPayload, runBackup } from '../making/backup-job.ts';
import { isOldComputerGone } from '../restore/old-computer.ts';
import { pruneDestination } from '../retention/prune.ts';
import { isPluggedIn } from './drive-seen.ts';
import { findNextRun, lookAtDrive } from './drives.ts';
import { findRetryAt, MAX_RETRY_MS } from './due.ts';
import { findSchedule, listSchedules, type Schedule } from './schedules.ts';

export type SchedulePayload = { schedule: number };

/**
 * Makes backups when they are due, also those that were missed while the machine slept or was off: once for all of them.
 * While the vault is locked they wait, and after a restore until the old computer is known to be gone. See due.ts for those
 * that wait for a drive.
 */
export function scheduleJob(core: BackupsCore, making: Job<BackupPayload>): Job<SchedulePayload> {
  return {
    name: 'backups.schedule',
    title: 'Make a backup by schedule',
    when: planned(() => listDue(core)),
    key: ({ schedule }) => String(schedule),
    needsKey: true,
    record: 'if_possible',
    // It is due again by its own row.
    isResumed: false,
    async run({ payload, signal }) {
      if (findSigningKey(core) === null || !isOldComputerGone(core)) return undefined;
      const schedule = findSchedule(core, payload.schedule);
      if (!schedule?.enabled || !(await isThere(core, schedule))) return undefined;
      noteBegun(core, schedule);
      try {
        return await whileUsed(core, schedule.destinationId, async () => {
          const { id } = await runBackup(core, making, null, {
            destination: schedule.destinationId,
            why: 'schedule',
          });
          noteEnded(core, schedule, null);
          await removeOld(core, schedule, signal);
          return { backup: id };
        });
      } catch (error) {
        // A stop is no failure: it is due again after the next start.
        if (hasCode(error, 'cancelled')) noteCancelled(core, schedule);
        else if (!signal.aborted && !(error instanceof Interrupted)) noteEnded(core, schedule, error);
        throw error;
      } finally {
        // One that was pulled out meanwhile is said to be away at once.
        await isThere(core, schedule);
        core.ctx.events.emit('changed', { resource: 'backups', userId: null });
      }
    },
  };
}

/** A drive that was pulled out since it was looked at is no failure: its schedule waits. */
async function isThere(core: BackupsCore, schedule: Schedule): Promise<boolean> {
  if (!isPluggedIn(schedule.cron)) return true;
  return (await lookAtDrive(core, schedule))?.place === 'here';
}

function listDue(core: BackupsCore): Planned[] {
  const nowMs = core.ctx.clock.now();
  forgetFuture(core, nowMs);
  const isPaused = arePaused(core);
  return listSchedules(core).map((schedule) => ({
    payload: { schedule: schedule.id },
    dueAt: isPaused || waitsForKey(core, schedule) ? null : findNextRun(core, schedule),
  }));
}

/** Two machines with one identity would each think that the backups of the other were its own. */
export function arePaused(core: BackupsCore): boolean {
  return listRivals(core).length > 0 || !isOldComputerGone(core);
}

/** Whether it is due and cannot be made: nobody could tell an unsigned backup from a stranger's. */
export function waitsForKey(core: BackupsCore, schedule: Schedule): boolean {
  const nowMs = core.ctx.clock.now();
  return findSigningKey(core) === null && (findNextRun(core, schedule) ?? Infinity) <= nowMs;
}

/** A clock that was set back must neither stop schedules for a year nor hide that their backups are old. */
function forgetFuture({ ctx }: BackupsCore, nowMs: number): void {
  const { sqlite } = ctx.store;
  const latest = { nowMs, retryMs: nowMs + MAX_RETRY_MS };
  const isAhead = sqlite
    .prepare(
      'SELECT 1 FROM backup_schedules WHERE last_due_at > @nowMs OR updated_at > @nowMs OR retry_at > @retryMs',
    )
    .get(latest);
  if (!isAhead) return;
  ctx.store.transaction(() =>
    sqlite
      .prepare(
        `UPDATE backup_schedules SET last_due_at = min(last_due_at, @nowMs), updated_at = min(updated_at, @nowMs),
           created_at = min(created_at, @nowMs), retry_at = min(retry_at, @retryMs)`,
      )
      .run(latest),
  );
}

/** It counts as failed until it has ended: one that a kill cuts short is tried again. */
function noteBegun({ ctx, drives }: BackupsCore, { id, failures }: Schedule): void {
  const nowMs = ctx.clock.now();
  const seen = drives.get(id);
  if (seen) seen.isDue = false;
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare('UPDATE backup_schedules SET last_due_at = ?, failures = ?, retry_at = ? WHERE id = ?')
      .run(nowMs, failures + 1, findRetryAt(failures + 1, nowMs), id),
  );
}

/** Somebody decided against it: that is no failure, and it is made again when its time comes, not before. */
function noteCancelled({ ctx }: BackupsCore, { id, failures }: Schedule): void {
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare('UPDATE backup_schedules SET last_run_at = ?, failures = ?, retry_at = NULL WHERE id = ?')
      .run(ctx.clock.now(), failures, id),
  );
}

/** What says that a drive cannot be used as it is: it is not tried again before it appears anew. */
const ofDrive: readonly ErrorCode[] = [
  'destination_gone',
  'destination_refused',
  'destination_full',
  'backup_damaged',
];

/** @param error null for a run that made a backup. */
function noteEnded({ ctx }: BackupsCore, { id, cron }: Schedule, error: unknown): void {
  const nowMs = ctx.clock.now();
  const { errorCode, errorDetail } =
    error === null ? { errorCode: null, errorDetail: null } : describeFailure(error);
  const isDone = errorCode === null;
  const isRetried = !isDone && !(isPluggedIn(cron) && ofDrive.some((code) => code === errorCode));
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare(
        `UPDATE backup_schedules SET last_run_at = @nowMs, error_code = @errorCode, error_detail = @errorDetail,
           failures = iif(@isDone, 0, failures), retry_at = iif(@isRetried, retry_at, NULL) WHERE id = @id`,
      )
      .run({ id, nowMs, errorCode, errorDetail, isDone: Number(isDone), isRetried: Number(isRetried) });
    if (!isDone) forgetEarlierFailures(ctx, id);
  });
}

/** The backup was made: that old ones could not be removed is said, and is no reason to make another. */
async function removeOld(core: BackupsCore, schedule: Schedule, signal: AbortSignal): Promise<void> {
  const { ctx } = core;
  try {
    await pruneDestination(core, null, schedule.destinationId, signal);
  } catch (error) {
    if (signal.aborted) return;
    const { errorCode, errorDetail } = describeFailure(error);
    const said = `A backup was made, but old ones were not looked at: ${errorDetail}`;
    ctx.store.transaction(() =>
      ctx.store.sqlite
        .prepare('UPDATE backup_schedules SET error_code = ?, error_detail = ? WHERE id = ?')
        .run(errorCode, said, schedule.id),
    );
  }
}

/** Of tries that failed one after another the last is listed. Only those that left nothing at the destination. */
function forgetEarlierFailures({ store }: BackupsCore['ctx'], scheduleId: number): void {
  store.sqlite
    .prepare(
      `DELETE FROM backups WHERE why = 'schedule' AND state = 'failed' AND folder IS NULL
         AND destination_id = (SELECT destination_id FROM backup_schedules WHERE id = @scheduleId)
         AND taken_at > coalesce((SELECT max(taken_at) FROM backups good WHERE good.state = 'confirmed'
           AND good.destination_id = backups.destination_id), 0)
         AND id <> (SELECT id FROM backups newest WHERE newest.destination_id = backups.destination_id
           ORDER BY taken_at DESC, id DESC LIMIT 1)`,
    )
    .run({ scheduleId });
}
