import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';

/**
 * What happened to a variable in an environment beside new values, which are versions: that it came, went, got another name,
 * or is there again. Kept by ids and names, so that it is told of what was deleted too.
 */
export const moveKinds = ['joined', 'left', 'renamed', 'restored'] as const;
export type MoveKind = (typeof moveKinds)[number];

const NEWEST = '(SELECT coalesce(max(h.version), 0) FROM env_var_versions h WHERE h.env_var_id = v.id)';

/** Removed at once: a few milliseconds of work. */
const MAX_REMOVED = 1000;

export interface Move {
  change: MoveKind;
  environmentIds: readonly number[];
  variableIds: readonly number[];
  /** The name before, of one that got another. */
  formerKey?: string;
}

/** In the transaction that moves, before what leaves is deleted: the names are those of the variables now. */
export function noteMove(ctx: Context, changedBy: Caller['label'], move: Move): void {
  const { change, environmentIds, variableIds, formerKey = null } = move;
  if (environmentIds.length === 0 || variableIds.length === 0) return;
  ctx.store.sqlite
    .prepare(
      `INSERT INTO env_var_moves (environment_id, env_var_id, name, former_name, is_secret, change, version, changed_by, changed_at)
       SELECT e.value, v.id, v.key, @formerKey, v.is_secret, @change, ${NEWEST}, @changedBy, @now
       FROM env_vars v, json_each(@environmentIds) e
       WHERE v.id IN (SELECT value FROM json_each(@variableIds)) ORDER BY v.id, e.value`,
    )
    .run({
      ...{ change, changedBy, formerKey, now: ctx.clock.now() },
      environmentIds: JSON.stringify(environmentIds),
      variableIds: JSON.stringify(variableIds),
    });
}

/** What is there again, in every environment that it was in: after it is shown. */
export function noteRestored(
  ctx: Context,
  changedBy: Caller['label'],
  variableIds: readonly number[],
  formerKey: string | null = null,
): void {
  ctx.store.sqlite
    .prepare(
      `INSERT INTO env_var_moves (environment_id, env_var_id, name, former_name, is_secret, change, version, changed_by, changed_at)
       SELECT x.environment_id, v.id, v.key, @formerKey, v.is_secret, 'restored', ${NEWEST}, @changedBy, @now
       FROM env_vars v JOIN env_var_environments x ON x.env_var_id = v.id
       WHERE v.id IN (SELECT value FROM json_each(@variableIds)) ORDER BY v.id, x.environment_id`,
    )
    .run({ changedBy, formerKey, now: ctx.clock.now(), variableIds: JSON.stringify(variableIds) });
}

/** What came into these environments, and what went from others, when variables are put into these and no others. */
export function noteMoves(
  ctx: Context,
  changedBy: Caller['label'],
  variableIds: readonly number[],
  environmentIds: readonly number[],
): void {
  ctx.store.sqlite
    .prepare(
      `INSERT INTO env_var_moves (environment_id, env_var_id, name, is_secret, change, version, changed_by, changed_at)
       SELECT environment_id, v.id, v.key, v.is_secret, change, ${NEWEST}, @changedBy, @now FROM (
         SELECT x.environment_id, x.env_var_id, 'left' AS change FROM env_var_environments x
         WHERE x.env_var_id IN (SELECT value FROM json_each(@ids))
           AND x.environment_id NOT IN (SELECT value FROM json_each(@environments))
         UNION ALL
         SELECT e.value, i.value, 'joined' FROM json_each(@ids) i, json_each(@environments) e
         WHERE NOT EXISTS (SELECT 1 FROM env_var_environments x WHERE x.env_var_id = i.value AND x.environment_id = e.value)
       ) m JOIN env_vars v ON v.id = m.env_var_id ORDER BY v.id, change DESC, environment_id`,
    )
    .run({
      ...{ changedBy, now: ctx.clock.now() },
      ids: JSON.stringify(variableIds),
      environments: JSON.stringify([...new Set(environmentIds)]),
    });
}

/** Removes what happened up to this time, a part at once. Returns how much. */
export function removeMovesBefore(ctx: Context, atMs: number): number {
  const { sqlite } = ctx.store;
  // Usually there are none, and an instance that rests writes nothing.
  if (!sqlite.prepare('SELECT 1 FROM env_var_moves WHERE changed_at < ? LIMIT 1').get(atMs)) return 0;
  return sqlite
    .prepare(
      `DELETE FROM env_var_moves WHERE id IN (SELECT id FROM env_var_moves WHERE changed_at < ? ORDER BY changed_at LIMIT ${MAX_REMOVED})`,
    )
    .run(atMs).changes;
}
