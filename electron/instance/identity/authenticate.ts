import {
  anonymousFrom,
  type Caller,
  everyProject,
  holdForPassword,
  lockCaller,
  type OwnerCaller,
  type UserCaller,
} from '../access/caller.ts';
import { permissions, rolePermissions } from '../access/permissions.ts';
import type { Identify } from '../http/app.ts';
import { AppError, type ErrorCode, hasCode } from '../kernel/app-error.ts';
import type { Identity } from './identity.ts';
import { reachOf } from './members/project-reach.ts';
import { identityOperations } from './operations.ts';
import type { Revocable } from './revocations.ts';
import { getSession, type Session } from './sessions/sessions.ts';
import { readTokenPrefix, unknownToken } from './tokens/access-tokens.ts';
import { findApiKeyName, identifyApiKey } from './tokens/api-keys.ts';
import { findTokenName, identifyDeploymentToken } from './tokens/deployment-tokens.ts';
import { findUser, mustChangePassword, strongestRole } from './users/users.ts';

/**
 * Identifies the sender of a request: Authorization first, then the cookie, then the door's own caller.
 *
 * SECURITY: an invalid credential is an error, never "anonymous" and never the door's caller: a key sent over the
 * owner's socket counts as that key. A cookie of an expired session is the only exception: its holder must be able
 * to sign in again.
 */
export function createAuthenticator(identity: Identity): Identify {
  return ({ authorization, sessionCookie, ip }, doorCaller) => {
    if (authorization !== null) return identifyBearer(identity, authorization, ip);
    if (sessionCookie === null) return doorCaller;
    try {
      return identifySession(identity, sessionCookie, ip);
    } catch (error) {
      if (!hasCode(error, 'session_expired')) throw error;
      return anonymousFrom(ip);
    }
  };
}

function identifyBearer(identity: Identity, authorization: string, ip: string | null): Caller {
  const [, given = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  const form = readTokenPrefix(given);
  try {
    if (!form) throw unknownToken();
    if (form.sort === 'tk') {
      const caller = identifyApiKey(identity.ctx, form.prefix, given, ip);
      for (const id of caller.lineage) requireNotRevoked(identity, 'api_keys', id);
      identity.lastUse.note('api_keys', caller.apiKeyId);
      return caller;
    }
    const caller = identifyDeploymentToken(identity.ctx, form.prefix, given, ip);
    requireNotRevoked(identity, 'deployment_tokens', caller.tokenId);
    for (const id of caller.lineage) requireNotRevoked(identity, 'api_keys', id);
    identity.lastUse.note('deployment_tokens', caller.tokenId);
    return caller;
  } catch (error) {
    if (error instanceof AppError && refusals.has(error.code)) noteRefusedKey(identity, form, error.code, ip);
    if (hasCode(error, 'invalid_credentials')) identity.throttle.noteWrongToken('token', ip);
    throw error;
  }
}

/** What says that a key is not good, and not that it could not be checked. */
const refusals = new Set<ErrorCode>([
  'invalid_credentials',
  'key_revoked',
  'key_expired',
  'clock_went_back',
  'address_not_allowed',
]);

/** SECURITY: by the name of the key it claims to be, and never with what was sent. */
function noteRefusedKey(
  { ctx }: Identity,
  form: ReturnType<typeof readTokenPrefix>,
  reason: ErrorCode,
  ip: string | null,
): void {
  const name =
    form && (form.sort === 'tk' ? findApiKeyName(ctx, form.prefix) : findTokenName(ctx, form.prefix));
  ctx.audit.note(identityOperations.KEY_REFUSED, null, name ?? 'unknown', { ip, name, reason });
}

function requireNotRevoked({ revocations }: Identity, what: Revocable, id: number): void {
  if (revocations.isRevoked(what, id)) throw new AppError('key_revoked', 'This key was turned off.');
}

function identifySession(identity: Identity, token: string, ip: string | null): Caller {
  const { ctx, sightings, revocations } = identity;
  const session = getSession(ctx, token);
  if (revocations.isRevoked('sessions', session.id))
    throw new AppError('session_expired', 'Your session has ended. Sign in again.');
  sightings.note(session.id, ctx.clock.now());
  if (session.kind === 'mfa_pending') {
    return anonymousFrom(ip, session.id);
  }
  const person = identifyPerson(identity, session, ip);
  // A password opens it again; an owner who acts as no account has none.
  if (person.userId !== null && identity.presence.isSessionLocked(session)) return lockCaller(person);
  // An owner's link was opened by no password; who has this machine has its accounts.
  return person.kind === 'user' && mustChangePassword(ctx, person.userId) ? holdForPassword(person) : person;
}

function identifyPerson({ ctx }: Identity, session: Session, ip: string | null): OwnerCaller | UserCaller {
  const user = session.userId === null ? null : findUser(ctx, session.userId);
  if (session.kind === 'owner') {
    return {
      kind: 'owner',
      via: 'browser',
      ip,
      label: 'owner',
      permissions,
      projects: everyProject,
      userId: user?.id ?? null,
      sessionId: session.id,
      confirmedAt: session.confirmedAt,
    };
  }
  if (!user) throw new AppError('session_expired', 'This account was deleted.');
  return {
    kind: 'user',
    ip,
    label: user.email,
    permissions: rolePermissions[strongestRole(user)],
    projects: reachOf(ctx, user),
    userId: user.id,
    sessionId: session.id,
    confirmedAt: session.confirmedAt,
  };
}
