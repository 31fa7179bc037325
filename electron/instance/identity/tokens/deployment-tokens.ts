import { requireAct } from '../../access/acts.ts';
import { type Caller, onlyProject, type TokenCaller } from '../../access/caller.ts';
import { permissions } from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { identityOperations } from '../operations.ts';
import { createToken, requireToken, unknownToken } from './access-tokens.ts';
import { parseAllowedFrom, requireAllowedFrom } from './address-limits.ts';
import { getStanding } from './api-keys.ts';
import { chooseExpiry, listAncestry, parseStored } from './key-lineage.ts';
import { parseTokenGrant, type TokenGrant, type TokenPermission } from './token-grants.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export interface DeploymentToken {
  id: number;
  projectId: number;
  name: string;
  tokenPrefix: string;
  secretId: SecretId;
  permissions: TokenPermission[];
  isActive: boolean;
  /** Addresses and networks it may be used from; null for any. */
  allowedFrom: string[] | null;
  expiresAt: number | null;
  lastUsedAt: number | null;
  createdBy: number | null;
  /** The API key it was made by: it ends no later, and with it. */
  parentId: number | null;
  createdAt: number;
}

const COLUMNS = `id, project_id AS projectId, name, token_prefix AS tokenPrefix, secret_id AS secretId, permissions,
  is_active AS isActive, allowed_from AS allowedFrom, expires_at AS expiresAt, last_used_at AS lastUsedAt, created_by AS createdBy,
  parent_id AS parentId, created_at AS createdAt`;
type Row = Omit<DeploymentToken, 'isActive' | 'permissions' | 'allowedFrom'> & {
  isActive: number;
  permissions: string;
  allowedFrom: string | null;
};

/** Makes a token for one project; its text is returned once. Throws `name_taken`, `invalid_request`, `forbidden`, `vault_locked`. */
export function createDeploymentToken(
  ctx: Context,
  caller: Caller,
  projectId: number,
  wanted: {
    name: string;
    permissions: readonly string[] | null;
    expiresAt?: number | null | undefined;
    allowedFrom?: string[] | null | undefined;
  },
): { row: DeploymentToken; text: SecretText; notGiven: TokenGrant['notGiven'] } {
  const grant = parseTokenGrant(wanted.permissions, caller.permissions);
  const allowedFrom = parseAllowedFrom(wanted.allowedFrom ?? null);
  const parentId = caller.kind === 'key' ? caller.apiKeyId : null;
  const makers = parentId === null ? [] : listAncestry(ctx, parentId);
  const expiresAt = chooseExpiry(ctx, wanted.expiresAt, YEAR_MS, makers);
  const { token, prefix } = createToken('dt');
  const row = ctx.store.transaction(() => {
    const taken = ctx.store.sqlite
      .prepare('SELECT 1 FROM deployment_tokens WHERE project_id = ? AND name = ?')
      .get(projectId, wanted.name);
    if (taken)
      throw new AppError('name_taken', 'A token with this name already exists in this project.', {
        fields: { name: 'taken' },
      });
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO deployment_tokens (project_id, name, token_prefix, secret_id, permissions, allowed_from, expires_at, created_by, parent_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        projectId,
        wanted.name,
        prefix,
        ctx.vault.seal('deployment_token', token),
        JSON.stringify(grant.permissions),
        allowedFrom && JSON.stringify(allowedFrom),
        expiresAt,
        'userId' in caller ? caller.userId : null,
        parentId,
        ctx.clock.now(),
      ) as number;
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_CREATED, caller, {
      id,
      name: wanted.name,
      project_id: projectId,
    });
    return getDeploymentToken(ctx, projectId, id);
  });
  return { row, text: token, notGiven: grant.notGiven };
}

export function listDeploymentTokens(ctx: Context, projectId: number): DeploymentToken[] {
  const rows = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM deployment_tokens WHERE project_id = ? ORDER BY id`)
    .all(projectId);
  return (rows as Row[]).map(fromRow);
}

export function getDeploymentToken(ctx: Context, projectId: number, id: number): DeploymentToken {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM deployment_tokens WHERE id = ? AND project_id = ?`)
    .get(id, projectId);
  if (!row) throw new AppError('not_found', 'This deployment token does not exist.');
  return fromRow(row as Row);
}

/**
 * As `getDeploymentToken`, to change or delete it. SECURITY: as for API keys: a program's key deletes the tokens that it and its keys
 * made; a person their own, and others' as an administrator who confirmed. Throws `forbidden`, `confirmation_required`.
 */
export function getDeploymentTokenToChange(
  ctx: Context,
  caller: Caller,
  projectId: number,
  id: number,
): DeploymentToken {
  const token = getDeploymentToken(ctx, projectId, id);
  if (!isOwn(ctx, caller, token)) requireAct(caller, 'tokens_of_others', ctx.clock.now());
  return token;
}

function isOwn(ctx: Context, caller: Caller, { createdBy, parentId }: DeploymentToken): boolean {
  if (caller.kind === 'key')
    return parentId !== null && listAncestry(ctx, parentId).some(({ id }) => id === caller.apiKeyId);
  return (caller.kind === 'user' || caller.kind === 'owner') && caller.userId === createdBy;
}

/** As `limitApiKey`. */
export function limitDeploymentToken(
  ctx: Context,
  caller: Caller,
  projectId: number,
  id: number,
  wanted: string[] | null,
): DeploymentToken {
  return ctx.store.transaction(() => {
    const token = getDeploymentTokenToChange(ctx, caller, projectId, id);
    const allowedFrom = parseAllowedFrom(wanted);
    if (JSON.stringify(allowedFrom) === JSON.stringify(token.allowedFrom)) return token;
    ctx.store.sqlite
      .prepare('UPDATE deployment_tokens SET allowed_from = ? WHERE id = ?')
      .run(allowedFrom && JSON.stringify(allowedFrom), id);
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_LIMITED, caller, {
      id,
      name: token.name,
      project_id: projectId,
      allowed_from: allowedFrom,
    });
    return getDeploymentToken(ctx, projectId, id);
  });
}

export function deleteDeploymentToken(
  ctx: Context,
  actor: Caller | null,
  projectId: number,
  id: number,
): void {
  ctx.store.transaction(() => {
    const row = getDeploymentToken(ctx, projectId, id);
    ctx.store.sqlite.prepare('DELETE FROM deployment_tokens WHERE id = ?').run(id);
    ctx.vault.remove([row.secretId]);
    ctx.audit.append(identityOperations.DEPLOYMENT_TOKEN_DELETED, actor, {
      id,
      name: row.name,
      project_id: projectId,
    });
  });
}

/** As the audit log names it; null for the public part of no token. */
export function findTokenName(ctx: Context, prefix: string): string | null {
  const name = ctx.store.sqlite
    .prepare('SELECT name FROM deployment_tokens WHERE token_prefix = ?')
    .pluck()
    .get(prefix);
  return typeof name === 'string' ? `the deployment token ${name}` : null;
}

/** Makes a new text for a lost token, under the same row. Returns it once. */
export function regenerateDeploymentToken(ctx: Context, secretId: SecretId): SecretText {
  const prefix = ctx.store.sqlite
    .prepare('SELECT token_prefix FROM deployment_tokens WHERE secret_id = ?')
    .pluck()
    .get(secretId);
  if (!prefix) throw new AppError('not_found', 'This deployment token does not exist.');
  const { token } = createToken('dt', prefix as string);
  ctx.vault.reseal(secretId, token);
  return token;
}

export function identifyDeploymentToken(
  ctx: Context,
  prefix: string,
  given: string,
  ip: string | null,
): TokenCaller {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM deployment_tokens WHERE token_prefix = ?`)
    .get(prefix);
  if (!row) throw unknownToken();
  const token = fromRow(row as Row);
  requireToken(ctx, token, given);
  const { permissions: ofMaker, lineage, limits } = findMaker(ctx, token);
  requireAllowedFrom([token.allowedFrom, ...limits], ip);
  return {
    kind: 'token',
    tokenId: token.id,
    projectId: token.projectId,
    createdAt: token.createdAt,
    ip,
    label: `deployment token ${token.name}`,
    lineage,
    projects: onlyProject(token.projectId),
    permissions: token.permissions.filter((permission) => ofMaker.includes(permission)),
  };
}

/** What the key that made a token may do in the token's project, and from where; all, where a person made it. */
function findMaker(ctx: Context, { parentId, projectId }: DeploymentToken) {
  if (parentId === null) return { permissions, lineage: [], limits: [] };
  const { permissions: everywhere, projects, lineage, limits } = getStanding(ctx, parentId);
  const there = projects.added.get(projectId) ?? [];
  return { permissions: [...(projects.isAll ? everywhere : []), ...there], lineage, limits };
}

function fromRow(row: Row): DeploymentToken {
  return {
    ...row,
    isActive: row.isActive === 1,
    allowedFrom: parseStored(row.allowedFrom),
    permissions: JSON.parse(row.permissions) as TokenPermission[],
  };
}
