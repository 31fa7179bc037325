/** Times in the user's locale and time zone. */
const DAY_MS = 24 * 60 * 60 * 1000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Whole calendar days between two instants, never negative. */
export function daysBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((startOfDay(toMs) - startOfDay(fromMs)) / DAY_MS));
}

export const daysSince = (ms: number, nowMs = serverNow()) => daysBetween(ms, nowMs);

/** "today, 14:02", "yesterday", "Thursday", "4 May", "2 Nov 2025". */
export function formatDay(ms: number, nowMs = serverNow()): string {
  const days = Math.round((startOfDay(nowMs) - startOfDay(ms)) / DAY_MS);
  if (days === 0) return `today, ${clock.format(ms)}`;
  if (days === 1) return 'yesterday';
  if (days > 1 && days < 7) return weekday.format(ms);
  return new Date(ms).getFullYear() === new Date(nowMs).getFullYear() ? day.format(ms) : dayOfYear.format(ms);
}

/** "4 May", "2 Nov 2025": a day to come as well as one that was. */
export const formatDate = (ms: number, nowMs = serverNow()): string =>
  (new Date(ms).getFullYear() === new Date(nowMs).getFullYear() ? shortDay : dayOfYear).format(ms);

/** As `formatDay`, without the hour: for columns. */
export const formatShortDay = (ms: number, nowMs = serverNow()): string =>
  startOfDay(ms) === startOfDay(nowMs) ? 'today' : formatDay(ms, nowMs);

/** "just now", "3 minutes ago", "2 hours ago", then as `formatDay`. */
export function formatAgo(ms: number, nowMs = serverNow()): string {
  const minutes = Math.floor((nowMs - ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 6) return `${hours} ${hours === 1 ? 'hour' : 'hours'} ago`;
  return formatDay(ms, nowMs);
}

export const formatClock = (ms: number) => clock.format(ms);
/** "14:02:31": of lines that come one after another. */
export const formatClockSeconds = (ms: number) => clockSeconds.format(ms);
/** "14:02" today, else with its day. */
export function formatTime(ms: number, nowMs = serverNow()): string {
  return startOfDay(ms) === startOfDay(nowMs) ? clock.format(ms) : exact.format(ms);
}
/** For tooltips and exact tables. */
export const formatExact = (ms: number) => exact.format(ms);

/** "about 6 seconds", "about 2 minutes". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `about ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.round(seconds / 60);
  return `about ${minutes} minutes`;
}

const HOUR_MS = 60 * 60 * 1000;

/** "less than an hour", "6 hours", then "3 days" from two days on; rounded up. */
export function formatAge(ms: number): string {
  if (ms < HOUR_MS) return 'less than an hour';
  return ms < 2 * DAY_MS
    ? formatCount(Math.ceil(ms / HOUR_MS), 'hour')
    : formatCount(Math.ceil(ms / DAY_MS), 'day');
}

/** "1 value", "2,140 values". */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[unit]}`;
}

/** How long something took: "0.1 s", "12 s", "3 min". */
export function formatElapsed(ms: number): string {
  if (ms < 10_000)
    return `${Math.max(0.1, ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })} s`;
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** "2026-05-04", for names of files. */
export const formatFileDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Below that, it is as much the way of an answer and its whole seconds as the clock. */
const TOLERATED_MS = 5000;

let behindMs = 0;

/**
 * The time now, Unix ms, by the instance's clock as its last answer told it: for all that is shown of, or compared with, times of
 * the instance. This computer's clock may be wrong. A span that begins and ends in this page is taken from `Date.now()`.
 */
export const serverNow = (): number => Date.now() + behindMs;

/**
 * From the `Date` of an answer, in whole seconds: up to a second ago. Without one nothing changes: the window of the desktop gets
 * none, and has the instance's own clock.
 *
 * @param sentMs when the request left, by this computer's clock.
 */
export function noteServerTime(date: string | null, sentMs: number): void {
  const toldMs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(toldMs)) return;
  const difference = toldMs + 500 - (sentMs + Date.now()) / 2;
  behindMs = Math.abs(difference) < TOLERATED_MS ? 0 : difference;
}
