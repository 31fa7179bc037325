import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import { SCRATCH_FOLDER } from './data-directory.ts';
import { asStoreError } from './store-error.ts';

/** While the process that wrote to it is ending, a folder may get one more file. */
const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };

/** What a folder is called from its removal on until it is empty. */
const SWEPT_PREFIX = 'swept-';

const UUID_LENGTH = 36;

/**
 * A folder (0700) in the data directory for what is needed only while `work` runs: on the disk of the database, which
 * holds the same. Empty at first, and gone afterwards, whatever came of the work; after a kill by `sweepScratch`.
 *
 * @param use begins its name: one at a time.
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
    await rm(folder, REMOVE);
  }
}

/**
 * The empty folder by itself, for work that does not wait: the caller removes it. Its name is one that was never given before:
 * a process that outlived its instance may still write to the folder of the last, by its name.
 */
export function prepareScratch(dataDir: string, use: string): string {
  const parent = join(dataDir, SCRATCH_FOLDER);
  const folder = join(parent, `${use}-${randomUUID()}`);
  try {
    requireNoLink(parent);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(parent)) if (isOfUse(name, use)) removeAtOnce(join(parent, name));
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    throw asStoreError(error, folder);
  }
}

const isOfUse = (name: string, use: string): boolean =>
  name.startsWith(`${use}-`) && name.length === use.length + '-'.length + UUID_LENGTH;

/** Removes what a kill left. For the owner of the data directory alone: nobody else works in it then. */
export function sweepScratch(dataDir: string): void {
  const parent = join(dataDir, SCRATCH_FOLDER);
  const found = lstatSync(parent, { throwIfNoEntry: false });
  if (found?.isDirectory()) for (const name of readdirSync(parent)) removeAtOnce(join(parent, name));
  rmSync(parent, REMOVE);
}

/**
 * Gone from its place in one step, then emptied: a process that still works in it finds all of its files or none, and cannot
 * take half of them for what it wrote.
 */
function removeAtOnce(path: string): void {
  rmSync(moveAside(path), REMOVE);
}

function moveAside(path: string): string {
  const aside = join(dirname(path), `${SWEPT_PREFIX}${randomUUID()}`);
  try {
    renameSync(path, aside);
    return aside;
  } catch {
    // Windows moves no folder with an open file in it. What can be removed of it is.
    return path;
  }
}

/** SECURITY: a link could lead to where others read, or to what is not ours to wipe. */
function requireNoLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory())
    throw new AppError('data_dir_unusable', `${path} is not a folder. Nothing was written; remove it.`);
}
