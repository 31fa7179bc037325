import { randomBytes } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, opendir, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../../kernel/app-error.ts';
import { explainReadOnly, isGone } from '../../vault/copies/write-copy.ts';
import { giveName, syncFolder } from '../../vault/custody/key-file.ts';
import { type Destination, INSTANCE_PREFIX, type StoredFile } from './destination.ts';
import { FOLDER_SILENT_MS, whileItAnswers } from './folder-deadline.ts';
import { type FolderPlace, findFileSystem, goneError, requirePlace } from './folder-place.ts';

/** What is below an instance's folder, and no deeper: what is foreign may be anything. */
const MAX_DEPTH = 3;
/** More than this is not listed at all: a list that leaves something out could hide a backup. */
const MAX_FILES = 200_000;
/** Of one step in a path: what we write, and what may be found where we write. */
const STEP = /^[\w][\w.-]{0,150}$/;
/** At once, of a part that may be gigabytes. */
const READ_BYTES = 1024 * 1024;
/** On a drive that takes 2 MB a second, half a minute. */
const SYNC_BYTES = 64 * 1024 * 1024;
/** Far below what a folder may be silent. */
const STILL_WAITING_MS = 100;
const PARTIAL = '.partial-';
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

interface Listing {
  signal: AbortSignal;
  goOn: () => void;
}

/**
 * A folder that is mounted here. SECURITY: the folder itself is never created, and nothing is written once it is on
 * another file system than it was. A link below it is listed, and never followed.
 */
export function openFolder(
  place: FolderPlace,
  dataDir: string,
  silentMs: number = FOLDER_SILENT_MS,
): Destination {
  const named = <T>(work: (goOn: () => void, givenUp: AbortSignal) => Promise<T>) =>
    withNames(place.path, () => whileItAnswers(place.path, silentMs, work));
  const toFile = (path: string) => join(place.path, ...requireSteps(path));

  /** Throws for a link on the way: it leads elsewhere. */
  async function requireFolders(path: string): Promise<void> {
    const steps = requireSteps(path).slice(0, -1);
    for (let at = 1; at <= steps.length; at++) {
      const folder = join(place.path, ...steps.slice(0, at));
      const found = await lstat(folder);
      if (!found.isDirectory())
        throw new AppError('destination_refused', `${folder} is not a folder. It was not touched.`);
    }
  }

  async function makeFolders(path: string): Promise<void> {
    const steps = requireSteps(path).slice(0, -1);
    for (let at = 1; at <= steps.length; at++) {
      const folder = join(place.path, ...steps.slice(0, at));
      try {
        await mkdir(folder, { mode: 0o700 });
        await syncFolder(dirname(folder));
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
    await requireFolders(path);
  }

  async function listInto(found: StoredFile[], path: string, depth: number, under: Listing) {
    let entries: AsyncIterable<Dirent>;
    try {
      entries = await opendir(path === '' ? place.path : toFile(path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    for await (const entry of entries) {
      under.signal.throwIfAborted();
      under.goOn();
      if (path === '' && !entry.name.startsWith(INSTANCE_PREFIX)) continue;
      const own = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH && STEP.test(entry.name)) {
        await listInto(found, own, depth + 1, under);
        continue;
      }
      if (found.length >= MAX_FILES)
        throw new AppError('destination_refused', `${place.path} holds more than ${MAX_FILES} files.`);
      const info = await lstat(join(place.path, own)).catch(() => null);
      if (info) found.push({ path: own, sizeBytes: info.size });
    }
  }

  return {
    async list(folder, signal) {
      return await named(async (goOn) => {
        await requirePlace(place, dataDir);
        const found: StoredFile[] = [];
        // SECURITY: the folder itself may be a link that somebody put there.
        if (folder !== '') {
          const info = await lstat(toFile(folder)).catch(() => null);
          if (!info?.isDirectory()) return [];
        }
        await listInto(found, folder, folder === '' ? 0 : folder.split('/').length, { signal, goOn });
        return found;
      });
    },

    async read(path, signal) {
      return await named(async () => {
        await requirePlace(place, dataDir);
        const file = toFile(path);
        try {
          await requireFolders(path);
          // O_NONBLOCK: a named pipe must not hang.
          const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
          if (!(await handle.stat()).isFile()) {
            await handle.close();
            throw new AppError('destination_refused', `${file} is not a file. It was not read.`);
          }
          const content = handle.createReadStream({ signal, highWaterMark: READ_BYTES });
          return Readable.from(reading(content), { objectMode: false });
        } catch (error) {
          if (codeOf(error) === 'ENOENT')
            throw new AppError('not_found', `There is no file ${file}.`, { cause: error });
          if (codeOf(error) === 'ELOOP')
            throw new AppError('destination_refused', `${file} is a link. It was not followed.`);
          throw error;
        }
      });
    },

    async write(path, content, signal) {
      await named(async (goOn, givenUp) => {
        const file = toFile(path);
        const fileSystem = await requirePlace(place, dataDir);
        await makeFolders(path);
        const partial = join(dirname(file), `${PARTIAL}${randomBytes(6).toString('hex')}`);
        try {
          const handle = await open(partial, 'wx', 0o600);
          try {
            await writeAll(handle, content, goOn, AbortSignal.any([signal, givenUp]));
          } finally {
            await handle.close();
          }
          if ((await findFileSystem(place.path)) !== fileSystem) throw goneError(place.path);
          await giveName(partial, file);
          await syncFolder(dirname(file));
        } catch (error) {
          // On a drive that is gone this fails too; the first error is the one to be said.
          await rm(partial, { force: true }).catch(() => undefined);
          await removeEmpty(path);
          throw error;
        }
        if ((await findFileSystem(place.path)) !== fileSystem) throw goneError(place.path);
      });
    },

    async remove(path) {
      await named(async () => {
        await requirePlace(place, dataDir);
        try {
          await requireFolders(path);
          const found = await lstat(toFile(path));
          if (!found.isFile())
            throw new AppError('destination_refused', `${toFile(path)} is not a file. It was not removed.`);
          await unlink(toFile(path));
          await syncFolder(dirname(toFile(path)));
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error;
        }
        await removeEmpty(path);
      });
    },

    // A file that is being written is listed, under a name of its own.
    async endWrites() {},
  };

  /** One piece after the other: each may be the one that does not come. */
  async function* reading(content: Readable): AsyncGenerator<Uint8Array> {
    const pieces = content[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      for (;;) {
        const piece = await named(() => pieces.next());
        if (piece.done) return;
        yield piece.value;
      }
    } finally {
      content.destroy();
    }
  }

  /** What holds anything, also of others, stays. */
  async function removeEmpty(path: string): Promise<void> {
    for (let steps = requireSteps(path).slice(0, -1); steps.length > 0; steps = steps.slice(0, -1)) {
      const folder = join(place.path, ...steps);
      try {
        await rmdir(folder);
        await syncFolder(dirname(folder));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') return;
      }
    }
  }
}

/** Synced at its end, and now and then: all of a large file at once, on a slow drive, could not be told from one that hangs. */
async function writeAll(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  goOn: () => void,
  signal: AbortSignal,
): Promise<void> {
  let unsynced = 0;
  for await (const piece of withoutWaiting(content, goOn)) {
    signal.throwIfAborted();
    goOn();
    // Whole, however little of it the system takes at once.
    await handle.writeFile(piece);
    unsynced += piece.length;
    if (unsynced < SYNC_BYTES) continue;
    await handle.datasync();
    unsynced = 0;
  }
  signal.throwIfAborted();
  goOn();
  await handle.sync();
}

/** What the content takes to come is no silence of the folder's: it may be packed meanwhile. */
async function* withoutWaiting(
  content: AsyncIterable<Uint8Array>,
  goOn: () => void,
): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const waiting = setInterval(goOn, STILL_WAITING_MS);
      const piece = await pieces.next().finally(() => clearInterval(waiting));
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    await pieces.return?.();
  }
}

/** SECURITY: no path leads out of the folder, whatever a manifest or a list says. */
function requireSteps(path: string): string[] {
  const steps = path.split('/');
  const isOurs = (step: string) => STEP.test(step) || (step.startsWith(PARTIAL) && STEP.test(step.slice(1)));
  if (steps.every(isOurs)) return steps;
  throw new AppError('destination_refused', 'This is no path of a file in a backup.');
}

async function withNames<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toNamed(root, error);
  }
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}

/** What the system answered, as what it means for a backup there. An end that was asked for stays what it is. */
function toNamed(root: string, error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof AppError || code === '' || code === 'ABORT_ERR') return error;
  if (FULL.has(code))
    return new AppError(
      'destination_full',
      `There is not enough space in ${root}. Nothing was left there: free some space, or choose another place.`,
      { cause: error },
    );
  // What was looked at a moment ago is not there.
  if (code === 'ENOENT' || isGone(code)) return goneError(root, error);
  if (code === 'EROFS') return new AppError('destination_refused', explainReadOnly(root), { cause: error });
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? `This account may not write to ${root}, or read what is there (${code}).`
      : code === 'EEXIST'
        ? `There is a file of that name in ${root} already. It was not changed.`
        : `${root} cannot be used (${code}).`;
  return new AppError('destination_refused', why, { cause: error });
}
