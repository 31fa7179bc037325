import { type Actor, createNaming } from '../audit/actors.ts';
import type { Context } from '../kernel/context.ts';
import { type ChangeKind, changeKinds } from './variables/variable-history.ts';
import { type MoveKind, moveKinds } from './variables/variable-moves.ts';

export const environmentChangeKinds = [...changeKinds, ...moveKinds, 'deleted'] as const;

export interface EnvironmentChange {
  variableId: number;
  key: string;
  /** The name before, of one that was renamed. */
  formerKey: string | null;
  /** Null for what is no new value, and for a deletion, which also deletes the versions. */
  version: number | null;
  change: ChangeKind | MoveKind | 'deleted';
  changedBy: string;
  changedByActor: Actor;
  changedAt: number;
  isSecret: boolean;
}

export interface EnvironmentHistory {
  changes: EnvironmentChange[];
  /** Where the next page begins; null when there is none. */
  next: string | null;
}

type Row = Omit<EnvironmentChange, 'isSecret' | 'changedByActor'> & {
  isSecret: number;
  source: number;
  rowId: number;
};

/** Whether a variable was in the environment when it got a value: as it came or went next; else as it is now. */
const WAS_HERE = `coalesce(
  (SELECT m.change = 'left' FROM env_var_moves m
   WHERE m.environment_id = @environmentId AND m.env_var_id = v.id AND m.version >= h.version
     AND m.change IN ('joined', 'left') ORDER BY m.id LIMIT 1),
  EXISTS (SELECT 1 FROM env_var_environments x WHERE x.env_var_id = v.id AND x.environment_id = @environmentId))`;

/**
 * What happened in an environment, newest first: values that its variables got while they were in it, variables that came,
 * went, or got another name, and deletions, which only the audit log keeps.
 *
 * @param before `next` of the page before this one, or a time in epoch ms; undefined for the newest.
 */
export function listEnvironmentChanges(
  ctx: Context,
  environmentId: number,
  limit: number,
  before: string | undefined,
): EnvironmentHistory {
  const [at = Number.MAX_SAFE_INTEGER, source = 0, rowId = 0] = before?.split('.').map(Number) ?? [];
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT * FROM (
         SELECT h.changed_at AS changedAt, 0 AS source, h.id AS rowId, v.id AS variableId, v.key, NULL AS formerKey, h.version,
           h.change, h.changed_by AS changedBy, h.is_secret AS isSecret
         FROM env_vars v JOIN env_var_versions h ON h.env_var_id = v.id
         WHERE v.hidden = 0 AND v.id IN (
             SELECT env_var_id FROM env_var_environments WHERE environment_id = @environmentId
             UNION SELECT env_var_id FROM env_var_moves WHERE environment_id = @environmentId)
           AND ${WAS_HERE}
         UNION ALL
         SELECT changed_at, 1, id, env_var_id, name, former_name, NULL, change, changed_by, is_secret
         FROM env_var_moves WHERE environment_id = @environmentId
         UNION ALL
         SELECT a.at, 2, a.id, a.data ->> 'variable_id', a.data ->> 'key', NULL, NULL, 'deleted', a.actor, a.data ->> 'is_secret'
         FROM audit_log a, json_each(a.data, '$.environment_ids') e
         WHERE a.operation = 'ENV_VAR_DELETED' AND e.value = @environmentId
       ) WHERE (changedAt, source, rowId) < (@at, @source, @rowId)
       ORDER BY changedAt DESC, source DESC, rowId DESC LIMIT @limit`,
    )
    .all({
      environmentId,
      limit: limit + 1,
      at,
      source,
      rowId,
    }) as Row[];
  const page = rows.slice(0, limit);
  const naming = createNaming(ctx);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    changes: page.map(({ source: _, rowId: __, isSecret, ...change }) => ({
      ...change,
      isSecret: isSecret === 1,
      changedByActor: naming.byLabel(change.changedBy, change.changedAt),
    })),
    next: last ? `${last.changedAt}.${last.source}.${last.rowId}` : null,
  };
}
