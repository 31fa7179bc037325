import { AppError } from '../app-error.ts';
import type { Context } from '../context.ts';
import { SecretText } from '../vault/secret-text.ts';
import type { SecretId, SecretState } from '../vault/vault.ts';

const MAX_KEY_CHARACTERS = 500;
const MAX_VALUE_BYTES = 1024 * 1024;
/** Versions kept of one variable; the oldest go, with their secrets. */
const MAX_VERSIONS = 50;

export interface Variable {
  id: number;
  /** Null for a shared variable. */
  projectId: number | null;
  key: string;
  isSecret: boolean;
  /** Null for a secret. */
  value: string | null;
  secretId: SecretId | null;
  includeInPreview: boolean;
  position: number;
  createdAt: number;
  updatedAt: number;
  environments: { id: number; name: string }[];
  /** `ok` for a plain variable and for a secret that can be opened. */
  state: SecretState;
}

export interface VariableFields {
  key: string;
  value: SecretText;
  isSecret: boolean;
  environmentIds: number[];
  includeInPreview: boolean;
}

const COLUMNS = `v.id, v.project_id AS projectId, v.key, v.is_secret AS isSecret, v.value, v.secret_id AS secretId,
  v.include_in_preview AS includeInPreview, v.position, v.created_at AS createdAt, v.updated_at AS updatedAt,
  (SELECT json_group_array(json_object('id', e.id, 'name', e.name)) FROM env_var_environments ve
     JOIN environments e ON e.id = ve.environment_id WHERE ve.env_var_id = v.id) AS environmentList`;
type Row = Omit<Variable, 'isSecret' | 'includeInPreview' | 'environments' | 'state'> & {
  isSecret: number;
  includeInPreview: number;
  environmentList: string;
};

/** Throws `invalid_request` unless this can be the name of an environment variable everywhere (POSIX, 8.1). */
export function requireKey(key: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && key.length <= MAX_KEY_CHARACTERS) return;
  throw new AppError(
    'invalid_request',
    'A name has letters, digits and underscores, and does not begin with a digit.',
    {
      fields: { key: 'letters, digits and underscores; not a digit first' },
    },
  );
}

/** Throws `invalid_request` for NUL and unpaired surrogates, which no program could be given, `secret_too_large`. */
export function requireValue(value: SecretText): void {
  const text = value.reveal();
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new AppError('invalid_request', 'A value holds any text but the character NUL.', {
      fields: { value: 'not valid text' },
    });
  }
  if (value.sizeBytes > MAX_VALUE_BYTES)
    throw new AppError('secret_too_large', 'A value holds at most 1 MiB.');
}

export interface VariableFilter {
  environmentId?: number | undefined;
  /** In names and plain values; never in secrets. */
  search?: string | undefined;
}

/** In the order of their file. `projectId` null: the shared ones. */
export function listVariables(
  ctx: Context,
  projectId: number | null,
  filter: VariableFilter = {},
): Variable[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM env_vars v WHERE v.project_id IS @projectId
         AND (@environmentId IS NULL OR EXISTS (SELECT 1 FROM env_var_environments x WHERE x.env_var_id = v.id AND x.environment_id = @environmentId))
         AND (@search IS NULL OR instr(lower(v.key), @search) > 0 OR (v.is_secret = 0 AND instr(lower(v.value), @search) > 0))
       ORDER BY v.position, v.id`,
    )
    .all({
      projectId,
      environmentId: filter.environmentId ?? null,
      search: filter.search?.toLowerCase() ?? null,
    }) as Row[];
  return withStates(ctx, rows);
}

/** Throws `not_found`, for another project's variable too. */
export function getVariable(ctx: Context, projectId: number | null, id: number): Variable {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM env_vars v WHERE v.id = ? AND v.project_id IS ?`)
    .get(id, projectId);
  const [variable] = row ? withStates(ctx, [row as Row]) : [];
  if (!variable) throw new AppError('not_found', 'There is no such variable.');
  return variable;
}

/** By name, in one environment or wherever it is unique. Throws `not_found`, `ambiguous_request`. */
export function getVariableByKey(
  ctx: Context,
  projectId: number | null,
  key: string,
  environmentId?: number,
): Variable {
  const found = listVariables(ctx, projectId, { environmentId }).filter((variable) => variable.key === key);
  const [first, second] = found;
  if (!first) throw new AppError('not_found', 'There is no such variable.');
  if (second)
    throw new AppError(
      'ambiguous_request',
      'More than one environment has a variable of this name: say which environment.',
    );
  return first;
}

/** The value itself. Throws `vault_locked`, `secret_unreadable`. */
export function revealVariable(ctx: Context, variable: Pick<Variable, 'secretId' | 'value'>): SecretText {
  return variable.secretId === null
    ? new SecretText(variable.value ?? '')
    : ctx.vault.open(variable.secretId);
}

/** Throws `invalid_request`, `name_taken` (same key in an environment), `not_found` (environments of others), `vault_locked`. */
export function createVariable(
  ctx: Context,
  projectId: number | null,
  fields: VariableFields,
  changedBy: string,
): Variable {
  requireKey(fields.key);
  requireValue(fields.value);
  return ctx.store.transaction(() => {
    requireEnvironments(ctx, projectId, fields.environmentIds);
    requireFreeKey(ctx, projectId, fields.key, fields.environmentIds, null);
    const now = ctx.clock.now();
    const stored = storeValue(ctx, fields.value, fields.isSecret);
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO env_vars (project_id, key, is_secret, value, secret_id, include_in_preview, position, created_at, updated_at)
         VALUES (@projectId, @key, @isSecret, @value, @secretId, @preview,
           (SELECT coalesce(max(position), 0) + 1 FROM env_vars WHERE project_id IS @projectId), @now, @now) RETURNING id`,
      )
      .pluck()
      .get({
        projectId,
        key: fields.key,
        ...stored,
        preview: fields.includeInPreview ? 1 : 0,
        now,
      }) as number;
    linkEnvironments(ctx, id, fields.environmentIds);
    addVersion(ctx, id, stored, 'created', changedBy);
    return getVariable(ctx, projectId, id);
  });
}

/** Changes what is given. A secret stays secret: `invalid_request`. A plain one may become secret. */
export function updateVariable(
  ctx: Context,
  projectId: number | null,
  id: number,
  change: Partial<VariableFields>,
  changedBy: string,
  kind: 'updated' | 'reverted' = 'updated',
): Variable {
  if (change.key !== undefined) requireKey(change.key);
  if (change.value !== undefined) requireValue(change.value);
  return ctx.store.transaction(() => {
    const old = getVariable(ctx, projectId, id);
    if (old.isSecret && change.isSecret === false) {
      throw new AppError(
        'invalid_request',
        'A secret stays secret: delete it and make a plain variable instead.',
        {
          fields: { is_secret: 'a secret stays secret' },
        },
      );
    }
    const environmentIds = change.environmentIds ?? old.environments.map((environment) => environment.id);
    const key = change.key ?? old.key;
    requireEnvironments(ctx, projectId, environmentIds);
    requireFreeKey(ctx, projectId, key, environmentIds, id);
    const isSecret = change.isSecret ?? old.isSecret;
    const revalued = change.value !== undefined || isSecret !== old.isSecret;
    if (revalued) replaceValue(ctx, old, change.value ?? revealVariable(ctx, old), isSecret, changedBy, kind);
    ctx.store.sqlite
      .prepare('UPDATE env_vars SET key = ?, include_in_preview = ?, updated_at = ? WHERE id = ?')
      .run(key, (change.includeInPreview ?? old.includeInPreview) ? 1 : 0, ctx.clock.now(), id);
    if (change.environmentIds) {
      ctx.store.sqlite.prepare('DELETE FROM env_var_environments WHERE env_var_id = ?').run(id);
      linkEnvironments(ctx, id, environmentIds);
    }
    return getVariable(ctx, projectId, id);
  });
}

/** Every version keeps its own value: history and revert need it. A plain past of a new secret is forgotten. */
function replaceValue(
  ctx: Context,
  old: Variable,
  value: SecretText,
  isSecret: boolean,
  changedBy: string,
  kind: 'updated' | 'reverted',
): void {
  const stored = storeValue(ctx, value, isSecret);
  ctx.store.sqlite
    .prepare(
      'UPDATE env_vars SET is_secret = @isSecret, value = @value, secret_id = @secretId WHERE id = @id',
    )
    .run({ ...stored, id: old.id });
  // SECURITY: what becomes secret must not stay readable in its own history.
  if (isSecret && !old.isSecret)
    ctx.store.sqlite
      .prepare('DELETE FROM env_var_versions WHERE env_var_id = ? AND is_secret = 0')
      .run(old.id);
  addVersion(ctx, old.id, stored, kind, changedBy);
}

/** Deletes a variable with its history and every secret of theirs. */
export function deleteVariable(ctx: Context, projectId: number | null, id: number): Variable {
  return ctx.store.transaction(() => {
    const variable = getVariable(ctx, projectId, id);
    removeOrphanedVariables(ctx, [id]);
    return variable;
  });
}

export function removeOrphanedVariables(ctx: Context, ids: readonly number[]): void {
  for (const id of ids) {
    const secretIds = ctx.store.sqlite
      .prepare(
        `SELECT secret_id FROM env_var_versions WHERE env_var_id = @id AND secret_id IS NOT NULL
         UNION SELECT secret_id FROM env_vars WHERE id = @id AND secret_id IS NOT NULL`,
      )
      .pluck()
      .all({ id }) as SecretId[];
    ctx.store.sqlite.prepare('DELETE FROM env_vars WHERE id = ?').run(id);
    ctx.vault.remove(secretIds);
  }
}

export interface VariableVersion {
  id: number;
  version: number;
  isSecret: boolean;
  value: string | null;
  secretId: SecretId | null;
  change: 'created' | 'updated' | 'reverted';
  changedBy: string;
  changedAt: number;
}

/** Newest first. */
export function listVersions(ctx: Context, variableId: number): VariableVersion[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT id, version, is_secret AS isSecret, value, secret_id AS secretId, change, changed_by AS changedBy, changed_at AS changedAt
       FROM env_var_versions WHERE env_var_id = ? ORDER BY version DESC`,
    )
    .all(variableId) as (Omit<VariableVersion, 'isSecret'> & { isSecret: number })[];
  return rows.map((row) => ({ ...row, isSecret: row.isSecret === 1 }));
}

/** Puts an earlier value in force again, as a new version. Throws `not_found`, `vault_locked`. */
export function revertVariable(
  ctx: Context,
  projectId: number | null,
  id: number,
  version: number,
  changedBy: string,
): Variable {
  const variable = getVariable(ctx, projectId, id);
  const past = listVersions(ctx, variable.id).find((known) => known.version === version);
  if (!past) throw new AppError('not_found', 'There is no such version.');
  return updateVariable(ctx, projectId, id, { value: revealVariable(ctx, past) }, changedBy, 'reverted');
}

interface StoredValue {
  isSecret: number;
  value: string | null;
  secretId: SecretId | null;
}

function storeValue(ctx: Context, value: SecretText, isSecret: boolean): StoredValue {
  return isSecret
    ? { isSecret: 1, value: null, secretId: ctx.vault.seal('env_var', value) }
    : { isSecret: 0, value: value.reveal(), secretId: null };
}

function addVersion(
  ctx: Context,
  variableId: number,
  stored: StoredValue,
  change: VariableVersion['change'],
  changedBy: string,
): void {
  const { sqlite } = ctx.store;
  sqlite
    .prepare(
      `INSERT INTO env_var_versions (env_var_id, version, is_secret, value, secret_id, change, changed_by, changed_at)
       VALUES (@variableId, (SELECT coalesce(max(version), 0) + 1 FROM env_var_versions WHERE env_var_id = @variableId),
         @isSecret, @value, @secretId, @change, @changedBy, @now)`,
    )
    .run({ variableId, ...stored, change, changedBy, now: ctx.clock.now() });
  const dropped = sqlite
    .prepare(
      `DELETE FROM env_var_versions WHERE env_var_id = @variableId AND version <=
         (SELECT max(version) FROM env_var_versions WHERE env_var_id = @variableId) - ${MAX_VERSIONS} RETURNING secret_id`,
    )
    .pluck()
    .all({ variableId }) as (SecretId | null)[];
  ctx.vault.remove(dropped.filter((id) => id !== null));
}

function linkEnvironments(ctx: Context, variableId: number, environmentIds: readonly number[]): void {
  const insert = ctx.store.sqlite.prepare(
    'INSERT INTO env_var_environments (env_var_id, environment_id) VALUES (?, ?)',
  );
  for (const environmentId of new Set(environmentIds)) insert.run(variableId, environmentId);
}

/** SECURITY: environments of another project are not found, whoever asks. */
function requireEnvironments(ctx: Context, projectId: number | null, ids: readonly number[]): void {
  if (projectId === null) return;
  if (ids.length === 0) {
    throw new AppError('invalid_request', 'A variable belongs to at least one environment.', {
      fields: { environment_ids: 'at least one' },
    });
  }
  const known = ctx.store.sqlite.prepare('SELECT 1 FROM environments WHERE id = ? AND project_id = ?');
  for (const id of ids)
    if (!known.get(id, projectId))
      throw new AppError('not_found', 'There is no such environment in this project.');
}

function requireFreeKey(
  ctx: Context,
  projectId: number | null,
  key: string,
  environmentIds: readonly number[],
  exceptId: number | null,
): void {
  const taken =
    projectId === null
      ? ctx.store.sqlite
          .prepare('SELECT 1 FROM env_vars WHERE project_id IS NULL AND key = ? AND id IS NOT ?')
          .get(key, exceptId)
      : environmentIds.some((environmentId) =>
          ctx.store.sqlite
            .prepare(
              `SELECT 1 FROM env_vars v JOIN env_var_environments e ON e.env_var_id = v.id
               WHERE v.project_id = ? AND v.key = ? AND e.environment_id = ? AND v.id IS NOT ?`,
            )
            .get(projectId, key, environmentId, exceptId),
        );
  if (taken)
    throw new AppError('name_taken', 'An environment it is for has a variable of this name.', {
      fields: { key: 'taken' },
    });
}

function withStates(ctx: Context, rows: Row[]): Variable[] {
  const states = ctx.vault.statesOf(rows.flatMap((row) => (row.secretId === null ? [] : [row.secretId])));
  return rows.map(({ environmentList, ...row }) => ({
    ...row,
    isSecret: row.isSecret === 1,
    includeInPreview: row.includeInPreview === 1,
    environments: JSON.parse(environmentList) as { id: number; name: string }[],
    state: row.secretId === null ? 'ok' : (states.get(row.secretId) ?? 'unreadable'),
  }));
}
