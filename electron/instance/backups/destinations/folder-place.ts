import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { findMount, listMounts } from '../../vault/copies/linux-disks.ts';
import { checkPlace, type PlaceCheck } from '../../vault/copies/places.ts';
import type { DrivePlace } from '../schedules/drive-seen.ts';

/** What is remembered of a folder, so that it is never taken for another one of the same path. */
export interface FolderPlace {
  /** Absolute. */
  path: string;
  /** Where the file system that it is on was mounted. Once its disk is unplugged, the folder is on another one. */
  mountPoint: string;
  /** UUID of the file system, where known. */
  volumeId: string | null;
}

/** Looks at a folder that is there. Throws `destination_gone`, `destination_refused`. */
export async function findFolderPlace(
  path: string,
  dataDir: string,
): Promise<{ place: FolderPlace; check: PlaceCheck }> {
  const mountPoint = await findMountPoint(path);
  const check = await checkPlace(path, { dataDir, backupDirs: [] });
  if (check.reason === 'inside_data_dir')
    throw new AppError(
      'destination_refused',
      `${path} is inside the data directory: whatever happens to that happens to the backups too. Choose another folder.`,
    );
  return { place: { path, mountPoint, volumeId: check.volumeId }, check };
}

/**
 * Number of the file system that the folder is on. Throws `destination_gone` unless it is the one that is remembered: a
 * disk that is not mounted leaves an empty folder, on the disk of the database.
 */
export async function requirePlace(
  { path, mountPoint, volumeId }: FolderPlace,
  dataDir: string,
): Promise<number> {
  if ((await findMountPoint(path)) !== mountPoint) throw goneError(path);
  if (volumeId !== null) {
    const found = await checkPlace(path, { dataDir, backupDirs: [] });
    if (found.volumeId !== volumeId) throw found.volumeId === null ? goneError(path) : otherDriveError(path);
  }
  return await findFileSystem(path);
}

export async function findFileSystem(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return found.dev;
  } catch (error) {
    throw goneError(path, error);
  }
  throw new AppError('destination_gone', `${path} is not a folder.`);
}

export function goneError(path: string, cause?: unknown): AppError {
  return new AppError(
    'destination_gone',
    `${path} is not there, or the disk that it was on is not. Connect and mount the disk, then try again. Nothing was written in its place.`,
    { cause },
  );
}

function otherDriveError(path: string): AppError {
  return new AppError(
    'destination_gone',
    `Another drive is where the one with ${path} was. Connect that one, then try again. Nothing was written to the other.`,
  );
}

/** Whether the drive of a destination is there, whatever became of the folder on it; null where that cannot be told yet. */
export async function findDrivePlace(
  { mountPoint, volumeId }: FolderPlace,
  dataDir: string,
): Promise<DrivePlace | null> {
  const found = await findMountPoint(mountPoint).catch(() => null);
  if (found !== mountPoint) return 'away';
  if (volumeId === null) return 'here';
  const { volumeId: foundId } = await checkPlace(mountPoint, { dataDir, backupDirs: [] });
  // One that was pulled out without being unmounted has none, nor has one that the system has only begun to look at.
  if (foundId === null) return null;
  return foundId === volumeId ? 'here' : 'other';
}

/** Whether the system has a list of mounts, which asks no drive or share itself. */
export const hasMountList = process.platform === 'linux';

/**
 * A text that is another one once something else is mounted there. From the system's list of mounts, where it has one:
 * then no drive wakes up for it, and none that hangs holds it up.
 */
export async function readMountMark({ mountPoint }: FolderPlace): Promise<string> {
  if (!hasMountList) {
    const found = await stat(mountPoint).catch(() => null);
    return found === null ? '' : `${found.dev} ${found.ino}`;
  }
  const mount = findMount(mountPoint, listMounts(await readFile('/proc/self/mountinfo', 'utf8')));
  const { id = '', type = '', source = '' } = mount ?? {};
  // A stick that was out for a moment may have all of that again, but its device is another file.
  const device = source.startsWith('/dev/') ? await stat(source).catch(() => null) : null;
  return `${id} ${type} ${source} ${device?.ino ?? ''}`;
}

/** The uppermost folder that is still on the same file system. */
async function findMountPoint(path: string): Promise<string> {
  const fileSystem = await findFileSystem(path);
  let top = await realpath(path);
  while (dirname(top) !== top && (await findFileSystem(dirname(top))) === fileSystem) top = dirname(top);
  return top;
}
