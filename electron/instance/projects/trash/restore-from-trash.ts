import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { projectOperations } from '../operations.ts';
import { toSlug } from '../slug.ts';
import { readHidden, requireGivenBack } from '../variables/shared-gate.ts';
import { joinEnvironment, showVariables } from '../variables/staged-variables.ts';
import { noteMove, noteRestored } from '../variables/variable-moves.ts';
import { sightOf } from '../variables/variable-notes.ts';
import { requireKey } from '../variables/variables.ts';
import { describeEntry, getTrashEntry, type TrashEntry } from './trash-list.ts';

/**
 * Brings back what was deleted: all of it or nothing. Throws `not_found`; `conflict` where its project or environment must be
 * restored before; `name_taken`, with the name that is in use by now; what `requireGivenBack` throws.
 *
 * @param name another name for it, of one variable, an environment or a project.
 */
export function restoreFromTrash(
  ctx: Context,
  actor: Caller,
  id: number,
  name: string | undefined,
): TrashEntry {
  return ctx.store.transaction(() => {
    const entry = getTrashEntry(ctx, actor, id);
    requireProjectThere(entry);
    // SECURITY: what was taken from the project does not come back to who could not give it.
    requireGivenBack(
      ctx,
      entry.project?.id ?? null,
      sightOf(actor),
      readHidden(ctx, listHiddenItems(ctx, id)),
    );
    restorers[entry.kind](ctx, actor, entry, name);
    ctx.store.sqlite.prepare('DELETE FROM trash WHERE id = ?').run(id);
    const restored = { ...entry, name: name ?? entry.name };
    ctx.audit.append(projectOperations.TRASH_RESTORED, actor, {
      what: describeEntry(restored),
      project_id: entry.project?.id ?? null,
      variables: entry.variableCount,
    });
    return restored;
  });
}

const restorers = {
  variables: restoreVariables,
  environment: restoreEnvironment,
  project: restoreProject,
} as const;

function requireProjectThere({ waitsFor, project }: TrashEntry): void {
  if (waitsFor === null) return;
  throw new AppError(
    'conflict',
    `The project ${project?.name} was deleted too: restore that first. Nothing was restored.`,
    { details: { trash_id: waitsFor } },
  );
}

function restoreVariables(ctx: Context, actor: Caller, entry: TrashEntry, name: string | undefined): void {
  const ids = listHiddenItems(ctx, entry.id);
  if (name !== undefined) renameOnly(ctx, ids, name);
  leaveHiddenEnvironments(ctx, actor, entry.id);
  requireSomewhere(ctx, entry);
  requireFreeNames(ctx, entry);
  showVariables(ctx, ids);
  noteRestored(ctx, actor.label, ids, name === undefined || name === entry.name ? null : entry.name);
}

function renameOnly(ctx: Context, ids: readonly number[], name: string): void {
  requireKey(name);
  if (ids.length !== 1)
    throw new AppError('invalid_request', 'Several variables cannot have one name.', {
      fields: { name: 'for one variable only' },
    });
  ctx.store.sqlite
    .prepare('UPDATE env_vars SET key = ?, updated_at = max(?, updated_at + 1) WHERE id = ?')
    .run(name, ctx.clock.now(), ids[0]);
}

function listHiddenItems(ctx: Context, trashId: number): number[] {
  return ctx.store.sqlite
    .prepare(`SELECT env_var_id FROM trash_items WHERE trash_id = ? AND kind = 'hidden'`)
    .pluck()
    .all(trashId) as number[];
}

/** What comes back is in no environment that is in the trash itself: it joins that one again when it is restored. */
function leaveHiddenEnvironments(ctx: Context, actor: Caller, trashId: number): void {
  const { sqlite } = ctx.store;
  const away = `SELECT x.env_var_id, x.environment_id FROM trash_items i JOIN env_var_environments x ON x.env_var_id = i.env_var_id
    JOIN environments e ON e.id = x.environment_id AND e.hidden = 1 WHERE i.trash_id = @trashId`;
  sqlite
    .prepare(
      `INSERT OR IGNORE INTO trash_items (trash_id, env_var_id, kind)
       SELECT t.id, a.env_var_id, 'left' FROM (${away}) a JOIN trash t ON t.environment_id = a.environment_id
       WHERE EXISTS (SELECT 1 FROM env_var_environments y JOIN environments f ON f.id = y.environment_id AND f.hidden = 0
         WHERE y.env_var_id = a.env_var_id)`,
    )
    .run({ trashId });
  const leaving = sqlite
    .prepare(
      `SELECT environment_id AS environmentId, json_group_array(env_var_id) AS ids FROM (${away}) GROUP BY environment_id`,
    )
    .all({ trashId }) as { environmentId: number; ids: string }[];
  for (const { environmentId, ids } of leaving)
    noteMove(ctx, actor.label, {
      change: 'left',
      environmentIds: [environmentId],
      variableIds: JSON.parse(ids) as number[],
    });
  sqlite
    .prepare(
      `DELETE FROM env_var_environments WHERE env_var_id IN (SELECT env_var_id FROM trash_items WHERE trash_id = @trashId)
         AND environment_id IN (SELECT id FROM environments WHERE hidden = 1)`,
    )
    .run({ trashId });
}

/** A variable of a project is in an environment, always. */
function requireSomewhere(ctx: Context, { id, project }: TrashEntry): void {
  if (project === null) return;
  const key = ctx.store.sqlite
    .prepare(
      `SELECT v.key FROM trash_items i JOIN env_vars v ON v.id = i.env_var_id WHERE i.trash_id = ? AND i.kind = 'hidden'
         AND NOT EXISTS (SELECT 1 FROM env_var_environments x WHERE x.env_var_id = v.id) LIMIT 1`,
    )
    .pluck()
    .get(id) as string | undefined;
  if (key === undefined) return;
  throw new AppError(
    'conflict',
    `The environment that ${key} was in was deleted too: restore that first. Nothing was restored.`,
  );
}

function requireFreeNames(ctx: Context, { id, project }: TrashEntry): void {
  const { sqlite } = ctx.store;
  const mine = `trash_items i JOIN env_vars m ON m.id = i.env_var_id AND i.kind = 'hidden'`;
  const taken = (
    project === null
      ? sqlite.prepare(
          `SELECT m.key, NULL AS environment FROM ${mine}
             JOIN env_vars v ON v.project_id IS NULL AND v.key = m.key AND v.hidden = 0 WHERE i.trash_id = ? LIMIT 1`,
        )
      : sqlite.prepare(
          `SELECT m.key, e.name AS environment FROM ${mine}
             JOIN env_vars v ON v.project_id = m.project_id AND v.key = m.key AND v.hidden = 0
             JOIN env_var_environments x ON x.env_var_id = v.id JOIN environments e ON e.id = x.environment_id
             JOIN env_var_environments y ON y.env_var_id = m.id AND y.environment_id = x.environment_id
           WHERE i.trash_id = ? LIMIT 1`,
        )
  ).get(id) as { key: string; environment: string | null } | undefined;
  if (taken)
    throw takenError(`${taken.key} already exists in ${taken.environment ?? 'the shared variables'}`);
}

function takenError(what: string): AppError {
  return new AppError('name_taken', `${what}. Nothing was restored.`, { fields: { name: 'taken' } });
}

function restoreEnvironment(ctx: Context, actor: Caller, entry: TrashEntry, name: string | undefined): void {
  const { sqlite } = ctx.store;
  const id = entry.environmentId as number;
  if (name !== undefined)
    sqlite
      .prepare('UPDATE environments SET name = ?, slug = ? WHERE id = ?')
      .run(name, toSlug(name, 'environment'), id);
  const isTaken = sqlite
    .prepare(
      `SELECT 1 FROM environments e JOIN environments mine ON mine.id = ? AND mine.slug = e.slug
       WHERE e.project_id = mine.project_id AND e.hidden = 0`,
    )
    .get(id);
  if (isTaken)
    throw takenError(`An environment with the name ${name ?? entry.name} exists in ${entry.project?.name}`);
  sqlite.prepare('UPDATE environments SET hidden = 0 WHERE id = ?').run(id);
  showVariables(ctx, listHiddenItems(ctx, entry.id));
  const joining = listLeft(ctx, entry.id);
  joinEnvironment(ctx, id, joining);
  noteMove(ctx, actor.label, { change: 'joined', environmentIds: [id], variableIds: joining });
  requireNoneTwice(ctx, id, name ?? entry.name);
}

/** Those that left the environment when it was deleted. */
function listLeft(ctx: Context, trashId: number): number[] {
  return ctx.store.sqlite
    .prepare(`SELECT env_var_id FROM trash_items WHERE trash_id = ? AND kind = 'left'`)
    .pluck()
    .all(trashId) as number[];
}

/** What left the environment may have the name by now of what was in it alone. */
function requireNoneTwice(ctx: Context, environmentId: number, name: string | null): void {
  const key = ctx.store.sqlite
    .prepare(
      `SELECT v.key FROM env_var_environments x JOIN env_vars v ON v.id = x.env_var_id AND v.hidden = 0
       WHERE x.environment_id = ? GROUP BY v.key HAVING count(*) > 1 LIMIT 1`,
    )
    .pluck()
    .get(environmentId) as string | undefined;
  if (key !== undefined) throw takenError(`${key} would be in ${name} twice`);
}

function restoreProject(ctx: Context, _actor: Caller, entry: TrashEntry, name: string | undefined): void {
  const { sqlite } = ctx.store;
  const id = entry.project?.id as number;
  if (name !== undefined)
    sqlite
      .prepare('UPDATE projects SET name = ?, slug = ? WHERE id = ?')
      .run(name, toSlug(name, 'project'), id);
  const isTaken = sqlite
    .prepare(
      `SELECT 1 FROM projects p JOIN projects mine ON mine.id = ? AND (mine.slug = p.slug OR mine.name = p.name)
       WHERE p.hidden = 0`,
    )
    .get(id);
  if (isTaken) throw takenError(`A project with the name ${name ?? entry.name} exists`);
  sqlite.prepare('UPDATE projects SET hidden = 0 WHERE id = ?').run(id);
  showVariables(ctx, listHiddenItems(ctx, entry.id));
}
