import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId, SecretState } from '../../vault/vault.ts';
import { isVariableName } from './env-file.ts';
import { createBudget, type ValueBudget } from './value-budget.ts';

const MAX_VALUE_BYTES = 1024 * 1024;
/** As much of plain values as is read in one piece, in characters. */
const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;
/** How often a reading is begun again that a change met. */
const MAX_READINGS = 5;

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
  /** Grows with every change of the row, even when the clock does not: identifies the version a client saw last. */
  updatedAt: number;
  /** Of the value in force. */
  version: number;
  changedBy: string;
  changedAt: number;
  /** When its secret was last opened; null for a plain variable, and for a secret never used. */
  lastUsedAt: number | null;
  environments: { id: number; name: string }[];
  /** `ok` for a plain variable and for a secret that can be opened. */
  state: SecretState;
}

const COLUMNS = `v.id, v.project_id AS projectId, v.key, v.is_secret AS isSecret, v.value, v.secret_id AS secretId,
  v.include_in_preview AS includeInPreview, v.position, v.created_at AS createdAt, v.updated_at AS updatedAt,
  h.version, h.changed_by AS changedBy, h.changed_at AS changedAt, s.last_used_at AS lastUsedAt,
  (SELECT json_group_array(json_object('id', e.id, 'name', e.name)) FROM env_var_environments ve
     JOIN environments e ON e.id = ve.environment_id WHERE ve.env_var_id = v.id) AS environmentList`;
/** A variable has a version from its first moment: the newest is the one in force. */
const FROM = `env_vars v JOIN env_var_versions h ON h.env_var_id = v.id
    AND h.version = (SELECT max(version) FROM env_var_versions WHERE env_var_id = v.id)
  LEFT JOIN secrets s ON s.id = v.secret_id`;
const IN_ENVIRONMENT =
  'EXISTS (SELECT 1 FROM env_var_environments x WHERE x.env_var_id = v.id AND x.environment_id = @environmentId)';
type Row = Omit<Variable, 'isSecret' | 'includeInPreview' | 'environments' | 'state'> & {
  isSecret: number;
  includeInPreview: number;
  environmentList: string;
};

/** Throws `invalid_request` unless this can be the name of an environment variable everywhere. */
export function requireKey(key: string): void {
  if (isVariableName(key)) return;
  throw new AppError(
    'invalid_request',
    'A name may only contain letters, digits and underscores, and must not start with a digit.',
    {
      fields: { key: 'letters, digits and underscores; must not start with a digit' },
    },
  );
}

/**
 * Throws `invalid_request` for NUL and unpaired surrogates, which no program could be given, `secret_too_large`.
 */
export function requireValue(value: SecretText): void {
  const text = value.reveal();
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new AppError('invalid_request', 'A value may contain any text except the NUL character.', {
      fields: { value: 'not valid text' },
    });
  }
  if (value.sizeBytes > MAX_VALUE_BYTES)
    throw new AppError('secret_too_large', 'A value may have at most 1 MiB.');
}

export interface VariableFilter {
  environmentId?: number | undefined;
  /** In names and plain values; never in secrets. */
  search?: string | undefined;
}

const MATCHES_SEARCH =
  'instr(lower(v.key), lower(@search)) > 0 OR (v.is_secret = 0 AND instr(lower(v.value), lower(@search)) > 0)';

/**
 * In the order of their file. `projectId` null: the shared ones. Throws `secret_too_large` when their plain values
 * use up the budget.
 */
export async function listVariables(
  ctx: Context,
  projectId: number | null,
  filter: VariableFilter = {},
  budget: ValueBudget = createBudget(),
): Promise<Variable[]> {
  const found: Variable[] = [];
  for await (const page of readVariables(ctx, projectId, filter)) {
    for (const { key, value } of page) budget.take(key, value?.length ?? 0);
    found.push(...page);
  }
  return found;
}

/** Variables of every project, or of one, by name and plain value. Throws as `listVariables` does. */
export async function searchVariables(
  ctx: Context,
  search: string,
  projectIds: readonly number[],
  limit: number,
): Promise<Variable[]> {
  const budget = createBudget();
  const found: Variable[] = [];
  for (const projectId of projectIds) {
    for await (const page of readVariables(ctx, projectId, { search })) {
      for (const { key, value } of page) budget.take(key, value?.length ?? 0);
      found.push(...page);
      if (found.length >= limit) return found.slice(0, limit);
    }
  }
  return found;
}

/**
 * In the order of their file, in pages of a few milliseconds with a turn of the event loop after each. A variable
 * that is deleted meanwhile is left out.
 */
export async function* readVariables(
  ctx: Context,
  projectId: number | null,
  { environmentId, search }: VariableFilter = {},
): AsyncGenerator<Variable[]> {
  const ids = ctx.store.sqlite
    .prepare(
      `SELECT v.id FROM env_vars v WHERE v.project_id IS @projectId
         AND (@environmentId IS NULL OR ${IN_ENVIRONMENT}) ORDER BY v.position, v.id`,
    )
    .pluck()
    .all({ projectId, environmentId: environmentId ?? null }) as number[];
  const select = ctx.store.sqlite.prepare(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE v.id = @id AND (@search IS NULL OR ${MATCHES_SEARCH})`,
  );
  const slices = startSlices();
  let page: Row[] = [];
  let characters = 0;
  for (const id of ids) {
    const row = select.get({ id, search: search ?? null }) as Row | undefined;
    if (row) page.push(row);
    characters += row?.value?.length ?? 0;
    if (!slices.isOver() && characters < MAX_PAGE_CHARACTERS) continue;
    yield withStates(ctx, page);
    page = [];
    characters = 0;
    await slices.next();
  }
  yield withStates(ctx, page);
}

/**
 * Reads variables of an environment in slices, and shared ones with it, as they were at one time: again when one
 * was changed meanwhile. Throws `changed_meanwhile` when that happens every time.
 */
export async function readUnchanged<T>(
  ctx: Context,
  environmentId: number,
  read: () => Promise<T>,
): Promise<T> {
  for (let reading = 1; ; reading++) {
    const before = markVariables(ctx, environmentId);
    const isUnchanged = () => markVariables(ctx, environmentId) === before;
    try {
      const result = await read();
      if (isUnchanged()) return result;
    } catch (error) {
      // What a deletion left without a value looks damaged.
      if (isUnchanged()) throw error;
    }
    if (reading === MAX_READINGS)
      throw new AppError(
        'changed_meanwhile',
        'These variables were changed again and again while they were read. Try again.',
      );
  }
}

/** Another text after every change of a variable in this environment, or of a shared one. */
export function markVariables(ctx: Context, environmentId: number): string {
  const mark = (which: string) =>
    `SELECT count(*) || '.' || coalesce(max(v.id), 0) || '.' || coalesce(sum(v.updated_at), 0) FROM ${which}`;
  return ctx.store.sqlite
    .prepare(
      `SELECT (${mark('env_var_environments x JOIN env_vars v ON v.id = x.env_var_id WHERE x.environment_id = ?')})
         || ' ' || (${mark('env_vars v WHERE v.project_id IS NULL')})`,
    )
    .pluck()
    .get(environmentId) as string;
}

/** Null for another project's variable too. */
export function findVariable(ctx: Context, projectId: number | null, id: number): Variable | null {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM ${FROM} WHERE v.id = ? AND v.project_id IS ?`)
    .get(id, projectId);
  const [variable] = row ? withStates(ctx, [row as Row]) : [];
  return variable ?? null;
}

/** In the order of their file; ids that are not there, or another project's, are left out. */
export function listVariablesById(
  ctx: Context,
  projectId: number | null,
  ids: readonly number[],
): Variable[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE v.id IN (SELECT value FROM json_each(?)) AND v.project_id IS ?
       ORDER BY v.position, v.id`,
    )
    .all(JSON.stringify(ids), projectId);
  return withStates(ctx, rows as Row[]);
}

/** Throws `not_found`, for another project's variable too. */
export function getVariable(ctx: Context, projectId: number | null, id: number): Variable {
  const variable = findVariable(ctx, projectId, id);
  if (!variable) throw new AppError('not_found', 'This variable does not exist.');
  return variable;
}

/** By name; several when environments have one of this name each. */
export function findVariablesByKey(
  ctx: Context,
  projectId: number | null,
  key: string,
  environmentId?: number,
): Variable[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE v.project_id IS @projectId AND v.key = @key
         AND (@environmentId IS NULL OR ${IN_ENVIRONMENT}) ORDER BY v.id`,
    )
    .all({ projectId, key, environmentId: environmentId ?? null });
  return withStates(ctx, rows as Row[]);
}

/** By name, in one environment or wherever it is unique. Throws `not_found`, `ambiguous_request`. */
export function getVariableByKey(
  ctx: Context,
  projectId: number | null,
  key: string,
  environmentId?: number,
): Variable {
  const [first, second] = findVariablesByKey(ctx, projectId, key, environmentId);
  if (!first) throw new AppError('not_found', 'This variable does not exist.');
  if (second)
    throw new AppError(
      'ambiguous_request',
      'More than one environment has a variable with this name: choose an environment.',
    );
  return first;
}

/** The value itself. Throws `vault_locked`, and `secret_unreadable` with the variable's name. */
export function revealVariable(
  ctx: Context,
  variable: Pick<Variable, 'secretId' | 'value'> & { key: string },
): SecretText {
  if (variable.secretId === null) return new SecretText(variable.value ?? '');
  try {
    return ctx.vault.open(variable.secretId);
  } catch (error) {
    // The row of a secret may be gone as well: for its variable that is the same.
    if (!hasCode(error, 'secret_unreadable') && !hasCode(error, 'not_found')) throw error;
    throw new AppError(
      'secret_unreadable',
      `${variable.key} cannot be decrypted with the keys of this instance. Set it again, or delete it.`,
      { cause: error, details: { key: variable.key } },
    );
  }
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
