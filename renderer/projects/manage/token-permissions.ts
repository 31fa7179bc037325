import type { Token } from '../project-queries.ts';

export type TokenPermission = Token['permissions'][number];

/** Permissions a deployment token can have, in words. */
export const tokenPermissions: readonly { name: TokenPermission; label: string; text: string }[] = [
  { name: 'projects:read', label: 'See the project', text: 'Its name and settings.' },
  {
    name: 'environments:read',
    label: 'See environments and variables',
    text: 'Names, and the values of plain variables.',
  },
  {
    name: 'environments:reveal',
    label: 'Read secret values',
    text: 'What a deployment needs to run with them.',
  },
];

/** A token's permissions as a short text for its row. */
export function describeGrant(granted: readonly TokenPermission[]): string {
  if (granted.includes('environments:reveal')) return 'reads secrets';
  if (granted.includes('environments:read')) return 'reads names and plain values';
  return 'reads the project';
}
