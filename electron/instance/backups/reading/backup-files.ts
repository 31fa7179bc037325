import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../../kernel/app-error.ts';
import type { Destination } from '../destinations/destination.ts';

/** At once, of a part that may be gigabytes. */
const READ_BYTES = 1024 * 1024;

/** The files of one stored backup, wherever they are. */
export interface BackupFiles {
  /** Where it is, for people. */
  place: string;
  /** Name of its folder. */
  folder: string;
  /** Name of the folder around it. */
  around: string;
  /** Throws `not_found` for a file that is not there, and what its place throws. */
  read(name: string, signal: AbortSignal): Promise<Readable>;
}

/** @param path `temps-<instance id>/<backup>`, below the destination. */
export function findAtDestination(destination: Destination, path: string, place: string): BackupFiles {
  return {
    place,
    folder: basename(path),
    around: basename(dirname(path)),
    read: (name, signal) => destination.read(`${path}/${name}`, signal),
  };
}

/** A folder of this machine. */
export function findInFolder(path: string): BackupFiles {
  const place = resolve(path);
  return {
    place,
    folder: basename(place),
    around: basename(dirname(place)),
    async read(name, signal) {
      const file = await openFile(join(place, name));
      return file.createReadStream({ signal, highWaterMark: READ_BYTES });
    },
  };
}

/**
 * SECURITY: a link leads elsewhere, and a pipe or device never ends or never begins: only a file itself is read. Not
 * blocking, so that a pipe does not hold a thread before it is known to be one.
 */
export async function openFile(path: string): Promise<FileHandle> {
  // Windows has neither flag, and no such files.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code))
      throw new AppError('not_found', `There is no file ${path}.`, { cause });
    if (code !== 'ELOOP')
      throw new AppError('place_unusable', `${path} cannot be read (${code}).`, { cause });
  }
  throw new AppError('place_unusable', `${path} is not a file.`);
}
