import { words } from '../api/words.ts';

const permissions: Record<string, string> = words.permissions;

/** A permission in words, for lists. */
export function permissionWords(permission: string): string {
  return permissions[permission] ?? permission;
}
