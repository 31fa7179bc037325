import { createNaming } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { Sight } from './variable-notes.ts';
import { toVariableJson } from './variable-shapes.ts';
import { findVariable, type Variable } from './variables.ts';

/** Of many that changed, as many as a person reads. */
const MAX_TOLD = 10;

/**
 * Throws `changed_meanwhile` if a variable changed since the client last saw it; a client that sent no version
 * skips the check. The error has the current variable, so that both can be shown, but never a secret's value.
 */
export function requireUnchanged(
  ctx: Context,
  variable: Variable,
  expectedUpdatedAt: number | undefined,
  sight: Sight,
): void {
  if (expectedUpdatedAt === undefined || expectedUpdatedAt === variable.updatedAt) return;
  const naming = createNaming(ctx);
  const { name } = naming.byLabel(variable.changedBy, variable.changedAt);
  throw new AppError(
    'changed_meanwhile',
    `${variable.key} was changed by ${name} in the meantime. Check it again before you change it.`,
    { details: { variable: toVariableJson(variable, sight, naming) } },
  );
}

/** The same for many, by id; the error has the first ones. */
export function requireAllUnchanged(
  ctx: Context,
  variables: readonly Variable[],
  expectedUpdatedAt: Readonly<Record<string, number>>,
  sight: Sight,
): void {
  const changed = variables.filter(({ id, updatedAt }) => (expectedUpdatedAt[id] ?? updatedAt) !== updatedAt);
  if (changed.length === 0) return;
  const first = changed.slice(0, MAX_TOLD);
  const more = changed.length > first.length ? ` and ${changed.length - first.length} more` : '';
  const naming = createNaming(ctx);
  const names = first.map(({ key }) => key).join(', ');
  throw new AppError('changed_meanwhile', `Changed in the meantime: ${names}${more}. Nothing was changed.`, {
    details: {
      variables: first
        .flatMap(({ projectId, id }) => findVariable(ctx, projectId, id) ?? [])
        .map((variable) => toVariableJson(variable, sight, naming)),
    },
  });
}
