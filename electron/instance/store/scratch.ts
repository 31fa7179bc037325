import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import { SCRATCH_FOLDER } from './data-directory.ts';
import { asStoreError } from './store-error.ts';

/** While the process that wrote to it is ending, a folder may get one more file. */
const REMOVE_TRIES = { maxRetries: 5, retryDelay: 100 };

/**
 * A folder (0700) in the data directory for what is needed only while `work` runs: on the disk of the database, which
 * holds the same. Wiped before, and after, whatever came of the work; after a kill by `sweepScratch`.
 *
 * @param use names it: one at a time.
 */
export async function inScratch<T>(
  dataDir: string,
  use: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = prepareScratch(dataDir, use);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, ...REMOVE_TRIES });
  }
}

/** The empty folder by itself, for work that does not wait: the caller removes it. */
export function prepareScratch(dataDir: string, use: string): string {
  const parent = join(dataDir, SCRATCH_FOLDER);
  const folder = join(parent, use);
  try {
    requireNoLink(parent);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    throw asStoreError(error, folder);
  }
}

/** Removes what a kill left. For the owner of the data directory alone: nobody else works in it then. */
export function sweepScratch(dataDir: string): void {
  rmSync(join(dataDir, SCRATCH_FOLDER), { recursive: true, force: true, ...REMOVE_TRIES });
}

/** SECURITY: a link could lead to where others read, or to what is not ours to wipe. */
function requireNoLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory())
    throw new AppError('data_dir_unusable', `${path} is not a folder. Nothing was written; remove it.`);
}
