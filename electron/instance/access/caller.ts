import { AppError } from '../kernel/app-error.ts';
import type { Permission } from './permissions.ts';

/** How long an identity confirmation is valid. */
export const CONFIRMATION_MS = 5 * 60 * 1000;

interface CallerBase {
  /** Remote address; null for the window and the socket. */
  readonly ip: string | null;
  /** Name for the audit log. */
  readonly label: string;
  readonly permissions: readonly Permission[];
}

/** Not signed in: no credentials, or a session waiting for its second factor. */
export interface AnonymousCaller extends CallerBase {
  readonly kind: 'anonymous';
  readonly pendingSessionId: number | null;
}

/** @param pendingSessionId of a session that waits for its second factor. */
export const anonymousFrom = (
  ip: string | null,
  pendingSessionId: number | null = null,
): AnonymousCaller => ({
  kind: 'anonymous',
  ip,
  label: 'nobody',
  permissions: [],
  pendingSessionId,
});

/**
 * A session, or the desktop window, that nobody used for as long as the settings say. SECURITY: a kind of its own with no
 * permissions, so that what was written for others refuses it.
 */
export interface LockedCaller extends CallerBase {
  readonly kind: 'locked';
  /** Who this is again once the password is entered; never confirmed. */
  readonly person: OwnerCaller | UserCaller;
}

/**
 * Someone with this OS account: the window, the socket, or a browser session opened by a one-time link.
 * `userId` is the account acted as, where the instance has one (the first administrator).
 */
export interface OwnerCaller extends CallerBase {
  readonly kind: 'owner';
  readonly via: 'window' | 'socket' | 'browser';
  readonly userId: number | null;
  readonly sessionId: number | null;
  /** Epoch ms of the last identity confirmation; on the socket, the OS account confirms it at every call. */
  readonly confirmedAt: number | null;
  /** Set by the window's door, which has no session and stores the confirmation itself. */
  readonly noteConfirmed?: () => void;
}

export interface UserCaller extends CallerBase {
  readonly kind: 'user';
  readonly userId: number;
  readonly sessionId: number;
  readonly confirmedAt: number | null;
}

export interface KeyCaller extends CallerBase {
  readonly kind: 'key';
  readonly apiKeyId: number;
  /** The account the key was made by; null when made by the owner. */
  readonly userId: number | null;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Ids of the API keys it depends on: itself, the one it was made by, and so on. */
  readonly lineage: readonly number[];
}

/** A deployment token: bound to one project. */
export interface TokenCaller extends CallerBase {
  readonly kind: 'token';
  readonly tokenId: number;
  readonly projectId: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Ids of the API keys it depends on; none when a person made it. */
  readonly lineage: readonly number[];
}

export type Caller = AnonymousCaller | LockedCaller | OwnerCaller | UserCaller | KeyCaller | TokenCaller;

/** SECURITY: a confirmation from before the lock does not outlast it. */
export function lockCaller(person: OwnerCaller | UserCaller): LockedCaller {
  const { ip, label } = person;
  return { kind: 'locked', ip, label, permissions: [], person: { ...person, confirmedAt: null } };
}

/**
 * Throws `not_found` when a deployment token requests another project. SECURITY: the same error as for a project
 * that does not exist, so that ids reveal nothing.
 */
export function requireProject(caller: Caller, projectId: number): void {
  if (caller.kind === 'token' && caller.projectId !== projectId) {
    throw new AppError('not_found', 'This project does not exist.');
  }
}

/**
 * When the caller's identity confirmation expires; null without one. Keys and tokens never have one. SECURITY: a
 * time in the future (the clock was set back) does not count.
 */
export function findConfirmedUntil(caller: Caller, nowMs: number): number | null {
  const confirmedAt = caller.kind === 'owner' || caller.kind === 'user' ? caller.confirmedAt : null;
  if (confirmedAt === null || confirmedAt > nowMs || nowMs - confirmedAt > CONFIRMATION_MS) return null;
  return confirmedAt + CONFIRMATION_MS;
}
