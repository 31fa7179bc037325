import { nextDue } from '../../jobs/job.ts';
import { type DriveSeen, isPluggedIn } from './drive-seen.ts';

const MINUTE_MS = 60_000;
const FIRST_RETRY_MS = 5 * MINUTE_MS;
/** A destination that is away for days is looked for four times a day. */
export const MAX_RETRY_MS = 6 * 60 * MINUTE_MS;

/** A drive that appears again within so long of a backup there gets no other: it may be a bad contact. */
export const REST_MS = 60 * MINUTE_MS;

export interface Timing {
  /** Or `PLUGGED_IN`. */
  cron: string;
  enabled: boolean;
  /** Epoch ms; see schema.ts. */
  lastDueAt: number;
  retryAt: number | null;
}

/**
 * Epoch ms of the next run, in the past for one that was missed; null where none comes. All that was missed meanwhile is
 * one run. A time that has not come (the clock was set back) counts for nothing.
 */
export function findDueAt(
  { cron, enabled, lastDueAt, retryAt }: Timing,
  nowMs: number,
  timeZone?: string,
): number | null {
  if (!enabled) return null;
  const next = nextDue(cron, Math.min(lastDueAt, nowMs), timeZone);
  if (retryAt === null || retryAt > nowMs + MAX_RETRY_MS) return next;
  return Math.min(retryAt, next ?? retryAt);
}

/**
 * Epoch ms of the next run of a schedule that waits for a drive, in the past for one that is due; null where none is, also
 * once one was begun since the drive appeared. Where more than one failed in a row, five minutes after the last: pulled out
 * and put in again and again, a drive would get nothing but beginnings.
 *
 * @param seen null before it was looked at.
 */
export function findPluggedInDueAt(
  { enabled, lastDueAt, retryAt, failures }: Timing & { failures: number },
  seen: DriveSeen | null,
  nowMs: number,
): number | null {
  if (!enabled || seen?.place !== 'here') return null;
  // What failed for a reason of this computer, such as a rotation, is tried again while the drive is there.
  if (!seen.isDue) return retryAt === null || retryAt > nowMs + MAX_RETRY_MS ? null : retryAt;
  const appearedAt = Math.min(seen.appearedAt, nowMs);
  return failures > 1 ? Math.max(appearedAt, Math.min(lastDueAt, nowMs) + FIRST_RETRY_MS) : appearedAt;
}

/** When a run is tried again that failed for the nth time: after 5 minutes, 10, 20, and so on up to 6 hours. */
export function findRetryAt(failures: number, nowMs: number): number {
  return nowMs + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
}

/**
 * Epoch ms from which the newest backup is older than its schedule says: a run that was missed is made up for at the next
 * chance, so it is when the second after it has been due. Null for a schedule that never is, and for one that waits for a
 * drive: nobody knows when that comes.
 *
 * @param newestMs when that backup was made, or the schedule, whichever is later.
 */
export function findLateAt(cron: string, newestMs: number, timeZone?: string): number | null {
  if (isPluggedIn(cron)) return null;
  const next = nextDue(cron, newestMs, timeZone);
  return next === null ? null : nextDue(cron, next, timeZone);
}
