import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId, SecretState } from '../../vault/vault.ts';
import type { KnownEnd } from '../ends/variable-end.ts';
import { isVariableName } from '../env-files/env-file.ts';
import { createBudget, type ValueBudget } from './value-budget.ts';

const MAX_VALUE_BYTES = 1024 * 1024;
/** Read at once: few enough for a slice, and for the largest values. */
const PAGE_ROWS = 50;
/** How often a reading is begun again that a change met. */
const MAX_READINGS = 5;

export interface Variable extends KnownEnd {
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
  /** What someone wrote about it; not encrypted. */
  note: string | null;
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
  v.include_in_preview AS includeInPreview, v.position, v.note, v.created_at AS createdAt, v.updated_at AS updatedAt,
  h.version, h.changed_by AS changedBy, h.changed_at AS changedAt, s.last_used_at AS lastUsedAt,
  h.end_by_hand AS endByHand, h.found_end_at AS foundEndAt, h.found_end_from AS foundEndFrom,
  (SELECT json_group_array(json_object('id', e.id, 'name', e.name)) FROM env_var_environments ve
     JOIN environments e ON e.id = ve.environment_id WHERE ve.env_var_id = v.id) AS environmentList`;
/** A variable has a version from its first moment: the newest is the one in force. */
const FROM = `env_vars v JOIN env_var_versions h ON v.hidden = 0
    AND h.id = (SELECT id FROM env_var_versions WHERE env_var_id = v.id ORDER BY version DESC LIMIT 1)
  LEFT JOIN secrets s ON s.id = v.secret_id`;
/** Ids are never used again, and `updated_at` grows with every change. */
const MARK = "count(*) || '.' || coalesce(max(v.id), 0) || '.' || coalesce(sum(v.updated_at), 0)";
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
  /** In names, notes and plain values; never in secrets. */
  search?: string | undefined;
}

const MATCHES_SEARCH =
  'instr(lower(v.key), lower(@search)) > 0 OR instr(lower(v.note), lower(@search)) > 0 OR (v.is_secret = 0 AND instr(lower(v.value), lower(@search)) > 0)';

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
  return await listVariablesAs(ctx, projectId, filter, (variable) => variable, budget);
}

/** The same, each turned into something in the slice it is read in. */
export async function listVariablesAs<T>(
  ctx: Context,
  projectId: number | null,
  filter: VariableFilter,
  turn: (variable: Variable) => T,
  budget: ValueBudget = createBudget(),
): Promise<T[]> {
  const found: T[] = [];
  for await (const page of readVariables(ctx, projectId, filter))
    for (const variable of page) {
      budget.take(variable.key, variable.value?.length ?? 0);
      found.push(turn(variable));
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
 * In the order of their file, in pages, with a turn of the event loop every few milliseconds. A variable
 * that is deleted meanwhile is left out.
 */
export function readVariables(
  ctx: Context,
  projectId: number | null,
  { environmentId, search }: VariableFilter = {},
): AsyncGenerator<Variable[]> {
  const ids = ctx.store.sqlite
    .prepare(
      `SELECT v.id FROM env_vars v WHERE v.project_id IS @projectId AND v.hidden = 0
         AND (@environmentId IS NULL OR ${IN_ENVIRONMENT}) ORDER BY v.position, v.id`,
    )
    .pluck()
    .all({ projectId, environmentId: environmentId ?? null }) as number[];
  return readPages(ctx, projectId, ids, search);
}

/** The same for those of a project that have these ids. */
export function readVariablesById(
  ctx: Context,
  projectId: number | null,
  ids: readonly number[],
): AsyncGenerator<Variable[]> {
  const found = ctx.store.sqlite
    .prepare(
      `SELECT v.id FROM env_vars v WHERE v.id IN (SELECT value FROM json_each(?)) AND v.project_id IS ?
         AND v.hidden = 0 ORDER BY v.position, v.id`,
    )
    .pluck()
    .all(JSON.stringify(ids), projectId) as number[];
  return readPages(ctx, projectId, found);
}

async function* readPages(
  ctx: Context,
  projectId: number | null,
  ids: readonly number[],
  search?: string,
): AsyncGenerator<Variable[]> {
  const select = ctx.store.sqlite.prepare(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE v.id IN (SELECT value FROM json_each(@ids))
       AND v.project_id IS @projectId AND (@search IS NULL OR ${MATCHES_SEARCH}) ORDER BY v.position, v.id`,
  );
  const slices = startSlices();
  for (let at = 0; at < ids.length; at += PAGE_ROWS) {
    const page = JSON.stringify(ids.slice(at, at + PAGE_ROWS));
    yield withStates(ctx, select.all({ ids: page, projectId, search: search ?? null }) as Row[]);
    if (slices.isOver()) await slices.next();
  }
}

/**
 * Reads variables of environments in slices, and shared ones with them, as they were at one time: again when one
 * was changed meanwhile. Throws `changed_meanwhile` when that happens every time.
 */
export async function readUnchanged<T>(
  ctx: Context,
  environmentIds: readonly number[],
  read: () => Promise<T>,
): Promise<T> {
  const mark = () => `${markEnvironments(ctx, environmentIds)} ${markShared(ctx)}`;
  for (let reading = 1; ; reading++) {
    const before = mark();
    try {
      const result = await read();
      if (mark() === before) return result;
    } catch (error) {
      // What a deletion left without a value looks damaged.
      if (mark() === before) throw error;
    }
    if (reading === MAX_READINGS) throw changedMeanwhile();
  }
}

export function changedMeanwhile(): AppError {
  return new AppError(
    'changed_meanwhile',
    'These variables were changed by someone else meanwhile. Nothing was done; try again.',
  );
}

/** Another text after every change of a variable in this environment. */
export function markEnvironment(ctx: Context, environmentId: number): string {
  const from =
    'env_var_environments x JOIN env_vars v ON v.id = x.env_var_id WHERE x.environment_id = ? AND v.hidden = 0';
  return ctx.store.sqlite.prepare(`SELECT ${MARK} FROM ${from}`).pluck().get(environmentId) as string;
}

/** The same of several. */
export function markEnvironments(ctx: Context, ids: readonly number[]): string {
  return ids.map((id) => markEnvironment(ctx, id)).join(' ');
}

function markShared(ctx: Context): string {
  const from = 'env_vars v WHERE v.project_id IS NULL AND v.hidden = 0';
  return ctx.store.sqlite.prepare(`SELECT ${MARK} FROM ${from}`).pluck().get() as string;
}

/** Another text after every change of these variables. */
export function markVariables(ctx: Context, ids: readonly number[]): string {
  const from = 'env_vars v WHERE v.id IN (SELECT value FROM json_each(?)) AND v.hidden = 0';
  return ctx.store.sqlite.prepare(`SELECT ${MARK} FROM ${from}`).pluck().get(JSON.stringify(ids)) as string;
}

/** Null for another project's variable too. */
export function findVariable(ctx: Context, projectId: number | null, id: number): Variable | null {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM ${FROM} WHERE v.id = ? AND v.project_id IS ?`)
    .get(id, projectId);
  const [variable] = row ? withStates(ctx, [row as Row]) : [];
  return variable ?? null;
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
