import { AppError } from '../../kernel/app-error.ts';
import { toVariableJson } from './variable-shapes.ts';
import type { Variable } from './variables.ts';

/**
 * Throws `changed_meanwhile` if a variable changed since the client last saw it; a client that sent no version
 * skips the check. The error has the current variable, so that both can be shown, but never a secret's value.
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
