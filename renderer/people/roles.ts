/** Roles from strongest to weakest, in words. */
export const roles = [
  {
    name: 'admin',
    label: 'Administrator',
    text: 'Everything: people, settings, the key, every project.',
  },
  {
    name: 'user',
    label: 'User',
    text: 'Projects, their variables and secret values, tokens and API keys.',
  },
  {
    name: 'reader',
    label: 'Reader',
    text: 'Sees projects and variable names. No secret value, no change.',
  },
] as const;

export type Role = (typeof roles)[number]['name'];

export function roleLabel(name: string): string {
  return roles.find((role) => role.name === name)?.label ?? name;
}
