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
}

/** A deployment token: bound to one project. */
export interface TokenCaller extends CallerBase {
  readonly kind: 'token';
  readonly tokenId: number;
  readonly projectId: number;
}

export type Caller = AnonymousCaller | OwnerCaller | UserCaller | KeyCaller | TokenCaller;

/** Throws `unauthenticated` or `forbidden` unless the caller may do this. */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (caller.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in, or send an API key.');
  if (!caller.permissions.includes(permission)) {
    throw new AppError('forbidden', `This needs the permission ${permission}.`, { details: { permission } });
  }
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

/** Throws `owner_only` unless the caller is someone with this OS account. */
export function requireOwner(caller: Caller): asserts caller is OwnerCaller {
  if (caller.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
  if (caller.kind !== 'owner') {
    throw new AppError(
      'owner_only',
      'Only the owner of this machine may do this: use the desktop window, the command line, or `temps-desktop console`.',
    );
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

/** Throws `confirmation_required` unless the caller confirmed their identity within the last five minutes. */
export function requireConfirmed(caller: Caller, nowMs: number): void {
  if (caller.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
  if (findConfirmedUntil(caller, nowMs) === null) {
    throw new AppError('confirmation_required', 'Confirm your identity with your password, then try again.');
  }
}

/**
 * As `requireConfirmed` for people; keys and tokens pass. SECURITY: a session left open is not enough for bulk
 * access or for credentials that outlive it. Keys belong to programs, which cannot confirm, and were created by
 * someone who did.
 */
export function requireConfirmedPerson(caller: Caller, nowMs: number): void {
  if (caller.kind === 'key' || caller.kind === 'token') return;
  requireConfirmed(caller, nowMs);
}
