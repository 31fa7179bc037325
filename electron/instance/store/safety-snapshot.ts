import { renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import { toMegabytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { DATABASE_FILE, type FormerWhy } from './data-directory.ts';
import { APPLICATION_ID, type Sqlite, syncFolder } from './database-file.ts';
import { applyMigrations, latestVersion } from './migrate.ts';
import { prepareScratch } from './scratch.ts';
import { takeSnapshot } from './snapshot.ts';
import { asStoreError } from './store-error.ts';
import { nameFormer, syncContents } from './swap-journal.ts';

export interface Migrated {
  from: number;
  to: number;
  /** Folder with the database as it was before; null where it could not be kept. */
  snapshot: string | null;
  /** Why it could not be. */
  trouble: string | null;
}

/** What an instance writes while a safety snapshot is taken, and needs to go on. */
const ROOM_BESIDE_BYTES = 16 * 1024 * 1024;

/**
 * Keeps the database of a data directory as it is now, in a folder in it beside former databases: the last resort where what
 * comes next goes wrong. Its owner calls it; synchronous, as `takeSnapshot`. It is written and synced in the scratch folder, and
 * gets its name by one rename: whatever interrupts it, a folder with that name holds a whole database. No key is needed, so
 * nobody vouches for it but the disk that holds the database itself.
 *
 * Throws `disk_full` before anything is written where there is no room for it, and what the disk refuses.
 *
 * @returns the name of the folder.
 */
export function keepSnapshot(dataDir: string, why: SnapshotWhy, nowMs: number): string {
  const folder = prepareSnapshot(dataDir, why);
  try {
    writeSnapshot(dataDir, folder);
    return nameSnapshot(dataDir, folder, why, nowMs);
  } finally {
    dropSnapshot(folder);
  }
}

type SnapshotWhy = Exclude<FormerWhy, 'restore'>;

/** The folder that it is written to. Throws as `keepSnapshot`. */
export function prepareSnapshot(dataDir: string, why: SnapshotWhy): string {
  requireRoom(dataDir, join(dataDir, DATABASE_FILE));
  return prepareScratch(dataDir, `before-${why}`);
}

/** The part that takes long, which a process without a key may do. Throws as `keepSnapshot`. */
export function writeSnapshot(dataDir: string, folder: string): void {
  const database = join(dataDir, DATABASE_FILE);
  try {
    takeSnapshot(database, join(folder, DATABASE_FILE), [], () => undefined);
    syncContents(folder);
  } catch (error) {
    throw asStoreError(error, database);
  }
}

/**
 * Once it is written: its owner alone names it. A process that outlived an instance would keep the database as of some moment after
 * what it should have been kept before.
 */
export function nameSnapshot(dataDir: string, folder: string, why: SnapshotWhy, nowMs: number): string {
  const name = nameFormer(dataDir, why, nowMs);
  try {
    renameSync(folder, join(dataDir, name));
    syncFolder(dataDir);
    return name;
  } catch (error) {
    throw asStoreError(error, join(dataDir, name));
  }
}

/** What is not named. */
export function dropSnapshot(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A disk that a snapshot fills to its end takes no writes of the instance either. */
function requireRoom(dataDir: string, database: string): void {
  const measure = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const neededBytes = measure(database) + measure(`${database}-wal`) + ROOM_BESIDE_BYTES;
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= neededBytes) return;
  throw new AppError(
    'disk_full',
    `A snapshot of the database needs ${toMegabytes(neededBytes)} MB of free space on the disk of ${dataDir}, and there are ${toMegabytes(bavail * bsize)} MB.`,
  );
}

/**
 * Brings the tables to this version, once the database as it was is kept. Where it cannot be, they are brought there all the
 * same, and it is said: a migration is one transaction, and an instance that does not start any more would be the worse loss.
 */
export function migrateKept(sqlite: Sqlite, dataDir: string, clock: Clock): Migrated | null {
  const from = sqlite.pragma('user_version', { simple: true }) as number;
  const to = latestVersion();
  if (from >= to) return null;
  const kept = tryToKeep(dataDir, clock);
  applyMigrations(sqlite, APPLICATION_ID);
  return { from, to, ...kept };
}

function tryToKeep(dataDir: string, clock: Clock): Pick<Migrated, 'snapshot' | 'trouble'> {
  try {
    return { snapshot: keepSnapshot(dataDir, 'migration', clock.now()), trouble: null };
  } catch (error) {
    return { snapshot: null, trouble: explainUnkept(error) ?? 'It could not be written (unknown error).' };
  }
}

/** Why it could not be kept, in words; null for what has no code: it is a fault of this program. */
export function explainUnkept(error: unknown): string | null {
  if (error instanceof AppError) return error.message;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `It could not be written (${code}).` : null;
}

/** In words, for who starts it; nothing where it was kept. */
export function describeUnkept({ trouble }: Migrated): string[] {
  if (trouble === null) return [];
  return [
    `The database was brought to this version, and no snapshot of it as it was before could be kept. ${trouble} Make a backup: temps-desktop backup now.`,
  ];
}
