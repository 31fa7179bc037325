import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { openArchive } from '../archive/read-archive.ts';
import { BACKUP_FOLDER, formatInstanceFolder, MAC_FILE, MANIFEST_FILE } from '../format/manifest.ts';
import { describeFoundGaps, findFoundGaps, NEWER_UNKNOWN } from '../listing/gaps.ts';
import { findInFolder } from '../reading/backup-files.ts';
import { damagedBackup } from '../reading/damaged-backup.ts';
import { readManifest } from '../reading/read-manifest.ts';
import { findStoredBackups, type StoredPlace } from './find-stored-backups.ts';
import { type ChosenBackup, type FoundBackup, type FoundBackups, INSTANCE_FOLDER } from './found-backups.ts';
import { refuseUpstream, UPSTREAM_METADATA } from './upstream-backup.ts';

export type { ChosenBackup, FoundBackup, FoundBackups };

/** So many are looked at, the newest by their names. */
const MAX_BACKUPS = 5000;

/**
 * Backups in a store, or at a place on this machine: one file, the folder of one, its manifest, the folder of an instance, or a
 * destination. What
 * else lies there is passed over. Throws `not_found` for a place without any, `place_unusable` for one that cannot be read.
 */
export async function findBackups(from: string | StoredPlace, signal: AbortSignal): Promise<FoundBackups> {
  if (typeof from !== 'string') return await findStoredBackups(from, signal);
  const place = resolve(from);
  if (basename(place) === MANIFEST_FILE) return await readAll([dirname(place)], signal);
  if (basename(place) === UPSTREAM_METADATA) await refuseUpstream(dirname(place));
  const isFile = (await lstat(place).catch(() => null))?.isFile() ?? false;
  if (isFile) return { backups: [await readArchive(place, signal)], unusable: [] };
  const entries = await list(place);
  if (entries.some(({ name }) => name === MANIFEST_FILE)) return await readAll([place], signal);
  const folders = await listFolders(place, entries);
  if (folders.length === 0) {
    await refuseUpstream(place);
    throw new AppError(
      'not_found',
      `There is no backup in ${place}: give the folder of one, its ${MANIFEST_FILE}, or a folder with backups in ${formatInstanceFolder('…')}.`,
    );
  }
  return await readAll(folders, signal);
}

/**
 * One file. It has what the manifest names, and nothing else.
 *
 * @param place for people, where that is not its path.
 */
export async function readArchive(path: string, signal: AbortSignal, place = path): Promise<FoundBackup> {
  const { files, names } = await openArchive(path, place);
  const read = await readManifest(files, signal).catch((error: unknown) => {
    throw hasCode(error, 'not_found') ? damagedBackup(place, 'archive', error) : error;
  });
  const wanted = [MANIFEST_FILE, MAC_FILE, ...read.manifest.parts.map(({ name }) => name)];
  const isExtra = names.some((name) => !wanted.includes(name));
  if (isExtra || read.manifest.parts.some(({ name }) => !names.includes(name)))
    throw damagedBackup(place, 'archive');
  return { files, read };
}

/** Those of a destination, or of one instance at it. */
async function listFolders(place: string, entries: Dirent[]): Promise<string[]> {
  const own = entries.filter((entry) => entry.isDirectory() && BACKUP_FOLDER.test(entry.name));
  const found = own.map(({ name }) => join(place, name));
  for (const entry of entries) {
    if (!entry.isDirectory() || !INSTANCE_FOLDER.test(entry.name)) continue;
    const below = join(place, entry.name);
    for (const { name } of (await list(below)).filter(
      (inner) => inner.isDirectory() && BACKUP_FOLDER.test(inner.name),
    ))
      found.push(join(below, name));
  }
  // A name begins with the time.
  return found.sort((a, b) => (basename(a) < basename(b) ? 1 : -1)).slice(0, MAX_BACKUPS);
}

async function readAll(folders: readonly string[], signal: AbortSignal): Promise<FoundBackups> {
  const found: FoundBackups = { backups: [], unusable: [] };
  for (const folder of folders) {
    signal.throwIfAborted();
    const files = findInFolder(folder);
    try {
      found.backups.push({ files, read: await readManifest(files, signal) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // A folder without a manifest is no backup: its writing was interrupted.
      if (!hasCode(error, 'not_found') || folders.length === 1)
        found.unusable.push({ place: files.place, error });
    }
  }
  found.backups.sort((a, b) => b.read.manifest.takenAt - a.read.manifest.takenAt);
  return found;
}

async function list(place: string): Promise<Dirent[]> {
  try {
    return await readdir(place, { withFileTypes: true });
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new AppError(
        'not_found',
        `There is no folder ${place}. If it is on a drive, plug the drive in.`,
        { cause },
      );
    throw new AppError('place_unusable', `${place} cannot be read (${code}).`, { cause });
  }
}

/**
 * The one to restore: the newest of this instance, or of the only one there. Throws `backup_of_other_instance` where none
 * is of this instance, `conflict` for several instances, and why the only one there cannot be used.
 *
 * @param instanceId of the data directory that it is for; null for a new one.
 */
export function chooseBackup(found: FoundBackups, instanceId: string | null): ChosenBackup {
  const chosen = findChosen(found, instanceId);
  const { writerId } = chosen.read.manifest;
  const gaps = findFoundGaps(found.backups.map(({ read }) => read.manifest));
  const own = gaps.filter((gap) => gap.writerId === writerId);
  const foundNote = [...describeFoundGaps(own, found.unusable.length), NEWER_UNKNOWN].join(' ');
  return { ...chosen, foundNote };
}

function findChosen({ backups, unusable }: FoundBackups, instanceId: string | null): FoundBackup {
  const [newest] = backups;
  if (!newest) throw unusable[0]?.error ?? new AppError('not_found', 'There is no backup.');
  if (instanceId !== null) {
    const own = backups.find(({ read }) => read.manifest.instanceId === instanceId);
    if (own) return own;
    throw new AppError(
      'backup_of_other_instance',
      `The backup ${newest.files.place} is of the instance ${newest.read.manifest.instanceId}, and this data directory is of ${instanceId}. Restore it into a new, empty data directory: --data-dir DIR. Nothing was changed.`,
      { details: { found: newest.read.manifest.instanceId, here: instanceId } },
    );
  }
  const others = new Set(backups.map(({ read }) => read.manifest.instanceId));
  if (others.size === 1) return newest;
  throw new AppError(
    'conflict',
    `There are backups of ${others.size} instances: give the folder of one of them, ${[...others].map(formatInstanceFolder).join(' or ')}.`,
  );
}
