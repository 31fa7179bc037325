import { words } from '../api/words.ts';

const permissions = new Map<string, string>(Object.entries(words.permissions));

/** A permission in words, for lists. */
export function permissionWords(permission: string): string {
  return permissions.get(permission) ?? permission;
}
