import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretId } from '../../vault/vault.ts';
import { identityOperations } from '../operations.ts';

/** What someone made that still lets a program in. */
export interface KeysOfPerson {
  apiKeys: { id: number; name: string }[];
  deploymentTokens: { id: number; name: string; projectId: number; project: string }[];
}

/** Keys and tokens that are on and not expired. */
export function listKeysOf(ctx: Context, userId: number): KeysOfPerson {
  const now = ctx.clock.now();
  const inForce = 'is_active = 1 AND (expires_at IS NULL OR expires_at > ?)';
  return {
    apiKeys: ctx.store.sqlite
      .prepare(`SELECT id, name FROM api_keys WHERE user_id = ? AND ${inForce} ORDER BY id`)
      .all(userId, now) as KeysOfPerson['apiKeys'],
    deploymentTokens: ctx.store.sqlite
      .prepare(
        `SELECT deployment_tokens.id, deployment_tokens.name, project_id AS projectId, projects.name AS project
         FROM deployment_tokens JOIN projects ON projects.id = project_id
         WHERE created_by = ? AND ${inForce} ORDER BY deployment_tokens.id`,
      )
      .all(userId, now) as KeysOfPerson['deploymentTokens'],
  };
}

/**
 * Turns off everything someone made. SECURITY: whoever had their account may have made it, and it must not outlive what
 * was done about that: a new password, fewer rights, no account.
 */
export function endKeysOf(ctx: Context, actor: Caller | null, userId: number): void {
  const { apiKeys, deploymentTokens } = listKeysOf(ctx, userId);
  for (const { id, name } of apiKeys) {
    ctx.store.sqlite
      .prepare('UPDATE api_keys SET is_active = 0, updated_at = ? WHERE id = ?')
      .run(ctx.clock.now(), id);
    ctx.audit.append(identityOperations.API_KEY_DEACTIVATED, actor, { id, name });
  }
  for (const { id, name, projectId } of deploymentTokens) {
    ctx.store.sqlite.prepare('UPDATE deployment_tokens SET is_active = 0 WHERE id = ?').run(id);
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_DEACTIVATED, actor, {
      id,
      name,
      project_id: projectId,
    });
  }
}

/** Turns off the deployment tokens of one project that someone made, or a key of theirs. SECURITY: as `endKeysOf`. */
export function endTokensIn(ctx: Context, actor: Caller | null, userId: number, projectId: number): void {
  const tokens = listKeysOf(ctx, userId).deploymentTokens.filter((token) => token.projectId === projectId);
  for (const { id, name } of tokens) {
    ctx.store.sqlite.prepare('UPDATE deployment_tokens SET is_active = 0 WHERE id = ?').run(id);
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_DEACTIVATED, actor, {
      id,
      name,
      project_id: projectId,
    });
  }
}

/** Deletes the deployment tokens that an API key made. */
export function deleteTokensOfKey(ctx: Context, actor: Caller, apiKeyId: number): void {
  const tokens = ctx.store.sqlite
    .prepare(
      'SELECT id, name, project_id AS projectId, secret_id AS secretId FROM deployment_tokens WHERE parent_id = ?',
    )
    .all(apiKeyId) as { id: number; name: string; projectId: number; secretId: SecretId }[];
  for (const { id, name, projectId, secretId } of tokens) {
    ctx.store.sqlite.prepare('DELETE FROM deployment_tokens WHERE id = ?').run(id);
    ctx.vault.remove([secretId]);
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_DELETED, actor, {
      id,
      name,
      project_id: projectId,
    });
  }
}
