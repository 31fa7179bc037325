import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { findActiveRecord } from '../vault/key/key-record.ts';
import { findOpenRotation } from '../vault/rotation/rotation-record.ts';
import type { MasterKey } from '../vault/sealing/master-key.ts';
import { lockedError } from '../vault/secrets/secret-store.ts';
import type { VaultCore } from '../vault/vault-core.ts';
import type { BackupRun } from './making/backup-run.ts';

/** What the functions of backups work on. One per open instance. */
export interface BackupsCore {
  readonly ctx: Context;
  readonly vault: VaultCore;
  /** Who asked for the run that comes next at a destination. */
  readonly askedBy: Map<number, Caller>;
  /** Backups that are being written now, by id. */
  readonly running: Map<string, BackupRun>;
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
