import { randomBytes } from 'node:crypto';
import { constants, existsSync, fstatSync, type Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';

/** An age file with one recipient and 64 digits is under 1 KiB; a mount with a dozen keys too. */
const MAX_FILE_BYTES = 16 * 1024;
/** Marks a file being written. Never read as a key. */
export const PARTIAL_MARK = '.partial-';

/** What link() answers where the file system has no links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
/** What fsync() of a folder answers where the file system has no such thing. A disk that fails answers otherwise. */
const NO_FOLDER_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** `bytes` are the caller's, to be filled with zeros when done. */
export type KeyFileReading =
  | { outcome: 'read'; bytes: Buffer; wasLoose: boolean }
  | { outcome: 'missing' }
  | { outcome: 'refused'; detail: string };

export interface KeyFileRules {
  /** True for a mount from a secrets manager, whose files are symlinks by nature. */
  followSymlinks: boolean;
  /** Tighten group and other permissions to 0600. */
  repairMode: boolean;
}

/**
 * Reads a small file that should hold a key. Throws `key_file_unsafe` for a directory, a symlink, another kind
 * of file, one of another user, or one too large to be a key.
 */
export async function readKeyFile(path: string, rules: KeyFileRules): Promise<KeyFileReading> {
  let file: FileHandle;
  try {
    // SECURITY: O_NOFOLLOW, so that nobody swaps the file for a link between a check and the read;
    // O_NONBLOCK, so that a named pipe does not hang the start.
    const flags =
      constants.O_RDONLY | constants.O_NONBLOCK | (rules.followSymlinks ? 0 : constants.O_NOFOLLOW);
    file = await open(path, flags);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { outcome: 'missing' };
    if (code === 'ELOOP') throw unsafe(path, 'is a symbolic link; put the key file itself there');
    return { outcome: 'refused', detail: `${path} cannot be read (${code}).` };
  }
  try {
    const info = fstatSync(file.fd);
    requireSafe(path, info);
    const isLoose = process.platform !== 'win32' && isOpenToOthers(info, rules);
    const isRepaired = isLoose && rules.repairMode && (await repairMode(file));
    return {
      outcome: 'read',
      bytes: await readSmall(file, path),
      wasLoose: isLoose && (isRepaired || !rules.repairMode),
    };
  } finally {
    await file.close();
  }
}

/**
 * On a mount the bits of root's own group are none of others: systemd lets one account read a credential by an access
 * list, and the file system shows that list's mask as the group's bits.
 */
function isOpenToOthers({ mode, gid }: Stats, { repairMode }: KeyFileRules): boolean {
  const isGroupTrusted = !repairMode && gid === 0;
  return (mode & (isGroupTrusted ? 0o007 : 0o077)) !== 0;
}

/** False on a disk that takes no writes: its keys are read all the same. */
async function repairMode(file: FileHandle): Promise<boolean> {
  try {
    await file.chmod(0o600);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') return false;
    throw error;
  }
}

/** SECURITY: into one buffer: what Node reads by itself is copied, and its first place never wiped. */
async function readSmall(file: FileHandle, path: string): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length === buffer.length) throw tooLarge(path);
  }
}

function tooLarge(path: string): AppError {
  return new AppError('key_file_invalid', `${path} is too large to be a key.`);
}

function requireSafe(path: string, info: Stats): void {
  if (info.isDirectory()) throw unsafe(path, 'is a directory');
  if (!info.isFile()) throw unsafe(path, 'is not a regular file');
  const uid = process.getuid?.();
  // Root's files are as trusted as the system itself: secrets managers mount them so.
  if (uid !== undefined && info.uid !== uid && info.uid !== 0)
    throw unsafe(
      path,
      'belongs to another user: give it to yours, or on FAT and exFAT mount the drive as yours',
    );
  if (info.size > MAX_FILE_BYTES) throw tooLarge(path);
}

function unsafe(path: string, why: string): AppError {
  return new AppError('key_file_unsafe', `${path} ${why}.`);
}

/**
 * Writes a file that must not exist yet: under a name of its own first, 0600, synced, then linked to its place,
 * which fails rather than overwrite, and the folder synced. A kill leaves the whole file or none under its name, and
 * maybe a second one under the partial name: see partial-files.ts.
 *
 * Throws `custody_conflict` when something is there, `disk_full`, `custody_refused`.
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  await withPartial(path, bytes, (partial) => giveName(partial, path));
}

/** Gives a finished file its name, never in the place of something else: then it throws `EEXIST`, as the system does. */
export async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
    await unlink(partial);
  } catch (error) {
    // FAT, exFAT and some network drives have no links: look, then rename. Between the two someone could put
    // a file there; on a drive that one person plugged in, that is the same person.
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (await isTaken(path)) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    await rename(partial, path);
  }
}

/** As writeNewFile, but atomically takes the place of what is there. The caller has kept that elsewhere. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await withPartial(path, bytes, (partial) => rename(partial, path));
}

async function withPartial(
  path: string,
  bytes: Uint8Array,
  place: (partial: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const prefix = `.${basename(path)}${PARTIAL_MARK}`;
  const partial = join(folder, `${prefix}${randomBytes(6).toString('hex')}`);
  try {
    await sweepPartials(folder, prefix);
    const file = await open(partial, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(partial);
    await syncFolder(folder);
  } catch (error) {
    // On a drive that is gone this fails too; the first error is the one to be said.
    await rm(partial, { force: true }).catch(() => undefined);
    throw asWriteError(error, path);
  }
}

/** What a kill during an earlier write left behind: a key without a name. */
async function sweepPartials(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
  }
}

/** Removes a file and makes the removal last; fine when there is none. Throws `custody_refused`. */
export async function removeFile(path: string): Promise<void> {
  if (!existsSync(path)) return;
  try {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError('custody_refused', `${path} cannot be removed (${code}).`, { cause: error });
  }
}

/** Gives a file another name in its folder and makes that last. Throws as writeNewFile does. */
export async function renameFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
  } catch (error) {
    throw asWriteError(error, to);
  }
}

/**
 * A new name is safe only once its folder is on the disk. Windows has no such call, and needs none on NTFS; some
 * network drives and FUSE file systems have none either. Throws what a disk that fails answers.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Files in a folder whose name fits, partial ones left out. Missing folder: none. */
export async function listFiles(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => pattern.test(name)).sort();
}

/** Whether anything at all has this name, a dangling link included. */
export async function isTaken(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

function asWriteError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof AppError || code === undefined) return error;
  if (code === 'EEXIST')
    return new AppError('custody_conflict', `${path} already exists and was not changed.`, {
      cause: error,
    });
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('disk_full', `There is not enough space to write ${path}. Nothing was changed.`, {
      cause: error,
    });
  }
  return new AppError('custody_refused', `${path} cannot be written (${code}).`, { cause: error });
}
