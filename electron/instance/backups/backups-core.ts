import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { findActiveRecord } from '../vault/key/key-record.ts';
import { findOpenRotation } from '../vault/rotation/rotation-record.ts';
import type { MasterKey } from '../vault/sealing/master-key.ts';
import { lockedError } from '../vault/secrets/secret-store.ts';
import type { VaultCore } from '../vault/vault-core.ts';
import type { BackupRun } from './making/backup-run.ts';
import type { DriveSeen } from './schedules/drive-seen.ts';

/** What the functions of backups work on. One per open instance. */
export interface BackupsCore {
  readonly ctx: Context;
  readonly vault: VaultCore;
  /** Who asked for the run that comes next at a destination. */
  readonly askedBy: Map<number, Caller>;
  /** Backups that are being written now, by id. */
  readonly running: Map<string, BackupRun>;
  /** What was last seen of the drive that a schedule waits for, by its id. In memory alone: a start sees it anew. */
  readonly drives: Map<number, DriveSeen>;
  /** How many runs and drills use a destination now, by its id: its drive is better left in. */
  readonly uses: Map<number, number>;
  /** When each backup was last drilled by itself, whatever came of it, epoch ms. */
  readonly drillTriedAt: Map<string, number>;
}

export function createBackupsCore(ctx: Context, vault: VaultCore): BackupsCore {
  return {
    ctx,
    vault,
    askedBy: new Map(),
    running: new Map(),
    drives: new Map(),
    uses: new Map(),
    drillTriedAt: new Map(),
  };
}

/** Does work that needs the drive of a destination to stay in. */
export async function whileUsed<T>(
  { uses }: Pick<BackupsCore, 'uses'>,
  destinationId: number,
  work: () => Promise<T>,
): Promise<T> {
  uses.set(destinationId, (uses.get(destinationId) ?? 0) + 1);
  try {
    return await work();
  } finally {
    uses.set(destinationId, (uses.get(destinationId) ?? 1) - 1);
  }
}

export function isUsed({ uses }: Pick<BackupsCore, 'uses'>, destinationId: number): boolean {
  return (uses.get(destinationId) ?? 0) > 0;
}

/**
 * The key that a manifest is signed with now. Throws `vault_locked`: an unsigned backup could be anybody's.
 */
export function getSigningKey(core: BackupsCore): MasterKey {
  const key = findSigningKey(core);
  if (!key) throw lockedError();
  return key;
}

/** As `getSigningKey`; null while the vault is locked. */
export function findSigningKey({ vault }: BackupsCore): MasterKey | null {
  const record = findActiveRecord(vault.store);
  return record ? (vault.ring.find(record.fingerprint) ?? null) : null;
}

/**
 * Throws `rotation_in_progress` while values are encrypted with two keys: a backup names one, and would need both.
 */
export function requireOneKey({ ctx }: BackupsCore): void {
  if (findOpenRotation(ctx.store)?.state === 'sealing')
    throw new AppError(
      'rotation_in_progress',
      'The key is being rotated: until that has ended, a backup would need the old key and the new one. Make it afterwards.',
    );
}
