import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { createAuditLog } from '../../audit/audit-log.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Exchanged } from '../../kernel/exchange.ts';
import { silentLog } from '../../kernel/log.ts';
import { readAside } from '../../store/read-aside.ts';
import { openStore, type Store } from '../../store/store.ts';
import { listFormer, readFormerTime, swapDatabase } from '../../store/swap-journal.ts';
import { readCustodyHere } from '../../vault/home/restored-custody.ts';
import { findActiveRecord } from '../../vault/key/key-record.ts';
import { backupOperations } from '../operations.ts';
import { nameKeyInForce } from './keys-at-hand.ts';
import type { WhileClosed } from './prepare-restore.ts';

/** A database that a restore, or the undoing of one, replaced. */
export interface FormerDatabase {
  /** Of its folder in the data directory. */
  name: string;
  replacedAt: number;
  sizeBytes: number;
  /** When it is deleted. */
  keptUntil: number;
}

/** Long enough to find that something is missing, and no longer: what was deleted since is in it. */
export const FORMER_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** The newest first: that one comes back when a restore is undone. */
export function listFormerDatabases(dataDir: string): FormerDatabase[] {
  return listFormer(dataDir).map((name) => {
    const replacedAt = readFormerTime(name);
    return {
      name,
      replacedAt,
      sizeBytes: sizeOf(join(dataDir, name)),
      keptUntil: replacedAt + FORMER_KEPT_MS,
    };
  });
}

function sizeOf(folder: string): number {
  const sizes = readdirSync(folder).map((name) => lstatSync(join(folder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Throws `not_found` for a name that is not on the list. */
export function deleteFormerDatabase(dataDir: string, name: string): void {
  // SECURITY: what is removed is a name that was found, never a path that was given.
  const found = listFormer(dataDir).find((known) => known === name);
  if (found === undefined)
    throw new AppError('not_found', 'There is no database of before a restore with this name.');
  rmSync(join(dataDir, found), { recursive: true, force: true });
}

/** Those that were kept for long enough. */
export function listDueFormer(dataDir: string, nowMs: number): FormerDatabase[] {
  return listFormerDatabases(dataDir).filter(({ keptUntil }) => keptUntil <= nowMs);
}

/**
 * Exchanges the database for the one that was there before the last restore. For the owner of the data directory. Throws
 * `not_found` where none is kept.
 */
export async function putFormerBack(
  dataDir: string,
  { clock, actor }: { clock: Clock; actor: Caller | null },
  closed: WhileClosed,
): Promise<Exchanged & { restored: string }> {
  const restored = getNewestFormer(dataDir);
  const exchanged = await closed(async () => {
    const { former } = swapDatabase(dataDir, restored, clock.now());
    noteUndone(dataDir, clock, actor);
    const custody = readAside(dataDir, (sqlite) => readCustodyHere({ sqlite }));
    const active = readAside(dataDir, (sqlite) => findActiveRecord({ sqlite })?.fingerprint ?? null);
    const reason = custody && active ? await nameKeyInForce(dataDir, custody, active) : null;
    return { former, notes: reason === null ? [] : [reason] };
  });
  return { ...exchanged, restored };
}

/** In the log of the database that is back. One that cannot be opened is back all the same: the next start says why. */
function noteUndone(dataDir: string, clock: Clock, actor: Caller | null): void {
  let store: Store | null = null;
  try {
    store = openStore(dataDir, clock);
    createAuditLog(store, clock, silentLog).append(backupOperations.RESTORE_UNDONE, actor, {});
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  } finally {
    store?.close();
  }
}

/** Throws `not_found` where none is kept. */
export function getNewestFormer(dataDir: string): string {
  const [newest] = listFormer(dataDir);
  if (newest === undefined)
    throw new AppError(
      'not_found',
      `Nothing was restored in ${dataDir}, or the former database is not kept any more.`,
    );
  return newest;
}
