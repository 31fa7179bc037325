import { AppError, hasCode } from '../../kernel/app-error.ts';
import { openBucket } from '../destinations/buckets.ts';
import type { Destination } from '../destinations/destination.ts';
import {
  formatS3Place,
  type GivenS3Place,
  parseS3Place,
  type S3Credentials,
} from '../destinations/s3/s3-place.ts';
import { BACKUP_FOLDER, MANIFEST_FILE } from '../format/manifest.ts';
import { findAtDestination } from '../reading/backup-files.ts';
import { readManifest } from '../reading/read-manifest.ts';
import { type FoundBackups, INSTANCE_FOLDER } from './found-backups.ts';

/** So many are looked at, the newest by their names, and so many at once. */
const MAX_BACKUPS = 5000;
const AT_ONCE = 8;

/** A place that is no folder of this machine. */
export interface StoredPlace {
  destination: Destination;
  /** For people. */
  place: string;
  /** Below the destination, where one backup or the folder of one instance was given: `temps-<id>[/<backup>]`. */
  below: string;
}

/**
 * A place in an S3 store, as a person gives it: a bucket, a prefix in it, or the folder of an instance or of a backup there.
 * Calls nothing yet. Throws `invalid_request`.
 */
export function openGivenBucket(given: GivenS3Place, credentials: S3Credentials): StoredPlace {
  const place = parseS3Place(given);
  const steps = place.prefix.split('/');
  const at = steps.findIndex((step) => INSTANCE_FOLDER.test(step));
  const prefix = at < 0 ? place.prefix : steps.slice(0, at).join('/');
  const below =
    at < 0
      ? ''
      : steps
          .slice(at)
          .filter((step) => step !== MANIFEST_FILE)
          .join('/');
  return {
    destination: openBucket({ ...place, prefix }, credentials),
    place: formatS3Place({ ...place, prefix }),
    below,
  };
}

/** As `findBackups` does in a folder. Throws `not_found` for a place without any, and what the place does. */
export async function findStoredBackups(
  { destination, place, below }: StoredPlace,
  signal: AbortSignal,
): Promise<FoundBackups> {
  const files = await destination.list(below, signal);
  const folders = files
    .filter(({ path }) => path.endsWith(`/${MANIFEST_FILE}`))
    .map(({ path }) => path.slice(0, -MANIFEST_FILE.length - 1))
    .filter(isBackupFolder)
    // A name begins with the time.
    .sort((a, b) => (nameOf(a) < nameOf(b) ? 1 : -1))
    .slice(0, MAX_BACKUPS);
  if (folders.length === 0)
    throw new AppError(
      'not_found',
      `There is no backup in ${below === '' ? place : `${place}/${below}`}: give the bucket and the prefix that backups go to.`,
    );
  const found: FoundBackups = { backups: [], unusable: [] };
  for (let at = 0; at < folders.length; at += AT_ONCE)
    await Promise.all(
      folders
        .slice(at, at + AT_ONCE)
        .map((folder) => readInto(found, { destination, place, folder }, signal)),
    );
  found.backups.sort((a, b) => b.read.manifest.takenAt - a.read.manifest.takenAt);
  return found;
}

const nameOf = (folder: string) => folder.slice(folder.indexOf('/') + 1);

function isBackupFolder(path: string): boolean {
  const [instance = '', backup = '', ...more] = path.split('/');
  return more.length === 0 && INSTANCE_FOLDER.test(instance) && BACKUP_FOLDER.test(backup);
}

async function readInto(
  found: FoundBackups,
  { destination, place, folder }: { destination: Destination; place: string; folder: string },
  signal: AbortSignal,
): Promise<void> {
  const files = findAtDestination(destination, folder, `${place}/${folder}`);
  try {
    found.backups.push({ files, read: await readManifest(files, signal) });
  } catch (error) {
    // What the store does is no matter of one backup; one that was deleted meanwhile is none.
    if (!(error instanceof AppError) || error.code.startsWith('destination_')) throw error;
    if (!hasCode(error, 'not_found')) found.unusable.push({ place: files.place, error });
  }
}
