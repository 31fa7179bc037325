import type { Fingerprint } from '../../vault/sealing/master-key.ts';
import type { RecoveryPromise, RecoveryReason, RecoveryReasonCode } from '../../vault/status/backup-half.ts';
import type { HealthLevel } from '../../vault/status/health-level.ts';
import type { Backup } from '../backups.ts';
import { nameBackup } from '../listing/gaps.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** A drill speaks for the backups after it at its destination for so long. */
export const DRILL_SPEAKS_MS = 14 * DAY_MS;
/** A drive that gets its backups when it is plugged in is asked for after so long. */
export const DRIVE_DUE_MS = 30 * DAY_MS;

/** Why a backup does not help if this computer is lost. */
export type NotApartReason =
  /** On the disk of the database, or on one that cannot be told from it. */
  'not_separate' | 'holds_key_copy';

export interface BackupFact {
  /** Epoch ms of its snapshot. */
  takenAt: number;
  /** Of the key it needs. */
  fingerprint: Fingerprint;
  /** Epoch ms of the last drill of this very backup that opened everything; null for none. */
  drilledAt: number | null;
}

export interface DestinationFacts {
  /** As its owner named it. */
  name: string;
  /** Whether it could not be reached when it was last looked at. */
  isGone: boolean;
  /**
   * Of a drive whose backups are made when it is plugged in, else null: whether it is, and epoch ms since when no backup was
   * made there. In a drawer it is not gone: what is on it brings back as much as ever.
   */
  drive: { isThere: boolean; since: number } | null;
  notApart: NotApartReason | null;
  /** The newest that was confirmed, if it is not there any more, though this instance did not remove it. */
  newestMissing: Pick<Backup, 'sequence' | 'takenAt'> | null;
  /** Those that were stored and read back, the newest first. */
  confirmed: readonly BackupFact[];
  /** Why the last drill here failed, in words; null where it did not, or there was none. */
  drillFailed: string | null;
  /** Whether a backup is due here that waits until the vault is unlocked. */
  waitsForKey: boolean;
  /** Whether a drill is. */
  drillWaitsForKey: boolean;
  /**
   * Epoch ms from which the newest confirmed backup is older than the schedules of this destination say; null where there
   * are none. See schedules/due.ts.
   */
  lateAt: number | null;
}

export interface RecoveryFacts {
  /** Copies of keys that were verified, in a separate place, not too long ago, the best first. */
  copies: readonly { place: string; fingerprint: Fingerprint }[];
  activeFingerprint: Fingerprint | null;
  destinations: readonly DestinationFacts[];
  /** Newest backups of other machines that think they are this instance: see listing/other-writers.ts. */
  rivals: readonly { destination: string; takenAt: number }[];
  nowMs: number;
}

interface Candidate {
  backup: BackupFact;
  destination: DestinationFacts;
}

/**
 * What the loss of this computer would mean, from facts alone: the one source of every sentence about it. It promises
 * nothing that was not shown: the copy was verified, and a backup under the same key at the same destination was
 * restored beside the live data with every secret opened.
 */
export function judgeRecovery(facts: RecoveryFacts): RecoveryPromise {
  const shown = findShown(facts);
  const copy = shown === null ? null : findCopy(facts, shown.backup.fingerprint);
  const found = {
    backupAt: shown?.backup.takenAt ?? null,
    destination: shown?.destination.name ?? null,
    drilledAt: shown === null ? null : findDrill(shown, facts.nowMs),
    lateAt: shown?.destination.lateAt ?? null,
    reasons: findReasons(facts, shown),
  };
  if (shown !== null && copy !== null)
    return {
      ...found,
      isWhole: true,
      sentence: `If this computer died now, ${copy.place} and the backup on ${shown.destination.name} would bring everything back. You would lose ${sayAge(facts.nowMs - shown.backup.takenAt)}.`,
    };
  return { ...found, isWhole: false, sentence: sayMissing(facts, shown) };
}

/** When the drill was that speaks for a backup: of itself, or of another under the same key. */
function findDrill({ backup, destination }: Candidate, nowMs: number): number | null {
  const drills = [backup, ...destination.confirmed]
    .filter(({ fingerprint }) => fingerprint === backup.fingerprint)
    .flatMap(({ drilledAt }) => (drilledAt !== null && drilledAt <= nowMs ? [drilledAt] : []));
  return backup.drilledAt ?? (drills.length > 0 ? Math.max(...drills) : null);
}

/**
 * The newest confirmed backup at a destination where one under the same key was drilled lately, else the newest that was
 * drilled itself. SECURITY: of destinations that are apart and can be reached, and that failed no drill since: for those only
 * what was drilled itself counts.
 */
function findShown(facts: RecoveryFacts): Candidate | null {
  const candidates = facts.destinations
    .filter((destination) => isReachable(destination) && destination.notApart === null)
    .flatMap((destination) => {
      const backup = destination.confirmed.find((each) => isShown(each, destination, facts.nowMs));
      return backup ? [{ backup, destination }] : [];
    });
  return candidates.toSorted((a, b) => b.backup.takenAt - a.backup.takenAt)[0] ?? null;
}

/** A drive that is not plugged in can be. */
const isReachable = ({ isGone, drive }: DestinationFacts): boolean => !isGone || drive !== null;

function isShown(backup: BackupFact, { confirmed, drillFailed }: DestinationFacts, nowMs: number): boolean {
  // The clock was set back: nothing is known of a time that has not come.
  if (backup.takenAt > nowMs) return false;
  if (backup.drilledAt !== null && backup.drilledAt <= nowMs) return true;
  if (drillFailed !== null) return false;
  return confirmed.some(
    (other) =>
      other.fingerprint === backup.fingerprint &&
      other.drilledAt !== null &&
      other.drilledAt <= nowMs &&
      nowMs - other.drilledAt <= DRILL_SPEAKS_MS,
  );
}

function findCopy({ copies }: RecoveryFacts, fingerprint: Fingerprint) {
  return copies.find((copy) => copy.fingerprint === fingerprint) ?? null;
}

function sayMissing(facts: RecoveryFacts, shown: Candidate | null): string {
  const { activeFingerprint: active } = facts;
  // A copy of a key that was replaced opens nothing that is here now.
  const copy = facts.copies.find(({ fingerprint }) => active === null || fingerprint === active);
  if (shown !== null) {
    const { backup, destination } = shown;
    if (active !== null && backup.fingerprint !== active)
      return `The backup on ${destination.name} needs an older key, of which no copy was verified${copy ? `: ${copy.place} cannot open it` : ''}.`;
    return `The backup on ${destination.name} is whole, but only this computer can open the secrets in it: no copy of their key was verified.`;
  }
  const nothing = 'nothing that was shown to work holds them besides this computer';
  if (copy !== undefined)
    return facts.destinations.some(({ confirmed }) => confirmed.length > 0)
      ? `${capitalize(copy.place)} can open the secrets, but no backup apart from this computer was restored in a drill.`
      : `${capitalize(copy.place)} can open the secrets, but ${nothing}.`;
  return 'If this computer died now, everything in this instance would be lost: no copy of the key in use was verified, and no backup apart from this computer was restored in a drill.';
}

function findReasons(facts: RecoveryFacts, shown: Candidate | null): RecoveryReason[] {
  const { destinations, nowMs } = facts;
  const reasons: RecoveryReason[] = [];
  for (const { name, drillFailed } of destinations)
    if (drillFailed !== null)
      reasons.push(
        reason(
          'backup_drill_failed',
          'broken',
          `The last drill of a backup on ${name} failed: ${drillFailed}`,
        ),
      );
  for (const { name, isGone, drive } of destinations)
    if (isGone && drive === null)
      reasons.push(
        reason('backup_gone', 'at_risk', `${name} could not be reached, so the last backup there failed.`),
      );
  reasons.push(...findAstray(facts), ...findLate(facts), ...findDrivesDue(facts));
  const here = destinations.filter(isReachable);
  const backups = here.flatMap((destination) =>
    destination.confirmed.map((backup) => ({ backup, destination })),
  );
  if (backups.length === 0) return [...reasons, reason('backup_never', 'at_risk', sayNone(destinations))];
  const apart = backups.filter(({ destination }) => destination.notApart === null);
  if (apart.length === 0) return [...reasons, reason('backup_not_apart', 'at_risk', sayNotApart(here))];
  if (shown === null)
    return [
      ...reasons,
      reason('backup_not_drilled', 'due', 'No backup was restored in a drill in the last 14 days.'),
    ];
  const { backup: counting, destination } = shown;
  if (counting.fingerprint !== facts.activeFingerprint && facts.activeFingerprint !== null)
    reasons.push(
      reason(
        'backup_needs_old_key',
        'due',
        `The backup on ${destination.name} needs an older key: make a new one.`,
      ),
    );
  if (destination.drillFailed === null && findNewest(destination, nowMs) !== counting)
    reasons.push(
      reason(
        'backup_not_drilled',
        'due',
        `The newest backup on ${destination.name} does not count yet: none under its key was restored in a drill there in the last 14 days.`,
      ),
    );
  return reasons;
}

/** Of a time that has come. */
function findNewest({ confirmed }: Pick<DestinationFacts, 'confirmed'>, nowMs: number): BackupFact | null {
  return confirmed.find(({ takenAt }) => takenAt <= nowMs) ?? null;
}

/** What somebody else did to the backups, or with the identity of this instance. */
function findAstray({ destinations, rivals }: RecoveryFacts): RecoveryReason[] {
  return [
    ...destinations.flatMap(({ name, newestMissing }) =>
      newestMissing === null
        ? []
        : [
            reason(
              'backup_missing',
              'at_risk',
              `${nameBackup(newestMissing)}, the newest on ${name}, is not there any more, and this instance did not remove it.`,
            ),
          ],
    ),
    ...rivals.map(({ destination }) =>
      reason(
        'backup_other_writer',
        'at_risk',
        `Another computer made a backup of this instance on ${destination}: schedules wait until you say whether it is gone.`,
      ),
    ),
  ];
}

/** Where a schedule was not kept, wherever the backups that count are: each place is there for a reason. */
function findLate({ destinations, nowMs }: RecoveryFacts): RecoveryReason[] {
  return destinations.flatMap(({ name, lateAt, waitsForKey, drillWaitsForKey, confirmed }) => {
    const newest = findNewest({ confirmed }, nowMs);
    const said = newest
      ? `The newest backup on ${name} is ${sayAge(nowMs - newest.takenAt)} old, older than its schedule says.`
      : `No backup was made on ${name}, though its schedule says so.`;
    return [
      ...(lateAt !== null && nowMs >= lateAt ? [reason('backup_old', 'at_risk', said)] : []),
      ...(waitsForKey
        ? [
            reason(
              'backup_waits_for_key',
              'due',
              `A backup on ${name} is due: it is made once the vault is unlocked.`,
            ),
          ]
        : []),
      ...(drillWaitsForKey
        ? [
            reason(
              'backup_waits_for_key',
              'due',
              `A drill of the backup on ${name} is due: it begins once the vault is unlocked.`,
            ),
          ]
        : []),
    ];
  });
}

/** Drives that got no backup for long: nobody notices that by itself. */
function findDrivesDue({ destinations, nowMs }: RecoveryFacts): RecoveryReason[] {
  return destinations.flatMap(({ name, drive, confirmed }) => {
    if (drive === null || nowMs - drive.since < DRIVE_DUE_MS) return [];
    const age = sayAge(nowMs - drive.since);
    const said = findNewest({ confirmed }, nowMs)
      ? `No backup was made on ${name} for ${age}`
      : `No backup was made on ${name} since its schedule was, ${age} ago`;
    return [
      reason(
        'backup_drive_due',
        'due',
        drive.isThere
          ? `${said}, though it is plugged in: one is made when it is plugged in again.`
          : `${said}: plug it in, and one is made.`,
      ),
    ];
  });
}

/** What is not known here may be elsewhere: after a restore, all that the former computer made. */
function sayNone(destinations: readonly DestinationFacts[]): string {
  return destinations.some(({ confirmed }) => confirmed.length > 0)
    ? 'No backup of this instance is in a place that could be reached.'
    : 'No backup was made from this computer yet.';
}

function sayNotApart(destinations: readonly DestinationFacts[]): string {
  const holding = destinations.filter(({ confirmed }) => confirmed.length > 0);
  const besideKey = holding.filter(({ notApart }) => notApart === 'holds_key_copy');
  if (besideKey.length > 0)
    return `The backups are on ${sayNames(holding)}. A copy of the key is in the same place as those on ${sayNames(besideKey)}: anyone who takes one takes both.`;
  return `The backups are on ${sayNames(holding)}, and nowhere that counts as separate from the database: if this computer is lost, they may be lost with it.`;
}

const sayNames = (destinations: readonly DestinationFacts[]): string =>
  new Intl.ListFormat('en').format(destinations.map(({ name }) => name));

const reason = (code: RecoveryReasonCode, level: HealthLevel, message: string): RecoveryReason => ({
  code,
  level,
  message,
});

/** How much would be lost: rounded up, so that it is never less than it is. */
function sayAge(ms: number): string {
  if (ms < HOUR_MS) return 'less than an hour';
  const [count, unit] = ms < 2 * DAY_MS ? [Math.ceil(ms / HOUR_MS), 'hour'] : [Math.ceil(ms / DAY_MS), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
