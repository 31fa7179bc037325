import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { EarlyUnlocking } from '../../vault/key/early-unlock.ts';
import type { Identity } from '../identity.ts';
import { findAwaited, getAwaited, mayUnlock } from './awaited-person.ts';
import { limitKeyGuesses } from './key-guesses.ts';

/**
 * Unlocks the vault for someone whose second factor cannot be checked before, and signs nobody in. Where it is open
 * already, what was sent is not looked at.
 *
 * Throws `unauthenticated`, `forbidden`, `too_many_attempts`, and what unlocking throws.
 */
export async function unlockFirst(
  identity: Identity,
  caller: Caller,
  unlocking: EarlyUnlocking,
): Promise<void> {
  const { user } = getAwaited(identity, caller);
  if (!mayUnlock(user))
    throw new AppError('forbidden', 'Your account may not unlock the vault: an administrator can.');
  if (!identity.ctx.vault.isLocked) return;
  // SECURITY: it takes seconds, in which the session may end, and the account change or be deleted.
  const mayStill = () => {
    const now = findAwaited(identity, caller);
    return now !== null && mayUnlock(now.user);
  };
  const person = { userId: user.id, ip: caller.ip };
  await limitKeyGuesses(identity, { ...person, actor: null, method: unlocking.method }, () =>
    identity.earlyUnlock.unlock(person, unlocking, mayStill),
  );
}
