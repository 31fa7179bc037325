import { z } from '@hono/zod-openapi';
import { permissions, roles } from '../../access/permissions.ts';
import { type Naming, OWNER } from '../../audit/actors.ts';
import { actorShape } from '../../audit/audit-shapes.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { MAX_NETWORKS } from './address-limits.ts';
import type { ApiKey } from './api-keys.ts';
import type { DeploymentToken } from './deployment-tokens.ts';
import { seesSecrets } from './key-grants.ts';
import { tokenPermissions } from './token-grants.ts';

const allowedFromShape = z
  .array(z.string())
  .nullable()
  .openapi({ description: 'Addresses and networks it may be used from; null for any' });

/** The same in a request: IPv4 and IPv6, with or without a length. */
export const allowedFrom = z.array(z.string().max(64)).max(MAX_NETWORKS).nullable().optional();

/** API keys and deployment tokens as the API gives them; their times are RFC 3339. The text is in `New…` alone. */
export const apiKeyShape = z
  .object({
    id: z.int(),
    name: z.string(),
    /** Whose it is; null for one that the owner made without an account. */
    user_id: z.int().nullable(),
    user_name: z.string().nullable(),
    made_by_actor: actorShape,
    /** The key it was made by: it ends no later, and with it. */
    parent_id: z.int().nullable(),
    parent_name: z.string().nullable(),
    key_prefix: z.string(),
    role_type: z.enum([...roles, 'custom']),
    permissions: z.array(z.enum(permissions)).nullable(),
    allowed_from: allowedFromShape,
    sees_secrets: z.boolean().openapi({ description: 'Whether it may read the values of secrets' }),
    is_active: z.boolean(),
    expires_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
    created_at: z.string(),
  })
  .openapi('ApiKey');

export const apiKeyListShape = z
  .object({ api_keys: z.array(apiKeyShape), total: z.int() })
  .openapi('ApiKeyList');

/** Lines for a terminal, without the key. */
const examples = z.array(z.object({ title: z.string(), text: z.string() }).openapi('UsageExample'));

export const newApiKeyShape = apiKeyShape.extend({ api_key: z.string(), examples }).openapi('NewApiKey');

export const availablePermissionsShape = z
  .object({
    permissions: z.array(
      z
        .object({
          name: z.enum(permissions),
          description: z.string(),
          category: z.string(),
          by_choice_days: z.int().nullable().openapi({
            description:
              'Within how many days a key with this ends, which has it only if it was asked for by name when it was created; null where no choice is needed',
          }),
        })
        .openapi('AvailablePermission'),
    ),
    roles: z.array(
      z
        .object({
          name: z.enum(roles),
          description: z.string(),
          permissions: z.array(z.enum(permissions)),
        })
        .openapi('AvailableRole'),
    ),
  })
  .openapi('AvailablePermissions');

export const deploymentTokenShape = z
  .object({
    id: z.int(),
    project_id: z.int(),
    name: z.string(),
    token_prefix: z.string(),
    permissions: z.array(z.enum(tokenPermissions)),
    is_active: z.boolean(),
    allowed_from: allowedFromShape,
    expires_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
    created_at: z.string(),
    created_by: z.int().nullable(),
  })
  .openapi('DeploymentToken');

export const deploymentTokenListShape = z
  .object({ tokens: z.array(deploymentTokenShape), total: z.int() })
  .openapi('DeploymentTokenList');

export const newDeploymentTokenShape = deploymentTokenShape
  .extend({
    token: z.string(),
    examples,
    permissions_not_given: z
      .array(z.object({ name: z.string(), reason: z.string() }).openapi('PermissionNotGiven'))
      .openapi({ description: 'Permissions that were asked for, and which the token does not have' }),
  })
  .openapi('NewDeploymentToken');

/** When a key or token is over: null for never, absent for the default. */
export const expiry = z.iso.datetime({ offset: true }).nullable().optional();

export const toMs = (text: string | null | undefined) => (typeof text === 'string' ? Date.parse(text) : text);
const toIso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

const toTextTimes = ({ expiresAt, lastUsedAt, createdAt }: ApiKey | DeploymentToken) => ({
  expiresAt: toIso(expiresAt),
  lastUsedAt: toIso(lastUsedAt),
  createdAt: new Date(createdAt).toISOString(),
});

/** @param naming of this request: who made it is named as everywhere else. */
export function toKeyJson(key: ApiKey, naming: Naming) {
  return toAnswer(apiKeyShape, {
    ...key,
    ...toTextTimes(key),
    madeByActor: key.userId === null ? OWNER : naming.user(key.userId),
    seesSecrets: seesSecrets(key.roleType, key.permissions),
  });
}

export function toTokenJson(token: DeploymentToken) {
  return toAnswer(deploymentTokenShape, { ...token, ...toTextTimes(token) });
}
