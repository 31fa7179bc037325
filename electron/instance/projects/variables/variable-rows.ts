import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { findEnd } from '../ends/value-end.ts';
import { nextEndByHand, type SaidEnd } from '../ends/variable-end.ts';
import { projectOperations } from '../operations.ts';
import {
  type ChangeKind,
  dropOldVersions,
  findNextVersion,
  forgetDamagedVersions,
  forgetPlainVersions,
  prepareVersions,
  type StoredValue,
} from './variable-history.ts';
import { noteMove, noteMoves } from './variable-moves.ts';
import { getVariable, requireKey, requireValue, revealVariable, type Variable } from './variables.ts';

export interface VariableFields {
  key: string;
  value: SecretText;
  isSecret: boolean;
  environmentIds: number[];
  includeInPreview: boolean;
  /** When it ends, as someone said. */
  end?: SaidEnd | undefined;
  /** What someone wrote about it; not encrypted, and in no line of the audit log. An empty one is none. */
  note?: string | null | undefined;
}

/** Position of a project's next variable. */
export function findNextPosition(ctx: Context, projectId: number | null): number {
  return ctx.store.sqlite
    .prepare('SELECT coalesce(max(position), 0) + 1 FROM env_vars WHERE project_id IS ?')
    .pluck()
    .get(projectId) as number;
}

/**
 * Who adds many says the `position` of each. Throws `invalid_request`, `name_taken` (same key in an environment),
 * `not_found` (environments of others), `vault_locked`.
 */
export function insertVariable(
  ctx: Context,
  projectId: number | null,
  fields: VariableFields,
  changedBy: string,
  position = findNextPosition(ctx, projectId),
): number {
  requireKey(fields.key);
  requireValue(fields.value);
  return ctx.store.transaction(() => {
    requireEnvironments(ctx, projectId, fields.environmentIds);
    requireFreeKey(ctx, projectId, fields.key, fields.environmentIds, null);
    const stored = storeValue(ctx, fields.value, fields.isSecret);
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO env_vars (project_id, key, is_secret, value, secret_id, include_in_preview, position, note, created_at, updated_at)
         VALUES (@projectId, @key, @isSecret, @value, @secretId, @preview, @position, @note, @now, @now) RETURNING id`,
      )
      .pluck()
      .get({
        projectId,
        key: fields.key,
        ...stored,
        preview: fields.includeInPreview ? 1 : 0,
        position,
        note: fields.note || null,
        now: ctx.clock.now(),
      }) as number;
    linkEnvironments(ctx, id, fields.environmentIds);
    const endByHand = nextEndByHand(fields.end, { endByHand: null }, true);
    prepareVersions(ctx)({ variableId: id, version: 1, ...stored, endByHand, change: 'created', changedBy });
    return id;
  });
}

/** Changes what is given. A secret stays secret: `invalid_request`. A plain one may become secret. */
export function changeVariable(
  ctx: Context,
  projectId: number | null,
  id: number,
  change: Partial<VariableFields>,
  changedBy: string,
  kind: ChangeKind = 'updated',
): void {
  if (change.key !== undefined) requireKey(change.key);
  if (change.value !== undefined) requireValue(change.value);
  ctx.store.transaction(() => {
    const old = getVariable(ctx, projectId, id);
    if (old.isSecret && change.isSecret === false) {
      throw new AppError(
        'invalid_request',
        'A secret cannot become plain: delete it and create a plain variable instead.',
        {
          fields: { is_secret: 'a secret stays secret' },
        },
      );
    }
    const environmentIds = change.environmentIds ?? old.environments.map((environment) => environment.id);
    const key = change.key ?? old.key;
    if (change.environmentIds) requireEnvironments(ctx, projectId, environmentIds);
    requireFreeKey(ctx, projectId, key, environmentIds, id);
    const isSecret = change.isSecret ?? old.isSecret;
    // SECURITY: a version either way: whether the value was the same must show nowhere.
    const revalued = change.value !== undefined || isSecret !== old.isSecret;
    const endByHand = nextEndByHand(change.end, old, change.value !== undefined);
    if (revalued) {
      const value = change.value ?? revealVariable(ctx, old);
      replaceValue(ctx, old, { value, isSecret, endByHand }, changedBy, kind);
    } else if (endByHand !== old.endByHand) setEndByHand(ctx, old, endByHand);
    ctx.store.sqlite
      .prepare(
        'UPDATE env_vars SET key = ?, include_in_preview = ?, note = ?, updated_at = max(?, updated_at + 1) WHERE id = ?',
      )
      .run(
        key,
        (change.includeInPreview ?? old.includeInPreview) ? 1 : 0,
        change.note === undefined ? old.note : change.note || null,
        ctx.clock.now(),
        id,
      );
    if (key !== old.key)
      noteMove(ctx, changedBy, {
        change: 'renamed',
        formerKey: old.key,
        environmentIds: old.environments.map((environment) => environment.id),
        variableIds: [id],
      });
    if (change.environmentIds) {
      noteMoves(ctx, changedBy, [id], environmentIds);
      ctx.store.sqlite.prepare('DELETE FROM env_var_environments WHERE env_var_id = ?').run(id);
      linkEnvironments(ctx, id, environmentIds);
    }
  });
}

/**
 * Every version keeps its own value, for history and revert. Plain versions of a variable that becomes secret are
 * deleted, and so are versions that can never be decrypted again.
 */
function replaceValue(
  ctx: Context,
  old: Variable,
  { value, isSecret, endByHand }: { value: SecretText; isSecret: boolean; endByHand: number | null },
  changedBy: string,
  kind: ChangeKind,
): void {
  const stored = storeValue(ctx, value, isSecret);
  ctx.store.sqlite
    .prepare(
      'UPDATE env_vars SET is_secret = @isSecret, value = @value, secret_id = @secretId WHERE id = @id',
    )
    .run({ ...stored, id: old.id });
  const version = findNextVersion(ctx, old.id);
  if (isSecret && !old.isSecret) forgetPlainVersions(ctx, old.id);
  prepareVersions(ctx)({ variableId: old.id, version, ...stored, endByHand, change: kind, changedBy });
  tidyHistory(ctx, old, version);
}

/** Of the value in force, which stays: no new version. */
function setEndByHand(ctx: Context, { id, version }: Variable, endByHand: number | null): void {
  ctx.store.sqlite
    .prepare('UPDATE env_var_versions SET end_by_hand = ? WHERE env_var_id = ? AND version = ?')
    .run(endByHand, id, version);
}

/** Once a variable has a new version: the oldest go, and those that can never be decrypted again. */
export function tidyHistory(ctx: Context, old: Variable, version: number): void {
  dropOldVersions(ctx, old.id, version);
  if (old.isSecret) noteForgotten(ctx, old, forgetDamagedVersions(ctx, old.id, version));
}

function noteForgotten(ctx: Context, variable: Variable, versions: readonly number[]): void {
  if (versions.length === 0) return;
  ctx.audit.append(projectOperations.ENV_VAR_DAMAGED_VERSIONS_REMOVED, null, {
    project_id: variable.projectId,
    key: variable.key,
    variable_id: variable.id,
    versions: [...versions],
  });
}

/** Erases variables with their history and every secret of theirs, in a transaction of the caller's. */
export function prepareRemoval(ctx: Context): (id: number) => void {
  const { sqlite } = ctx.store;
  const selectSecrets = sqlite
    .prepare(
      `SELECT secret_id FROM env_var_versions WHERE env_var_id = @id AND secret_id IS NOT NULL
       UNION SELECT secret_id FROM env_vars WHERE id = @id AND secret_id IS NOT NULL`,
    )
    .pluck();
  const remove = sqlite.prepare('DELETE FROM env_vars WHERE id = ?');
  return (id) => {
    const secretIds = selectSecrets.all({ id }) as SecretId[];
    remove.run(id);
    ctx.vault.remove(secretIds);
  };
}

/** Marks these variables as changed when the change is not in their own rows. */
export function touchVariablesOf(ctx: Context, environmentId: number): void {
  ctx.store.sqlite
    .prepare(
      `UPDATE env_vars SET updated_at = max(@now, updated_at + 1)
       WHERE id IN (SELECT env_var_id FROM env_var_environments WHERE environment_id = @environmentId)`,
    )
    .run({ environmentId, now: ctx.clock.now() });
}

/** The end is found while its text is at hand: lists need no decryption for it. */
export function storeValue(ctx: Context, value: SecretText, isSecret: boolean): StoredValue {
  const end = findEnd(value);
  const found = { foundEndAt: end?.at ?? null, foundEndFrom: end?.from ?? null };
  return isSecret
    ? { isSecret: 1, value: null, secretId: ctx.vault.seal('env_var', value), ...found }
    : { isSecret: 0, value: value.reveal(), secretId: null, ...found };
}

function linkEnvironments(ctx: Context, variableId: number, environmentIds: readonly number[]): void {
  const insert = ctx.store.sqlite.prepare(
    'INSERT INTO env_var_environments (env_var_id, environment_id) VALUES (?, ?)',
  );
  for (const environmentId of new Set(environmentIds)) insert.run(variableId, environmentId);
}

/**
 * SECURITY: environments of another project are not found, whoever asks. A shared variable has none: linked to
 * one, it would go when that environment is deleted.
 */
export function requireEnvironments(ctx: Context, projectId: number | null, ids: readonly number[]): void {
  if (projectId === null && ids.length > 0) {
    throw new AppError('invalid_request', 'A shared variable cannot have environments.', {
      fields: { environment_ids: 'a shared variable has none' },
    });
  }
  if (projectId === null) return;
  if (ids.length === 0) {
    throw new AppError('invalid_request', 'A variable needs at least one environment.', {
      fields: { environment_ids: 'at least one' },
    });
  }
  const known = ctx.store.sqlite.prepare(
    'SELECT 1 FROM environments WHERE id = ? AND project_id = ? AND hidden = 0',
  );
  for (const id of ids)
    if (!known.get(id, projectId))
      throw new AppError('not_found', 'This environment does not exist in this project.');
}

export function requireFreeKey(
  ctx: Context,
  projectId: number | null,
  key: string,
  environmentIds: readonly number[],
  exceptId: number | null,
): void {
  const { sqlite } = ctx.store;
  // Looked up by name, which few variables share; by environment it would scan all its variables.
  const environment = `(SELECT e.name FROM env_var_environments x JOIN environments e ON e.id = x.environment_id
    WHERE x.env_var_id = v.id AND e.id IN (SELECT value FROM json_each(@environmentIds)) ORDER BY e.id LIMIT 1)`;
  const taken = sqlite
    .prepare(
      `SELECT ${environment} AS environment FROM env_vars v WHERE v.project_id IS @projectId AND v.key = @key
         AND v.hidden = 0 AND v.id IS NOT @exceptId AND (@projectId IS NULL OR environment IS NOT NULL)`,
    )
    .get({ projectId, key, exceptId, environmentIds: JSON.stringify(environmentIds) }) as
    | { environment: string | null }
    | undefined;
  if (taken)
    throw new AppError(
      'name_taken',
      `${key} already exists in ${taken.environment ?? 'the shared variables'}.`,
      {
        fields: { key: 'taken' },
      },
    );
}
