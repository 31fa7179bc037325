import { type Caller, enterProject, reachesProject, seesShared } from '../../access/caller.ts';
import { type Actor, createNaming, type Naming } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { NamedProject } from '../projects.ts';
import { KEPT_MS } from './put-in-trash.ts';
import type { TrashKind } from './trash-kind.ts';

/** Of many names, as many as a person reads. */
const MAX_NAMES = 10;

/** One deletion that can be taken back. */
export interface TrashEntry {
  id: number;
  kind: TrashKind;
  /** Of the project or environment, or of its only variable; null for several variables. */
  name: string | null;
  /** Null for shared variables. */
  project: NamedProject | null;
  /** Of an environment. */
  environmentId: number | null;
  /** Where its variables were, without environments that were deleted for good. */
  environments: string[];
  /** The first names of its variables. */
  names: string[];
  /** The oldest of what was deleted. */
  createdAt: number;
  variableCount: number;
  secretCount: number;
  deletedAt: number;
  deletedBy: string;
  deletedByActor: Actor;
  /** When it is deleted for good. */
  keptUntil: number;
  /** The entry of the project that must be restored before it; null where none must. */
  waitsFor: number | null;
}

export interface TrashFilter {
  projectId?: number | undefined;
  environmentId?: number | undefined;
  variableId?: number | undefined;
}

type Row = Omit<
  TrashEntry,
  'name' | 'project' | 'environments' | 'names' | 'keptUntil' | 'deletedByActor'
> & {
  projectId: number | null;
  projectName: string;
  projectSlug: string;
  environmentName: string | null;
  environmentList: string;
  nameList: string;
};

/** What is being erased is none. An entry whose variables are all gone has nothing to restore. */
const IN_FORCE = `t.is_erasing = 0
  AND (t.kind <> 'variables' OR EXISTS (SELECT 1 FROM trash_items i WHERE i.trash_id = t.id))`;
const ITEMS = `trash_items i JOIN env_vars v ON v.id = i.env_var_id WHERE i.trash_id = t.id AND i.kind = 'hidden'`;

const SELECT = `SELECT t.id, t.kind, t.environment_id AS environmentId, t.deleted_at AS deletedAt, t.deleted_by AS deletedBy,
    p.id AS projectId, p.name AS projectName, p.slug AS projectSlug, e.name AS environmentName,
    coalesce(CASE t.kind WHEN 'project' THEN p.created_at WHEN 'environment' THEN e.created_at END,
      (SELECT min(v.created_at) FROM ${ITEMS})) AS createdAt,
    (SELECT count(*) FROM ${ITEMS}) AS variableCount,
    (SELECT count(*) FROM ${ITEMS} AND v.is_secret = 1) AS secretCount,
    (SELECT json_group_array(key) FROM (SELECT v.key FROM ${ITEMS} ORDER BY v.position, v.id LIMIT ${MAX_NAMES})) AS nameList,
    (SELECT json_group_array(name ORDER BY id) FROM (SELECT DISTINCT en.id, en.name FROM environments en
       JOIN env_var_environments x ON x.environment_id = en.id
       WHERE t.kind = 'variables' AND x.env_var_id IN (SELECT i.env_var_id FROM trash_items i WHERE i.trash_id = t.id))) AS environmentList,
    (SELECT o.id FROM trash o WHERE o.project_id = t.project_id AND o.kind = 'project' AND o.id <> t.id AND o.is_erasing = 0
       AND p.hidden = 1 ORDER BY o.id DESC LIMIT 1) AS waitsFor
  FROM trash t LEFT JOIN projects p ON p.id = t.project_id LEFT JOIN environments e ON e.id = t.environment_id`;

/** What this caller may see of it, the newest first; names, never a value. */
export function listTrash(ctx: Context, caller: Caller, filter: TrashFilter = {}): TrashEntry[] {
  const rows = ctx.store.sqlite
    .prepare(
      `${SELECT} WHERE ${IN_FORCE} AND t.deleted_at > @since AND (@projectId IS NULL OR t.project_id = @projectId)
         AND (@environmentId IS NULL OR t.environment_id = @environmentId)
         AND (@variableId IS NULL OR EXISTS (SELECT 1 FROM trash_items i
           WHERE i.trash_id = t.id AND i.env_var_id = @variableId AND i.kind = 'hidden'))
       ORDER BY t.deleted_at DESC, t.id DESC`,
    )
    .all({
      since: ctx.clock.now() - KEPT_MS,
      projectId: filter.projectId ?? null,
      environmentId: filter.environmentId ?? null,
      variableId: filter.variableId ?? null,
    }) as Row[];
  const naming = createNaming(ctx);
  return rows.map((row) => fromRow(row, naming)).filter((entry) => maySee(caller, entry));
}

/** Throws `not_found`, for what this caller may not see too. */
export function getTrashEntry(ctx: Context, caller: Caller, id: number): TrashEntry {
  const entry = findTrashEntry(ctx, id);
  if (!entry || entry.keptUntil <= ctx.clock.now() || !maySee(caller, entry))
    throw new AppError('not_found', 'This is not in the trash.');
  return entry;
}

/** For the instance itself: also one whose time is over. */
export function findTrashEntry(ctx: Context, id: number): TrashEntry | null {
  const row = ctx.store.sqlite.prepare(`${SELECT} WHERE ${IN_FORCE} AND t.id = ?`).get(id);
  return row ? fromRow(row as Row, createNaming(ctx)) : null;
}

/** SECURITY: a deployment token sees what its project has, and nothing that was deleted; others what they have there. */
function maySee(caller: Caller, { kind, project }: TrashEntry): boolean {
  if (caller.kind === 'token') return false;
  if (project === null ? !seesShared(caller) : !reachesProject(caller, project.id)) return false;
  const { permissions } = project === null ? caller : enterProject(caller, project.id);
  return permissions.includes(kind === 'project' ? 'projects:read' : 'environments:read');
}

function fromRow(row: Row, naming: Naming): TrashEntry {
  const { projectId, projectName, projectSlug, environmentName, environmentList, nameList, ...entry } = row;
  const names = JSON.parse(nameList) as string[];
  const [only = null] = entry.variableCount === 1 ? names : [];
  return {
    ...entry,
    name: { variables: only, environment: environmentName, project: projectName }[entry.kind],
    project: projectId === null ? null : { id: projectId, name: projectName, slug: projectSlug },
    environments: JSON.parse(environmentList) as string[],
    names,
    deletedByActor: naming.byLabel(entry.deletedBy, entry.deletedAt),
    keptUntil: entry.deletedAt + KEPT_MS,
  };
}

/** What an entry is, for a person. */
export function describeEntry({ kind, name, variableCount, project }: TrashEntry): string {
  switch (kind) {
    case 'project':
      return `the project ${name}`;
    case 'environment':
      return `the environment ${name} of ${project?.name}`;
    case 'variables': {
      const what = name ?? `${variableCount} variables`;
      return project === null ? `${what} of the shared variables` : `${what} of ${project.name}`;
    }
  }
}
