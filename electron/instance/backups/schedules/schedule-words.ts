import { nextDue, requireCron } from '../../jobs/job.ts';
import { AppError } from '../../kernel/app-error.ts';
import { isPluggedIn } from './drive-seen.ts';

const MIN_GAP_MS = 5 * 60_000;
/** So many times are looked at. */
const LOOKED_AT = 10;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT_DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Throws `invalid_request` for what is no schedule, never comes due, or does so more often than backups make sense. */
export function requireScheduleText(text: string, nowMs: number): void {
  if (isPluggedIn(text)) return;
  try {
    requireCron(text, nowMs);
  } catch (error) {
    throw invalid(
      'five or six fields of cron that come due, or @plugged-in',
      'This is no schedule, or one that never comes due.',
      error,
    );
  }
  const times = listNext(text, nowMs, LOOKED_AT);
  const gaps = times.slice(1).map((at, before) => at - (times[before] ?? 0));
  if (Math.min(...gaps) < MIN_GAP_MS)
    throw invalid(
      'at most every five minutes',
      'A backup can be made every five minutes, and not more often.',
    );
}

function invalid(field: string, message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', message, { fields: { schedule_expression: field }, cause });
}

/** Epoch ms of the next times, in the time zone of the machine; none where it waits for a drive. */
export function listNext(text: string, afterMs: number, count: number): number[] {
  const times: number[] = [];
  if (isPluggedIn(text)) return times;
  for (let at = nextDue(text, afterMs); at !== null && times.length < count; at = nextDue(text, at))
    times.push(at);
  return times;
}

/** In words where they say it better: "every day at 03:00". Else the fields themselves. */
export function describeCron(text: string): string {
  if (isPluggedIn(text)) return 'when it is plugged in';
  const given = text.trim().split(/\s+/);
  const fields = given.length === 6 && given[0] === '0' ? given.slice(1) : given;
  const [minute = '', hour = '', day, month, weekday = ''] = fields;
  const asGiven = `by the schedule ${given.join(' ')}`;
  if (fields.length !== 5 || day !== '*' || month !== '*') return asGiven;
  const days = describeDays(weekday);
  if (days === null) return asGiven;
  const every = describeEvery(minute, hour);
  if (every !== null) return days === '' ? every : `${every}, ${days}`;
  const isTime = /^\d{1,2}$/.test(minute) && /^\d{1,2}$/.test(hour);
  return isTime ? `${days || 'every day'} at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` : asGiven;
}

/** Empty for all of them; null for what is not one day. */
function describeDays(weekday: string): string | null {
  if (weekday === '*') return '';
  if (/^(1-5|mon-fri)$/i.test(weekday)) return 'Monday to Friday';
  const at = /^[0-7]$/.test(weekday) ? Number(weekday) % 7 : SHORT_DAYS.indexOf(weekday.toLowerCase());
  return at < 0 ? null : `every ${WEEKDAYS[at]}`;
}

function describeEvery(minute: string, hour: string): string | null {
  const minutes = /^\*\/(\d+)$/.exec(minute)?.[1];
  // Steps that do not divide the hour, or the day, do not come at equal distances.
  if (minutes !== undefined && hour === '*' && 60 % Number(minutes) === 0) return `every ${minutes} minutes`;
  if (!/^\d{1,2}$/.test(minute)) return null;
  const past = Number(minute) === 0 ? '' : ` at ${minute} past`;
  if (hour === '*') return `every hour${past}`;
  const hours = /^\*\/(\d+)$/.exec(hour)?.[1];
  return hours !== undefined && 24 % Number(hours) === 0 ? `every ${hours} hours${past}` : null;
}
