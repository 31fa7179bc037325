import { formatBytes, formatCount, formatDay, serverNow } from '../ui/time.ts';
import type { Backup, BackupRun, Destination } from './backup-queries.ts';

/** A title, and more about it. */
export interface Said {
  title: string;
  text: string;
}

export const whyWords: Record<Backup['why'], string> = {
  by_hand: 'by hand',
  schedule: 'by schedule',
  before_restore: 'before a restore',
  before_migration: 'before an update of the database',
  before_rotation: 'before a rotation of the key',
};

/** What is known of a backup's content, by what was done to it. Only what was verified is said to be good. */
export interface StateWords {
  tone: 'ok' | 'working' | 'unsure' | 'bad';
  word: string;
  /** The error, in the instance's words. */
  more: string | null;
}

export function describeState(
  {
    state,
    error,
    confirmed_at,
    gone_at = null,
    gone_note = null,
  }: Pick<Backup, 'state' | 'error' | 'confirmed_at'> & Partial<Pick<Backup, 'gone_at' | 'gone_note'>>,
  nowMs = serverNow(),
): StateWords {
  if (gone_at !== null)
    return { tone: 'bad', word: 'gone', more: `${gone_note} Noticed ${formatDay(gone_at, nowMs)}.` };
  switch (state) {
    case 'running':
      return { tone: 'working', word: 'being made', more: null };
    case 'failed':
      if (error?.code === 'cancelled') return { tone: 'unsure', word: 'cancelled', more: null };
      if (error?.code === 'deleting') return { tone: 'unsure', word: 'being deleted', more: error.detail };
      return { tone: 'bad', word: 'failed', more: error?.detail || null };
    case 'stored':
      return {
        tone: 'unsure',
        word: 'not verified',
        more: 'Stored, and not compared with what was written.',
      };
    case 'confirmed':
      return {
        tone: 'ok',
        word: 'verified',
        more: confirmed_at === null ? null : formatDay(confirmed_at, nowMs),
      };
  }
}

/** "Writing database.sqlite.zst.age: 12 MB of 40 MB, 3.1 MB each second." */
export function describeRun({
  step,
  part,
  done_bytes,
  total_bytes,
  bytes_per_second,
}: Pick<BackupRun, 'step' | 'part' | 'done_bytes' | 'total_bytes' | 'bytes_per_second'>): string {
  if (total_bytes === null || part === null) return 'The database is being packed.';
  const rate = bytes_per_second === null ? '' : `, ${formatBytes(bytes_per_second)} each second`;
  const said = step === 'verifying' ? 'Verifying' : 'Writing';
  return `${said} ${part}: ${formatBytes(done_bytes)} of ${formatBytes(total_bytes)}${rate}.`;
}

/** Whether it was restored beside the live data; null for a backup that cannot be drilled. */
export function describeDrill(
  {
    state,
    drill_result,
    drilled_at,
    drill_reason,
  }: Pick<Backup, 'state' | 'drill_result' | 'drilled_at' | 'drill_reason'>,
  nowMs = serverNow(),
): StateWords | null {
  if (state !== 'confirmed') return null;
  const day = drilled_at === null ? null : formatDay(drilled_at, nowMs);
  if (drill_result === 'passed') return { tone: 'ok', word: 'passed', more: day };
  if (drill_result === 'failed')
    return { tone: 'bad', word: 'failed', more: [day, drill_reason].filter(Boolean).join(': ') || null };
  return { tone: 'unsure', word: 'not yet', more: null };
}

/** Until when it is kept, if schedules stay as they are. */
export function describeKept(
  { kept_until, is_held, folder }: Pick<Backup, 'kept_until' | 'is_held' | 'folder'>,
  nowMs = serverNow(),
): string {
  if (folder === null) return '–';
  if (is_held) return 'locked there';
  return kept_until === null ? '–' : formatUntil(kept_until, nowMs);
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

function formatUntil(ms: number, nowMs: number): string {
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return (isThisYear ? day : dayOfYear).format(ms);
}

export const sizeOf = ({ size_bytes }: Pick<Backup, 'size_bytes'>): string =>
  size_bytes === null ? '–' : formatBytes(size_bytes);

export function describeAccess({
  readable_without_key,
  recipients,
}: Pick<Destination, 'readable_without_key' | 'recipients'>): string {
  if (readable_without_key) return 'readable without the key';
  return recipients.length === 0
    ? 'encrypted'
    : `encrypted, also for ${formatCount(recipients.length, 'recipient')}`;
}

/** What a choice means for whoever reads the place, and after the loss of the key. */
export function describeEncryption(
  isReadable: boolean,
  place: 'folder' | 'bucket',
  hasRecipients: boolean,
): string {
  if (!isReadable && hasRecipients)
    return 'Backups are encrypted: a copy of the key decrypts them, and so does a recovery key, or the identity of another recipient. If every copy of the key is lost, the secrets in them are lost; the rest is not.';
  return isReadable
    ? `Anyone who can read the ${place} reads names, e-mail addresses and plain values. Secrets stay encrypted. If the key is lost for good, only they are lost.`
    : 'Backups are encrypted: a copy of the key decrypts them. If every copy of the key is lost, these backups are lost with it: names, accounts and plain values too. With a recovery key only the secrets are.';
}

export const NOT_SEPARATE =
  'When it was last looked at, it was not on another disk than the database, as far as could be determined. If that disk is lost, both are lost.';

/** Why backups at a destination do not count; null where they do. */
export function describePlace({
  separate,
  key_copy_note,
}: Pick<Destination, 'separate' | 'key_copy_note'>): string | null {
  const why = [separate ? null : NOT_SEPARATE, key_copy_note].filter((each) => each !== null);
  return why.length === 0 ? null : why.join(' ');
}

/** What came of a run. Null for one that is still under way. */
export function describeMade({ name }: Pick<Destination, 'name'>, backup: Backup | null): Said {
  if (backup === null)
    return {
      title: `Still backing up to ${name}`,
      text: 'It takes long. The list says when it is verified.',
    };
  return backup.state === 'confirmed'
    ? { title: `Backed up to ${name}`, text: `${sizeOf(backup)}, verified there.` }
    : { title: `The backup at ${name} does not count`, text: describeState(backup).more ?? '' };
}

/** What a trial that passed has shown, and no more; `isOver` is false while it continues. */
export function describeTried(
  { destination }: Pick<Backup, 'destination'>,
  how: 'verify' | 'drill',
  isOver: boolean,
): Said {
  if (!isOver)
    return {
      title: `Still reading the backup at ${destination}`,
      text: 'It takes long. A drill is in the list once it has ended, as is whatever does not pass.',
    };
  return how === 'drill'
    ? {
        title: 'The drill passed',
        text: `The backup at ${destination} was unpacked and checked, and every secret in it decrypted.`,
      }
    : { title: 'Verified', text: `Every stored byte of the backup at ${destination} is what was written.` };
}

/** Codes of what says that a backup would not come back. Any other error says nothing of it. */
const VERDICTS = ['backup_damaged', 'backup_newer', 'backup_needs_key'];

/** Of a trial that failed. */
export function describeFailedTrial(destination: string, code: string | null): string {
  return code !== null && VERDICTS.includes(code)
    ? `The backup at ${destination} did not pass.`
    : `The backup at ${destination} could not be tried.`;
}

const isGood = (backup: Backup): boolean => backup.state === 'confirmed' && backup.drill_result !== 'failed';

/** What is gone once a backup is deleted. */
export function describeLoss(backup: Backup, all: readonly Backup[]): string[] {
  if (backup.folder === null) return ['Nothing of it is at its destination. It is removed from this list.'];
  const others = all.filter((other) => other.id !== backup.id && isGood(other));
  return [
    `${sizeOf(backup)} at ${backup.destination} are deleted for good, and with them the state of this instance as it was then.`,
    ...(isGood(backup)
      ? [
          others.length === 0
            ? 'It is the only verified backup: without it, nothing would bring this instance back.'
            : `${formatCount(others.length, 'other verified backup')} ${others.length === 1 ? 'remains' : 'remain'}.`,
        ]
      : []),
  ];
}

/** "2 destinations, 1 does not count as separate, 1 with a copy of the key". */
export function countDestinations(
  destinations: readonly Pick<Destination, 'separate' | 'key_copy_note'>[],
): string {
  const beside = destinations.filter(({ separate }) => !separate).length;
  const withKey = destinations.filter(({ key_copy_note }) => key_copy_note !== null).length;
  return [
    formatCount(destinations.length, 'destination'),
    ...(beside > 0 ? [`${beside} ${beside === 1 ? 'does' : 'do'} not count as separate`] : []),
    ...(withKey > 0 ? [`${withKey} with a copy of the key`] : []),
  ].join(', ');
}
