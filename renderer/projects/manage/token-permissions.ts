import type { Token } from '../project-queries.ts';

export type TokenPermission = Token['permissions'][number];

/** What a deployment token may be given, in words. */
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

/** A token's permissions as short as a row needs. */
export function describeGrant(granted: readonly TokenPermission[]): string {
  if (granted.includes('environments:reveal')) return 'reads secrets';
  if (granted.includes('environments:read')) return 'reads names and plain values';
  return 'reads the project';
}
