import { AppError } from '../kernel/app-error.ts';
import type { Permission } from './permissions.ts';

/** How long an identity confirmation is valid. */
export const CONFIRMATION_MS = 5 * 60 * 1000;

/** Which projects are there for a caller, and what they may do in them. */
export interface ProjectReach {
  /** Whether every project is there, as for the instance's roles but `member`. */
  readonly isAll: boolean;
  /** By project: what they may there besides what they may everywhere. Without `isAll` these are all that are there. */
  readonly added: ReadonlyMap<number, readonly Permission[]>;
}

const nothingAdded: ProjectReach['added'] = new Map();
export const everyProject: ProjectReach = { isAll: true, added: nothingAdded };
const noProject: ProjectReach = { isAll: false, added: nothingAdded };

interface CallerBase {
  /** Remote address; null for the window and the socket. */
  readonly ip: string | null;
  /** Name for the audit log. */
  readonly label: string;
  /** What they may everywhere; once they are in a project (`enterProject`), what they may there. */
  readonly permissions: readonly Permission[];
  readonly projects: ProjectReach;
  /** The project they are in, with what they may everywhere. */
  readonly inside?: { readonly projectId: number; readonly everywhere: readonly Permission[] };
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
  projects: noProject,
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
 * A session of someone whose password somebody else chose: good for changing it, and for signing out. SECURITY: a kind of
 * its own with no permissions, as for locked ones.
 */
export interface PasswordChangeCaller extends CallerBase {
  readonly kind: 'password_change';
  /** Who this is once the password is their own; never confirmed. */
  readonly person: UserCaller;
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

/** Those with a session that is not good for what its person may do. */
export type HeldCaller = LockedCaller | PasswordChangeCaller;

export type Caller = AnonymousCaller | HeldCaller | OwnerCaller | UserCaller | KeyCaller | TokenCaller;

/** The person of a session that is held back; any other caller as it is. For what is recorded, and for what ends the hold. */
export const personBehind = (caller: Caller): Exclude<Caller, HeldCaller> =>
  caller.kind === 'locked' || caller.kind === 'password_change' ? caller.person : caller;

/** SECURITY: a confirmation from before the lock does not outlast it. */
export const lockCaller = (person: OwnerCaller | UserCaller): LockedCaller => ({
  kind: 'locked',
  ...holdBack(person),
});

/** SECURITY: confirming is for what such a session may not do. */
export const holdForPassword = (person: UserCaller): PasswordChangeCaller => ({
  kind: 'password_change',
  ...holdBack(person),
});

/** SECURITY: nothing is theirs to do, and no confirmation lasts. */
const holdBack = <Person extends OwnerCaller | UserCaller>(person: Person) => ({
  ip: person.ip,
  label: person.label,
  permissions: [],
  projects: noProject,
  person: { ...person, confirmedAt: null },
});

/** Of a deployment token: its own project. */
export const onlyProject = (projectId: number): ProjectReach => ({
  isAll: false,
  added: new Map([[projectId, []]]),
});

/** Whether a project is there for the caller. */
export function reachesProject({ projects }: Caller, projectId: number): boolean {
  return projects.isAll || projects.added.has(projectId);
}

/**
 * The caller in one project, with what they may there: for everything that is done to what is in it. Throws `not_found` for a
 * project that is not there for them. SECURITY: the same error as for one that does not exist, so that ids and names tell nothing.
 */
export function enterProject<C extends Caller>(caller: C, projectId: number): C {
  if (!reachesProject(caller, projectId)) throw noSuchProject();
  const everywhere = caller.inside?.everywhere ?? caller.permissions;
  const added = caller.projects.added.get(projectId) ?? [];
  return {
    ...caller,
    permissions: [...new Set([...everywhere, ...added])],
    inside: { projectId, everywhere },
  };
}

/** The caller where something of a project is, or of none: shared variables are there for who has every project. */
export function enterPlace<C extends Caller>(caller: C, projectId: number | null): C {
  if (projectId !== null) return enterProject(caller, projectId);
  if (!seesShared(caller)) throw new AppError('not_found', 'This does not exist.');
  return caller;
}

/** Whether shared variables are there for the caller. SECURITY: for others only what a project they have refers to gives them. */
export function seesShared({ projects }: Caller): boolean {
  return projects.isAll;
}

export function noSuchProject(): AppError {
  return new AppError('not_found', 'This project does not exist.');
}

/**
 * For lists over all projects: those in which the caller has a permission, as a JSON array for `json_each`; null for all of them,
 * and what is of no project with them.
 */
export function listReached(caller: Caller, permission: Permission): string | null {
  if (caller.projects.isAll) return null;
  const ids = [...caller.projects.added.keys()].filter((id) =>
    enterProject(caller, id).permissions.includes(permission),
  );
  return JSON.stringify(ids);
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
