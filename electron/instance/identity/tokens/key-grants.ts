import { requireAct } from '../../access/acts.ts';
import type { Caller } from '../../access/caller.ts';
import {
  findDaysByChoice,
  type Permission,
  parseRole,
  permissions,
  projectRolePermissions,
  type Role,
  rolePermissions,
  sayUnknownName,
} from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';

/** A key's permissions are those of a role, or some of them; with this, any that are listed. */
export const CUSTOM = 'custom';
export type GrantedRole = Role | typeof CUSTOM;

/**
 * Combines a role with explicit permissions, which can only narrow the role. SECURITY: a role alone brings nothing that a
 * key has by choice: not to keys of an administrator, and not to those from before there was that permission.
 */
export function listGranted(
  roleType: GrantedRole,
  granted: readonly Permission[] | null,
): readonly Permission[] {
  if (roleType === CUSTOM) return granted ?? [];
  const ofRole = listGrantable(roleType);
  if (granted === null) return ofRole.filter((permission) => findDaysByChoice(permission) === null);
  return ofRole.filter((permission) => granted.includes(permission));
}

/** What keys of a role can have: of a member also what their roles in projects allow there, whatever these are when it is used. */
function listGrantable(role: Role): readonly Permission[] {
  if (role !== 'member') return rolePermissions[role];
  const some: readonly Permission[] = [...rolePermissions.member, ...projectRolePermissions.manager];
  return permissions.filter(
    (permission) => some.includes(permission) && findDaysByChoice(permission) === null,
  );
}

/** Of that, what it may outside of projects. SECURITY: a key of the role member has projects by roles alone, whosever it is. */
export function listGrantedEverywhere(
  roleType: GrantedRole,
  granted: readonly Permission[] | null,
): readonly Permission[] {
  const all = listGranted(roleType, granted);
  return roleType === 'member'
    ? all.filter((permission) => rolePermissions.member.includes(permission))
    : all;
}

export interface Grant {
  roleType: GrantedRole;
  /** Null for all of the role. */
  granted: Permission[] | null;
}

/** Throws `invalid_request` for permissions that do not exist or that the role does not have. */
export function parseGrant(roleType: string, wanted: readonly string[] | null): Grant {
  const role = roleType === CUSTOM ? CUSTOM : parseRole(roleType);
  if (wanted === null && role !== CUSTOM) return { roleType: role, granted: null };
  const mayBe = role === CUSTOM ? permissions : listGrantable(role);
  requireKnown(wanted ?? []);
  for (const [at, text] of (wanted ?? []).entries())
    if (!includes(mayBe, text))
      throw refusedPermission(
        `The role ${role} does not have this permission.`,
        at,
        `not of the role ${role}`,
      );
  const granted = mayBe.filter((permission) => wanted?.includes(permission));
  if (granted.length === 0)
    throw refusedPermission('A key needs at least one permission.', null, 'at least one');
  return { roleType: role, granted };
}

function includes(all: readonly string[], text: string): boolean {
  return all.includes(text);
}

/** Names each that is unknown, and what there is. */
function requireKnown(wanted: readonly string[]): void {
  const unknown = [...wanted.entries()].filter(([, text]) => !includes(permissions, text));
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(([, text]) => sayUnknownName(text)))].join(', ');
  throw new AppError(
    'invalid_request',
    `There is no permission ${names} here; the permissions are ${permissions.join(', ')}.`,
    { fields: Object.fromEntries(unknown.map(([at]) => [`permissions.${at}`, 'unknown permission'])) },
  );
}

/** For how many days at most a key with these may live; null for any time. */
export function findLongestLife(granted: readonly Permission[]): number | null {
  const limits = granted.map(findDaysByChoice).filter((days) => days !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

function refusedPermission(detail: string, at: number | null, problem: string): AppError {
  return new AppError('invalid_request', detail, {
    fields: { [at === null ? 'permissions' : `permissions.${at}`]: problem },
  });
}

/**
 * What lets a key read the values of secrets; without these, that they are set is all it sees. SECURITY: who adds people knows
 * their first password, and sees as one of them what a user sees; who gives roles in a project has someone see it.
 */
const revealing: readonly Permission[] = ['environments:reveal', 'users:manage', 'members:write'];

export function seesSecrets(roleType: GrantedRole, granted: readonly Permission[] | null): boolean {
  return listGranted(roleType, granted).some((permission) => revealing.includes(permission));
}

/** The grant without the values of secrets. Throws `invalid_request` where these were asked for, too. */
export function hideSecrets({ roleType, granted }: Grant): Grant {
  const at = granted?.findIndex((permission) => revealing.includes(permission)) ?? -1;
  if (at !== -1)
    throw refusedPermission(
      `A key that hides secrets cannot have ${granted?.[at]}: it would let it see them.`,
      at,
      'not with hide_secrets',
    );
  const hidden = listGranted(roleType, granted).filter((permission) => !revealing.includes(permission));
  return { roleType, granted: hidden };
}

/**
 * Throws `forbidden` for a permission the caller has nowhere, and `confirmation_required` for one that a key has by
 * choice unless an administrator makes it, who confirmed: a key does not pass it on. Where a key may use one is decided when
 * it does, by what its person may there then.
 */
export function requireMayGrant(caller: Caller, { roleType, granted: narrowed }: Grant, nowMs: number): void {
  const granted = listGranted(roleType, narrowed);
  const has = [caller.permissions, ...caller.projects.added.values()].flat();
  const asked = roleType === 'member' ? listGrantedEverywhere(roleType, narrowed) : granted;
  const beyond = asked.find((permission) => !has.includes(permission));
  if (beyond) throw new AppError('forbidden', `You cannot give a permission you do not have: ${beyond}.`);
  if (findLongestLife(granted) !== null) requireAct(caller, 'api_keys_create_by_choice', nowMs);
}
