import { AppError } from '../../kernel/app-error.ts';
import { toVariableJson } from './variable-shapes.ts';
import type { Variable } from './variables.ts';

/**
 * Throws `changed_meanwhile` unless a variable is as its client saw it last; a client that did not say takes what
 * comes. The error carries what is there now, so that both can be shown; a secret's value stays out of it.
 */
export function requireUnchanged(variable: Variable, expectedUpdatedAt: number | undefined): void {
  if (expectedUpdatedAt === undefined || expectedUpdatedAt === variable.updatedAt) return;
  throw new AppError(
    'changed_meanwhile',
    `${variable.key} was changed by ${variable.changedBy} in the meantime. Check it again before you change it.`,
    { details: { variable: toVariableJson(variable) } },
  );
}

/** The same for many, by id. */
export function requireAllUnchanged(
  variables: readonly Variable[],
  expectedUpdatedAt: Readonly<Record<string, number>>,
): void {
  const changed = variables.filter(({ id, updatedAt }) => (expectedUpdatedAt[id] ?? updatedAt) !== updatedAt);
  if (changed.length === 0) return;
  const names = changed.map(({ key }) => key).join(', ');
  throw new AppError('changed_meanwhile', `Changed in the meantime: ${names}. Nothing was changed.`, {
    details: { variables: changed.map(toVariableJson) },
  });
}
