import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { requireReferences } from './reference-check.ts';
import { deleteVariables, updateVariable } from './variable-changes.ts';
import { requireAllUnchanged } from './variable-conflict.ts';
import { listVariablesById, type Variable } from './variables.ts';

export interface BulkRequest {
  /** Variables of one project, each named once or more. */
  ids: readonly number[];
  /** When each was changed last, as the client knows it, by id; of those it does not name, anything goes. */
  expectedUpdatedAt: Readonly<Record<string, number>>;
}

/**
 * Deletes many variables, all or none, and returns them as they were. Throws `not_found` and `changed_meanwhile`,
 * with the ids in their fields.
 */
export function deleteMany(ctx: Context, projectId: number | null, request: BulkRequest): Variable[] {
  return ctx.store.transaction(() => {
    const variables = getAll(ctx, projectId, request);
    deleteVariables(
      ctx,
      variables.map(({ id }) => id),
    );
    return variables;
  });
}

/**
 * Puts many variables into these environments and no others, all or none; returns those that were elsewhere.
 * Throws what `deleteMany` throws, `name_taken`, and, unless unresolved ones are allowed, `reference_*`.
 */
export function setEnvironmentsOfMany(
  ctx: Context,
  projectId: number | null,
  request: BulkRequest & { environmentIds: number[]; allowUnresolved: boolean; changedBy: string },
): Variable[] {
  return ctx.store.transaction(() => {
    const environmentIds = [...new Set(request.environmentIds)];
    const moving = getAll(ctx, projectId, request).filter(
      ({ environments }) =>
        environments.length !== environmentIds.length ||
        environments.some(({ id }) => !environmentIds.includes(id)),
    );
    for (const variable of moving) {
      namingId(request, variable, () =>
        updateVariable(ctx, projectId, variable.id, { environmentIds }, request.changedBy),
      );
    }
    // Once all are there: they may refer to each other.
    if (!request.allowUnresolved)
      for (const variable of moving)
        namingId(request, variable, () => requireReferences(ctx, projectId, variable.id));
    return moving;
  });
}

function getAll(ctx: Context, projectId: number | null, { ids, expectedUpdatedAt }: BulkRequest): Variable[] {
  const variables = listVariablesById(ctx, projectId, ids);
  const found = new Set(variables.map(({ id }) => id));
  const missing = ids.flatMap((id, at) => (found.has(id) ? [] : [[`ids.${at}`, `no variable ${id}`]]));
  if (missing.length > 0) {
    throw new AppError('not_found', 'Some of these variables are not there. Nothing was done.', {
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
