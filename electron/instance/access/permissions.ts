import { AppError } from '../kernel/app-error.ts';

/** From strongest to weakest. A member has no project by this role: only those in which they have a role. */
export const roles = ['admin', 'user', 'reader', 'member'] as const;
export type Role = (typeof roles)[number];

interface PermissionFacts {
  /** What it allows, in words for lists. */
  words: string;
  /** Roles that have it, besides the administrator, who has all permissions. */
  roles: readonly Exclude<Role, 'admin'>[];
  /** A program's key has it only where it was asked for by name when the key was created, and ends within so many days. */
  keysByChoice?: { days: number };
}

const usersAndReaders = ['user', 'reader'] as const;
const usersAndMembers = ['user', 'member'] as const;
const usersAlone = ['user'] as const;
const administratorsAlone = [] as const;

/** The one table of all permissions: what each allows and which roles have it. */
const table = {
  'projects:read': { words: 'See projects', roles: usersAndReaders },
  'projects:write': { words: 'Create and change projects', roles: usersAlone },
  'projects:delete': { words: 'Delete projects', roles: usersAlone },
  'environments:read': { words: 'See environments, variables and plain values', roles: usersAndReaders },
  'environments:write': { words: 'Create and change environments and variables', roles: usersAlone },
  'environments:delete': { words: 'Delete environments and variables', roles: usersAlone },
  'environments:reveal': { words: 'Read secret values', roles: usersAlone },
  'deployments:read': { words: 'See apps, their deployments and logs', roles: usersAndReaders },
  'deployments:write': { words: 'Deploy, start and stop apps', roles: usersAlone },
  'tokens:read': { words: 'See deployment tokens', roles: usersAlone },
  'tokens:write': { words: 'Create and delete deployment tokens', roles: usersAlone },
  'api_keys:read': { words: 'See API keys', roles: usersAndMembers },
  'api_keys:write': { words: 'Create and change API keys', roles: usersAndMembers },
  'users:read': { words: 'See people', roles: administratorsAlone },
  'users:write': { words: 'Add, change and delete people', roles: administratorsAlone },
  // What people do with users:write and a password, a program's key does with this, within limits: users/key-limits.ts.
  'users:manage': {
    words: 'Add, delete and restore people below administrator, as a program',
    roles: administratorsAlone,
    keysByChoice: { days: 90 },
  },
  'members:read': { words: 'See who has a role in a project', roles: administratorsAlone },
  // Whoever gives a role lets someone in: a program's key has it only as it has users:manage.
  'members:write': {
    words: 'Give and take roles in a project',
    roles: administratorsAlone,
    keysByChoice: { days: 90 },
  },
  'settings:read': { words: 'See settings', roles: usersAndReaders },
  'settings:write': { words: 'Change settings', roles: administratorsAlone },
  'backups:read': { words: 'See backups', roles: usersAlone },
  'backups:write': {
    words: 'Make and delete backups, and say when they are made and where they go',
    roles: administratorsAlone,
  },
  'audit:read': { words: 'See activity and jobs', roles: administratorsAlone },
  'vault:read': { words: 'See the state of the key and the secrets', roles: usersAndReaders },
  'vault:write': { words: 'Copy, rotate, lock and recover the key', roles: administratorsAlone },
} as const satisfies Record<string, PermissionFacts>;

export type Permission = keyof typeof table;
export const permissions = Object.keys(table) as Permission[];

/** What a permission allows, in words. */
export function describePermission(permission: Permission): string {
  return table[permission].words;
}

/** For how many days at most a key may have it that was created with it by choice; null where no choice is needed. */
export function findDaysByChoice(permission: Permission): number | null {
  const facts: PermissionFacts = table[permission];
  return facts.keysByChoice?.days ?? null;
}

function listPermissionsOf(role: Role): readonly Permission[] {
  return permissions.filter(
    (permission) => role === 'admin' || (table[permission].roles as readonly Role[]).includes(role),
  );
}

export const rolePermissions: Record<Role, readonly Permission[]> = {
  admin: listPermissionsOf('admin'),
  user: listPermissionsOf('user'),
  reader: listPermissionsOf('reader'),
  member: listPermissionsOf('member'),
};

/** Of a person in one project, from strongest to weakest. It adds to the role they have in the instance, and takes nothing from it. */
export const projectRoles = ['manager', 'editor', 'reader'] as const;
export type ProjectRole = (typeof projectRoles)[number];

const ofReaders = ['projects:read', 'environments:read', 'deployments:read'] as const satisfies Permission[];
const ofEditors = [
  ...ofReaders,
  'environments:write',
  'environments:delete',
  'environments:reveal',
  'deployments:write',
] as const satisfies Permission[];

/** What a role in a project allows there. Which acts take that for enough is `inProject` in acts.ts. */
export const projectRolePermissions: Record<ProjectRole, readonly Permission[]> = {
  manager: [...ofEditors, 'projects:write', 'tokens:read', 'tokens:write', 'members:read', 'members:write'],
  editor: ofEditors,
  reader: ofReaders,
};

/** Throws `invalid_request` for anything that is no role in a project, with what there is. */
export function parseProjectRole(text: string): ProjectRole {
  const role = projectRoles.find((known) => known === text);
  if (role) return role;
  throw new AppError(
    'invalid_request',
    `There is no role ${sayUnknownName(text)} in projects; the roles are ${projectRoles.join(', ')}.`,
    { fields: { role: 'unknown role' } },
  );
}

const aliases = new Map<string, Role>([
  ['developer', 'user'],
  ['viewer', 'reader'],
  ['readonly', 'reader'],
]);

/**
 * Upstream's role names and their aliases. Throws `invalid_request` for any other, at this field, with what there is: it
 * is never dropped, nor taken for the role it resembles.
 */
export function parseRole(text: string, field = 'role_type'): Role {
  const role = aliases.get(text) ?? roles.find((known) => known === text);
  if (!role) {
    throw new AppError(
      'invalid_request',
      `There is no role ${sayUnknownName(text)} here; the roles are ${roles.join(', ')}.`,
      { fields: { [field]: 'unknown role' } },
    );
  }
  return role;
}

/**
 * An unknown role or permission, to be named in an error. SECURITY: only what has the form of such a name. Errors repeat no
 * other input: it could be a secret in the wrong field, or text for a terminal.
 */
export function sayUnknownName(text: string): string {
  return /^(\*|[a-z_]{1,40}(:[a-z_*]{1,40})?)$/.test(text) ? text : 'of this name';
}
