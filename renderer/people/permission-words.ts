/** What a permission of the instance allows, in words for a list of them. */
const words: Record<string, string> = {
  'projects:read': 'See projects',
  'projects:write': 'Create and change projects',
  'projects:delete': 'Delete projects',
  'environments:read': 'See environments, variables and plain values',
  'environments:write': 'Create and change environments and variables',
  'environments:delete': 'Delete environments and variables',
  'environments:reveal': 'Read secret values',
  'tokens:read': 'See deployment tokens',
  'tokens:write': 'Create and delete deployment tokens',
  'api_keys:read': 'See API keys',
  'api_keys:write': 'Create and change API keys',
  'users:read': 'See people',
  'users:write': 'Add, change and delete people',
  'settings:read': 'See settings',
  'settings:write': 'Change settings',
  'audit:read': 'See the activity',
  'vault:read': 'See the state of the key and of secrets',
  'vault:write': 'Copy, rotate, lock and recover the key',
};

export function permissionWords(permission: string): string {
  return words[permission] ?? permission;
}
