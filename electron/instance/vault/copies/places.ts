import { access, constants, realpath, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { type DiskFinding, findDisks, listMounts } from './linux-disks.ts';
import {
  createSurvey,
  findOtherDisks,
  isUnder,
  listOtherVolumes,
  type Survey,
  type Volume,
} from './other-disks.ts';
import { explainReadOnly } from './write-copy.ts';

export const notSeparateReasons = [
  'same_disk',
  'inside_data_dir',
  'beside_backup',
  'not_lasting',
  'unknown_disk',
] as const;
export type NotSeparateReason = (typeof notSeparateReasons)[number];

export const placeKinds = ['removable', 'fixed', 'network', 'memory'] as const;
export type PlaceKind = (typeof placeKinds)[number];

export interface PlaceCheck {
  separate: boolean;
  reason: NotSeparateReason | null;
  /** For people: why it is not separate, or that it is. */
  message: string;
  kind: PlaceKind;
  /** UUID of the file system, where known. */
  volumeId: string | null;
  freeBytes: number;
}

export interface Place extends PlaceCheck {
  path: string;
  /**
   * False for a drive that is write-protected, and for what this account may not write to: `message` says which.
   */
  writable: boolean;
  /** Name for people: of the volume, else of the drive, else of the folder. */
  label: string;
}

export interface PlaceContext {
  dataDir: string;
  /** Folders that backups of the database go to. */
  backupDirs: string[];
  /** For tests: devices that stand for disks of their own. */
  isDisk?: (name: string) => boolean;
}

/** How long a place may take to respond before it is left out of the list. */
const ANSWER_WITHIN_MS = 1000;
/** A dead share holds a thread of the process for as long as it does not answer: no more than this many of four. */
const MAX_UNANSWERED = 2;

const messages: Record<NotSeparateReason, (path: string) => string> = {
  same_disk: (path) =>
    `${path} is on the same physical disk as the database: if the disk is lost, both are lost.`,
  inside_data_dir: (path) =>
    `${path} is inside the data directory: a copy of that directory would have the key and the encrypted data.`,
  beside_backup: (path) => `${path} also holds backups of the database: anyone who takes one takes both.`,
  not_lasting: (path) => `${path} is in memory: it is lost when the machine is turned off.`,
  unknown_disk: (path) => `The disk of ${path} cannot be determined, so it does not count as separate.`,
};

/**
 * Whether a place is separate from the database: another physical disk, not beside backups. What cannot be
 * determined is not separate. The path itself need not exist; a folder above it must: `place_unusable`.
 */
export async function checkPlace(path: string, context: PlaceContext): Promise<PlaceCheck> {
  return (await examine(path, { ...context, survey: createSurvey() })).check;
}

interface Surveyed extends PlaceContext {
  survey: Survey;
}

async function examine(
  path: string,
  context: Surveyed,
): Promise<{ check: PlaceCheck; finding: DiskFinding }> {
  const folder = await findExisting(resolve(path));
  // First what may have to wait for a share, without the event loop waiting too.
  const freeBytes = await freeBytesOf(folder);
  const finding = await findDisksOf(folder, context);
  const base = {
    kind: kindOf(finding),
    volumeId: finding.kind === 'disks' ? finding.volumeId : null,
    freeBytes,
  };
  const reason = await findReason(folder, finding, context);
  const check = reason
    ? { ...base, separate: false, reason, message: messages[reason](path) }
    : { ...base, separate: true, reason: null, message: `${path} is separate from the database.` };
  return { check, finding };
}

async function findReason(
  folder: string,
  finding: DiskFinding,
  context: Surveyed,
): Promise<NotSeparateReason | null> {
  if (await isInside(folder, context.dataDir)) return 'inside_data_dir';
  for (const backupDir of context.backupDirs) if (await isInside(folder, backupDir)) return 'beside_backup';
  return compareDisks(finding, await findDisksOf(context.dataDir, context));
}

/** Why `place` is not separate from `database`, or null when it is. */
export function compareDisks(place: DiskFinding, database: DiskFinding): NotSeparateReason | null {
  if (place.kind === 'memory') return 'not_lasting';
  // SECURITY: if the database's own disk cannot be determined, nothing counts as separate from it.
  if (place.kind === 'unknown' || database.kind === 'unknown') return 'unknown_disk';
  if (place.kind === 'network')
    return database.kind === 'network' && database.server === place.server ? 'same_disk' : null;
  if (database.kind !== 'disks') return null;
  return place.disks.some((disk) => database.disks.includes(disk)) ? 'same_disk' : null;
}

/**
 * Drives and shares of this machine, and the home folder, each with whether it is separate; read anew each time.
 */
export async function listPlaces(context: PlaceContext): Promise<Place[]> {
  const survey = createSurvey();
  const volumes = process.platform === 'linux' ? listLinuxVolumes() : await listOtherVolumes(survey);
  const isShare = new Map(
    [{ path: homedir(), isShare: false }, ...volumes].map((at) => [at.path, at.isShare]),
  );
  const looks = [...isShare].map(([path, mayHang]) => {
    const look = () => lookAt(path, { ...context, survey });
    return mayHang ? answerInTime(path, look) : look();
  });
  const places = (await Promise.all(looks)).filter((place) => place !== null);
  return places.sort((a, b) => Number(b.separate) - Number(a.separate) || a.path.localeCompare(b.path));
}

/** Null if unplugged meanwhile, not accessible, or not a folder. */
async function lookAt(path: string, context: Surveyed): Promise<Place | null> {
  try {
    if (!(await stat(path)).isDirectory()) return null;
    const { check, finding } = await examine(path, context);
    const refusal = await findWriteRefusal(path);
    return {
      path,
      label: nameOf(path, finding),
      ...check,
      writable: refusal === null,
      message: refusal ?? check.message,
    };
  } catch {
    return null;
  }
}

/** Why nothing can be written there, for a person. */
async function findWriteRefusal(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
      ? explainReadOnly(folder)
      : `This account cannot write to ${folder}.`;
  }
}

const unanswered = new Set<string>();

/** Null for a share that does not respond; it is not queried again until it does. */
export async function answerInTime<T>(
  path: string,
  look: () => Promise<T | null>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<T | null> {
  if (unanswered.has(path) || unanswered.size >= MAX_UNANSWERED) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolveLate) => {
    timer = setTimeout(() => {
      unanswered.add(path);
      resolveLate(null);
    }, withinMs);
  });
  const answer = look().finally(() => {
    clearTimeout(timer);
    unanswered.delete(path);
  });
  return await Promise.race([answer, late]);
}

function nameOf(path: string, finding: DiskFinding): string {
  if (path === homedir()) return 'Home folder';
  const volume = finding.kind === 'disks' ? finding.label : null;
  if (volume) return volume;
  if (path === '/') return 'This computer';
  const drive = finding.kind === 'disks' && finding.removable ? finding.model : null;
  return drive ?? (basename(path) || path);
}

/** Mounts that a person would put something on. */
function listLinuxVolumes(): Volume[] {
  return listMounts()
    .map(({ mountPoint, type, source }) => ({
      path: mountPoint,
      isDrive: source.startsWith('/dev/') && type !== 'squashfs',
      isShare: /^(nfs4?|cifs|smb3?|fuse\.sshfs|9p)$/.test(type),
    }))
    .filter(
      ({ path, isDrive, isShare }) =>
        (isDrive || isShare) && !/^\/(boot|snap|var\/(lib|snap)|etc|proc|sys|dev)(\/|$)/.test(path),
    );
}

async function findDisksOf(path: string, context: Surveyed): Promise<DiskFinding> {
  try {
    return process.platform === 'linux'
      ? findDisks(path, context.isDisk)
      : await findOtherDisks(path, await context.survey());
  } catch {
    return { kind: 'unknown' };
  }
}

function kindOf(finding: DiskFinding): PlaceKind {
  if (finding.kind === 'disks') return finding.removable ? 'removable' : 'fixed';
  return finding.kind === 'unknown' ? 'fixed' : finding.kind;
}

/** A missing folder is not created for the key: only the file itself may be new. */
async function findExisting(path: string): Promise<string> {
  const found = (await realPathOf(path)) ?? (await realPathOf(dirname(path)));
  if (found === null) throw new AppError('place_unusable', `The folder ${dirname(path)} does not exist.`);
  return found;
}

async function realPathOf(path: string): Promise<string | null> {
  return await realpath(path).catch(() => null);
}

/** A missing folder counts as empty. SECURITY: an unreadable one is an error, never "no". */
async function isInside(path: string, folder: string): Promise<boolean> {
  try {
    return isUnder(path, await realpath(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new AppError('place_unusable', `${folder} cannot be read.`, { cause: error });
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
