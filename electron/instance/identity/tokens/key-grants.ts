import type { Caller } from '../../access/caller.ts';
import {
  type Permission,
  parseRole,
  permissions,
  type Role,
  rolePermissions,
} from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';

/** A key's permissions are those of a role, or some of them; with this, any that are listed. */
export const CUSTOM = 'custom';
export type GrantedRole = Role | typeof CUSTOM;

/** Combines a role with explicit permissions, which can only narrow the role. */
export function listGranted(
  roleType: GrantedRole,
  granted: readonly Permission[] | null,
): readonly Permission[] {
  if (roleType === CUSTOM) return granted ?? [];
  const ofRole = rolePermissions[roleType];
  return granted === null ? ofRole : ofRole.filter((permission) => granted.includes(permission));
}

/** Throws `invalid_request` for permissions that do not exist or that the role does not have. */
export function parseGrant(
  roleType: string,
  wanted: string[] | null,
): { roleType: GrantedRole; granted: Permission[] | null } {
  const role = roleType === CUSTOM ? CUSTOM : parseRole(roleType);
  if (wanted === null && role !== CUSTOM) return { roleType: role, granted: null };
  const mayBe = role === CUSTOM ? permissions : rolePermissions[role];
  for (const [at, text] of (wanted ?? []).entries()) {
    if (!includes(permissions, text))
      throw refusedPermission('This permission does not exist.', at, 'unknown permission');
    if (!includes(mayBe, text))
      throw refusedPermission(
        `The role ${role} does not have this permission.`,
        at,
        `not of the role ${role}`,
      );
  }
  const granted = mayBe.filter((permission) => wanted?.includes(permission));
  if (granted.length === 0)
    throw refusedPermission('A key needs at least one permission.', null, 'at least one');
  return { roleType: role, granted };
}

function includes(all: readonly string[], text: string): boolean {
  return all.includes(text);
}

function refusedPermission(detail: string, at: number | null, problem: string): AppError {
  return new AppError('invalid_request', detail, {
    fields: { [at === null ? 'permissions' : `permissions.${at}`]: problem },
  });
}

/** Throws `forbidden` for a permission the caller does not have. */
export function requireWithin(caller: Caller, granted: readonly Permission[]): void {
  const beyond = granted.find((permission) => !caller.permissions.includes(permission));
  if (beyond) throw new AppError('forbidden', `You cannot give a permission you do not have: ${beyond}.`);
}
