import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretId } from '../../vault/vault.ts';
import { hideVariables } from '../variables/staged-variables.ts';
import { noteMove } from '../variables/variable-moves.ts';
import { touchVariablesOf } from '../variables/variable-rows.ts';
import type { TrashKind } from './trash-kind.ts';

/**
 * What is deleted is hidden, as a whole and by one transaction, and an entry of the trash says what it was. Nothing that reads
 * variables, environments or projects sees what is hidden, so its names are free at once; its history, secrets, references and
 * notes stay where they are, under the key like all others. Hidden environments are linked to hidden variables alone: what is in
 * another environment too leaves the one that goes, and the entry remembers it.
 */

/** How long what was deleted can be restored. */
export const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Variables of one project, or shared ones. In the transaction of the deletion, as everything here. */
export function trashVariables(
  ctx: Context,
  actor: Caller | null,
  projectId: number | null,
  ids: readonly number[],
): void {
  hideInTrash(ctx, insertEntry(ctx, actor, { kind: 'variables', projectId, environmentId: null }), ids);
}

/** An environment with the variables that are in no other; returns how many these are. */
export function trashEnvironment(
  ctx: Context,
  actor: Caller | null,
  { id, projectId }: { id: number; projectId: number },
): number {
  const { sqlite } = ctx.store;
  const alone = sqlite
    .prepare(
      `SELECT v.id FROM env_var_environments x JOIN env_vars v ON v.id = x.env_var_id AND v.hidden = 0
       WHERE x.environment_id = @id
         AND NOT EXISTS (SELECT 1 FROM env_var_environments y WHERE y.env_var_id = v.id AND y.environment_id <> @id)`,
    )
    .pluck()
    .all({ id }) as number[];
  const trashId = insertEntry(ctx, actor, { kind: 'environment', projectId, environmentId: id });
  hideInTrash(ctx, trashId, alone);
  leaveAll(ctx, actor, trashId, id);
  sqlite.prepare('UPDATE environments SET hidden = 1 WHERE id = ?').run(id);
  return alone.length;
}

/**
 * A project with its environments and variables; returns how many variables. SECURITY: its deployment tokens and
 * the roles of its members end at once, and for good: what was given to a program or a person must not work again because
 * somebody restored a project.
 */
export function trashProject(ctx: Context, actor: Caller | null, projectId: number): number {
  const { sqlite } = ctx.store;
  const ids = sqlite
    .prepare('SELECT id FROM env_vars WHERE project_id = ? AND hidden = 0')
    .pluck()
    .all(projectId) as number[];
  hideInTrash(ctx, insertEntry(ctx, actor, { kind: 'project', projectId, environmentId: null }), ids);
  const tokens = sqlite
    .prepare('DELETE FROM deployment_tokens WHERE project_id = ? RETURNING secret_id')
    .pluck()
    .all(projectId) as SecretId[];
  ctx.vault.remove(tokens);
  const members = sqlite
    .prepare('DELETE FROM project_members WHERE project_id = ? RETURNING user_id')
    .pluck()
    .all(projectId) as number[];
  for (const userId of members) ctx.events.emit('changed', { resource: 'projects', userId });
  sqlite.prepare('UPDATE projects SET hidden = 1 WHERE id = ?').run(projectId);
  return ids.length;
}

interface NewEntry {
  kind: TrashKind;
  projectId: number | null;
  environmentId: number | null;
}

function insertEntry(
  ctx: Context,
  actor: Caller | null,
  { kind, projectId, environmentId }: NewEntry,
): number {
  return ctx.store.sqlite
    .prepare(
      `INSERT INTO trash (kind, project_id, environment_id, deleted_at, deleted_by) VALUES (?, ?, ?, ?, ?) RETURNING id`,
    )
    .pluck()
    .get(kind, projectId, environmentId, ctx.clock.now(), nameActor(actor)) as number;
}

const nameActor = (actor: Caller | null): string => actor?.label ?? 'instance';

function hideInTrash(ctx: Context, trashId: number, ids: readonly number[]): void {
  hideVariables(ctx, ids);
  ctx.store.sqlite
    .prepare(
      `INSERT INTO trash_items (trash_id, env_var_id, kind) SELECT ?, value, 'hidden' FROM json_each(?) GROUP BY value`,
    )
    .run(trashId, JSON.stringify(ids));
}

/** What is still to be seen is in another environment too, and leaves this one. */
function leaveAll(ctx: Context, actor: Caller | null, trashId: number, environmentId: number): void {
  const { sqlite } = ctx.store;
  const visible = `SELECT x.env_var_id FROM env_var_environments x JOIN env_vars v ON v.id = x.env_var_id AND v.hidden = 0
    WHERE x.environment_id = @environmentId`;
  sqlite
    .prepare(
      `INSERT INTO trash_items (trash_id, env_var_id, kind) SELECT @trashId, env_var_id, 'left' FROM (${visible})`,
    )
    .run({ trashId, environmentId });
  const leaving = sqlite.prepare(visible).pluck().all({ environmentId }) as number[];
  noteMove(ctx, nameActor(actor), {
    change: 'left',
    environmentIds: [environmentId],
    variableIds: leaving,
  });
  touchVariablesOf(ctx, environmentId);
  sqlite
    .prepare(
      `DELETE FROM env_var_environments WHERE environment_id = @environmentId AND env_var_id IN (${visible})`,
    )
    .run({ environmentId });
}
