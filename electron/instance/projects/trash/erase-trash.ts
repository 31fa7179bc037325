import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretId } from '../../vault/vault.ts';
import { projectOperations } from '../operations.ts';
import { afterwards, eraseHidden } from '../variables/staged-variables.ts';
import { KEPT_MS } from './put-in-trash.ts';
import type { TrashKind } from './trash-kind.ts';
import { describeEntry, findTrashEntry, getTrashEntry, type TrashEntry } from './trash-list.ts';

interface Going {
  id: number;
  kind: TrashKind;
  projectId: number | null;
  environmentId: number | null;
}

const GOING = 'id, kind, project_id AS projectId, environment_id AS environmentId';

/**
 * Deletes an entry for good: by one transaction it can no longer be restored, and then it is erased in slices, with its
 * history and secrets. An environment or project takes along what was deleted in it before. Throws `not_found`.
 */
export async function eraseFromTrash(ctx: Context, actor: Caller, id: number): Promise<TrashEntry> {
  const entry = ctx.store.transaction(() => {
    const entry = getTrashEntry(ctx, actor, id);
    markErasing(ctx, id);
    ctx.audit.append(projectOperations.TRASH_DELETED, actor, lineOf(entry));
    return entry;
  });
  await afterwards(ctx, () => finishErasing(ctx));
  return entry;
}

function lineOf(entry: TrashEntry) {
  return {
    what: describeEntry(entry),
    project_id: entry.project?.id ?? null,
    variables: entry.variableCount,
  };
}

const markErasing = (ctx: Context, id: number) =>
  ctx.store.sqlite.prepare('UPDATE trash SET is_erasing = 1 WHERE id = ?').run(id);

/** Deletes for good what is in the trash for 30 days. Returns how many entries. */
export async function eraseExpired(ctx: Context): Promise<number> {
  const old = ctx.store.sqlite
    .prepare('SELECT id FROM trash WHERE deleted_at <= ? AND is_erasing = 0 ORDER BY id')
    .pluck()
    .all(ctx.clock.now() - KEPT_MS) as number[];
  for (const id of old) {
    ctx.store.transaction(() => {
      const entry = findTrashEntry(ctx, id);
      markErasing(ctx, id);
      if (entry) ctx.audit.append(projectOperations.TRASH_EXPIRED, null, lineOf(entry));
    });
  }
  await finishErasing(ctx);
  return old.length;
}

/** Whether something is to be erased that a kill left. */
export function hasUnfinishedErasing(ctx: Context): boolean {
  return ctx.store.sqlite.prepare('SELECT 1 FROM trash WHERE is_erasing = 1').get() !== undefined;
}

/** Erases what can no longer be restored. */
export async function finishErasing(ctx: Context): Promise<void> {
  const going = ctx.store.sqlite
    .prepare(`SELECT ${GOING} FROM trash WHERE is_erasing = 1 ORDER BY id`)
    .all() as Going[];
  for (const entry of going) {
    await eraseHidden(ctx, listErased(ctx, entry));
    ctx.store.transaction(() => removeRest(ctx, entry));
  }
}

/** Of an environment, whatever is in no other; of a project, everything: also what was deleted there before. */
function listErased(ctx: Context, { id, kind, projectId, environmentId }: Going): number[] {
  const queries = {
    variables: `SELECT env_var_id FROM trash_items WHERE trash_id = @id AND kind = 'hidden'`,
    environment: `SELECT x.env_var_id FROM env_var_environments x WHERE x.environment_id = @environmentId
      AND NOT EXISTS (SELECT 1 FROM env_var_environments y
        WHERE y.env_var_id = x.env_var_id AND y.environment_id <> @environmentId)`,
    project: 'SELECT id FROM env_vars WHERE project_id = @projectId',
  };
  return ctx.store.sqlite.prepare(queries[kind]).pluck().all({ id, projectId, environmentId }) as number[];
}

function removeRest(ctx: Context, { id, kind, projectId, environmentId }: Going): void {
  const { sqlite } = ctx.store;
  if (kind === 'environment')
    sqlite.prepare('DELETE FROM environments WHERE id = ? AND hidden = 1').run(environmentId);
  if (kind === 'project') removeProject(ctx, projectId as number);
  sqlite.prepare('DELETE FROM trash WHERE id = ?').run(id);
}

/** With every secret that is left in it. */
function removeProject(ctx: Context, projectId: number): void {
  const { sqlite } = ctx.store;
  const secretIds = sqlite
    .prepare(
      `SELECT secret_id FROM env_vars WHERE project_id = @projectId AND secret_id IS NOT NULL
       UNION SELECT v.secret_id FROM env_var_versions v JOIN env_vars e ON e.id = v.env_var_id
             WHERE e.project_id = @projectId AND v.secret_id IS NOT NULL`,
    )
    .pluck()
    .all({ projectId }) as SecretId[];
  sqlite.prepare('DELETE FROM projects WHERE id = ? AND hidden = 1').run(projectId);
  ctx.vault.remove(secretIds);
}
