import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { checkPlace, type PlaceCheck } from '../../vault/copies/places.ts';

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
    if (found.volumeId !== volumeId) throw goneError(path);
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

/** The uppermost folder that is still on the same file system. */
async function findMountPoint(path: string): Promise<string> {
  const fileSystem = await findFileSystem(path);
  let top = await realpath(path);
  while (dirname(top) !== top && (await findFileSystem(dirname(top))) === fileSystem) top = dirname(top);
  return top;
}
