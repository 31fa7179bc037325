import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { createAuditLog } from '../../audit/audit-log.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Exchanged } from '../../kernel/exchange.ts';
import { silentLog } from '../../kernel/log.ts';
import { DATABASE_FILE, type FormerWhy, INCOMING_FOLDER } from '../../store/data-directory.ts';
import { readAside } from '../../store/read-aside.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { openStore, type Store } from '../../store/store.ts';
import { asStoreError } from '../../store/store-error.ts';
import { listFormer, prepareIncoming, readFormerName, swapDatabase } from '../../store/swap-journal.ts';
import { readCustodyHere } from '../../vault/home/restored-custody.ts';
import { findActiveRecord } from '../../vault/key/key-record.ts';
import { leftOut } from '../making/left-out.ts';
import { backupOperations } from '../operations.ts';
import { nameKeyInForce } from './keys-at-hand.ts';
import type { WhileClosed } from './prepare-restore.ts';

/** A database that a restore, or the undoing of one, replaced; or a safety snapshot of before a migration or a rotation. */
export interface FormerDatabase {
  /** Of its folder in the data directory. */
  name: string;
  /** Before what it was kept. */
  why: FormerWhy;
  replacedAt: number;
  sizeBytes: number;
  /** When it is deleted. */
  keptUntil: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Long enough to find that something is missing or went wrong, and no longer: what was deleted since is in it. */
const KEPT_MS: Readonly<Record<FormerWhy, number>> = {
  restore: 30 * DAY_MS,
  migration: 7 * DAY_MS,
  rotation: 7 * DAY_MS,
};

/** The newest first: of those that restores replaced that one comes back when a restore is undone. */
export function listFormerDatabases(dataDir: string): FormerDatabase[] {
  return listFormer(dataDir).map((name) => {
    const { why, keptAt } = readFormerName(name);
    const sizeBytes = sizeOf(join(dataDir, name));
    return { name, why, replacedAt: keptAt, sizeBytes, keptUntil: keptAt + KEPT_MS[why] };
  });
}

function sizeOf(folder: string): number {
  const sizes = readdirSync(folder).map((name) => lstatSync(join(folder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Throws `not_found` for a name that is not on the list. */
export function deleteFormerDatabase(dataDir: string, name: string): void {
  rmSync(join(dataDir, getFormer(dataDir, name)), { recursive: true, force: true });
}

/** SECURITY: what is removed or put back is a name that was found, never a path that was given. */
function getFormer(dataDir: string, name: string): string {
  const found = listFormer(dataDir).find((known) => known === name);
  if (found === undefined) throw new AppError('not_found', 'There is no former database with this name.');
  return found;
}

/** Those that were kept for long enough. */
export function listDueFormer(dataDir: string, nowMs: number): FormerDatabase[] {
  return listFormerDatabases(dataDir).filter(({ keptUntil }) => keptUntil <= nowMs);
}

/**
 * Exchanges the database for a former one: the one that was there before the last restore, unless another is named. For the
 * owner of the data directory. Throws `not_found` where it is not kept.
 */
export async function putFormerBack(
  dataDir: string,
  { clock, actor, name }: { clock: Clock; actor: Caller | null; name?: string | undefined },
  closed: WhileClosed,
): Promise<Exchanged & { restored: string }> {
  const restored = findFormer(dataDir, name);
  const { why } = readFormerName(restored);
  const exchanged = await closed(async () => {
    const incoming = why === 'restore' ? restored : copySnapshot(dataDir, restored);
    const { former } = swapDatabase(dataDir, incoming, clock.now());
    noteUndone(dataDir, clock, actor, why);
    const custody = readAside(dataDir, (sqlite) => readCustodyHere({ sqlite }));
    const active = readAside(dataDir, (sqlite) => findActiveRecord({ sqlite })?.fingerprint ?? null);
    const reason = custody && active ? await nameKeyInForce(dataDir, custody, active) : null;
    return { former, notes: reason === null ? [] : [reason] };
  });
  return { ...exchanged, restored };
}

/** Whether the computer of a restored backup is gone is asked here as before. */
const leftOutOfSnapshot = leftOut.filter(({ table }) => table !== 'restored_backup');

/**
 * A safety snapshot stays until its time is over: what takes the database's place is a copy of it. SECURITY: as in a backup,
 * nobody is signed in there, since whoever was may have been signed out since; and the directory becomes another writer, since
 * this one has counted on.
 */
function copySnapshot(dataDir: string, name: string): string {
  const incoming = prepareIncoming(dataDir);
  const from = join(dataDir, name, DATABASE_FILE);
  try {
    takeSnapshot(from, join(incoming, DATABASE_FILE), leftOutOfSnapshot, () => undefined);
    return INCOMING_FOLDER;
  } catch (error) {
    rmSync(incoming, { recursive: true, force: true });
    throw asStoreError(error, from);
  }
}

/** In the log of the database that is back. One that cannot be opened is back all the same: the next start says why. */
function noteUndone(dataDir: string, clock: Clock, actor: Caller | null, why: FormerWhy): void {
  let store: Store | null = null;
  try {
    store = openStore(dataDir, clock);
    createAuditLog(store, clock, silentLog).append(backupOperations.RESTORE_UNDONE, actor, { why });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  } finally {
    store?.close();
  }
}

/** The newest of before a restore, unless another is named. Throws `not_found` where it is not kept. */
export function findFormer(dataDir: string, name?: string): string {
  if (name !== undefined) return getFormer(dataDir, name);
  const newest = listFormer(dataDir).find((each) => readFormerName(each).why === 'restore');
  if (newest === undefined)
    throw new AppError(
      'not_found',
      `Nothing was restored in ${dataDir}, or the former database is not kept any more.`,
    );
  return newest;
}
