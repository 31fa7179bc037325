import type { SecretKind } from '../vocabulary.ts';

/** How the list of secrets is filtered, by what a person would look for. */
export const secretGroups = ['variables', 'tls', 'sign_in', 'access', 'connections'] as const;
export type SecretGroup = (typeof secretGroups)[number];

const groupOfKind = {
  env_var: 'variables',
  tls_private_key: 'tls',
  acme_account_key: 'tls',
  totp_secret: 'sign_in',
  oidc_client_secret: 'sign_in',
  api_key: 'access',
  deployment_token: 'access',
  email_credentials: 'connections',
  notification_credentials: 'connections',
  ssh_private_key: 'connections',
  preview_password: 'connections',
  s3_credentials: 'connections',
  dns_credentials: 'connections',
  git_credentials: 'connections',
  registry_credentials: 'connections',
  webhook_secret: 'connections',
} as const satisfies Record<SecretKind, SecretGroup>;

export function groupOf(kind: SecretKind): SecretGroup {
  return groupOfKind[kind];
}

/** Sums counts per kind to counts per group, every group named. */
export function countByGroup(byKind: Partial<Record<SecretKind, number>>): Record<SecretGroup, number> {
  const counts = Object.fromEntries(secretGroups.map((group) => [group, 0])) as Record<SecretGroup, number>;
  for (const [kind, count] of Object.entries(byKind)) counts[groupOf(kind as SecretKind)] += count;
  return counts;
}
