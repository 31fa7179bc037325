import { randomBytes } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import { findPlace, plainAddress } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { getSettings } from '../../settings/settings.ts';
import { identityOperations } from '../operations.ts';
import type { Revocations } from '../revocations.ts';
import { digestToken } from '../token-digest.ts';
import { findDevice } from './device.ts';
import { CLOCK_TOLERANCE_MS } from './idle.ts';
import type { SessionSightings } from './session-sightings.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const OWNER_SESSION_MS = 12 * HOUR_MS;
/** Time between the password and the second factor. */
const PENDING_SESSION_MS = 10 * 60 * 1000;

export type SessionKind = 'user' | 'owner' | 'mfa_pending';

export interface Session {
  id: number;
  kind: SessionKind;
  userId: number | null;
  createdAt: number;
  expiresAt: number;
  confirmedAt: number | null;
  /** When its person was last seen to use it; at most half a minute old while they do. */
  usedAt: number | null;
  lockedAt: number | null;
}

export interface NewSession {
  /** 256 random bits, base64url: the cookie's value, and nowhere else. */
  token: string;
  maxAgeS: number;
  session: Session;
}

const COLUMNS = `id, kind, user_id AS userId, created_at AS createdAt, expires_at AS expiresAt,
  confirmed_at AS confirmedAt, used_at AS usedAt, locked_at AS lockedAt`;

function lifetimeMs(ctx: Context, kind: SessionKind): number {
  if (kind === 'owner') return OWNER_SESSION_MS;
  return kind === 'mfa_pending' ? PENDING_SESSION_MS : getSettings(ctx).sessionDays * DAY_MS;
}

export function createSession(
  ctx: Context,
  wanted: {
    kind: SessionKind;
    userId: number | null;
    ip: string | null;
    userAgent: string | null;
    /** Whether the person just proved who they are. */
    isConfirmed: boolean;
  },
): NewSession {
  const token = randomBytes(32).toString('base64url');
  const now = ctx.clock.now();
  const lifeMs = lifetimeMs(ctx, wanted.kind);
  const expiresAt = now + lifeMs;
  const confirmedAt = wanted.isConfirmed ? now : null;
  const id = ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM sessions WHERE expires_at < ?').run(now);
    return ctx.store.sqlite
      .prepare(
        `INSERT INTO sessions (token_hash, kind, user_id, created_at, expires_at, confirmed_at, used_at, ip, user_agent)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        digestToken(token),
        wanted.kind,
        wanted.userId,
        now,
        expiresAt,
        confirmedAt,
        now,
        wanted.ip,
        wanted.userAgent?.slice(0, 300) ?? null,
      );
  }) as number;
  return {
    token,
    maxAgeS: Math.floor(lifeMs / 1000),
    session: {
      id,
      kind: wanted.kind,
      userId: wanted.userId,
      createdAt: now,
      expiresAt,
      confirmedAt,
      usedAt: now,
      lockedAt: null,
    },
  };
}

/**
 * The session of a cookie. Throws `session_expired` for one that is unknown or over, `clock_went_back` for one
 * from the future, whose age is unknown.
 */
export function getSession(ctx: Context, token: string): Session {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM sessions WHERE token_hash = ?`)
    .get(digestToken(token)) as Session | undefined;
  const now = ctx.clock.now();
  if (!row || row.expiresAt <= now)
    throw new AppError('session_expired', 'Your session is over: sign in again.');
  if (row.createdAt > now + CLOCK_TOLERANCE_MS) {
    throw new AppError(
      'clock_went_back',
      "This machine's clock is behind the time of your sign-in. Correct it, or sign in again.",
    );
  }
  return row;
}

/** Epoch ms; null when the session is gone. */
export function findSessionExpiry(ctx: Context, id: number): number | null {
  const expiresAt = ctx.store.sqlite.prepare('SELECT expires_at FROM sessions WHERE id = ?').pluck().get(id);
  return (expiresAt as number | undefined) ?? null;
}

/** Records that the person confirmed their identity now, which opens a locked one. */
export function confirmSession(ctx: Context, id: number): void {
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare('UPDATE sessions SET confirmed_at = ?, locked_at = NULL WHERE id = ?')
      .run(ctx.clock.now(), id);
  });
}

/** SECURITY: its confirmation goes with the lock. */
export function noteSessionLocked(ctx: Context, id: number): void {
  ctx.store.sqlite
    .prepare('UPDATE sessions SET locked_at = ?, confirmed_at = NULL WHERE id = ?')
    .run(ctx.clock.now(), id);
}

export function noteSessionUsed(ctx: Context, id: number): void {
  ctx.store.sqlite.prepare('UPDATE sessions SET used_at = ? WHERE id = ?').run(ctx.clock.now(), id);
}

/** Those of accounts, which a password can open again, that are neither over nor locked. */
export function listOpenSessions(ctx: Context): Session[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM sessions
       WHERE locked_at IS NULL AND user_id IS NOT NULL AND kind != 'mfa_pending' AND expires_at > ?`,
    )
    .all(ctx.clock.now()) as Session[];
}

/** Ends a session now, whatever the database does. */
export function endSession(ctx: Context, revocations: Revocations, id: number): void {
  revocations.revoke('sessions', id, () =>
    ctx.store.transaction(() => {
      ctx.store.sqlite.prepare('DELETE FROM sessions WHERE id = ?').run(id);
    }),
  );
}

export interface SessionOfUser extends Session {
  ip: string | null;
  userAgent: string | null;
}

/** Those of everyone that are not over, newest first. */
export function listAllSessions(ctx: Context): SessionOfUser[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS}, ip, user_agent AS userAgent
       FROM sessions WHERE expires_at > ? ORDER BY created_at DESC, id DESC`,
    )
    .all(ctx.clock.now()) as SessionOfUser[];
}

/** Ends a session of anyone. Throws `not_found`. */
export function endSessionOfPerson(ctx: Context, revocations: Revocations, actor: Caller, id: number): void {
  const session = listAllSessions(ctx).find((known) => known.id === id);
  if (!session) throw new AppError('not_found', 'There is no such session.');
  endSession(ctx, revocations, id);
  ctx.audit.record(identityOperations.SESSION_OF_PERSON_ENDED, actor, {
    user_id: session.userId,
    kind: session.kind,
  });
}

/** What is shown of a session beside its row: with what it was opened, and where it was last seen. */
export function describeSession(session: SessionOfUser, sightings: SessionSightings) {
  const { browser, system, kind: device } = findDevice(session.userAgent);
  return {
    ...session,
    browser,
    system,
    device,
    ip: session.ip === null ? null : plainAddress(session.ip),
    place: session.ip === null ? null : findPlace(session.ip),
    // The row of one that is used says so every half a minute.
    lastSeenAt: sightings.find(session.id) ?? session.usedAt,
  };
}

/** Those that are not over, newest first. */
export function listSessionsOf(ctx: Context, userId: number): SessionOfUser[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS}, ip, user_agent AS userAgent
       FROM sessions WHERE user_id = ? AND expires_at > ? ORDER BY created_at DESC, id DESC`,
    )
    .all(userId, ctx.clock.now()) as SessionOfUser[];
}

/** Whether someone who knew the account's password is, or a little while ago was, signed in from this address. */
export function isSignedInFrom(ctx: Context, userId: number, ip: string | null): boolean {
  return (
    ctx.store.sqlite
      .prepare('SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = ? AND ip IS ?)')
      .pluck()
      .get(userId, ip) === 1
  );
}

/** Throws `not_found`, for someone else's session too. */
export function getSessionOf(ctx: Context, userId: number, id: number): SessionOfUser {
  const session = listSessionsOf(ctx, userId).find((known) => known.id === id);
  if (!session) throw new AppError('not_found', 'You have no such session.');
  return session;
}

/** Ends one of someone's own sessions. Throws `not_found`, for someone else's too. */
export function endSessionOf(
  ctx: Context,
  revocations: Revocations,
  actor: Caller,
  userId: number,
  id: number,
): void {
  const session = getSessionOf(ctx, userId, id);
  endSession(ctx, revocations, session.id);
  ctx.audit.record(identityOperations.SESSION_ENDED, actor, { user_id: userId, kind: session.kind });
}

/** Ends every session of someone's but one. */
export function endOtherSessions(
  ctx: Context,
  revocations: Revocations,
  actor: Caller,
  userId: number,
  keptId: number | null,
): void {
  const ended = listSessionsOf(ctx, userId).filter(({ id }) => id !== keptId);
  for (const { id } of ended) endSession(ctx, revocations, id);
  ctx.audit.record(identityOperations.SESSIONS_ENDED, actor, { user_id: userId, count: ended.length });
}
