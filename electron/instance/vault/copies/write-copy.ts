import { constants } from 'node:fs';
import { access, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { writeNewFile } from '../custody/key-file.ts';
import { MAX_COPY_BYTES } from './reading/copy-reader.ts';

/**
 * Error codes of a drive that was unplugged, whose driver ended, or that is broken. ENOENT too while
 * writing: the folder was there when the place was looked at.
 */
const GONE = new Set(['EIO', 'ENOTCONN', 'ENODEV', 'ENXIO', 'ESTALE', 'ECONNABORTED', 'EHOSTDOWN']);

/** Whether a system's error says that the drive itself does not answer any more. */
export function isGone(code: string): boolean {
  return GONE.has(code);
}

/**
 * Writes a copy to a place of the user: completely or not at all, never overwriting anything, and synced to disk
 * before it returns. Throws `place_occupied`, `place_full`, `place_read_only`, `place_gone`, `place_unusable`.
 */
export async function writeCopy(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeNewFile(path, bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'custody_conflict') throw occupiedError(path, error);
    if (error.code === 'disk_full')
      throw new AppError(
        'place_full',
        `There is not enough space for ${path}. Nothing was left there: free some space, or choose another place.`,
        { cause: error },
      );
    const { code = '' } = error.cause as NodeJS.ErrnoException;
    if (code === 'EROFS') throw new AppError('place_read_only', explainReadOnly(path), { cause: error });
    if (code === 'ENOENT' || isGone(code)) throw goneError(path, error);
    throw new AppError('place_unusable', `${path} cannot be written (${code}). Nothing was left there.`, {
      cause: error,
    });
  }
}

const occupiedError = (path: string, cause?: unknown) =>
  new AppError('place_occupied', `${path} already exists and was not changed.`, { cause });

/** Throws for a file that is there already, or whose folder takes none: `place_occupied`, `place_unusable`, `place_read_only`. */
export async function requireFreeFile(path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw occupiedError(path);
  await access(dirname(path), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EROFS')
      throw new AppError('place_read_only', explainReadOnly(path), { cause: error });
    throw new AppError('place_unusable', `This account cannot write to ${dirname(path)}.`, { cause: error });
  });
}

/** What to do about a drive that cannot be written. */
export function explainReadOnly(path: string): string {
  return `${path} is on a write-protected drive. Unlock the switch on its side, or mount it writable.`;
}

/** `place_gone`: a drive that went while a copy was written to it or read from it. */
export function goneError(path: string, cause?: unknown): AppError {
  return new AppError(
    'place_gone',
    `The drive with ${path} stopped responding: was it unplugged? Nothing there was counted as a copy. Plug it in again; if the file is there, verify it, otherwise write it again.`,
    { cause },
  );
}

/** Number of the file system that the folder of a path is on. Throws `place_gone` when there is no such folder. */
export async function findFileSystem(path: string): Promise<number> {
  try {
    return (await stat(dirname(path))).dev;
  } catch (error) {
    throw goneError(path, error);
  }
}

/**
 * Reads a copy from where the user says. What comes back may be from the system's cache rather than the drive:
 * Node cannot drop it, which is why the user is asked to unplug the drive and plug it in again.
 *
 * Throws `not_found`, `place_gone`, `place_unusable` (a directory, a device, over 1 MiB, unreadable).
 */
export async function readBack(path: string): Promise<Uint8Array> {
  try {
    // O_NONBLOCK: a named pipe must not hang the request.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await file.stat();
      if (!info.isFile()) throw new AppError('place_unusable', `${path} is not a file.`);
      if (info.size > MAX_COPY_BYTES)
        throw new AppError('place_unusable', `${path} is too large to be a copy of a key.`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AppError('not_found', `There is no file ${path}. If it is on a drive, plug the drive in.`, {
        cause: error,
      });
    if (isGone(code ?? '')) throw goneError(path, error);
    throw new AppError('place_unusable', `${path} cannot be read (${code}).`, { cause: error });
  }
}
