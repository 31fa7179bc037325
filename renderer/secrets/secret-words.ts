import type { components } from '../api/schema.ts';
import { formatCount } from '../ui/time.ts';

export type SecretKind = components['schemas']['SecretKind'];
export type SecretGroup = components['schemas']['SecretGroup'];

interface KindWords {
  /** In a column. */
  label: string;
  one: string;
  many: string;
}

const kinds: Record<SecretKind, KindWords> = {
  env_var: { label: 'Variable', one: 'variable', many: 'variables' },
  tls_private_key: { label: 'TLS key', one: 'TLS key', many: 'TLS keys' },
  acme_account_key: { label: 'ACME account', one: 'ACME account', many: 'ACME accounts' },
  api_key: { label: 'API key', one: 'API key', many: 'API keys' },
  deployment_token: {
    label: 'Deployment token',
    one: 'deployment token',
    many: 'deployment tokens',
  },
  oidc_client_secret: { label: 'OIDC secret', one: 'OIDC secret', many: 'OIDC secrets' },
  email_credentials: { label: 'E-mail', one: 'e-mail credential', many: 'e-mail credentials' },
  notification_credentials: {
    label: 'Notification',
    one: 'notification credential',
    many: 'notification credentials',
  },
  ssh_private_key: { label: 'SSH key', one: 'SSH key', many: 'SSH keys' },
  preview_password: {
    label: 'Preview password',
    one: 'preview password',
    many: 'preview passwords',
  },
  s3_credentials: { label: 'S3 credentials', one: 'S3 credential', many: 'S3 credentials' },
  dns_credentials: { label: 'DNS credentials', one: 'DNS credential', many: 'DNS credentials' },
  git_credentials: {
    label: 'Git credentials',
    one: 'Git credential',
    many: 'Git credentials',
  },
  registry_credentials: {
    label: 'Registry credentials',
    one: 'registry credential',
    many: 'registry credentials',
  },
  totp_secret: { label: 'Second factor', one: 'second factor', many: 'second factors' },
  webhook_secret: { label: 'Webhook secret', one: 'webhook secret', many: 'webhook secrets' },
};

export const wordsOfKind = (kind: SecretKind): KindWords => kinds[kind];

export const groupLabels: Record<SecretGroup, string> = {
  variables: 'Variables',
  tls: 'TLS and ACME',
  sign_in: 'Sign-in',
  access: 'Access',
  connections: 'Connections',
};

/** Made anew by the instance itself: nothing is lost with them. */
const REPLACEABLE: readonly string[] = ['tls_private_key'];

export type CountsByKind = Partial<Record<SecretKind, number>>;

/** Values that a lost key would take with it. */
export function countToLose(byKind: CountsByKind): number {
  return Object.entries(byKind).reduce(
    (sum, [kind, count]) => (REPLACEABLE.includes(kind) ? sum : sum + count),
    0,
  );
}

/** "12 variables, 2 API keys and 1 second factor", the most first, without what is made anew by itself. */
export function listToLose(byKind: CountsByKind): string {
  const parts = (Object.entries(byKind) as [SecretKind, number][])
    .filter(([kind, count]) => count > 0 && !REPLACEABLE.includes(kind))
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => formatCount(count, kinds[kind].one, kinds[kind].many));
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
