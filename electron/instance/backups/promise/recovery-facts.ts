import { findActiveRecord } from '../../vault/key/key-record.ts';
import type { BackupHalf } from '../../vault/status/backup-half.ts';
import { type CountingCopy, listCountingCopies } from '../../vault/status/key-proof.ts';
import type { CopyFormat } from '../../vault/vocabulary.ts';
import type { Backup } from '../backups.ts';
import { type BackupsCore, findSigningKey } from '../backups-core.ts';
import type { KnownDestination } from '../destinations/destinations.ts';
import { type CopyPlace, describeKeyCopyThere, listCopyPlaces } from '../destinations/key-copy-there.ts';
import { listRivals } from '../listing/other-writers.ts';
import { findNextDrill } from '../reading/next-drill.ts';
import { isPluggedIn } from '../schedules/drive-seen.ts';
import { findDrive } from '../schedules/drives.ts';
import { findLateAt } from '../schedules/due.ts';
import { waitsForKey } from '../schedules/schedule-job.ts';
import { listSchedules, type Schedule } from '../schedules/schedules.ts';
import { describeState, findLastDrill, listOwnBackups } from './destination-states.ts';
import {
  type DestinationFacts,
  judgeRecovery,
  type NotApartReason,
  type RecoveryFacts,
} from './recovery-promise.ts';

/** The backups' half of health, from what is known now. */
export function judgeBackupHalf(core: BackupsCore): BackupHalf {
  const own = listOwnBackups(core);
  const facts = findRecoveryFacts(core, own);
  const holding = own.filter((_, at) => (facts.destinations[at]?.confirmed.length ?? 0) > 0);
  return {
    ...judgeRecovery(facts),
    hasDestinations: own.length > 0,
    isRunning: core.running.size > 0,
    destinations: own.map((each) => describeState(core, each)),
    volumeIds: holding.flatMap(({ known }) => findVolume(known) ?? []),
  };
}

/** What the promise is made of, from what this instance knows: nothing is looked at anew. */
export function findRecoveryFacts(core: BackupsCore, all = listOwnBackups(core)): RecoveryFacts {
  const copies = listCountingCopies(core.vault);
  const places = listCopyPlaces(core);
  const nowMs = core.ctx.clock.now();
  const isLocked = findSigningKey(core) === null;
  const schedules = listSchedules(core).filter(({ enabled }) => enabled);
  return {
    copies: copies.map((copy) => ({ place: nameCopy(copy), fingerprint: copy.fingerprint })),
    activeFingerprint: findActiveRecord(core.ctx.store)?.fingerprint ?? null,
    destinations: all.map(({ known, backups }) => {
      const own = schedules.filter(({ destinationId }) => destinationId === known.id);
      return {
        ...describeDestination(known, backups, places),
        drive: describeDrive(core, known, own, backups, nowMs),
        waitsForKey: own.some((schedule) => waitsForKey(core, schedule)),
        drillWaitsForKey: isLocked && (findNextDrill(core, known, backups)?.dueAt ?? Infinity) <= nowMs,
        lateAt: findFirstLate(own, backups, nowMs),
      };
    }),
    rivals: listRivals(core).map(({ newestAt, newestTakenAt }) => ({
      destination: newestAt,
      takenAt: newestTakenAt,
    })),
    nowMs,
  };
}

const formatNames: Record<CopyFormat, string> = {
  age: 'the encrypted file',
  kdbx: 'the KeePass file',
  bitwarden: 'the Bitwarden entry',
  csv: 'the password manager entry',
  text: 'the password manager entry',
  pdf: 'the paper kit',
  words: 'the 24 words',
  plain: 'the plain key file',
};

/** SECURITY: what nobody saw is not promised as if it had been seen. */
function nameCopy({ format, place, byWord }: CountingCopy): string {
  if (format === null) return place.charAt(0).toLowerCase() + place.slice(1);
  const name = `${formatNames[format]} “${place}”`;
  return byWord ? `${name} (as was said; nobody saw that it is there)` : name;
}

/** Of a folder, where known. */
const findVolume = (known: KnownDestination): string | null =>
  known.kind === 'folder' ? known.volumeId : null;

/** @param backups of the destination, the newest first. */
function describeDestination(
  known: KnownDestination,
  backups: readonly Backup[],
  copies: readonly CopyPlace[],
): Omit<DestinationFacts, 'drive' | 'waitsForKey' | 'drillWaitsForKey' | 'lateAt'> {
  const { name } = known;
  const lastDrill = findLastDrill(backups);
  const newest = backups.find(({ state }) => state === 'confirmed');
  return {
    name,
    // By the newest attempt: one that reached it shows that it is there again.
    isGone: backups[0]?.error?.code === 'destination_gone',
    newestMissing: newest !== undefined && newest.goneAt !== null ? newest : null,
    notApart: findNotApart(known, copies),
    confirmed: backups
      // Of one whose removal was cut short, nobody has looked what is left.
      .filter(({ state, goneAt }) => state === 'confirmed' && goneAt === null)
      .map((backup) => ({
        takenAt: backup.takenAt,
        fingerprint: backup.keyFingerprint,
        drilledAt: backup.drillResult === 'passed' ? backup.drilledAt : null,
      })),
    drillFailed: lastDrill?.drillResult === 'failed' ? (lastDrill.drillReason ?? 'it did not open.') : null,
  };
}

/** @param schedules those of the destination that are enabled. */
function describeDrive(
  core: BackupsCore,
  { id }: KnownDestination,
  schedules: readonly Schedule[],
  backups: readonly Backup[],
  nowMs: number,
): DestinationFacts['drive'] {
  const waiting = schedules.filter(({ cron }) => isPluggedIn(cron));
  if (waiting.length === 0) return null;
  const since = waiting.map(({ updatedAt }) => Math.min(updatedAt, nowMs));
  return {
    isThere: findDrive(core, id)?.place === 'here',
    since: Math.max(findNewest(backups, nowMs)?.takenAt ?? 0, ...since),
  };
}

/** The newest that counts, of a time that has come. */
const findNewest = (backups: readonly Backup[], nowMs: number): Backup | undefined =>
  backups.find(({ state, goneAt, takenAt }) => state === 'confirmed' && goneAt === null && takenAt <= nowMs);

/** @param schedules those of the destination that are enabled. */
function findFirstLate(
  schedules: readonly Schedule[],
  backups: readonly Backup[],
  nowMs: number,
): number | null {
  const newest = findNewest(backups, nowMs);
  const times = schedules.map(({ cron, updatedAt }) =>
    findLateAt(cron, Math.max(newest?.takenAt ?? 0, Math.min(updatedAt, nowMs))),
  );
  return times.reduce((first, at) => (at === null ? first : Math.min(first ?? at, at)), null);
}

function findNotApart(known: KnownDestination, copies: readonly CopyPlace[]): NotApartReason | null {
  if (!known.separate) return 'not_separate';
  return describeKeyCopyThere(known, copies) === null ? null : 'holds_key_copy';
}
