import type { Caller } from '../../access/caller.ts';
import { type Actor, createNaming } from '../../audit/actors.ts';
import type { Operation } from '../../audit/operation.ts';
import type { Context } from '../../kernel/context.ts';
import { projectOperations, type VariableLine } from '../operations.ts';
import { findProject } from '../projects.ts';
import { requireAllUnchanged } from '../variables/variable-conflict.ts';
import { noteVariable, sightOf } from '../variables/variable-notes.ts';
import { findVariable, type Variable } from '../variables/variables.ts';
import {
  describePlain,
  findReason,
  findWhoMayChange,
  IS_LEFT_PLAIN,
  IS_PLAIN,
  listReadable,
  type PlainRow,
  type PlainSecret,
  SELECT_PLAIN,
} from './plain-secrets.ts';

/** More than anyone looks through at once. */
const MAX_LISTED = 200;

export interface LeftPlain extends Omit<PlainSecret, 'because'> {
  /** Null for what does not look like a secret any more: the rules of the guess change with versions of Temps. */
  because: string | null;
  leftBy: string;
  leftByActor: Actor;
  leftAt: number;
}

/** What was left plain on purpose and is as it was then, the last first. Only of projects that the caller has. */
export function listLeftPlain(ctx: Context, caller: Caller): { variables: LeftPlain[]; hasMore: boolean } {
  const rows = ctx.store.sqlite
    .prepare(
      `${SELECT_PLAIN}, l.left_by AS leftBy, l.left_at AS leftAt
       FROM env_vars_left_plain l JOIN env_vars v ON v.id = l.env_var_id
       WHERE ${IS_PLAIN} AND ${IS_LEFT_PLAIN} ORDER BY l.left_at DESC, v.id DESC LIMIT ${MAX_LISTED + 1}`,
    )
    .all({ reached: listReadable(caller) }) as (PlainRow & Pick<LeftPlain, 'leftBy' | 'leftAt'>)[];
  const naming = createNaming(ctx);
  const variables = rows.slice(0, MAX_LISTED).map((row) => ({
    ...describePlain(ctx, row),
    because: findReason(row),
    leftBy: row.leftBy,
    leftByActor: naming.byLabel(row.leftBy, row.leftAt),
    leftAt: row.leftAt,
  }));
  return { variables, hasMore: rows.length > MAX_LISTED };
}

/**
 * Remembers that these plain variables are no secrets, although they look like some, all in one transaction; returns how many
 * there were. What is gone, encrypted or does not look like a secret is left out. Throws `changed_meanwhile` where one is
 * not as it was seen.
 */
export function leavePlain(
  ctx: Context,
  actor: Caller,
  ids: readonly number[],
  expectedUpdatedAt: Readonly<Record<string, number>>,
): number {
  const remember = ctx.store.sqlite.prepare(
    `INSERT INTO env_vars_left_plain (env_var_id, name, version, left_by, left_at) VALUES (@id, @key, @version, @by, @now)
     ON CONFLICT (env_var_id) DO UPDATE SET name = @key, version = @version, left_by = @by, left_at = @now`,
  );
  return ctx.store.transaction(() => {
    const asked = findPlain(ctx, actor, ids, (row) => findReason(row) !== null);
    requireAllUnchanged(ctx, asked, expectedUpdatedAt, sightOf(actor));
    for (const variable of asked) {
      const { id, key, version } = variable;
      remember.run({ id, key, version, by: actor.label, now: ctx.clock.now() });
      note(ctx, projectOperations.ENV_VAR_LEFT_PLAIN, actor, variable);
    }
    return asked.length;
  });
}

/** Takes that back, all in one transaction; returns of how many. */
export function askAgain(ctx: Context, actor: Caller, ids: readonly number[]): number {
  // One that changed since is asked about already.
  const forget = ctx.store.sqlite.prepare(
    `DELETE FROM env_vars_left_plain AS l WHERE l.env_var_id = ? AND EXISTS (SELECT 1 FROM env_vars v WHERE ${IS_LEFT_PLAIN})`,
  );
  return ctx.store.transaction(() => {
    const left = findPlain(ctx, actor, ids, ({ id }) => forget.run(id).changes > 0);
    for (const variable of left) note(ctx, projectOperations.ENV_VAR_NOT_LEFT_PLAIN, actor, variable);
    return left.length;
  });
}

/** Of these ids the plain variables that a caller may change, without their values, which may be too large to keep. */
function findPlain(
  ctx: Context,
  caller: Caller,
  ids: readonly number[],
  isMeant: (row: PlainRow) => boolean,
): Variable[] {
  const select = ctx.store.sqlite.prepare(`${SELECT_PLAIN} FROM env_vars v WHERE v.id = @id AND ${IS_PLAIN}`);
  return [...new Set(ids)].flatMap((id) => {
    const row = select.get({ id, reached: listReadable(caller) }) as PlainRow | undefined;
    const variable =
      row && findWhoMayChange(ctx, caller, row.projectId) && isMeant(row)
        ? findVariable(ctx, row.projectId, id)
        : null;
    return variable ? [{ ...variable, value: null }] : [];
  });
}

function note(ctx: Context, operation: Operation<VariableLine>, actor: Caller, variable: Variable): void {
  const { projectId } = variable;
  const name = projectId === null ? 'shared' : (findProject(ctx, String(projectId))?.name ?? '');
  noteVariable(ctx, operation, actor, { projectId, name }, variable);
}
