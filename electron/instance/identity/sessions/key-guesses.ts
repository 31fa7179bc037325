import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Identity } from '../identity.ts';
import { identityOperations } from '../operations.ts';
import { requireAllowed } from './sign-in.ts';

/** Who tries something that unlocks the vault if it is the key. */
interface Guesser {
  userId: number;
  ip: string | null;
  /** Null for someone who is not signed in yet. */
  actor: Caller | null;
  method: string;
}

const RETRY_AFTER_S = 5;

/**
 * Tries what may be a guess at the key or its passphrase: `work`, which throws unless it was right.
 *
 * SECURITY: a password is enough to guess at the key, so guesses are counted for the account as those of codes are, and
 * tried one at a time: each is counted before the next is looked at, and nobody has more than one computed. Those of a
 * stranger who knows the password keep nobody from unlocking who is signed in.
 *
 * Throws `too_many_attempts`, and what `work` throws.
 */
export async function limitKeyGuesses<T>(
  { ctx, throttle, unlocksUnderWay }: Identity,
  { userId, ip, actor, method }: Guesser,
  work: () => Promise<T>,
): Promise<T> {
  const guessed = { what: actor === null ? 'early_unlock' : 'unlock', userId } as const;
  const name = `${guessed.what} ${userId}`;
  const refused = (reason = 'too_many_attempts') => {
    const line = { user_id: actor === null ? userId : null, ip, method, reason };
    ctx.audit.note(identityOperations.UNLOCK_REFUSED, actor, String(userId), line);
  };
  requireAllowed({ throttle }, guessed, refused);
  // SECURITY: where failures cannot be counted, nothing is tried.
  const trouble = ctx.store.findTrouble() ?? ctx.store.findFailure();
  if (trouble) throw trouble;
  if (unlocksUnderWay.has(name)) {
    refused();
    throw new AppError('too_many_attempts', 'An unlock with your account is being tried: wait for it.', {
      details: { retry_after_s: RETRY_AFTER_S },
    });
  }
  let result: T;
  unlocksUnderWay.add(name);
  try {
    result = await work();
  } catch (error) {
    // What was not looked at because others were in the way is no guess. Whatever else did not unlock counts.
    if (!hasCode(error, 'too_many_attempts')) {
      throttle.noteFailure(guessed);
      refused(error instanceof AppError ? error.code : 'internal_error');
    }
    throw error;
  } finally {
    unlocksUnderWay.delete(name);
  }
  throttle.noteSuccess(guessed);
  return result;
}
