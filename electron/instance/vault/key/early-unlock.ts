import { AppError, type ErrorCode } from '../../kernel/app-error.ts';
import { vaultOperations } from '../operations.ts';
import type { SecretText } from '../secret-text.ts';
import type { VaultCore } from '../vault-core.ts';
import { findActiveRecord } from './key-record.ts';
import { beginAttempt, type HandedCopy, unlockFromCustody, unlockWithCopy } from './unlock.ts';

/** What someone can unlock with who is not signed in yet: nothing that is on this machine. */
export type EarlyUnlocking =
  | { method: 'passphrase'; passphrase: SecretText }
  | { method: 'words' | 'key' | 'copy' | 'shares'; copy: Omit<HandedCopy, 'path'> };
export const earlyUnlockMethods = ['passphrase', 'words', 'key', 'copy', 'shares'] as const;
export type EarlyUnlockMethod = (typeof earlyUnlockMethods)[number];

/** The ways to unlock that can work now for someone who is not signed in yet. */
export function listEarlyUnlockMethods(core: VaultCore): EarlyUnlockMethod[] {
  if (findActiveRecord(core.store) === null || core.situation.case === 'relocated') return [];
  const takesPassphrase = core.custody.name === 'passphrase' && core.situation.case !== 'missing';
  return earlyUnlockMethods.filter((method) => method !== 'passphrase' || takesPassphrase);
}

/**
 * Unlocks for someone who gave the password of an account and not yet its second factor, which is encrypted with the
 * key. Throws as `unlock` does, and `session_expired` if they may not any more.
 *
 * SECURITY: only with what is itself the key or its passphrase, and only into memory: nothing is written to the custody
 * for someone who is not signed in.
 */
export async function unlockEarly(
  core: VaultCore,
  person: { userId: number; ip: string | null },
  unlocking: EarlyUnlocking,
  mayStill: () => boolean,
): Promise<void> {
  const attempt = beginAttempt(core, mayStill);
  try {
    requireMethod(core, unlocking.method);
    if (unlocking.method !== 'passphrase') await unlockWithCopy(core, unlocking.copy, false, attempt);
    else if (!(await unlockFromCustody(core, unlocking.passphrase, attempt))) return;
  } catch (error) {
    throw hidePlaces(core, error);
  }
  core.audit.record(vaultOperations.VAULT_UNLOCKED, null, {
    method: unlocking.method,
    user_id: person.userId,
    ip: person.ip,
  });
}

function requireMethod(core: VaultCore, method: EarlyUnlockMethod): void {
  if (listEarlyUnlockMethods(core).includes(method)) return;
  throw new AppError('conflict', 'The vault cannot be unlocked this way now.');
}

/** What says where files are on the machine, and how they are. */
const tellPlaces: readonly ErrorCode[] = [
  'custody_missing',
  'custody_locked',
  'custody_refused',
  'key_file_invalid',
  'key_file_unsafe',
  'data_dir_relocated',
];

/** SECURITY: who is not signed in learns that it did not work, and what does. */
function hidePlaces({ situation }: VaultCore, error: unknown): unknown {
  if (!(error instanceof AppError) || !tellPlaces.includes(error.code)) return error;
  if (situation.case === 'old_key' || situation.case === 'foreign_key')
    return new AppError(error.code, 'This passphrase decrypts a key, but not the one in use.');
  return new AppError(error.code, 'The stored key cannot be used now: unlock with a copy of it.');
}
