import type { BackupsCore } from '../backups-core.ts';
import { findDestination, type KnownDestination } from '../destinations/destinations.ts';
import { FOLDER_SILENT_MS, whileItAnswers } from '../destinations/folder-deadline.ts';
import { findDrivePlace, hasMountList, readMountMark } from '../destinations/folder-place.ts';
import { type DrivePlace, type DriveSeen, isPluggedIn } from './drive-seen.ts';
import { findDueAt, findPluggedInDueAt, REST_MS } from './due.ts';
import { listSchedules, type Schedule } from './schedules.ts';

/** Those that are enabled and wait for a drive. */
export function listWaiting(core: BackupsCore): Schedule[] {
  return listSchedules(core).filter(({ enabled, cron }) => enabled && isPluggedIn(cron));
}

/** A drive that schedules wait for, as it was last seen. */
export interface Drive {
  /** Null before it was looked at. */
  place: DrivePlace | null;
  /** Epoch ms; see drive-seen.ts. */
  appearedAt: number;
  /** Whether a backup is due there since it appeared, or is tried again. */
  isBackupDue: boolean;
}

/** Of a destination; null where no schedule waits for its drive. */
export function findDrive(core: BackupsCore, destinationId: number): Drive | null {
  const waiting = listWaiting(core).filter((schedule) => schedule.destinationId === destinationId);
  if (waiting.length === 0) return null;
  const [seen] = waiting.flatMap(({ id }) => core.drives.get(id) ?? []);
  const nowMs = core.ctx.clock.now();
  const isBackupDue = waiting.some((schedule) => (findNextRun(core, schedule) ?? Infinity) <= nowMs);
  return { place: seen?.place ?? null, appearedAt: seen?.appearedAt ?? 0, isBackupDue };
}

/** Epoch ms of the next run of a schedule, in the past for one that is due; null where none is known to come. */
export function findNextRun({ ctx, drives }: BackupsCore, schedule: Schedule): number | null {
  const nowMs = ctx.clock.now();
  return isPluggedIn(schedule.cron)
    ? findPluggedInDueAt(schedule, drives.get(schedule.id) ?? null, nowMs)
    : findDueAt(schedule, nowMs);
}

/**
 * Looks whether the drive of a schedule is there. Where it has appeared, a backup is due, unless one was made there within
 * an hour: what has a bad contact would make one after the other. The system's list of mounts is all that is read while
 * that stays the same.
 */
export async function lookAtDrive(core: BackupsCore, schedule: Schedule): Promise<DriveSeen | null> {
  const { id, destinationId } = schedule;
  const before = core.drives.get(id);
  const found = await findPlace(core, findDestination(core, destinationId), before?.mark ?? null);
  const seen = core.drives.get(id);
  // Nothing is new, or another look was faster, or the schedule was changed meanwhile.
  if (found === null || seen !== before) return seen ?? null;
  const { place, mark } = found;
  const nowMs = core.ctx.clock.now();
  const isThere = place === 'here';
  const now: DriveSeen = {
    place,
    mark,
    appearedAt: nowMs,
    isDue: isThere && !wasMadeLately(core, destinationId, nowMs),
  };
  core.drives.set(id, now);
  if (isThere || before?.place !== place)
    core.ctx.events.emit('changed', { resource: 'backups', userId: null });
  return now;
}

/** A drive that is not there, or cannot be: looked at again. */
const AWAY = { place: 'away', mark: null } as const;

/** Null where it is as it was when the mark was read, or does not answer, which says nothing: then it is asked again. */
async function findPlace(
  { ctx }: BackupsCore,
  known: KnownDestination | null,
  markBefore: string | null,
): Promise<Pick<DriveSeen, 'place' | 'mark'> | null> {
  if (known?.kind !== 'folder') return AWAY;
  const answering = <T>(work: () => Promise<T>) => whileItAnswers(known.path, FOLDER_SILENT_MS, work);
  const readMark = () => readMountMark(known);
  try {
    const mark = await (hasMountList ? readMark() : answering(readMark));
    if (mark === markBefore) return null;
    const place = await answering(() => findDrivePlace(known, ctx.dataDir));
    return place === null ? AWAY : { place, mark };
  } catch {
    return markBefore === null ? AWAY : null;
  }
}

/** One of a time that has not come (the clock was set back) is not known to be one of now, and one that does not open is none. */
function wasMadeLately({ ctx }: BackupsCore, destinationId: number, nowMs: number): boolean {
  return (
    ctx.store.sqlite
      .prepare(
        `SELECT 1 FROM backups WHERE destination_id = ? AND state = 'confirmed' AND gone_at IS NULL
           AND drill_result IS NOT 'failed' AND taken_at BETWEEN ? AND ?`,
      )
      .get(destinationId, nowMs - REST_MS, nowMs) !== undefined
  );
}
