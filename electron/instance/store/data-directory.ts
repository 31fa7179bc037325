import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import { asDiskFull } from './store-error.ts';

/** The database of an instance, in its data directory. */
export const DATABASE_FILE = 'temps.db';
/** Holds what is only needed while something runs: see scratch.ts. */
export const SCRATCH_FOLDER = 'scratch';
/** What says that the database is being exchanged for another: see swap-journal.ts. */
export const SWAP_JOURNAL = 'restore.json';
/** Holds the database that is to come. */
export const INCOMING_FOLDER = 'restore-incoming';
/** What a former database was kept before: a restore exchanged it; of before the others a snapshot was taken. */
export const formerWhys = ['restore', 'migration', 'rotation'] as const;
export type FormerWhy = (typeof formerWhys)[number];
/** Holds the database that was there before one of these. */
export const FORMER_FOLDER = /^before-(restore|migration|rotation)-(\d{8}T\d{6}Z)(?:-(\d+))?$/;

/** Files and folders that Temps makes in a data directory, and those upstream's server may have left there. */
const OUR_NAMES =
  /^(temps\.db(-wal|-shm|-journal|\.new|\.new-journal)?|instance\.(lock|pid)|temps\.sock(\.path)?|scratch|restore\.json(\.new)?|restore-incoming|before-(restore|migration|rotation)-\d{8}T\d{6}Z(-\d+)?|\.?encryption_key(\..+)?)$/;
/** What an operating system itself puts into a folder. */
const SYSTEM_NAMES = new Set(['lost+found', '.DS_Store', 'desktop.ini']);
/** Where upstream's server may have put its key. */
const UPSTREAM_KEY = ['data', 'encryption_key'];

/** `--data-dir`, else TEMPS_DATA_DIR, else ~/.temps (upstream's own default). */
export function resolveDataDir(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(option ?? (env.TEMPS_DATA_DIR || join(homedir(), '.temps')));
}

/**
 * Creates the data directory (0700) if missing, and repairs too open permissions of it and its files (0600).
 * Returns what was repaired, in words.
 *
 * Throws `data_dir_unusable` when it is not a directory, belongs to someone else, cannot be made, or holds the files
 * of something else; `disk_full` where there is no room to make it. SECURITY: permissions of files that are not ours are never changed.
 */
export function prepareDataDir(dataDir: string): string[] {
  try {
    makeFolder(dataDir);
    const info = statSync(dataDir);
    if (process.getuid && info.uid !== process.getuid()) {
      throw new AppError('data_dir_unusable', `${dataDir} belongs to another user of this machine.`);
    }
    requireOurFolder(dataDir);
    const repaired: string[] = [];
    if (tighten(dataDir, 0o700)) repaired.push(`${dataDir} was accessible to others; it is now 0700`);
    for (const name of readdirSync(dataDir)) {
      const path = join(dataDir, name);
      if (OUR_NAMES.test(name) && lstatSync(path).isFile() && tighten(path, 0o600)) {
        repaired.push(`${path} was accessible to others; it is now 0600`);
      }
    }
    return repaired;
  } catch (cause) {
    throw asUnusable(dataDir, cause);
  }
}

/**
 * Whether a data directory has a database. Throws `database_gone` for a link whose target is not there: its disk is
 * not connected. Throws `data_dir_unusable` where this account may not look: no permission is not absence.
 */
export function hasDatabase(dataDir: string): boolean {
  const path = join(dataDir, DATABASE_FILE);
  try {
    requireTarget(dataDir);
    if (!lstatSync(path, { throwIfNoEntry: false })) return false;
    requireTarget(path);
    return true;
  } catch (cause) {
    throw asUnusable(dataDir, cause);
  }
}

/** Whether an exchange of the database was interrupted: it may be anywhere, and the next start settles that. */
export function hasUnfinishedRestore(dataDir: string): boolean {
  return existsSync(join(dataDir, SWAP_JOURNAL));
}

/** Throws `database_gone` for a link that leads nowhere. */
function requireTarget(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  if (statSync(path, { throwIfNoEntry: false })) return;
  throw new AppError(
    'database_gone',
    `${path} is a link to ${readlinkSync(path)}, which is not there. If that is on another disk, connect and mount it, then try again. Nothing was created or changed.`,
  );
}

/** Throws `data_dir_unusable` for a folder that has no database and is in use for something else. */
function requireOurFolder(dataDir: string): void {
  if (hasDatabase(dataDir)) return;
  const isKnown = (name: string) =>
    OUR_NAMES.test(name) ||
    SYSTEM_NAMES.has(name) ||
    (name === UPSTREAM_KEY[0] && existsSync(join(dataDir, ...UPSTREAM_KEY)));
  const other = readdirSync(dataDir).find((name) => !isKnown(name));
  if (other === undefined) return;
  throw new AppError(
    'data_dir_unusable',
    `${dataDir} holds other files (${other}) and no database of Temps: choose an empty folder, or one that does not exist yet. Nothing was changed.`,
  );
}

function asUnusable(dataDir: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const full = asDiskFull(cause, dataDir);
  if (full) return full;
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const detail =
    reason === 'EACCES' || reason === 'EPERM'
      ? `${dataDir} is not accessible to this account (${reason}): it belongs to another one, or its permissions were changed. Run this as its owner, or give it back.`
      : `${dataDir} cannot be used (${reason}).`;
  return new AppError('data_dir_unusable', detail, { cause });
}

/**
 * Including its parents. Node's own recursive mkdir loops forever on file systems without folder creation, such as
 * /proc.
 */
function makeFolder(path: string): void {
  requireTarget(path);
  if (statSync(path, { throwIfNoEntry: false })) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another start was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Windows has no modes; its profile folder is already the user's own. */
function tighten(path: string, mode: number): boolean {
  if (process.platform === 'win32') return false;
  if ((statSync(path).mode & 0o077) === 0) return false;
  chmodSync(path, mode);
  return true;
}
