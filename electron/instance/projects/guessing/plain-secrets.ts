import { mayDo } from '../../access/acts.ts';
import { type Caller, enterPlace, listReached, reachesProject, seesShared } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { findProject, type NamedProject } from '../projects.ts';
import { updateVariable } from '../variables/variable-changes.ts';
import { findVariable } from '../variables/variables.ts';
import { guessSecret, IN_DOUBT, MAX_JUDGED_CHARACTERS } from './secret-guess.ts';

/** More than anyone looks through at once; the next come once these are encrypted or left plain. */
const MAX_LISTED = 200;
/** Read at once. */
const PAGE_ROWS = 100;

export interface PlainSecret {
  id: number;
  /** To leave plain what was seen, and nothing newer. */
  updatedAt: number;
  key: string;
  /** Null for a shared variable. */
  project: NamedProject | null;
  /** Names of its environments. */
  environments: string[];
  /** Why it looks like a secret; never the value. */
  because: string;
}

export interface PlainRow {
  id: number;
  updatedAt: number;
  projectId: number | null;
  key: string;
  value: string;
  environments: string;
}

/** SECURITY: of each value only as much is read as is judged. */
export const SELECT_PLAIN = `SELECT v.id, v.updated_at AS updatedAt, v.project_id AS projectId, v.key,
    substr(v.value, 1, ${MAX_JUDGED_CHARACTERS + 1}) AS value,
    (SELECT json_group_array(e.name) FROM env_var_environments x JOIN environments e ON e.id = x.environment_id
     WHERE x.env_var_id = v.id) AS environments`;
/** SECURITY: what is of a project that the caller does not have is not there for them. */
export const IS_PLAIN = `v.is_secret = 0 AND v.hidden = 0
    AND (@reached IS NULL OR v.project_id IN (SELECT value FROM json_each(@reached)))`;
export const listReadable = (caller: Caller) => listReached(caller, 'environments:read');
/**
 * SECURITY: what was left plain is the value that someone saw, under the name that they saw. Nobody saw a new one of either, so it
 * is asked about again, also where the reason is the same: the name suggests it for a number, and for the password after it.
 */
export const IS_LEFT_PLAIN = `l.env_var_id = v.id AND l.name = v.key
    AND l.version = (SELECT max(version) FROM env_var_versions WHERE env_var_id = v.id)`;

/** Why it looks like a secret; null if it does not, or merely could be one. */
export function findReason({ key, value }: Pick<PlainRow, 'key' | 'value'>): string | null {
  const { isSecret, because } = guessSecret(key, value);
  return isSecret && because !== IN_DOUBT ? because : null;
}

/**
 * Plain variables whose name or value says that they are secrets, oldest first; not those that merely could be, nor those that
 * were left plain on purpose. Only of projects that the caller has.
 */
export async function listPlainSecrets(
  ctx: Context,
  caller: Caller,
): Promise<{ variables: PlainSecret[]; hasMore: boolean }> {
  const select = ctx.store.sqlite.prepare(
    `${SELECT_PLAIN} FROM env_vars v WHERE v.id > @after AND ${IS_PLAIN}
       AND NOT EXISTS (SELECT 1 FROM env_vars_left_plain l WHERE ${IS_LEFT_PLAIN}) ORDER BY v.id LIMIT ${PAGE_ROWS}`,
  );
  const reached = listReadable(caller);
  const variables: PlainSecret[] = [];
  const slices = startSlices();
  for (let after = 0; ; ) {
    const page = select.all({ after, reached }) as PlainRow[];
    for (const row of page) {
      after = row.id;
      const because = findReason(row);
      if (slices.isOver()) await slices.next();
      if (because === null) continue;
      if (variables.length === MAX_LISTED) return { variables, hasMore: true };
      variables.push({ ...describePlain(ctx, row), because });
    }
    if (page.length < PAGE_ROWS) return { variables, hasMore: false };
  }
}

/** Of a row, what is told: never the value. */
export function describePlain(ctx: Context, row: PlainRow): Omit<PlainSecret, 'because'> {
  const project = row.projectId === null ? null : findProject(ctx, String(row.projectId));
  return {
    id: row.id,
    updatedAt: row.updatedAt,
    key: row.key,
    project: project && { id: project.id, name: project.name, slug: project.slug },
    environments: JSON.parse(row.environments) as string[],
  };
}

/**
 * Encrypts these plain variables, each in a transaction of its own, and forgets their plain versions; returns how many
 * there were. Those that are gone or encrypted already are left out. Throws `vault_locked`.
 */
export async function encryptVariables(
  ctx: Context,
  caller: Caller,
  ids: readonly number[],
): Promise<number> {
  const findProjectId = ctx.store.sqlite
    .prepare('SELECT project_id FROM env_vars WHERE id = ? AND is_secret = 0 AND hidden = 0')
    .pluck();
  const slices = startSlices();
  let encrypted = 0;
  for (const id of new Set(ids)) {
    const projectId = findProjectId.get(id) as number | null | undefined;
    if (projectId === undefined) continue;
    const actor = findWhoMayChange(ctx, caller, projectId);
    if (!actor) continue;
    if (findVariable(ctx, projectId, id) === null) continue;
    const name = projectId === null ? 'shared' : (findProject(ctx, String(projectId))?.name ?? '');
    // The value stays, and so does what it refers to.
    updateVariable(ctx, actor, { projectId, name }, id, { isSecret: true }, { allowUnresolved: true });
    encrypted += 1;
    if (slices.isOver()) await slices.next();
  }
  return encrypted;
}

/** The caller where a variable is. SECURITY: null where that is not there for them, and where they change nothing: it is left out. */
export function findWhoMayChange(ctx: Context, caller: Caller, projectId: number | null): Caller | null {
  const isThere = projectId === null ? seesShared(caller) : reachesProject(caller, projectId);
  if (!isThere) return null;
  const actor = enterPlace(caller, projectId);
  return mayDo(actor, 'variables_change', ctx.clock.now()) ? actor : null;
}
