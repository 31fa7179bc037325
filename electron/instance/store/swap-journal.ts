import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import { formatTimeName, parseTimeName } from '../kernel/clock.ts';
import {
  DATABASE_FILE,
  FORMER_FOLDER,
  type FormerWhy,
  INCOMING_FOLDER,
  SWAP_JOURNAL,
} from './data-directory.ts';
import { syncFolder } from './database-file.ts';
import { asStoreError } from './store-error.ts';

/**
 * The database of a data directory is exchanged for another one, at a restore and when one is undone: never a mixture of
 * both, whatever interrupts it.
 *
 * The new contents lie whole and synced in a folder of the data directory. `restore.json`, synced, says from where to where:
 * from it on the exchange happens. In phase `out` what is at the database's place is the old contents, which move to a
 * folder `before-restore-<time>`; in phase `in` it is the new ones. Each move is a rename on one file system, and done again
 * it does nothing. Then the journal goes. Whoever opens the directory next completes what a kill left, or puts the old
 * contents back where the new ones are gone.
 *
 * | killed | next start |
 * | --- | --- |
 * | before the journal has its name | nothing happened; the new contents are removed |
 * | in phase `out` | moves out the rest, then all in |
 * | in phase `in` | moves in the rest |
 * | in either, and the new database is gone | moves the old contents back |
 */
interface Journal {
  phase: 'out' | 'in';
  /** Folder with the new contents. */
  incoming: string;
  /** Folder for the old ones. */
  outgoing: string;
  /** Whether there was a database before. */
  hadDatabase: boolean;
}

/** The database and what SQLite keeps beside it, in the order in which they move: the database first. */
const CONTENTS = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, `${DATABASE_FILE}-journal`];

/** What an exchange came to. */
export interface Swapped {
  outcome: 'completed' | 'undone';
  /** Folder with the former database, in the data directory; null where there was none. */
  former: string | null;
}

/** Where a new database is prepared, by itself: what a kill left there is removed first. */
export function prepareIncoming(dataDir: string): string {
  const folder = join(dataDir, INCOMING_FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/**
 * Exchanges the database of a data directory, whose owner calls it with no connection open, for the contents of a folder in
 * it. Throws `disk_full`, `disk_failed`, `database_read_only` where nothing happened, and `restore_interrupted` where it had
 * begun.
 *
 * @param incoming name of the folder: what `prepareIncoming` gave, or a former database.
 */
export function swapDatabase(dataDir: string, incoming: string, nowMs: number): Swapped {
  const outgoing = nameFormer(dataDir, 'restore', nowMs);
  const hadDatabase = isThere(dataDir, DATABASE_FILE);
  try {
    mkdirSync(join(dataDir, outgoing), { mode: 0o700 });
    syncContents(join(dataDir, incoming));
    writeJournal(dataDir, { phase: 'out', incoming, outgoing, hadDatabase });
    return finish(dataDir, { phase: 'out', incoming, outgoing, hadDatabase });
  } catch (error) {
    if (isThere(dataDir, SWAP_JOURNAL)) throw goesOn(dataDir, error);
    removeIfEmpty(join(dataDir, outgoing));
    throw asStoreError(error, join(dataDir, DATABASE_FILE));
  }
}

/**
 * Completes or undoes an exchange that was interrupted, before the database is opened; null when there was none. For the
 * owner of the data directory. Throws `restore_interrupted` for one that can be neither now.
 */
export function settleSwap(dataDir: string): Swapped | null {
  try {
    const journal = readJournal(dataDir);
    if (journal) return finish(dataDir, journal);
    rmSync(join(dataDir, INCOMING_FOLDER), { recursive: true, force: true });
    rmSync(join(dataDir, `${SWAP_JOURNAL}.new`), { force: true });
    return null;
  } catch (error) {
    if (isThere(dataDir, SWAP_JOURNAL)) throw goesOn(dataDir, error);
    throw asStoreError(error, join(dataDir, DATABASE_FILE));
  }
}

/** In words, for who opens the directory. */
export function describeSettled({ outcome, former }: Swapped): string {
  if (outcome === 'undone')
    return 'A restore was interrupted here, and is undone: the database is the one that was there before.';
  const before = former === null ? '' : ` The one that was there before is in ${former}.`;
  return `A restore was interrupted here, and is now completed: the database is the restored one.${before}`;
}

/** Throws `restore_interrupted` where an exchange was, for who may not complete it. */
export function requireSettled(dataDir: string): void {
  if (isThere(dataDir, SWAP_JOURNAL))
    throw interrupted(dataDir, 'It can be completed once the disk takes writes.');
}

/** Folders with a former database, the newest first. */
export function listFormer(dataDir: string): string[] {
  return readdirSync(dataDir)
    .filter((name) => FORMER_FOLDER.test(name) && isThere(join(dataDir, name), DATABASE_FILE))
    .sort(isLater);
}

/** Of a folder of `listFormer`: before what its database was kept, and when, in epoch ms. */
export function readFormerName(name: string): { why: FormerWhy; keptAt: number } {
  const [, why = 'restore', time = ''] = FORMER_FOLDER.exec(name) ?? [];
  return { why: why as FormerWhy, keptAt: parseTimeName(time) };
}

/** By time, then by number. */
function isLater(a: string, b: string): number {
  const [, , timeA = '', numberA = '1'] = FORMER_FOLDER.exec(a) ?? [];
  const [, , timeB = '', numberB = '1'] = FORMER_FOLDER.exec(b) ?? [];
  return timeA === timeB ? Number(numberB) - Number(numberA) : timeA < timeB ? 1 : -1;
}

function isThere(folder: string, name: string): boolean {
  return lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
}

function finish(dataDir: string, journal: Journal): Swapped {
  const { incoming, outgoing, hadDatabase } = journal;
  const [place, from, to] = [dataDir, join(dataDir, incoming), join(dataDir, outgoing)];
  const isNewThere =
    isThere(from, DATABASE_FILE) || (journal.phase === 'in' && isThere(place, DATABASE_FILE));
  if (!isNewThere) return putBack(dataDir, journal);
  if (journal.phase === 'out') {
    moveAll(place, to);
    writeJournal(dataDir, { ...journal, phase: 'in' });
  }
  moveAll(from, place);
  close(dataDir, incoming);
  if (!hadDatabase) removeIfEmpty(to);
  return { outcome: 'completed', former: hadDatabase ? outgoing : null };
}

/** The new contents are gone: nothing of them is at the database's place either, since the database moves first. */
function putBack(dataDir: string, { incoming, outgoing, hadDatabase }: Journal): Swapped {
  const from = join(dataDir, outgoing);
  if (hadDatabase && !isThere(from, DATABASE_FILE) && !isThere(dataDir, DATABASE_FILE))
    throw interrupted(
      dataDir,
      `Neither the new database (${incoming}) nor the former one (${outgoing}) is there: put one of them back.`,
    );
  moveAll(from, dataDir);
  close(dataDir, incoming);
  removeIfEmpty(from);
  return { outcome: 'undone', former: null };
}

/** Renames what is there. SECURITY: never over something else. */
function moveAll(from: string, to: string): void {
  for (const name of CONTENTS) {
    if (!isThere(from, name)) continue;
    if (isThere(to, name)) throw interrupted(from, `${join(to, name)} is in the way: move it elsewhere.`);
    renameSync(join(from, name), join(to, name));
  }
  syncFolder(to);
  if (existsSync(from)) syncFolder(from);
}

/** What takes the place of a database is on the disk before anything says so, whoever wrote it. */
export function syncContents(folder: string): void {
  for (const name of CONTENTS) {
    if (!isThere(folder, name)) continue;
    // For writing: Windows syncs no other.
    const file = openSync(join(folder, name), 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
  syncFolder(folder);
}

function close(dataDir: string, incoming: string): void {
  rmSync(join(dataDir, SWAP_JOURNAL), { force: true });
  syncFolder(dataDir);
  removeIfEmpty(join(dataDir, incoming));
}

function writeJournal(dataDir: string, journal: Journal): void {
  const path = join(dataDir, SWAP_JOURNAL);
  rmSync(`${path}.new`, { force: true });
  const file = openSync(`${path}.new`, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify({ version: 1, ...journal }, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  syncFolder(dataDir);
}

/** Null without one. SECURITY: its folders are names in the data directory, and never paths. */
function readJournal(dataDir: string): Journal | null {
  const path = join(dataDir, SWAP_JOURNAL);
  if (!isThere(dataDir, SWAP_JOURNAL)) return null;
  const isName = (name: unknown): name is string =>
    typeof name === 'string' &&
    basename(name) === name &&
    (name === INCOMING_FOLDER || FORMER_FOLDER.test(name));
  try {
    const { version, phase, incoming, outgoing, hadDatabase } = JSON.parse(readFileSync(path, 'utf8'));
    const isPhase = phase === 'out' || phase === 'in';
    if (version === 1 && isPhase && isName(incoming) && isName(outgoing) && typeof hadDatabase === 'boolean')
      return { phase, incoming, outgoing, hadDatabase };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw interrupted(
    dataDir,
    `${path} cannot be understood: a newer version of Temps Desktop may have written it.`,
  );
}

function interrupted(dataDir: string, detail: string, cause?: unknown): AppError {
  return new AppError('restore_interrupted', `A restore in ${dataDir} was interrupted. ${detail}`, { cause });
}

/** Of both databases everything is still there. */
function goesOn(dataDir: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return interrupted(
    dataDir,
    `The disk did not take a change (${code}). Nothing is lost: the next start completes the restore or undoes it, and says which.`,
    cause,
  );
}

/** A name that is free in the data directory. */
export function nameFormer(dataDir: string, why: FormerWhy, nowMs: number): string {
  for (let number = 1; ; number++) {
    const name = `before-${why}-${formatTimeName(nowMs)}${number === 1 ? '' : `-${number}`}`;
    if (!existsSync(join(dataDir, name))) return name;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or somebody keeps something in it.
  }
}
