import { requireAct } from '../../access/acts.ts';
import { type Caller, everyProject, type KeyCaller, type ProjectReach } from '../../access/caller.ts';
import { type Permission, permissions, rolePermissions } from '../../access/permissions.ts';
import type { Operation } from '../../audit/operation.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { reachOf } from '../members/project-reach.ts';
import { identityOperations } from '../operations.ts';
import { findUser, strongestRole } from '../users/users.ts';
import { createToken, requireToken, unknownToken } from './access-tokens.ts';
import { parseAllowedFrom, requireAllowedFrom } from './address-limits.ts';
import {
  findLongestLife,
  type GrantedRole,
  hideSecrets,
  listGranted,
  listGrantedEverywhere,
  parseGrant,
  requireMayGrant,
} from './key-grants.ts';
import {
  chooseExpiry,
  DAY_MS,
  findEnd,
  isInForce,
  listAncestry,
  listDescendants,
  parseStored,
  requireFewGenerations,
  requireInForce,
  requireNoLater,
  requireWithinDays,
} from './key-lineage.ts';
import { deleteTokensOfKey } from './made-keys.ts';

const YEAR_DAYS = 365;

export interface ApiKey {
  id: number;
  userId: number | null;
  /** Of the account it belongs to; null for one of the owner's without an account. */
  userName: string | null;
  /** The key it was made by. */
  parentId: number | null;
  parentName: string | null;
  name: string;
  keyPrefix: string;
  secretId: SecretId;
  roleType: GrantedRole;
  permissions: Permission[] | null;
  isActive: boolean;
  /** Addresses and networks it may be used from; null for any. */
  allowedFrom: string[] | null;
  expiresAt: number | null;
  lastUsedAt: number | null;
  createdAt: number;
}

const COLUMNS = `id, user_id AS userId, (SELECT name FROM users WHERE id = user_id) AS userName, parent_id AS parentId,
  (SELECT name FROM api_keys parent WHERE parent.id = api_keys.parent_id) AS parentName, name, key_prefix AS keyPrefix, secret_id AS secretId, role_type AS roleType,
  permissions, is_active AS isActive, allowed_from AS allowedFrom, expires_at AS expiresAt, last_used_at AS lastUsedAt, created_at AS createdAt`;
type Row = Omit<ApiKey, 'isActive' | 'permissions' | 'allowedFrom'> & {
  isActive: number;
  permissions: string | null;
  allowedFrom: string | null;
};

export interface NewApiKey {
  name: string;
  roleType: string;
  /** Epoch ms; null for never; undefined for a year, or for as long as what it may allows. */
  expiresAt?: number | null | undefined;
  /** What of its role it may; null for all of it. */
  permissions?: string[] | null | undefined;
  /** Of secrets it sees that they are set, and no value. */
  hidesSecrets?: boolean | undefined;
  /** Addresses and networks it may be used from; null for any. */
  allowedFrom?: string[] | null | undefined;
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
  const asked = parseGrant(wanted.roleType, wanted.permissions ?? null);
  const { roleType, granted } = wanted.hidesSecrets ? hideSecrets(asked) : asked;
  const allowedFrom = parseAllowedFrom(wanted.allowedFrom ?? null);
  const now = ctx.clock.now();
  requireMayGrant(caller, { roleType, granted }, now);
  const parentId = caller.kind === 'key' ? caller.apiKeyId : null;
  const makers = parentId === null ? [] : listAncestry(ctx, parentId);
  requireFewGenerations(makers);
  const days = findLongestLife(listGranted(roleType, granted));
  const chosen = chooseExpiry(ctx, wanted.expiresAt, (days ?? YEAR_DAYS) * DAY_MS, makers);
  const expiresAt = days === null ? chosen : requireWithinDays(chosen, now, days);
  const { token, prefix } = createToken('tk');
  const key = ctx.store.transaction(() => {
    requireFreeName(ctx, wanted.name, null);
    const secretId = ctx.vault.seal('api_key', token);
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO api_keys (user_id, parent_id, name, key_prefix, secret_id, role_type, permissions, allowed_from, expires_at, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        'userId' in caller ? caller.userId : null,
        parentId,
        wanted.name,
        prefix,
        secretId,
        roleType,
        granted && JSON.stringify(granted),
        allowedFrom && JSON.stringify(allowedFrom),
        expiresAt,
        now,
        now,
      ) as number;
    ctx.audit.append(identityOperations.API_KEY_CREATED, caller, { id, name: wanted.name, role: roleType });
    return getApiKey(ctx, id);
  });
  return { key, text: token };
}

/** The caller's own keys; everyone's for those who may see people. */
export function listApiKeys(ctx: Context, caller: Caller): ApiKey[] {
  const rows = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM api_keys ORDER BY id`).all() as Row[];
  return rows.map(fromRow).filter((key) => maySee(ctx, caller, key));
}

/** Throws `not_found`, for a key the caller may not see too. */
export function getApiKeyFor(ctx: Context, caller: Caller, id: number): ApiKey {
  const key = getApiKey(ctx, id);
  if (!maySee(ctx, caller, key)) throw unknownKey();
  return key;
}

/**
 * As `getApiKeyFor`, to change it. SECURITY: a program's key changes itself and the keys it made; a person changes their
 * own, and others' as an administrator who confirmed. Throws `forbidden`, `confirmation_required`.
 */
export function getApiKeyToChange(ctx: Context, caller: Caller, id: number): ApiKey {
  const key = getApiKeyFor(ctx, caller, id);
  if (!isOwn(ctx, caller, key)) requireAct(caller, 'api_keys_of_others', ctx.clock.now());
  return key;
}

function getApiKey(ctx: Context, id: number): ApiKey {
  const row = selectKey(ctx, id);
  if (!row) throw unknownKey();
  return fromRow(row);
}

function selectKey(ctx: Context, id: number): Row | undefined {
  return ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE id = ?`).get(id) as Row | undefined;
}

function unknownKey(): AppError {
  return new AppError('not_found', 'This API key does not exist.');
}

function maySee(ctx: Context, caller: Caller, key: ApiKey): boolean {
  return caller.permissions.includes('users:read') || isOwn(ctx, caller, key);
}

/** A key caller's own are itself and what it made, whoever's account that belongs to. */
function isOwn(ctx: Context, caller: Caller, key: ApiKey): boolean {
  if (caller.kind === 'key') return listAncestry(ctx, key.id).some(({ id }) => id === caller.apiKeyId);
  return (caller.kind === 'user' || caller.kind === 'owner') && caller.userId === key.userId;
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

/**
 * Says from where a key may be used; null for anywhere. What stays as it is needs no confirmation: clients send back what they
 * were shown. Throws `invalid_request`, `confirmation_required`, and as finding the key does.
 */
export function limitApiKey(ctx: Context, caller: Caller, id: number, wanted: string[] | null): ApiKey {
  return ctx.store.transaction(() => {
    const key = getApiKeyToChange(ctx, caller, id);
    const allowedFrom = parseAllowedFrom(wanted);
    if (JSON.stringify(allowedFrom) === JSON.stringify(key.allowedFrom)) return key;
    requireAct(caller, 'api_keys_limit', ctx.clock.now());
    ctx.store.sqlite
      .prepare('UPDATE api_keys SET allowed_from = ?, updated_at = ? WHERE id = ?')
      .run(allowedFrom && JSON.stringify(allowedFrom), ctx.clock.now(), id);
    ctx.audit.append(identityOperations.API_KEY_LIMITED, caller, {
      id,
      name: key.name,
      allowed_from: allowedFrom,
    });
    return getApiKey(ctx, id);
  });
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
    const key = getApiKeyToChange(ctx, caller, id);
    if (change.name !== undefined) requireFreeName(ctx, change.name, id);
    const grant = change.permissions
      ? parseGrant(key.roleType, change.permissions)
      : { roleType: key.roleType, granted: key.permissions };
    // SECURITY: an expired or disabled key cannot be reactivated by someone with fewer permissions.
    if (isWidening(change)) {
      requireMayGrant(caller, grant, ctx.clock.now());
      if (caller.kind === 'key' && caller.apiKeyId === id)
        throw new AppError('forbidden', 'A key cannot change what it may do, nor for how long.');
    }
    const days = findLongestLife(listGranted(grant.roleType, grant.granted));
    if (days !== null && findLongestLife(listGranted(key.roleType, key.permissions)) === null)
      throw new AppError('invalid_request', 'A key may manage people from its creation on, or never.', {
        fields: { permissions: 'users:manage only at creation' },
      });
    const expiresAt =
      change.expiresAt === undefined || days === null
        ? change.expiresAt
        : requireWithinDays(change.expiresAt, key.createdAt, days);
    if (expiresAt !== undefined) {
      requireNoLater(expiresAt, findEnd(listAncestry(ctx, id).slice(1)));
      shortenDescendants(ctx, id, expiresAt);
    }
    ctx.store.sqlite
      .prepare(
        'UPDATE api_keys SET name = ?, is_active = ?, expires_at = ?, role_type = ?, permissions = ?, updated_at = ? WHERE id = ?',
      )
      .run(
        change.name ?? key.name,
        (change.isActive ?? key.isActive) ? 1 : 0,
        expiresAt === undefined ? key.expiresAt : expiresAt,
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

/**
 * Gives a key a new text, returned once: the old one ends, all else stays, its end too. The public part as well, so that the
 * audit log names the key that is refused where the old text is still in use. SECURITY: whoever gets the text has what the
 * key may, as if they had created it. Throws as creating does, and `conflict` for a key that is over.
 */
export function rotateApiKey(ctx: Context, caller: Caller, id: number): { key: ApiKey; text: SecretText } {
  return ctx.store.transaction(() => {
    const { name, secretId, roleType, permissions: granted } = getApiKeyToChange(ctx, caller, id);
    const now = ctx.clock.now();
    requireMayGrant(caller, { roleType, granted }, now);
    if (listAncestry(ctx, id).some((key) => !isInForce(key, now)))
      throw new AppError('conflict', 'This key is turned off or has expired: create a new one.');
    const text = regenerateApiKey(ctx, secretId);
    ctx.store.sqlite.prepare('UPDATE api_keys SET updated_at = ? WHERE id = ?').run(now, id);
    ctx.audit.append(identityOperations.API_KEY_ROTATED, caller, { id, name });
    return { key: getApiKey(ctx, id), text };
  });
}

/** A key that ends sooner takes what it made with it. */
function shortenDescendants(ctx: Context, id: number, end: number | null): void {
  if (end === null) return;
  for (const table of ['api_keys', 'deployment_tokens'])
    for (const parentId of [id, ...listDescendants(ctx, id)])
      ctx.store.sqlite
        .prepare(
          `UPDATE ${table} SET expires_at = ? WHERE parent_id = ? AND (expires_at IS NULL OR expires_at > ?)`,
        )
        .run(end, parentId, end);
}

/** Deletes a key and what it made. */
export function deleteApiKey(ctx: Context, actor: Caller, id: number): void {
  ctx.store.transaction(() => {
    getApiKeyToChange(ctx, actor, id);
    for (const each of [...listDescendants(ctx, id), id]) {
      deleteTokensOfKey(ctx, actor, each);
      deleteRow(ctx, actor, getApiKey(ctx, each));
    }
  });
}

/** Deletes a key whose text nobody ever got, unless it is gone already. */
export function deleteUncollectedKey(ctx: Context, id: number): void {
  ctx.store.transaction(() => {
    const row = selectKey(ctx, id);
    if (row) deleteRow(ctx, null, fromRow(row));
  });
}

function deleteRow(ctx: Context, actor: Caller | null, { id, name, secretId }: ApiKey): void {
  ctx.store.sqlite.prepare('DELETE FROM api_keys WHERE id = ?').run(id);
  ctx.vault.remove([secretId]);
  ctx.audit.append(identityOperations.API_KEY_DELETED, actor, { id, name });
}

/** As the audit log names it; null for the public part of no key. */
export function findApiKeyName(ctx: Context, prefix: string): string | null {
  const name = ctx.store.sqlite.prepare('SELECT name FROM api_keys WHERE key_prefix = ?').pluck().get(prefix);
  return typeof name === 'string' ? `the API key ${name}` : null;
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
  const { limits, ...standing } = getStanding(ctx, key.id);
  requireAllowedFrom(limits, ip);
  return {
    kind: 'key',
    apiKeyId: key.id,
    userId: key.userId,
    createdAt: key.createdAt,
    ip,
    label: `api key ${key.name}`,
    ...standing,
  };
}

/** What a key may do now, the keys that it depends on, and from where they may be used. */
interface Standing {
  permissions: readonly Permission[];
  projects: ProjectReach;
  lineage: readonly number[];
  limits: readonly (readonly string[] | null)[];
}

/**
 * SECURITY: no more than the keys it was made by, one after the other, and their accounts, everywhere and in each project. Throws
 * `key_revoked`, `key_expired`.
 */
export function getStanding(ctx: Context, id: number): Standing {
  const line = listAncestry(ctx, id);
  if (line.length === 0) throw new AppError('key_revoked', 'This key was deleted.');
  requireInForce(ctx, line);
  const lineage = line.map((each) => each.id);
  const links = lineage.map((each) => findLink(ctx, each));
  const granted = permissions.filter((permission) =>
    links.every((link) => link.grantedEverywhere.includes(permission) && link.ofAccount.includes(permission)),
  );
  const projectIds = new Set(links.flatMap(({ reach }) => [...reach.added.keys()]));
  const added = new Map<number, readonly Permission[]>();
  for (const projectId of projectIds) {
    const there = permissions.filter((permission) =>
      links.every(
        ({ grantedInProjects, ofAccount, reach }) =>
          grantedInProjects.includes(permission) &&
          (ofAccount.includes(permission) || reach.added.get(projectId)?.includes(permission) === true),
      ),
    );
    if (there.length > 0) added.set(projectId, there);
  }
  return {
    permissions: granted,
    projects: { isAll: links.every(({ isAll }) => isAll), added },
    lineage,
    limits: line.map(({ allowedFrom }) => allowedFrom),
  };
}

/** One key of a line, and the account it is of. */
function findLink(ctx: Context, id: number) {
  const key = getApiKey(ctx, id);
  const user = key.userId === null ? null : findUser(ctx, key.userId);
  if (key.userId !== null && !user) throw new AppError('key_revoked', 'The account of this key was deleted.');
  const reach = user ? reachOf(ctx, user) : everyProject;
  return {
    grantedEverywhere: listGrantedEverywhere(key.roleType, key.permissions),
    grantedInProjects: listGranted(key.roleType, key.permissions),
    ofAccount: user ? rolePermissions[strongestRole(user)] : permissions,
    reach,
    isAll: reach.isAll && key.roleType !== 'member',
  };
}

/** The key, if it works now; null for one that was deleted, turned off, or ended with its account. */
export function findKeyInForce(ctx: Context, id: number): ApiKey | null {
  const row = selectKey(ctx, id);
  if (!row) return null;
  try {
    getStanding(ctx, id);
    return fromRow(row);
  } catch (error) {
    if (hasCode(error, 'key_revoked') || hasCode(error, 'key_expired')) return null;
    throw error;
  }
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
    allowedFrom: parseStored(row.allowedFrom),
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as Permission[]),
  };
}
