import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { identityOperations } from '../operations.ts';
import { requireAllowed } from '../sessions/sign-in.ts';
import { findUser } from '../users/users.ts';
import { type ApiKey, createApiKey, deleteApiKey, findKeyInForce } from './api-keys.ts';
import type { PendingSignIn } from './pending-sign-ins.ts';
import { deleteUncollected } from './uncollected-keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const USUAL_LIFE_MS = 90 * DAY_MS;
/** A year, also one with a leap day. */
const MAX_LIFE_MS = 366 * DAY_MS;
const MAX_CLIENT_NAME = 60;

/**
 * Begins the sign-in of a program that shows its person a code (RFC 8628). The name is what the program says about itself: it
 * is shown, and nothing is decided by it. Throws `too_many_attempts`.
 */
export function beginCliSignIn(
  { signIns }: Identity,
  clientName: string | null,
  ip: string | null,
): { deviceCode: string; userCode: string } {
  return signIns.begin(cleanName(clientName), ip);
}

/**
 * A name a stranger chose, for pages and lists. SECURITY: without what changes the text around it: control and format
 * characters, line breaks. Host names are not refused for their letters: upstream's client cannot choose another.
 */
function cleanName(given: string | null): string {
  const shown = (given ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return [...shown].slice(0, MAX_CLIENT_NAME).join('').trim() || 'an unnamed computer';
}

/** Who waits for the code that a person typed. Throws `not_found`, and `too_many_attempts` after a few wrong ones. */
export function findCliSignIn(identity: Identity, caller: Caller, userCode: string): PendingSignIn {
  const { ctx, signIns, throttle } = identity;
  const userId = 'userId' in caller ? caller.userId : null;
  const guessed = { what: 'cli_code', userId } as const;
  const refused = () =>
    ctx.audit.note(identityOperations.CLI_CODE_REFUSED, caller, String(userId), { ip: caller.ip });
  requireAllowed({ throttle }, guessed, refused);
  const found = signIns.findWaiting(userCode);
  if (found) return found;
  // SECURITY: a right code forgives no wrong ones: whoever guesses could begin a sign-in of their own for it.
  throttle.noteFailure(guessed);
  refused();
  throw new AppError(
    'not_found',
    'No program waits for this code. It may be mistyped, used, or older than 10 minutes: start the sign-in again there.',
    { fields: { user_code: 'not waited for' } },
  );
}

export interface Approval {
  roleType: string;
  /** What of its role it may; null for all of it. */
  permissions?: string[] | null | undefined;
  /** Epoch ms; undefined for 90 days. */
  expiresAt?: number | undefined;
}

/**
 * Creates the key that the program collects with its next poll.
 *
 * SECURITY: now and not then: what ends a person's keys in between, a new password or fewer rights, ends this one too.
 *
 * Throws as creating a key does, and as finding the code does; `invalid_request` for an end after a year.
 */
export function approveCliSignIn(
  identity: Identity,
  caller: Caller,
  userCode: string,
  { roleType, permissions, expiresAt }: Approval,
): ApiKey {
  const { ctx } = identity;
  const waiting = findCliSignIn(identity, caller, userCode);
  const now = ctx.clock.now();
  if (expiresAt !== undefined && expiresAt > now + MAX_LIFE_MS)
    throw new AppError('invalid_request', 'A program stays signed in for a year at most.', {
      fields: { expires_at: 'after more than a year' },
    });
  const { key, text } = ctx.store.transaction(() => {
    const created = createApiKey(ctx, caller, {
      name: chooseName(ctx, waiting.clientName),
      roleType,
      permissions,
      expiresAt: expiresAt ?? now + USUAL_LIFE_MS,
    });
    ctx.audit.append(identityOperations.CLI_SIGN_IN_APPROVED, caller, {
      id: created.key.id,
      client: waiting.clientName,
      ip: waiting.ip,
    });
    return created;
  });
  waiting.outcome = { kind: 'approved', keyId: key.id, text };
  return key;
}

/** Ends the sign-in: the program is told so. Throws as finding the code does. */
export function denyCliSignIn(identity: Identity, caller: Caller, userCode: string): void {
  const waiting = findCliSignIn(identity, caller, userCode);
  waiting.outcome = { kind: 'denied' };
  identity.ctx.audit.record(identityOperations.CLI_SIGN_IN_DENIED, caller, {
    client: waiting.clientName,
    ip: waiting.ip,
  });
}

/** The words of RFC 8628, 3.5; `approved` has the key, which is given once. */
export type CliPoll =
  | { status: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' }
  | { status: 'approved'; key: ApiKey; text: SecretText; email: string | null };

const withoutKey = {
  waiting: 'authorization_pending',
  slow_down: 'slow_down',
  denied: 'access_denied',
  over: 'expired_token',
} as const;

export function pollCliSignIn(identity: Identity, deviceCode: string, ip: string | null): CliPoll {
  const { ctx, signIns, revocations } = identity;
  deleteUncollected(identity, 'old');
  const polled = signIns.poll(deviceCode);
  if (typeof polled === 'string') return { status: withoutKey[polled] };
  const { outcome } = polled;
  const key =
    outcome.kind === 'approved' && !revocations.isRevoked('api_keys', outcome.keyId)
      ? findKeyInForce(ctx, outcome.keyId)
      : null;
  // Ended since it was approved: a key that works nowhere would only puzzle its program.
  if (outcome.kind !== 'approved' || key === null) return { status: 'access_denied' };
  ctx.audit.record(identityOperations.CLI_SIGNED_IN, null, { id: key.id, client: polled.clientName, ip });
  const email = key.userId === null ? null : (findUser(ctx, key.userId)?.email ?? null);
  return { status: 'approved', key, text: outcome.text, email };
}

/** Ends the key that the caller came with, and what it made. Throws `forbidden` for anyone without one. */
export function signOutCli({ ctx, revocations }: Identity, caller: Caller): void {
  if (caller.kind !== 'key') throw new AppError('forbidden', 'There is no key to end.');
  const { apiKeyId } = caller;
  revocations.revoke('api_keys', apiKeyId, () => deleteApiKey(ctx, caller, apiKeyId));
}

/** Says in every list where the key came from; names are unique, and one computer may sign in again. */
function chooseName(ctx: Context, clientName: string): string {
  const isTaken = ctx.store.sqlite.prepare('SELECT 1 FROM api_keys WHERE name = ?').pluck();
  const name = `Signed in from ${clientName}`;
  let chosen = name;
  for (let count = 2; isTaken.get(chosen) !== undefined; count++) chosen = `${name} (${count})`;
  return chosen;
}
