import { formatClock, formatDay, formatShortDay } from '../ui/time.ts';
import type { Schedule } from './backup-queries.ts';
import type { StateWords } from './backup-words.ts';

/** When the next backup is made. */
export function describeNext(
  {
    enabled,
    is_paused,
    waits_for_key,
    next_run,
    last_error,
  }: Pick<Schedule, 'enabled' | 'is_paused' | 'waits_for_key' | 'next_run' | 'last_error'>,
  nowMs = Date.now(),
): StateWords {
  if (!enabled) return { tone: 'unsure', word: 'disabled', more: null };
  if (is_paused) return { tone: 'bad', word: 'waits for you', more: 'Another computer makes backups.' };
  if (waits_for_key)
    return { tone: 'bad', word: 'waits for the key', more: 'Made once the vault is unlocked.' };
  if (next_run === null || next_run <= nowMs) return { tone: 'working', word: 'due now', more: null };
  if (last_error) return { tone: 'bad', word: 'failed', more: `Again ${sayWhen(next_run, nowMs)}.` };
  return { tone: 'unsure', word: sayWhen(next_run, nowMs), more: null };
}

/** What became of the last run; null where there was none. */
export function describeLast(
  { last_run, last_error }: Pick<Schedule, 'last_run' | 'last_error'>,
  nowMs = Date.now(),
): StateWords | null {
  if (last_run === null) return null;
  const when = formatDay(last_run, nowMs);
  return last_error
    ? { tone: 'bad', word: 'failed', more: `${when}: ${last_error.detail}` }
    : { tone: 'ok', word: 'done', more: when };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** "today 03:00", "tomorrow 03:00", "4 May 03:00". */
function sayWhen(ms: number, nowMs: number): string {
  const startOf = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((startOf(ms) - startOf(nowMs)) / DAY_MS);
  const day = days === 0 ? 'today' : days === 1 ? 'tomorrow' : formatShortDay(ms, nowMs);
  return `${day} ${formatClock(ms)}`;
}
