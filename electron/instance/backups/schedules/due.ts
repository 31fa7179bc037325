import { nextDue } from '../../jobs/job.ts';

const MINUTE_MS = 60_000;
const FIRST_RETRY_MS = 5 * MINUTE_MS;
/** A destination that is away for days is looked for four times a day. */
export const MAX_RETRY_MS = 6 * 60 * MINUTE_MS;

export interface Timing {
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

/** When a run is tried again that failed for the nth time: after 5 minutes, 10, 20, and so on up to 6 hours. */
export function findRetryAt(failures: number, nowMs: number): number {
  return nowMs + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
}

/**
 * Epoch ms from which the newest backup is older than its schedule says: a run that was missed is made up for at the next
 * chance, so it is when the second after it has been due. Null for a schedule that never is.
 *
 * @param newestMs when that backup was made, or the schedule, whichever is later.
 */
export function findLateAt(cron: string, newestMs: number, timeZone?: string): number | null {
  const next = nextDue(cron, newestMs, timeZone);
  return next === null ? null : nextDue(cron, next, timeZone);
}
