import { formatClock, formatDay, formatShortDay, serverNow } from '../ui/time.ts';
import type { Backup, Destination, Schedule } from './backup-queries.ts';
import type { StateWords } from './backup-words.ts';
import { PLUGGED_IN } from './schedule-choices.ts';

/** When the next backup is made. */
export function describeNext(
  {
    enabled,
    is_paused,
    waits_for_key,
    next_run,
    last_error,
    schedule_expression,
    drive,
  }: Pick<
    Schedule,
    'enabled' | 'is_paused' | 'waits_for_key' | 'next_run' | 'last_error' | 'schedule_expression' | 'drive'
  >,
  nowMs = serverNow(),
): StateWords {
  if (!enabled) return { tone: 'unsure', word: 'disabled', more: null };
  if (is_paused) return { tone: 'bad', word: 'waits for you', more: 'Another computer makes backups.' };
  if (waits_for_key)
    return { tone: 'bad', word: 'waits for the key', more: 'Made once the vault is unlocked.' };
  if (schedule_expression === PLUGGED_IN) return describeWaiting(drive, last_error !== null);
  if (next_run === null || next_run <= nowMs) return { tone: 'working', word: 'due now', more: null };
  if (last_error) return { tone: 'bad', word: 'failed', more: `Again ${sayWhen(next_run, nowMs)}.` };
  return { tone: 'unsure', word: sayWhen(next_run, nowMs), more: null };
}

/** Of a schedule that waits for a drive. */
function describeWaiting(drive: Schedule['drive'], hasFailed: boolean): StateWords {
  if (drive === 'other_drive')
    return { tone: 'unsure', word: 'not plugged in', more: 'Another drive is in its place.' };
  if (drive === 'in_use') return { tone: 'working', word: 'in use', more: 'Keep the drive plugged in.' };
  if (drive === 'waiting') return { tone: 'unsure', word: 'waits', more: 'The drive is plugged in.' };
  if (hasFailed) return { tone: 'bad', word: 'failed', more: 'Made when it is plugged in again.' };
  const more = drive === 'can_be_removed' ? 'It can be removed.' : null;
  return { tone: 'unsure', word: 'when plugged in', more };
}

/** What becomes of a drive whose backups are made when it is plugged in, and of a drive alone; null for others. */
export function describeDrive(
  { drive }: Pick<Destination, 'drive'>,
  newest: Pick<Backup, 'state' | 'taken_at'> | null,
  nowMs = serverNow(),
): string | null {
  if (drive === null) return null;
  if (drive === 'can_be_removed' && newest?.state === 'confirmed')
    return `made ${formatTaken(newest.taken_at, nowMs)}, the drive can be removed`;
  return driveWords[drive];
}

const driveWords: Record<NonNullable<Destination['drive']>, string> = {
  away: 'not plugged in',
  other_drive: 'another drive is in its place',
  waiting: 'plugged in, its backup waits',
  in_use: 'in use: keep the drive plugged in',
  can_be_removed: 'the drive can be removed',
};

/** What became of the last run; null where there was none. */
export function describeLast(
  { last_run, last_error }: Pick<Schedule, 'last_run' | 'last_error'>,
  nowMs = serverNow(),
): StateWords | null {
  if (last_run === null) return null;
  const when = formatDay(last_run, nowMs);
  return last_error
    ? { tone: 'bad', word: 'failed', more: `${when}: ${last_error.detail}` }
    : { tone: 'ok', word: 'done', more: when };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** "14:02", "yesterday 14:02", "4 May 14:02". */
const formatTaken = (ms: number, nowMs: number): string => sayWhen(ms, nowMs).replace(/^today /, '');

/** "today 03:00", "tomorrow 03:00", "yesterday 03:00", "4 May 03:00". */
function sayWhen(ms: number, nowMs: number): string {
  const startOf = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((startOf(ms) - startOf(nowMs)) / DAY_MS);
  const day = days === 0 ? 'today' : days === 1 ? 'tomorrow' : formatShortDay(ms, nowMs);
  return `${day} ${formatClock(ms)}`;
}
