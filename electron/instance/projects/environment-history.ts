import type { Context } from '../kernel/context.ts';
import { type ChangeKind, changeKinds } from './variables/variable-history.ts';

export const environmentChangeKinds = [...changeKinds, 'deleted'] as const;

export interface EnvironmentChange {
  variableId: number;
  key: string;
  /** Null for a deletion, which also deletes the versions. */
  version: number | null;
  change: ChangeKind | 'deleted';
  changedBy: string;
  changedAt: number;
  isSecret: boolean;
}

export interface EnvironmentHistory {
  changes: EnvironmentChange[];
  /** Where the next page begins; null when there is none. */
  next: string | null;
}

type Row = Omit<EnvironmentChange, 'isSecret'> & { isSecret: number; source: number; rowId: number };

/**
 * Changes of an environment's variables, newest first: versions of variables now in it, and deletions, which only
 * the audit log keeps. Variables moved out of the environment have this in their own history.
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
         SELECT h.changed_at AS changedAt, 0 AS source, h.id AS rowId, v.id AS variableId, v.key, h.version, h.change,
           h.changed_by AS changedBy, h.is_secret AS isSecret
         FROM env_var_environments x JOIN env_vars v ON v.id = x.env_var_id AND v.hidden = 0 JOIN env_var_versions h ON h.env_var_id = v.id
         WHERE x.environment_id = @environmentId
         UNION ALL
         SELECT a.at, 1, a.id, a.data ->> 'variable_id', a.data ->> 'key', NULL, 'deleted', a.actor, a.data ->> 'is_secret'
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
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    changes: page.map(({ source: _, rowId: __, isSecret, ...change }) => ({
      ...change,
      isSecret: isSecret === 1,
    })),
    next: last ? `${last.changedAt}.${last.source}.${last.rowId}` : null,
  };
}
