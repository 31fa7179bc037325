import { type Caller, listReached } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import type { NamedProject } from '../projects.ts';
import type { FoundSource } from './value-end.ts';
import { type EndSource, endInForce, type KnownEnd } from './variable-end.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** When a person is told first, and when what ends is no longer only due. */
export const TELL_DAYS = 30;
export const SOON_DAYS = 7;
/** More than anyone looks through at once. */
const MAX_LISTED = 200;

/** `due`: within a month; `soon`: within a week. */
export const endLevels = ['over', 'soon', 'due', 'later'] as const;
export type EndLevel = (typeof endLevels)[number];

export interface EndingVariable {
  id: number;
  key: string;
  /** Null for a shared variable. */
  project: NamedProject | null;
  /** Names of its environments. */
  environments: string[];
  isSecret: boolean;
  expiresAt: number;
  expiresFrom: EndSource;
  foundExpiresAt: number | null;
  foundExpiresFrom: FoundSource | null;
  level: EndLevel;
}

interface Row extends KnownEnd {
  id: number;
  key: string;
  isSecret: number;
  projectId: number | null;
  name: string | null;
  slug: string | null;
  environments: string;
}

/** How near an end is. */
export function judgeEnd(atMs: number, nowMs: number): EndLevel {
  if (atMs <= nowMs) return 'over';
  if (atMs - nowMs <= SOON_DAYS * DAY_MS) return 'soon';
  return atMs - nowMs <= TELL_DAYS * DAY_MS ? 'due' : 'later';
}

/** Variables that end within these days, or did, the first to end first. Only of projects that the caller has. */
export function listEndingVariables(
  ctx: Context,
  caller: Caller,
  withinDays: number,
): { variables: EndingVariable[]; hasMore: boolean } {
  const now = ctx.clock.now();
  // NEVER is before all times.
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT v.id, v.key, v.is_secret AS isSecret, p.id AS projectId, p.name, p.slug,
         h.end_by_hand AS endByHand, h.found_end_at AS foundEndAt, h.found_end_from AS foundEndFrom,
         (SELECT json_group_array(e.name ORDER BY e.id) FROM env_var_environments x JOIN environments e ON e.id = x.environment_id
          WHERE x.env_var_id = v.id) AS environments
       FROM env_var_versions h JOIN env_vars v ON v.id = h.env_var_id AND v.hidden = 0
         LEFT JOIN projects p ON p.id = v.project_id
       WHERE h.id IN (SELECT id FROM env_var_versions WHERE end_by_hand BETWEEN 1 AND @until
           UNION ALL SELECT id FROM env_var_versions WHERE found_end_at <= @until)
         AND coalesce(h.end_by_hand, h.found_end_at) BETWEEN 1 AND @until
         AND h.id = (SELECT id FROM env_var_versions WHERE env_var_id = v.id ORDER BY version DESC LIMIT 1)
         AND (@reached IS NULL OR v.project_id IN (SELECT value FROM json_each(@reached)))
       ORDER BY coalesce(h.end_by_hand, h.found_end_at), v.id LIMIT @limit`,
    )
    .all({
      until: now + withinDays * DAY_MS,
      // SECURITY: what is of a project that the caller does not have is not there for them.
      reached: listReached(caller, 'environments:read'),
      limit: MAX_LISTED + 1,
    }) as Row[];
  return {
    variables: rows.slice(0, MAX_LISTED).flatMap((row) => toEnding(row, now)),
    hasMore: rows.length > MAX_LISTED,
  };
}

function toEnding(row: Row, nowMs: number): EndingVariable[] {
  const { at, from } = endInForce(row);
  if (at === null || from === null) return [];
  const { projectId, name, slug } = row;
  return [
    {
      id: row.id,
      key: row.key,
      project: projectId === null ? null : { id: projectId, name: name ?? '', slug: slug ?? '' },
      environments: JSON.parse(row.environments) as string[],
      isSecret: row.isSecret === 1,
      expiresAt: at,
      expiresFrom: from,
      foundExpiresAt: row.foundEndAt,
      foundExpiresFrom: row.foundEndFrom,
      level: judgeEnd(at, nowMs),
    },
  ];
}
