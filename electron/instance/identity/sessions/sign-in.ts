import { type Caller, personBehind } from '../../access/caller.ts';
import { isWithin, LOOPBACK } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { FirstCustody, FirstKey } from '../../vault/key/first-key.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { identityOperations } from '../operations.ts';
import { normalizeEmail } from '../users/email.ts';
import {
  createUser,
  findFirstAdministrator,
  findUser,
  findUserByEmail,
  getPasswordHash,
  getUser,
  type User,
} from '../users/users.ts';
import { type AwaitedPerson, explainUnchecked, getAwaited } from './awaited-person.ts';
import type { LinkPurpose } from './one-time-links.ts';
import { acceptSecondFactor } from './second-factor.ts';
import { confirmSession, createSession, endSession, isSignedInFrom, type NewSession } from './sessions.ts';
import { type Guessed, networkOf } from './sign-in-throttle.ts';

/** Where a sign-in comes from. */
export interface Client {
  ip: string | null;
  userAgent: string | null;
}

/**
 * Signs in with a password. With a second factor, the new session only accepts the code. Throws
 * `invalid_credentials` (unknown account and wrong password alike), `too_many_attempts`.
 */
export async function signIn(
  identity: Identity,
  email: string,
  password: SecretText,
  client: Client,
): Promise<{ user: User; opened: NewSession }> {
  const { ctx, throttle } = identity;
  const guessed = { what: 'password', email } as const;
  const claimed = findUserByEmail(ctx, email);
  const refused = () => {
    const line = { ip: client.ip, user_id: claimed?.id ?? null };
    ctx.audit.note(identityOperations.SIGN_IN_FAILED, null, String(claimed?.id ?? 'unknown'), line);
  };
  requireAllowed(identity, guessed, refused);
  const hash = claimed ? getPasswordHash(ctx, claimed.id) : null;
  const matches = await identity.passwords.matches(password, hash, {
    account: normalizeEmail(email),
    address: client.ip && networkOf(client.ip),
    isKnown: claimed !== null && isSignedInFrom(ctx, claimed.id, client.ip),
  });
  // SECURITY: checked again before the result counts: of many guesses sent at once, those over the limit reveal nothing.
  requireAllowed(identity, guessed, refused);
  // SECURITY: the account may have changed since the request was sent: a new password, a second factor, deleted.
  const user =
    claimed && matches && getPasswordHash(ctx, claimed.id) === hash ? findUser(ctx, claimed.id) : null;
  if (!user) {
    throttle.noteFailure(guessed);
    refused();
    throw new AppError('invalid_credentials', 'Wrong e-mail or password.');
  }
  throttle.noteSuccess(guessed);
  const kind = user.mfaEnabled ? 'mfa_pending' : 'user';
  const opened = openSession(identity, { kind, userId: user.id, isConfirmed: !user.mfaEnabled, ...client });
  if (user.mfaEnabled)
    ctx.audit.note(identityOperations.SECOND_FACTOR_AWAITED, null, String(user.id), {
      user_id: user.id,
      ip: client.ip,
    });
  else noteSignIn(identity, user, client, 'password');
  return { user, opened };
}

/**
 * The second step: a code turns the pending session into a new one. Throws `unauthenticated`, `invalid_credentials`,
 * and with what works instead `vault_locked` and `secret_unreadable`.
 */
export function verifySecondFactor(
  identity: Identity,
  caller: Caller,
  code: string,
  client: Client,
): NewSession {
  const { ctx, throttle } = identity;
  const awaited = getAwaited(identity, caller);
  const { user } = awaited;
  const guessed = { what: 'code', userId: user.id } as const;
  const refused = () => noteWrongCode(identity, null, user.id, client.ip);
  requireAllowed(identity, guessed, refused);
  if (!accepts(identity, awaited, code)) {
    throttle.noteFailure(guessed);
    refused();
    throw new AppError('invalid_credentials', 'This code is wrong or was already used.');
  }
  throttle.noteSuccess(guessed);
  endSession(ctx, identity.revocations, awaited.sessionId);
  noteSignIn(identity, user, client, 'second factor');
  // SECURITY: a new token, so that a fixated or leaked pending one is worthless.
  return openSession(identity, { kind: 'user', userId: user.id, isConfirmed: true, ...client });
}

function accepts(identity: Identity, awaited: AwaitedPerson, code: string): boolean {
  try {
    return acceptSecondFactor(identity.ctx, awaited.user.id, code);
  } catch (error) {
    throw explainUnchecked(identity, awaited, error);
  }
}

/** Confirms the identity again, for five minutes, and opens what was locked. Throws `invalid_credentials`, `forbidden`. */
export async function confirmWithPassword(
  identity: Identity,
  given: Caller,
  password: SecretText,
): Promise<void> {
  const { ctx, throttle } = identity;
  const caller = personBehind(given);
  const remember = rememberConfirmation(identity, caller);
  if ((caller.kind !== 'user' && caller.kind !== 'owner') || caller.userId === null || remember === null)
    throw new AppError('forbidden', 'Only people who are signed in can confirm their identity.');
  const user = getUser(ctx, caller.userId);
  const guessed = { what: 'confirmation', userId: user.id } as const;
  const refused = () =>
    ctx.audit.note(identityOperations.CONFIRMATION_FAILED, caller, String(user.id), { user_id: user.id });
  requireAllowed(identity, guessed, refused);
  const isRight = await identity.passwords.matches(password, getPasswordHash(ctx, user.id), {
    account: user.email,
    address: caller.ip,
    isKnown: true,
  });
  // SECURITY: as in signing in.
  requireAllowed(identity, guessed, refused);
  if (!isRight) {
    throttle.noteFailure(guessed);
    refused();
    throw new AppError('invalid_credentials', 'Wrong password.');
  }
  remember();
  throttle.noteSuccess(guessed);
}

/** Where the confirmation is stored: in the session, or in the window's door. Null for callers with neither. */
function rememberConfirmation(identity: Identity, caller: Caller): (() => void) | null {
  if (caller.kind !== 'user' && caller.kind !== 'owner') return null;
  const { ctx, presence } = identity;
  const opened = (seat: number | 'window') => {
    if (presence.open(seat)) ctx.audit.record(identityOperations.SESSION_OPENED, caller);
  };
  if (caller.kind === 'owner' && caller.noteConfirmed) {
    const { noteConfirmed } = caller;
    return () => {
      opened('window');
      noteConfirmed();
    };
  }
  const { sessionId } = caller;
  if (sessionId === null) return null;
  return () => {
    // In memory first: a disk that takes no writes must not keep its person out.
    opened(sessionId);
    confirmSession(ctx, sessionId);
  };
}

/**
 * Set-up: the link's holder becomes the first administrator. Throws `link_invalid`, `already_set_up` and what
 * creating throws.
 */
export async function setUpAdministrator(
  identity: Identity,
  token: string,
  wanted: { email: string; name: string; password: SecretText },
  client: Client,
): Promise<NewSession> {
  const { ctx, links } = identity;
  if (identity.isSetUp())
    throw new AppError('already_set_up', 'This instance already has an administrator: sign in.');
  let user: User;
  try {
    links.redeem(token, 'setup');
  } catch (error) {
    noteWrongLink(identity, client);
    throw error;
  }
  try {
    user = await createUser(
      ctx,
      identity.passwords,
      null,
      { ...wanted, mustChangePassword: false, roles: ['admin'] },
      true,
    );
  } catch (error) {
    links.restore(token, 'setup');
    throw error;
  }
  noteSignIn(identity, user, client, 'set-up link');
  return openSession(identity, { kind: 'owner', userId: user.id, isConfirmed: true, ...client });
}

/**
 * The key as set-up shows it. The link stays good. Throws `link_invalid`, `already_set_up`, `too_many_attempts`.
 */
export function getFirstKey(identity: Identity, token: string, client: Client): FirstKey {
  requireSetUpLink(identity, token, client);
  return identity.firstKey.describe();
}

/**
 * Makes the first key where the holder of the set-up link chose. Throws as getFirstKey does, and what keeping it
 * throws.
 */
export async function chooseFirstCustody(
  identity: Identity,
  actor: Caller,
  token: string,
  where: FirstCustody,
  client: Client,
): Promise<FirstKey> {
  requireSetUpLink(identity, token, client);
  await identity.firstKey.keep(actor, where);
  return identity.firstKey.describe();
}

/** Throws `link_invalid`, `already_set_up`, `too_many_attempts`. The link stays good. */
export function requireSetUpLink(identity: Identity, token: string, client: Client): void {
  const { links } = identity;
  if (identity.isSetUp())
    throw new AppError('already_set_up', 'This instance already has an administrator: sign in.');
  try {
    links.require(token, 'setup');
  } catch (error) {
    noteWrongLink(identity, client);
    throw error;
  }
}

interface NewLink {
  /** SECURITY: the token is in the fragment, which browsers send to no server. */
  path: string;
  purpose: LinkPurpose;
  expiresAt: number;
}

/** A one-time link: to set up, or once there is an account to sign in as the owner. */
export function createLink(identity: Identity, onRedeemed?: () => void): NewLink {
  const purpose = identity.isSetUp() ? 'owner' : 'setup';
  const { token, expiresAt } = identity.links.create(purpose, onRedeemed);
  return { path: `/link#purpose=${purpose}&token=${token}`, purpose, expiresAt };
}

/** A file that leads a browser to a new link. Throws `conflict` while no browser can reach the console. */
export function createLinkFile(identity: Identity): {
  file: string;
  purpose: LinkPurpose;
  expiresAt: number;
} {
  const base = identity.findConsoleUrl();
  if (base === null)
    throw new AppError('conflict', 'The instance is paused: no browser can reach it. Resume it first.');
  let file: string | null = null;
  const { path, purpose, expiresAt } = createLink(identity, () => {
    if (file !== null) identity.linkFiles.remove(file);
  });
  file = identity.linkFiles.write(`${base}${path}`);
  return { file, purpose, expiresAt };
}

/** An owner's link from this machine opens an owner's session. Throws `link_invalid`, `owner_only`. */
export function redeemOwnerLink(identity: Identity, token: string, client: Client): NewSession {
  const { ctx, links } = identity;
  // SECURITY: the link works only on this machine.
  if (client.ip !== null && !isWithin(client.ip, LOOPBACK))
    throw new AppError('owner_only', 'This link works only on the machine itself.');
  try {
    links.redeem(token, 'owner');
  } catch (error) {
    noteWrongLink(identity, client);
    throw error;
  }
  const userId = findFirstAdministrator(ctx)?.id ?? null;
  // SECURITY: a link can be passed on or read by someone else; what it opens is not enough to read a secret.
  const opened = openSession(identity, { kind: 'owner', userId, isConfirmed: false, ...client });
  ctx.audit.append(identityOperations.OWNER_SIGNED_IN, null, { ip: client.ip });
  return opened;
}

/** Who signs in is there. */
export function openSession(
  { ctx, presence }: Identity,
  wanted: Parameters<typeof createSession>[1],
): NewSession {
  const opened = createSession(ctx, wanted);
  presence.noteSignIn(opened.session.id);
  return opened;
}

/** Throws `too_many_attempts`, noted as a refusal too: what is not looked at may have been right. */
export function requireAllowed(
  { throttle }: Pick<Identity, 'throttle'>,
  guessed: Guessed,
  refused: () => void,
): void {
  try {
    throttle.requireAllowed(guessed);
  } catch (error) {
    refused();
    throw error;
  }
}

/** A code that was refused, at sign-in or when the factor is turned on. */
export function noteWrongCode(
  { ctx }: Identity,
  caller: Caller | null,
  userId: number,
  ip: string | null,
): void {
  ctx.audit.note(identityOperations.SECOND_FACTOR_FAILED, caller, String(userId), { user_id: userId, ip });
}

/** Throws `too_many_attempts` in place of what was wrong with it when it was one of many. */
export function noteWrongLink({ ctx, throttle }: Identity, client: Client): void {
  ctx.audit.note(identityOperations.LINK_REFUSED, null, client.ip === null ? 'here' : networkOf(client.ip), {
    ip: client.ip,
  });
  throttle.noteWrongToken('link', client.ip);
}

export function noteSignIn({ ctx }: Identity, user: User, client: Client, method: string): void {
  ctx.audit.append(identityOperations.SIGNED_IN, null, { user_id: user.id, ip: client.ip, method });
}
