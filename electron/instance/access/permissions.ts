import { AppError } from '../kernel/app-error.ts';

/** From strongest to weakest. */
export const roles = ['admin', 'user', 'reader'] as const;
export type Role = (typeof roles)[number];

interface PermissionFacts {
  /** What it allows, in words for lists. */
  words: string;
  /** Roles that have it, besides the administrator, who has all permissions. */
  roles: readonly Exclude<Role, 'admin'>[];
}

const everyone = ['user', 'reader'] as const;
const usersAlone = ['user'] as const;
const administratorsAlone = [] as const;

/** The one table of all permissions: what each allows and which roles have it. */
const table = {
  'projects:read': { words: 'See projects', roles: everyone },
  'projects:write': { words: 'Create and change projects', roles: usersAlone },
  'projects:delete': { words: 'Delete projects', roles: usersAlone },
  'environments:read': { words: 'See environments, variables and plain values', roles: everyone },
  'environments:write': { words: 'Create and change environments and variables', roles: usersAlone },
  'environments:delete': { words: 'Delete environments and variables', roles: usersAlone },
  'environments:reveal': { words: 'Read secret values', roles: usersAlone },
  'tokens:read': { words: 'See deployment tokens', roles: usersAlone },
  'tokens:write': { words: 'Create and delete deployment tokens', roles: usersAlone },
  'api_keys:read': { words: 'See API keys', roles: usersAlone },
  'api_keys:write': { words: 'Create and change API keys', roles: usersAlone },
  'users:read': { words: 'See people', roles: administratorsAlone },
  'users:write': { words: 'Add, change and delete people', roles: administratorsAlone },
  'settings:read': { words: 'See settings', roles: everyone },
  'settings:write': { words: 'Change settings', roles: administratorsAlone },
  'backups:read': { words: 'See backups', roles: usersAlone },
  'backups:write': {
    words: 'Make and delete backups, and say when they are made and where they go',
    roles: administratorsAlone,
  },
  'audit:read': { words: 'See activity and jobs', roles: administratorsAlone },
  'vault:read': { words: 'See the state of the key and the secrets', roles: everyone },
  'vault:write': { words: 'Copy, rotate, lock and recover the key', roles: administratorsAlone },
} as const satisfies Record<string, PermissionFacts>;

export type Permission = keyof typeof table;
export const permissions = Object.keys(table) as Permission[];

/** What a permission allows, in words. */
export function describePermission(permission: Permission): string {
  return table[permission].words;
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
};

const aliases = new Map<string, Role>([
  ['developer', 'user'],
  ['viewer', 'reader'],
  ['readonly', 'reader'],
]);

/** Upstream's role names and their aliases. Throws `invalid_request` for any other: it is never dropped. */
export function parseRole(text: string): Role {
  const role = aliases.get(text) ?? roles.find((known) => known === text);
  if (!role) {
    throw new AppError('invalid_request', `Unknown role; the roles are ${roles.join(', ')}.`, {
      fields: { role_type: 'unknown role' },
    });
  }
  return role;
}
