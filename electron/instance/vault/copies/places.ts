import { existsSync, realpathSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, resolve, sep } from 'node:path';
import { AppError } from '../../app-error.ts';
import { type DiskFinding, findDisks, listMounts } from './linux-disks.ts';

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
  /** For a person; why it is not separate, or that it is. */
  message: string;
  kind: PlaceKind;
  /** UUID of the file system, where known. */
  volumeId: string | null;
  freeBytes: number;
}

export interface Place extends PlaceCheck {
  path: string;
  label: string;
}

export interface PlaceContext {
  dataDir: string;
  /** Folders that backups of the database go to. */
  backupDirs: string[];
  /** For tests: devices that stand for disks of their own. */
  isDisk?: (name: string) => boolean;
}

const messages: Record<NotSeparateReason, (path: string) => string> = {
  same_disk: (path) => `${path} is on the same physical disk as the database: if the disk is lost, both are.`,
  inside_data_dir: (path) =>
    `${path} is inside the data directory: a copy of that would hold the key and what it opens.`,
  beside_backup: (path) => `${path} is where backups of the database go: who takes one takes both.`,
  not_lasting: (path) => `${path} is in memory: it is gone when the machine is switched off.`,
  unknown_disk: (path) => `Which disk ${path} is on cannot be told, so it does not count as separate.`,
};

/**
 * Whether a place is separate from the database: another physical disk, not beside backups. What cannot be told
 * is not separate. The path itself need not exist; a folder above it must: `place_unusable`.
 */
export async function checkPlace(path: string, context: PlaceContext): Promise<PlaceCheck> {
  const folder = findExisting(resolve(path));
  const finding = await findDisksOf(folder, context);
  const base = {
    kind: kindOf(finding),
    volumeId: finding.kind === 'disks' ? finding.volumeId : null,
    freeBytes: freeBytesOf(folder),
  };
  const reason = await findReason(folder, finding, context);
  return reason
    ? { ...base, separate: false, reason, message: messages[reason](path) }
    : { ...base, separate: true, reason: null, message: `${path} is separate from the database.` };
}

async function findReason(
  folder: string,
  finding: DiskFinding,
  context: PlaceContext,
): Promise<NotSeparateReason | null> {
  if (isInside(folder, context.dataDir)) return 'inside_data_dir';
  if (context.backupDirs.some((backupDir) => existsSync(backupDir) && isInside(folder, backupDir)))
    return 'beside_backup';
  if (finding.kind === 'network') return null;
  if (finding.kind === 'memory') return 'not_lasting';
  if (finding.kind === 'unknown') return 'unknown_disk';
  const database = await findDisksOf(context.dataDir, context);
  // SECURITY: a database whose own disk cannot be named is not known to be apart from anything.
  if (database.kind === 'unknown') return 'unknown_disk';
  if (database.kind !== 'disks') return null;
  return finding.disks.some((disk) => database.disks.includes(disk)) ? 'same_disk' : null;
}

/** Drives and shares of this machine, and the home folder, each with whether it is separate. */
export async function listPlaces(context: PlaceContext): Promise<Place[]> {
  const paths = process.platform === 'linux' ? listLinuxPaths() : await listOtherPaths();
  const places: Place[] = [];
  for (const path of new Set([...paths, homedir()])) {
    try {
      places.push({
        path,
        label: path === homedir() ? 'Home folder' : basename(path) || path,
        ...(await checkPlace(path, context)),
      });
    } catch {
      // Unplugged, or not ours to look at.
    }
  }
  return places.sort((a, b) => Number(b.separate) - Number(a.separate) || a.path.localeCompare(b.path));
}

/** Mounts that a person would put something on. */
function listLinuxPaths(): string[] {
  return listMounts()
    .filter(({ mountPoint, type, source }) => {
      const isDrive = source.startsWith('/dev/') && type !== 'squashfs';
      const isShare = /^(nfs4?|cifs|smb3?|fuse\.sshfs|9p)$/.test(type);
      return (
        (isDrive || isShare) && !/^\/(boot|snap|var\/(lib|snap)|etc|proc|sys|dev)(\/|$)/.test(mountPoint)
      );
    })
    .map(({ mountPoint }) => mountPoint);
}

async function listOtherPaths(): Promise<string[]> {
  const { fsSize } = await import('systeminformation');
  return (await fsSize())
    .map(({ mount }) => mount)
    .filter((mount) => mount !== '' && !mount.startsWith('/System/'));
}

async function findDisksOf(path: string, context: PlaceContext): Promise<DiskFinding> {
  try {
    return process.platform === 'linux' ? findDisks(path, context.isDisk) : await findOtherDisks(path);
  } catch {
    return { kind: 'unknown' };
  }
}

/**
 * macOS and Windows: the volume by its mount point, and the drive the system says it is on. Volumes of one APFS
 * container share a drive whose name the system does not give, so only removable drives count as another disk.
 */
async function findOtherDisks(path: string): Promise<DiskFinding> {
  const { blockDevices, fsSize } = await import('systeminformation');
  const real = realpathSync(path);
  const volumes = (await fsSize()).filter(({ mount }) => mount !== '' && isInside(real, mount));
  const volume = volumes.sort((a, b) => b.mount.length - a.mount.length)[0];
  if (!volume) return { kind: 'unknown' };
  if (/^(nfs|smbfs|cifs|afpfs|webdav)$/i.test(volume.type)) return { kind: 'network' };
  const device = (await blockDevices()).find(
    (known) => known.mount === volume.mount || known.name === basename(volume.fs),
  );
  if (!device) return { kind: 'unknown' };
  const removable = device.removable || /usb/i.test(device.protocol);
  return {
    kind: 'disks',
    disks: [removable ? device.name : 'internal'],
    volumeId: device.uuid || null,
    removable,
  };
}

function kindOf(finding: DiskFinding): PlaceKind {
  if (finding.kind === 'disks') return finding.removable ? 'removable' : 'fixed';
  return finding.kind === 'unknown' ? 'fixed' : finding.kind;
}

function findExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at)) return realpathSync(at);
    // A missing folder would not be made for the key: only the file itself may be new.
    if (dirname(at) === at || at !== path)
      throw new AppError('place_unusable', `The folder ${dirname(path)} does not exist.`);
  }
}

function isInside(path: string, folder: string): boolean {
  const base = realpathSync(folder);
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
