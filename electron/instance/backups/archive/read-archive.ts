import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../../kernel/app-error.ts';
import { BACKUP_FOLDER, MANIFEST_FILE, MAX_MANIFEST_BYTES } from '../format/manifest.ts';
import { type BackupFiles, openFile } from '../reading/backup-files.ts';
import { damagedBackup } from '../reading/damaged-backup.ts';
import { parseManifestAt, type ReadManifest } from '../reading/read-manifest.ts';
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
 *
 * @param place for people, where that is not its path.
 */
export async function openArchive(path: string, place = path): Promise<Archive> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const { around, folder, entries } = await readIndex(file, size, place);
    return {
      names: [...entries.keys()],
      files: {
        place,
        folder,
        around,
        read: async (name, signal) => await openEntry({ path, place }, entries.get(name), name, signal),
      },
    };
  } finally {
    await file.close();
  }
}

/**
 * What the beginning of such a file says, before the rest of it is here: its manifest comes first. Throws `backup_damaged`,
 * `backup_newer`, and `invalid_request` for a beginning that has not all of it.
 */
export function readBeginning(bytes: Buffer, place: string): { files: BackupFiles; read: ReadManifest } {
  const entry = bytes.length < BLOCK ? null : parseEntry(bytes.subarray(0, BLOCK));
  const [, around, folder, name] = (entry && entry !== 'end' && PATH.exec(entry.path)) || [];
  if (!entry || entry === 'end' || around === undefined || folder === undefined || name !== MANIFEST_FILE)
    throw damagedBackup(place, 'archive');
  if (entry.sizeBytes > MAX_MANIFEST_BYTES) throw damagedBackup(place, 'manifest');
  const end = BLOCK + entry.sizeBytes;
  if (bytes.length < end)
    throw new AppError('invalid_request', `The first piece has at least ${end} bytes: all of the manifest.`);
  const manifest = bytes.subarray(BLOCK, end);
  const files: BackupFiles = {
    place,
    folder,
    around,
    read: async (wanted) => {
      throw new AppError('not_found', `There is no ${wanted} in ${place} yet.`);
    },
  };
  return { files, read: { manifest: parseManifestAt(files, manifest), bytes: manifest, mac: null } };
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
  { path, place }: { path: string; place: string },
  stored: Stored | undefined,
  name: string,
  signal: AbortSignal,
): Promise<Readable> {
  if (!stored) throw new AppError('not_found', `There is no ${name} in ${place}.`);
  if (stored.sizeBytes === 0) return Readable.from([]);
  const file = await openFile(path);
  return file.createReadStream({ start: stored.start, end: stored.start + stored.sizeBytes - 1, signal });
}
