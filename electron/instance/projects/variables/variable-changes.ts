import type { Caller } from '../../access/caller.ts';
import type { Operation } from '../../audit/operation.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { projectOperations, type VariableLine } from '../operations.ts';
import { requireReferences } from './reference-check.ts';
import { listReferences } from './references.ts';
import { requireAllUnchanged, requireUnchanged } from './variable-conflict.ts';
import { listVersions } from './variable-history.ts';
import { noteReading, noteVariable, type Scope } from './variable-notes.ts';
import { changeVariable, insertVariable, removeVariables, type VariableFields } from './variable-rows.ts';
import { getVariable, listVariablesById, revealVariable, type Variable } from './variables.ts';

/** Conditions of a change: the version the client saw last, and whether unresolved references are allowed. */
export interface ChangeConditions {
  /** `updatedAt` as the client knows it; undefined skips the check. */
  expectedUpdatedAt?: number | undefined;
  allowUnresolved: boolean;
}

/**
 * Creates a variable. Throws `invalid_request`, `name_taken`, `not_found`, `secret_too_large`, `vault_locked`, and
 * `reference_*` unless unresolved references are allowed.
 */
export function createVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  fields: VariableFields,
  { allowUnresolved }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const id = insertVariable(ctx, scope.projectId, fields, actor.label);
    const text = fields.value.reveal();
    if (!allowUnresolved && listReferences(text).length > 0)
      requireReferences(ctx, scope.projectId, id, text);
    return noteNow(ctx, projectOperations.ENV_VAR_CREATED, actor, scope, id);
  });
}

/** Changes what is given. Throws as creating does, and `changed_meanwhile`. */
export function updateVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  change: Partial<VariableFields>,
  { expectedUpdatedAt, allowUnresolved }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const old = getVariable(ctx, scope.projectId, id);
    requireUnchanged(old, expectedUpdatedAt);
    changeVariable(ctx, scope.projectId, id, change, actor.label);
    const variable = getVariable(ctx, scope.projectId, id);
    if (!allowUnresolved && (change.value !== undefined || hasMoved(old, variable)))
      requireReferences(ctx, scope.projectId, id, change.value?.reveal());
    noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, variable);
    return variable;
  });
}

/** Whether the targets of a variable's references may have changed although its value did not. */
function hasMoved(old: Variable, now: Variable): boolean {
  const joined = now.environments.some(({ id }) => !old.environments.some((known) => known.id === id));
  return old.key !== now.key || joined;
}

/**
 * Restores an earlier value, as a new version. Throws `not_found`, `vault_locked`, `changed_meanwhile`,
 * `reference_*`.
 */
export function revertVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  version: number,
  { expectedUpdatedAt, allowUnresolved }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const variable = getVariable(ctx, scope.projectId, id);
    requireUnchanged(variable, expectedUpdatedAt);
    const past = listVersions(ctx, variable.id).find((known) => known.version === version);
    if (!past) throw new AppError('not_found', 'This version does not exist.');
    const value = revealVariable(ctx, { ...past, key: `Version ${version} of ${variable.key}` });
    changeVariable(ctx, scope.projectId, id, { value }, actor.label, 'reverted');
    if (!allowUnresolved) requireReferences(ctx, scope.projectId, id);
    return noteNow(ctx, projectOperations.ENV_VAR_REVERTED, actor, scope, id);
  });
}

/** Deletes a variable with its history. Throws `not_found`, `changed_meanwhile`. */
export function deleteVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  expectedUpdatedAt: number | undefined,
): void {
  ctx.store.transaction(() => {
    const variable = getVariable(ctx, scope.projectId, id);
    requireUnchanged(variable, expectedUpdatedAt);
    removeVariables(ctx, [variable.id]);
    noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variable);
  });
}

/** The value of one variable; revealing a secret is recorded. Throws `vault_locked`, `secret_unreadable`. */
export function revealToPerson(ctx: Context, actor: Caller, scope: Scope, variable: Variable): SecretText {
  const value = revealVariable(ctx, variable);
  if (variable.isSecret) noteReading(ctx, projectOperations.ENV_VAR_REVEALED, actor, scope, variable);
  return value;
}

export interface BulkRequest {
  /** Variables of one project, each named once or more. */
  ids: readonly number[];
  /** When each was changed last, as the client knows it, by id; of those it does not name, anything goes. */
  expectedUpdatedAt: Readonly<Record<string, number>>;
}

/**
 * Deletes many variables, all or none, and returns how many. Throws `not_found` and `changed_meanwhile`, with the
 * ids in their fields.
 */
export function deleteMany(ctx: Context, actor: Caller, scope: Scope, request: BulkRequest): number {
  return ctx.store.transaction(() => {
    const variables = getAll(ctx, scope.projectId, request);
    removeVariables(
      ctx,
      variables.map(({ id }) => id),
    );
    for (const variable of variables)
      noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variable);
    return variables.length;
  });
}

/**
 * Puts many variables into these environments and no others, all or none; returns how many were elsewhere. Throws
 * what `deleteMany` throws, `name_taken`, and, unless unresolved ones are allowed, `reference_*`.
 */
export function setEnvironmentsOfMany(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  request: BulkRequest & { environmentIds: number[]; allowUnresolved: boolean },
): number {
  return ctx.store.transaction(() => {
    const environmentIds = [...new Set(request.environmentIds)];
    const moving = getAll(ctx, scope.projectId, request).filter(
      ({ environments }) =>
        environments.length !== environmentIds.length ||
        environments.some(({ id }) => !environmentIds.includes(id)),
    );
    for (const variable of moving) {
      namingId(request, variable, () =>
        changeVariable(ctx, scope.projectId, variable.id, { environmentIds }, actor.label),
      );
    }
    // Once all are there: they may refer to each other.
    if (!request.allowUnresolved)
      for (const variable of moving)
        namingId(request, variable, () => requireReferences(ctx, scope.projectId, variable.id));
    for (const variable of moving)
      noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, variable);
    return moving.length;
  });
}

function getAll(ctx: Context, projectId: number | null, { ids, expectedUpdatedAt }: BulkRequest): Variable[] {
  const variables = listVariablesById(ctx, projectId, ids);
  const found = new Set(variables.map(({ id }) => id));
  const missing = ids.flatMap((id, at) => (found.has(id) ? [] : [[`ids.${at}`, `no variable ${id}`]]));
  if (missing.length > 0) {
    throw new AppError('not_found', 'Some of these variables do not exist. Nothing was changed.', {
      fields: Object.fromEntries(missing) as Record<string, string>,
    });
  }
  requireAllUnchanged(variables, expectedUpdatedAt);
  return variables;
}

/** What is wrong with one of many names it. */
function namingId({ ids }: BulkRequest, { id, key }: Variable, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${key}: ${error.message}`, {
      fields: { [`ids.${ids.indexOf(id)}`]: `variable ${id} (${key}): ${error.message}` },
      ...(error.details ? { details: error.details } : {}),
      cause: error,
    });
  }
}

function noteNow(
  ctx: Context,
  operation: Operation<VariableLine>,
  actor: Caller,
  scope: Scope,
  id: number,
): Variable {
  const variable = getVariable(ctx, scope.projectId, id);
  noteVariable(ctx, operation, actor, scope, variable);
  return variable;
}
