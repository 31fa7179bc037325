import type { Caller, KeyCaller } from '../../access/caller.ts';
import type { Role } from '../../access/permissions.ts';
import { type Permission, parseRole, permissions, rolePermissions } from '../../access/permissions.ts';
import type { Operation } from '../../audit/operation.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { identityOperations } from '../operations.ts';
import { findUser, strongestRole } from '../users/users.ts';
import { createToken, requireToken, unknownToken } from './access-tokens.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const CUSTOM = 'custom';

export interface ApiKey {
  id: number;
  userId: number | null;
  name: string;
  keyPrefix: string;
  secretId: SecretId;
  roleType: Role | typeof CUSTOM;
  permissions: Permission[] | null;
  isActive: boolean;
  expiresAt: number | null;
  lastUsedAt: number | null;
  createdAt: number;
}

const COLUMNS = `id, user_id AS userId, name, key_prefix AS keyPrefix, secret_id AS secretId, role_type AS roleType,
  permissions, is_active AS isActive, expires_at AS expiresAt, last_used_at AS lastUsedAt, created_at AS createdAt`;
type Row = Omit<ApiKey, 'isActive' | 'permissions'> & { isActive: number; permissions: string | null };

export interface NewApiKey {
  name: string;
  roleType: string;
  /** Epoch ms; null for never; undefined for a year. */
  expiresAt?: number | null | undefined;
  /** What of its role it may; null for all of it. */
  permissions?: string[] | null | undefined;
}

/**
 * Creates a key; its text is returned once. SECURITY: a key never has permissions its role or creator lacks.
 * Throws `name_taken`, `invalid_request`, `forbidden`, `vault_locked`.
 */
export function createApiKey(
  ctx: Context,
  caller: Caller,
  wanted: NewApiKey,
): { key: ApiKey; text: SecretText } {
  const { roleType, granted } = parseGrant(wanted.roleType, wanted.permissions ?? null);
  requireWithin(caller, listGranted(roleType, granted));
  const now = ctx.clock.now();
  const expiresAt = wanted.expiresAt === undefined ? now + YEAR_MS : wanted.expiresAt;
  if (expiresAt !== null && expiresAt <= now) {
    throw new AppError('invalid_request', 'The key would already be expired.', {
      fields: { expires_at: 'in the past' },
    });
  }
  const { token, prefix } = createToken('tk');
  const key = ctx.store.transaction(() => {
    requireFreeName(ctx, wanted.name, null);
    const secretId = ctx.vault.seal('api_key', token);
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO api_keys (user_id, name, key_prefix, secret_id, role_type, permissions, expires_at, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        'userId' in caller ? caller.userId : null,
        wanted.name,
        prefix,
        secretId,
        roleType,
        granted && JSON.stringify(granted),
        expiresAt,
        now,
        now,
      ) as number;
    ctx.audit.append(identityOperations.API_KEY_CREATED, caller, { id, name: wanted.name, role: roleType });
    return getApiKey(ctx, id);
  });
  return { key, text: token };
}

export function listApiKeys(ctx: Context): ApiKey[] {
  return (ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM api_keys ORDER BY id`).all() as Row[]).map(
    fromRow,
  );
}

export function getApiKey(ctx: Context, id: number): ApiKey {
  const row = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'This API key does not exist.');
  return fromRow(row as Row);
}

export interface ApiKeyChange {
  name?: string | undefined;
  isActive?: boolean | undefined;
  expiresAt?: number | null | undefined;
  /** Null leaves them as they are: clients send back what they were shown. */
  permissions?: string[] | null | undefined;
}

/** Whether a change may let a key do more, or do it for longer. */
export function isWidening({ isActive, expiresAt, permissions: granted }: ApiKeyChange): boolean {
  return isActive === true || expiresAt !== undefined || (granted !== undefined && granted !== null);
}

/** Changes what is given; the key itself stays. Throws as creating does. */
export function updateApiKey(ctx: Context, caller: Caller, id: number, change: ApiKeyChange): ApiKey {
  return changeApiKey(ctx, caller, id, change, identityOperations.API_KEY_UPDATED);
}

/** Switches a key on or off. Throws as creating does. */
export function switchApiKey(ctx: Context, caller: Caller, id: number, isActive: boolean): ApiKey {
  const { API_KEY_ACTIVATED, API_KEY_DEACTIVATED } = identityOperations;
  return changeApiKey(ctx, caller, id, { isActive }, isActive ? API_KEY_ACTIVATED : API_KEY_DEACTIVATED);
}

function changeApiKey(
  ctx: Context,
  caller: Caller,
  id: number,
  change: ApiKeyChange,
  operation: Operation<{ id: number; name: string }>,
): ApiKey {
  return ctx.store.transaction(() => {
    const key = getApiKey(ctx, id);
    if (change.name !== undefined) requireFreeName(ctx, change.name, id);
    const grant = change.permissions
      ? parseGrant(key.roleType, change.permissions)
      : { roleType: key.roleType, granted: key.permissions };
    // SECURITY: an expired or disabled key cannot be reactivated by someone with fewer permissions.
    if (isWidening(change)) requireWithin(caller, listGranted(grant.roleType, grant.granted));
    ctx.store.sqlite
      .prepare(
        'UPDATE api_keys SET name = ?, is_active = ?, expires_at = ?, role_type = ?, permissions = ?, updated_at = ? WHERE id = ?',
      )
      .run(
        change.name ?? key.name,
        (change.isActive ?? key.isActive) ? 1 : 0,
        change.expiresAt === undefined ? key.expiresAt : change.expiresAt,
        grant.roleType,
        grant.granted && JSON.stringify(grant.granted),
        ctx.clock.now(),
        id,
      );
    const changed = getApiKey(ctx, id);
    ctx.audit.append(operation, caller, { id, name: changed.name });
    return changed;
  });
}

export function deleteApiKey(ctx: Context, actor: Caller | null, id: number): void {
  ctx.store.transaction(() => {
    const key = getApiKey(ctx, id);
    ctx.store.sqlite.prepare('DELETE FROM api_keys WHERE id = ?').run(id);
    ctx.vault.remove([key.secretId]);
    ctx.audit.append(identityOperations.API_KEY_DELETED, actor, { id, name: key.name });
  });
}

/** Makes a new text for a lost key, under the same row. Returns it once. */
export function regenerateApiKey(ctx: Context, secretId: SecretId): SecretText {
  const prefix = ctx.store.sqlite
    .prepare('SELECT key_prefix FROM api_keys WHERE secret_id = ?')
    .pluck()
    .get(secretId);
  if (!prefix) throw new AppError('not_found', 'This API key does not exist.');
  const { token } = createToken('tk', prefix as string);
  ctx.vault.reseal(secretId, token);
  return token;
}

/**
 * The caller of a key. SECURITY: permissions are evaluated now, not at creation: keys of deleted users are invalid,
 * and keys of demoted users have no more permissions than they have.
 */
export function identifyApiKey(ctx: Context, prefix: string, given: string, ip: string | null): KeyCaller {
  const row = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE key_prefix = ?`).get(prefix);
  if (!row) throw unknownToken();
  const key = fromRow(row as Row);
  requireToken(ctx, key, given);
  let granted = listGranted(key.roleType, key.permissions);
  if (key.userId !== null) {
    const user = findUser(ctx, key.userId);
    if (!user) throw new AppError('key_revoked', 'The account of this key was deleted.');
    const ofUser = rolePermissions[strongestRole(user)];
    granted = granted.filter((permission) => ofUser.includes(permission));
  }
  return {
    kind: 'key',
    apiKeyId: key.id,
    userId: key.userId,
    ip,
    label: `api key ${key.name}`,
    permissions: granted,
  };
}

/** Combines a role with explicit permissions, which can only narrow the role. */
function listGranted(
  roleType: Role | typeof CUSTOM,
  granted: readonly Permission[] | null,
): readonly Permission[] {
  if (roleType === CUSTOM) return granted ?? [];
  const ofRole = rolePermissions[roleType];
  return granted === null ? ofRole : ofRole.filter((permission) => granted.includes(permission));
}

function parseGrant(
  roleType: string,
  wanted: string[] | null,
): { roleType: Role | typeof CUSTOM; granted: Permission[] | null } {
  const role = roleType === CUSTOM ? CUSTOM : parseRole(roleType);
  if (wanted === null && role !== CUSTOM) return { roleType: role, granted: null };
  const mayBe = role === CUSTOM ? permissions : rolePermissions[role];
  for (const [at, text] of (wanted ?? []).entries()) {
    if (!includes(permissions, text))
      throw refusedPermission('This permission does not exist.', at, 'unknown permission');
    if (!includes(mayBe, text))
      throw refusedPermission(
        `The role ${role} does not have this permission.`,
        at,
        `not of the role ${role}`,
      );
  }
  const granted = mayBe.filter((permission) => wanted?.includes(permission));
  if (granted.length === 0)
    throw refusedPermission('A key needs at least one permission.', null, 'at least one');
  return { roleType: role, granted };
}

function includes(all: readonly string[], text: string): boolean {
  return all.includes(text);
}

function refusedPermission(detail: string, at: number | null, problem: string): AppError {
  return new AppError('invalid_request', detail, {
    fields: { [at === null ? 'permissions' : `permissions.${at}`]: problem },
  });
}

function requireWithin(caller: Caller, granted: readonly Permission[]): void {
  const beyond = granted.find((permission) => !caller.permissions.includes(permission));
  if (beyond) throw new AppError('forbidden', `You cannot give a permission you do not have: ${beyond}.`);
}

function requireFreeName(ctx: Context, name: string, exceptId: number | null): void {
  const taken = ctx.store.sqlite.prepare('SELECT id FROM api_keys WHERE name = ?').pluck().get(name) as
    | number
    | undefined;
  if (taken !== undefined && taken !== exceptId) {
    throw new AppError('name_taken', 'An API key with this name already exists.', {
      fields: { name: 'taken' },
    });
  }
}

function fromRow(row: Row): ApiKey {
  return {
    ...row,
    isActive: row.isActive === 1,
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as Permission[]),
  };
}
