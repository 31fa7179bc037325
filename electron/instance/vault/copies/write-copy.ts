import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AppError } from '../../app-error.ts';
import { writeNewFile } from '../custody/key-file.ts';
import { MAX_COPY_BYTES } from './read-copy.ts';

/**
 * Writes a copy to a place of the user's: whole or not at all, never over something, on the disk before it
 * returns. Throws `place_occupied`, `place_full`, `place_unusable`.
 */
export async function writeCopy(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeNewFile(path, bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'custody_conflict')
      throw new AppError('place_occupied', `${path} exists already and was left as it is.`, { cause: error });
    if (error.code === 'disk_full')
      throw new AppError('place_full', `There is no room for ${path}.`, { cause: error });
    throw new AppError('place_unusable', `${path} cannot be written. Nothing was left there.`, {
      cause: error,
    });
  }
}

/**
 * Reads a copy from where the user says. What comes back may be from the system's cache rather than the drive:
 * Node cannot drop it, which is why the user is asked to unplug the drive and plug it in again.
 *
 * Throws `not_found`, `place_unusable` (a directory, a device, over 1 MiB, unreadable).
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
      throw new AppError('not_found', `There is no file ${path}.`, { cause: error });
    throw new AppError('place_unusable', `${path} cannot be read (${code}).`, { cause: error });
  }
}
