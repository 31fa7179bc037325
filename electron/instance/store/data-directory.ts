import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../kernel/app-error.ts';

/** The database of an instance, in its data directory. */
export const DATABASE_FILE = 'temps.db';

/** `--data-dir`, else TEMPS_DATA_DIR, else ~/.temps (upstream's own default). */
export function resolveDataDir(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(option ?? (env.TEMPS_DATA_DIR || join(homedir(), '.temps')));
}

/**
 * Creates the data directory (0700) if missing, and repairs too open permissions of it and its files (0600).
 * Returns what was repaired, in words.
 *
 * Throws `data_dir_unusable` when it is not a directory, belongs to someone else or cannot be made.
 */
export function prepareDataDir(dataDir: string): string[] {
  try {
    makeFolder(dataDir);
    const info = statSync(dataDir);
    if (process.getuid && info.uid !== process.getuid()) {
      throw new AppError('data_dir_unusable', `${dataDir} belongs to another user of this machine.`);
    }
    const repaired: string[] = [];
    if (tighten(dataDir, 0o700)) repaired.push(`${dataDir} was accessible to others; it is now 0700`);
    for (const name of readdirSync(dataDir)) {
      const path = join(dataDir, name);
      if (lstatSync(path).isFile() && tighten(path, 0o600)) {
        repaired.push(`${path} was accessible to others; it is now 0600`);
      }
    }
    return repaired;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new AppError('data_dir_unusable', `${dataDir} cannot be used (${reason}).`, { cause });
  }
}

/**
 * Including its parents. Node's own recursive mkdir loops forever on file systems without folder creation, such as
 * /proc.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
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
