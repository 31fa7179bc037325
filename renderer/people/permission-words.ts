import { words } from '../api/words.ts';

const permissions: Record<string, string> = words.permissions;

/** What a permission of the instance allows, in words for a list of them. */
export function permissionWords(permission: string): string {
  return permissions[permission] ?? permission;
}
