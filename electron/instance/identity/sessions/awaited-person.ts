import type { Caller } from '../../access/caller.ts';
import { rolePermissions } from '../../access/permissions.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { EarlyUnlockMethod } from '../../vault/key/early-unlock.ts';
import type { Identity } from '../identity.ts';
import { findUser, strongestRole, type User } from '../users/users.ts';
import { hasRecoveryCodes } from './second-factor.ts';

/** Someone whose password was accepted and whose second factor is awaited. */
export interface AwaitedPerson {
  user: User;
  sessionId: number;
}

/** Null for every other caller, and once the session ended or the account was deleted. */
export function findAwaited({ ctx, revocations }: Identity, caller: Caller): AwaitedPerson | null {
  const sessionId = caller.kind === 'anonymous' ? caller.pendingSessionId : null;
  if (sessionId === null || revocations.isRevoked('sessions', sessionId)) return null;
  const userId = ctx.store.sqlite
    .prepare("SELECT user_id FROM sessions WHERE id = ? AND kind = 'mfa_pending' AND expires_at > ?")
    .pluck()
    .get(sessionId, ctx.clock.now()) as number | undefined;
  const user = userId === undefined ? null : findUser(ctx, userId);
  return user && { user, sessionId };
}

/** Throws `unauthenticated`. */
export function getAwaited(identity: Identity, caller: Caller): AwaitedPerson {
  const awaited = findAwaited(identity, caller);
  if (!awaited) throw new AppError('unauthenticated', 'Sign in with your password first.');
  return awaited;
}

export const mayUnlock = (user: User): boolean =>
  rolePermissions[strongestRole(user)].includes('vault:write');

/** What works for someone whose second factor is awaited while the vault is locked. SECURITY: and no more. */
export function describeLockedVault(identity: Identity, { user }: AwaitedPerson) {
  const unlockMethods = mayUnlock(user) ? identity.earlyUnlock.listMethods() : [];
  const recoveryCodesLeft = hasRecoveryCodes(identity.ctx, user.id);
  const message = [
    'The vault is locked, so codes of an authenticator cannot be checked.',
    sayUnlock(unlockMethods, mayUnlock(user)),
    sayOtherWays(recoveryCodesLeft),
  ].join(' ');
  return { message, unlockMethods, recoveryCodesLeft };
}

/** Why a code could not be checked, with what works instead; any other error as it is. */
export function explainUnchecked(identity: Identity, person: AwaitedPerson, error: unknown): unknown {
  if (hasCode(error, 'vault_locked')) {
    const { message, unlockMethods, recoveryCodesLeft } = describeLockedVault(identity, person);
    return new AppError('vault_locked', message, {
      details: { unlock_methods: unlockMethods, recovery_codes_left: recoveryCodesLeft },
    });
  }
  if (!hasCode(error, 'secret_unreadable')) return error;
  const others = sayOtherWays(hasRecoveryCodes(identity.ctx, person.user.id));
  return new AppError(
    'secret_unreadable',
    `Your authenticator was set up under another key, so its codes cannot be checked. ${others}`,
  );
}

const sayOtherWays = (hasCodes: boolean) =>
  `${hasCodes ? 'One of your recovery codes works.' : 'You have no recovery codes left.'} The owner of this machine can sign in with temps-desktop console.`;

function sayUnlock(methods: readonly EarlyUnlockMethod[], isAllowed: boolean): string {
  if (!isAllowed) return 'An administrator can unlock it.';
  if (methods.includes('passphrase'))
    return 'Unlock it first, with the passphrase of the key or a copy of it.';
  return methods.length > 0
    ? 'Unlock it first, with a copy of the key.'
    : 'Only the owner of this machine can unlock it now.';
}

/** What to know before the factor is on, where every start leaves the vault locked; null elsewhere. */
export function sayBeforeEnabling({ earlyUnlock }: Identity, user: User): string | null {
  if (!earlyUnlock.waitsForPassphrase()) return null;
  const first = mayUnlock(user) ? 'the passphrase of the key, a copy of it' : 'someone who unlocks the vault';
  return `After each start the vault waits for its passphrase, and until then codes of an authenticator cannot be checked. To sign in you then need ${first}, one of your recovery codes, or the owner of this machine.`;
}
