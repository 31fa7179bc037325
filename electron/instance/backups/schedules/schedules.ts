import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type Backup, listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { getDestination } from '../destinations/destinations.ts';
import { backupOperations } from '../operations.ts';
import { isPluggedIn } from './drive-seen.ts';
import { requireDrive } from './require-drive.ts';
import { requireScheduleText } from './schedule-words.ts';

export interface Schedule {
  id: number;
  name: string;
  description: string | null;
  tags: string[];
  destinationId: number;
  /** Name of the destination. */
  destination: string;
  /** Or `PLUGGED_IN`. */
  cron: string;
  enabled: boolean;
  createdAt: number;
  updatedAt: number;
  lastDueAt: number;
  failures: number;
  retryAt: number | null;
  lastRunAt: number | null;
  error: { code: string; detail: string } | null;
}

/** What people say of one. */
export interface ScheduleFacts {
  name: string;
  description: string | null;
  tags: string[];
  destinationId: number;
  cron: string;
  enabled: boolean;
}

const SELECT = `SELECT s.id, s.name, s.description, s.tags, s.destination_id AS destinationId, d.name AS destination,
    s.cron, s.enabled, s.created_at AS createdAt, s.updated_at AS updatedAt, s.last_due_at AS lastDueAt, s.failures,
    s.retry_at AS retryAt, s.last_run_at AS lastRunAt, s.error_code AS errorCode, s.error_detail AS errorDetail
  FROM backup_schedules s JOIN backup_destinations d ON d.id = s.destination_id`;

type Row = Omit<Schedule, 'tags' | 'enabled' | 'error'> & {
  tags: string;
  enabled: number;
  errorCode: string | null;
  errorDetail: string | null;
};
function fromRow({ errorCode, errorDetail, tags, enabled, ...row }: Row): Schedule {
  const error = errorCode === null ? null : { code: errorCode, detail: errorDetail ?? '' };
  return { ...row, tags: JSON.parse(tags) as string[], enabled: enabled === 1, error };
}

export function listSchedules({ ctx }: BackupsCore): Schedule[] {
  return (ctx.store.sqlite.prepare(`${SELECT} ORDER BY s.name`).all() as Row[]).map(fromRow);
}

export function findSchedule({ ctx }: BackupsCore, id: number): Schedule | null {
  const row = ctx.store.sqlite.prepare(`${SELECT} WHERE s.id = ?`).get(id);
  return row ? fromRow(row as Row) : null;
}

/** Throws `not_found`. */
export function getSchedule(core: BackupsCore, id: number): Schedule {
  const found = findSchedule(core, id);
  if (!found) throw new AppError('not_found', 'This schedule does not exist.');
  return found;
}

/**
 * What was made by schedule at its destination since there is this one, the newest first. Several that are due there at once
 * have one backup together, so that no backup is of one alone.
 */
export function listMade(core: BackupsCore, { destinationId, createdAt }: Schedule): Backup[] {
  return listBackups(core, destinationId).filter(
    ({ why, takenAt }) => why === 'schedule' && takenAt >= createdAt,
  );
}

/**
 * Throws `name_taken`, `not_found` for the destination, and `invalid_request` for a text that is no schedule, or not one for
 * this destination.
 */
export function addSchedule(core: BackupsCore, actor: Caller | null, facts: ScheduleFacts): Schedule {
  const { ctx } = core;
  const nowMs = ctx.clock.now();
  requireScheduleText(facts.cron, nowMs);
  const destination = getDestination(core, facts.destinationId);
  if (isPluggedIn(facts.cron)) requireDrive(core, destination);
  const added = ctx.store.transaction(() => {
    requireFreeName(core, facts.name, null);
    const id = Number(
      ctx.store.sqlite
        .prepare(
          `INSERT INTO backup_schedules
           (name, description, tags, destination_id, cron, enabled, created_at, updated_at, last_due_at)
           VALUES (@name, @description, @tags, @destinationId, @cron, @enabled, @nowMs, @nowMs, @nowMs)`,
        )
        .run({ ...toColumns(facts), nowMs }).lastInsertRowid,
    );
    ctx.audit.append(backupOperations.BACKUP_SCHEDULE_ADDED, actor, {
      id,
      name: facts.name,
      destination: destination.name,
    });
    return getSchedule(core, id);
  });
  ctx.jobs.look();
  return added;
}

/**
 * Changes what is given. What was due before the change is not made up for. Throws as adding does, and `not_found`.
 */
export function changeSchedule(
  core: BackupsCore,
  actor: Caller | null,
  id: number,
  change: Partial<ScheduleFacts>,
): Schedule {
  const { ctx } = core;
  const nowMs = ctx.clock.now();
  const before = getSchedule(core, id);
  const facts = { ...before, ...change };
  requireScheduleText(facts.cron, nowMs);
  const destination = getDestination(core, facts.destinationId);
  // What does not fit any more, as after a restore to another computer, can still be disabled.
  if (isPluggedIn(facts.cron) && facts.enabled) requireDrive(core, destination);
  const changed = ctx.store.transaction(() => {
    requireFreeName(core, facts.name, id);
    ctx.store.sqlite
      .prepare(
        `UPDATE backup_schedules SET name = @name, description = @description, tags = @tags,
           destination_id = @destinationId, cron = @cron, enabled = @enabled, updated_at = @nowMs,
           last_due_at = @nowMs, retry_at = NULL WHERE id = @id`,
      )
      .run({ ...toColumns(facts), id, nowMs });
    ctx.audit.append(backupOperations.BACKUP_SCHEDULE_CHANGED, actor, {
      id,
      name: facts.name,
      destination: destination.name,
      enabled: facts.enabled,
    });
    return getSchedule(core, id);
  });
  // What waits for another drive, or waits anew, has seen none yet. One that is only called otherwise has.
  if (changed.cron !== before.cron || changed.destinationId !== before.destinationId || !before.enabled)
    core.drives.delete(id);
  ctx.jobs.look();
  return changed;
}

function toColumns({ name, description, tags, destinationId, cron, enabled }: ScheduleFacts) {
  return { name, description, tags: JSON.stringify(tags), destinationId, cron, enabled: Number(enabled) };
}

function requireFreeName({ ctx }: BackupsCore, name: string, ownId: number | null): void {
  const taken = ctx.store.sqlite.prepare('SELECT id FROM backup_schedules WHERE name = ?').pluck().get(name);
  if (taken !== undefined && taken !== ownId)
    throw new AppError('name_taken', `There is a schedule called ${name} already.`, {
      fields: { name: 'taken' },
    });
}

/** The backups that it made stay. Throws `not_found`. */
export function removeSchedule(core: BackupsCore, actor: Caller | null, id: number): void {
  const { ctx } = core;
  const { name, destination } = getSchedule(core, id);
  core.drives.delete(id);
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM backup_schedules WHERE id = ?').run(id);
    ctx.audit.append(backupOperations.BACKUP_SCHEDULE_REMOVED, actor, { id, name, destination });
  });
}
