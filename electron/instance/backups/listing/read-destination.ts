import { AppError, type ErrorCode } from '../../kernel/app-error.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { Destination } from '../destinations/destination.ts';
import { type KnownDestination, openDestination } from '../destinations/destinations.ts';
import { BACKUP_FOLDER, formatInstanceFolder, MANIFEST_FILE, type Manifest } from '../format/manifest.ts';
import { findAtDestination } from '../reading/backup-files.ts';
import { listHeldKeys } from '../reading/held-keys.ts';
import { isSigned, readManifest } from '../reading/read-manifest.ts';

/** What is at a destination in the folder of this instance. */
export interface FoundThere {
  /** Backups that a key of this instance vouches for, by folder. */
  signed: Map<string, Manifest>;
  /** Folders with a manifest that is not to be used: damaged, newer, of another instance, or vouched for by nobody here. */
  unusable: string[];
  /** Folders named as backups without a manifest, with when they say they were begun. */
  unfinished: { folder: string; begunAt: number }[];
}

/** What says that one manifest cannot be used; anything else says that the destination cannot. Not found: it went meanwhile. */
const OF_THIS_ONE: readonly ErrorCode[] = [
  'backup_damaged',
  'backup_newer',
  'not_found',
  'destination_refused',
];
/** More than this are of no instance. */
const MAX_BACKUPS = 5000;

/**
 * Reads every manifest there. SECURITY: who can write to the destination can write what looks like a backup: only what a
 * key of this instance vouches for, and lies where it says, is one. Throws what the destination does.
 */
export async function readDestination(
  core: BackupsCore,
  known: KnownDestination,
  signal: AbortSignal,
): Promise<FoundThere> {
  const destination = openDestination(core, known);
  const root = formatInstanceFolder(core.ctx.store.identity.id);
  const byFolder = groupByFolder(root, await destination.list(root, signal));
  if (byFolder.size > MAX_BACKUPS)
    throw new AppError('destination_refused', `${known.name} holds more than ${MAX_BACKUPS} backups.`);
  const found: FoundThere = { signed: new Map(), unusable: [], unfinished: [] };
  for (const [folder, files] of byFolder) {
    signal.throwIfAborted();
    const path = `${root}/${folder}`;
    if (!files.includes(MANIFEST_FILE)) {
      found.unfinished.push({ folder: path, begunAt: parseBegun(folder) });
      continue;
    }
    const manifest = await readSigned(core, destination, path, signal);
    if (manifest) found.signed.set(path, manifest);
    else found.unusable.push(path);
  }
  return found;
}

/** Names of the files in each folder that is called as a backup is; anything else is somebody else's. */
function groupByFolder(root: string, files: readonly { path: string }[]): Map<string, string[]> {
  const byFolder = new Map<string, string[]>();
  for (const { path } of files) {
    const [folder = '', name = '', ...deeper] = path.slice(root.length + 1).split('/');
    if (!BACKUP_FOLDER.test(folder) || name === '') continue;
    const names = byFolder.get(folder) ?? [];
    byFolder.set(folder, names);
    if (deeper.length === 0) names.push(name);
  }
  return byFolder;
}

/** `20261128T203700Z-…`. */
function parseBegun(folder: string): number {
  const [, date, hour, minute, second] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z/.exec(folder) ?? [];
  const day = date?.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');
  // What is no time is of no time that has passed.
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`) || Number.POSITIVE_INFINITY;
}

async function readSigned(
  core: BackupsCore,
  destination: Destination,
  path: string,
  signal: AbortSignal,
): Promise<Manifest | null> {
  try {
    const read = await readManifest(findAtDestination(destination, path, path), signal);
    const isOurs = read.manifest.instanceId === core.ctx.store.identity.id;
    return isOurs && listHeldKeys(core).some((key) => isSigned(read, key)) ? read.manifest : null;
  } catch (error) {
    if (error instanceof AppError && OF_THIS_ONE.includes(error.code)) return null;
    throw error;
  }
}
