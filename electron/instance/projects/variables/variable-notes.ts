import { type Caller, seesShared } from '../../access/caller.ts';
import type { Operation } from '../../audit/operation.ts';
import type { Context } from '../../kernel/context.ts';
import type { ManyLine, VariableLine } from '../operations.ts';
import type { Variable } from './variables.ts';

/** Whose variables: a project's, or the shared ones. */
export interface Scope {
  /** Null for the shared ones. */
  projectId: number | null;
  name: string;
}

type Noted = Pick<Variable, 'id' | 'key' | 'isSecret' | 'environments'>;

/**
 * What a caller may know of values. SECURITY: for who may not, everything that depends on a value is as if it could
 * not be read now: whether a new value equals it, what it refers to, whether it becomes a secret.
 */
export interface Sight {
  /** Plain values. */
  mayRead: boolean;
  /** Secrets. */
  mayReveal: boolean;
  /** Shared variables: whether there is one, what it refers to. */
  seesShared: boolean;
}

export function sightOf(caller: Caller): Sight {
  const { permissions } = caller;
  return {
    mayRead: permissions.includes('environments:read'),
    mayReveal: permissions.includes('environments:reveal'),
    seesShared: seesShared(caller),
  };
}

export function maySee({ mayRead, mayReveal }: Sight, { isSecret }: Pick<Variable, 'isSecret'>): boolean {
  return isSecret ? mayReveal : mayRead;
}

/** One line in the audit log for one variable, with the data its environments' history needs. */
export function noteVariable(
  ctx: Context,
  operation: Operation<VariableLine>,
  actor: Caller | null,
  scope: Scope,
  variable: Noted,
): void {
  ctx.audit.append(operation, actor, describeVariable(scope, variable));
}

/** The same for reading, which goes on while the disk takes no writes: the line waits until it does. */
export function noteReading(
  ctx: Context,
  operation: Operation<VariableLine>,
  actor: Caller,
  scope: Scope,
  variable: Noted,
): void {
  ctx.audit.record(operation, actor, describeVariable(scope, variable));
}

function describeVariable(scope: Scope, variable: Noted): VariableLine {
  return {
    project: scope.name,
    project_id: scope.projectId,
    key: variable.key,
    variable_id: variable.id,
    is_secret: variable.isSecret,
    environment_ids: variable.environments.map(({ id }) => id),
  };
}

/** One line for many variables, in the transaction that changes them all. */
export function noteMany(
  ctx: Context,
  operation: Operation<ManyLine>,
  actor: Caller | null,
  scope: Scope,
  count: number,
): void {
  ctx.audit.append(operation, actor, { project: scope.name, project_id: scope.projectId, count });
}
