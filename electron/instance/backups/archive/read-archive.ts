import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../../kernel/app-error.ts';
import { BACKUP_FOLDER } from '../format/manifest.ts';
import { type BackupFiles, openFile } from '../reading/backup-files.ts';
import { damagedBackup } from '../reading/damaged-backup.ts';
import { type ArchiveEntry, BLOCK, MAX_TRAILING, paddingOf, parseEntry } from './archive-format.ts';

/** More parts than a manifest may have, its signature and itself. */
const MAX_ENTRIES = 1002;
const PATH = /^(temps-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([^/]+)\/([a-z0-9][a-z0-9.-]{0,99})$/;

interface Stored {
  start: number;
  sizeBytes: number;
}

/** The files of a backup in one file, and their names. */
export interface Archive {
  files: BackupFiles;
  names: readonly string[];
}

/**
 * The files of a backup in a tar, read where they lie: nothing is unpacked but what the manifest names, as from a folder.
 * SECURITY: only headers are looked at, and no more of them than a backup has; a name, type, size or order that this program
 * does not write is `backup_damaged`. Throws `not_found`, `place_unusable`.
 */
export async function openArchive(place: string): Promise<Archive> {
  const file = await openFile(place);
  try {
    const { size } = await file.stat();
    const { around, folder, entries } = await readIndex(file, size, place);
    return {
      names: [...entries.keys()],
      files: {
        place,
        folder,
        around,
        read: async (name, signal) => await openEntry(place, entries.get(name), name, signal),
      },
    };
  } finally {
    await file.close();
  }
}

async function readIndex(file: FileHandle, size: number, place: string) {
  const refuse = () => damagedBackup(place, 'archive');
  const entries = new Map<string, Stored>();
  let where: { around: string; folder: string } | null = null;
  for (let at = 0; ; ) {
    const entry = await readEntry(file, at, size);
    if (entry === 'end') {
      // What `tar` fills up with is short.
      if (where === null || size - at > MAX_TRAILING || !(await isZero(file, at, size))) throw refuse();
      return { ...where, entries };
    }
    const [, around, folder, name] = (entry && PATH.exec(entry.path)) ?? [];
    if (!entry || around === undefined || folder === undefined || name === undefined) throw refuse();
    if (!BACKUP_FOLDER.test(folder) || entries.has(name) || entries.size >= MAX_ENTRIES) throw refuse();
    if (where !== null && (where.around !== around || where.folder !== folder)) throw refuse();
    where = { around, folder };
    const start = at + BLOCK;
    at = start + entry.sizeBytes + paddingOf(entry.sizeBytes);
    if (at > size) throw refuse();
    entries.set(name, { start, sizeBytes: entry.sizeBytes });
  }
}

async function readEntry(file: FileHandle, at: number, size: number): Promise<ArchiveEntry | 'end' | null> {
  if (at + BLOCK > size) return null;
  const block = Buffer.alloc(BLOCK);
  const { bytesRead } = await file.read(block, 0, BLOCK, at);
  return bytesRead === BLOCK ? parseEntry(block) : null;
}

async function isZero(file: FileHandle, at: number, size: number): Promise<boolean> {
  const rest = Buffer.alloc(size - at);
  await file.read(rest, 0, rest.length, at);
  return rest.length >= 2 * BLOCK && rest.every((byte) => byte === 0);
}

async function openEntry(
  place: string,
  stored: Stored | undefined,
  name: string,
  signal: AbortSignal,
): Promise<Readable> {
  if (!stored) throw new AppError('not_found', `There is no ${name} in ${place}.`);
  if (stored.sizeBytes === 0) return Readable.from([]);
  const file = await openFile(place);
  return file.createReadStream({ start: stored.start, end: stored.start + stored.sizeBytes - 1, signal });
}
