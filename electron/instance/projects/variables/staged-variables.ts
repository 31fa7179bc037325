import type { Context } from '../../kernel/context.ts';
import { describeError } from '../../kernel/log.ts';
import { startSlices } from '../../kernel/slices.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { type ChangeKind, prepareVersions } from './variable-history.ts';
import { prepareRemoval, storeValue } from './variable-rows.ts';

/**
 * Many variables at once, all or none, in short transactions: what is added is written hidden and shown by one
 * transaction at the end; what is replaced is hidden by one transaction and erased afterwards. Nobody sees a hidden
 * variable. What a kill leaves of them is erased at the next start. What an import removed stays hidden for as long as that can
 * be undone (env-files/import-undo.ts), and what is in the trash for 30 days (trash/).
 */

/** A value that is not in force yet. */
export interface Draft {
  key: string;
  value: SecretText;
  isSecret: boolean;
  includeInPreview: boolean;
  position: number;
  /** When it ends, as someone said: ends/variable-end.ts. */
  endByHand: number | null;
  /** Of a new variable; one that gets its next version keeps its own. */
  note: string | null;
  /** The variable whose next version this is; null for a new variable. */
  next: { id: number; version: number } | null;
  /** What its version says; else whether it is the first one. */
  change?: ChangeKind;
}

/**
 * Writes drafts as hidden variables and returns their ids. In a transaction; the function throws `vault_locked`.
 *
 * @param environmentId null where there is none yet: `joinEnvironment` must follow.
 */
export function prepareDrafts(
  ctx: Context,
  projectId: number | null,
  environmentId: number | null,
  changedBy: string,
): (draft: Draft) => number {
  const { sqlite } = ctx.store;
  const insert = sqlite
    .prepare(
      `INSERT INTO env_vars (project_id, key, is_secret, value, secret_id, include_in_preview, position, note, created_at, updated_at, hidden)
       VALUES (@projectId, @key, @isSecret, @value, @secretId, @preview, @position, @note, @now, @now, 1) RETURNING id`,
    )
    .pluck();
  const link = sqlite.prepare('INSERT INTO env_var_environments (env_var_id, environment_id) VALUES (?, ?)');
  const addVersion = prepareVersions(ctx);
  return ({ key, value, isSecret, includeInPreview, position, endByHand, note, next, change: said }) => {
    const stored = storeValue(ctx, value, isSecret);
    // What becomes the version of another variable is held by the version alone: erasing the rest takes it not along.
    const held = next === null ? stored : { isSecret: 0, value: null, secretId: null };
    const now = ctx.clock.now();
    const preview = includeInPreview ? 1 : 0;
    const id = insert.get({ projectId, key, ...held, preview, position, note, now }) as number;
    if (next === null && environmentId !== null) link.run(id, environmentId);
    const change: ChangeKind = said ?? (next === null ? 'created' : 'updated');
    addVersion({ variableId: id, version: next?.version ?? 1, ...stored, endByHand, change, changedBy });
    return id;
  };
}

/** A draft as its row, and the variable that takes its value. */
export interface ChangedVariable {
  draftId: number;
  id: number;
  /** SECURITY: plain versions of what becomes secret must not stay readable in its history. */
  becomesSecret: boolean;
}

/** Shows hidden variables. */
export function showVariables(ctx: Context, ids: readonly number[]): void {
  ctx.store.sqlite
    .prepare('UPDATE env_vars SET hidden = 0 WHERE id IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify(ids));
}

/** Hides variables, which frees their names: `eraseHidden` must follow. */
export function hideVariables(ctx: Context, ids: readonly number[]): void {
  ctx.store.sqlite
    .prepare('UPDATE env_vars SET hidden = 1 WHERE id IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify(ids));
}

/** Puts the values of drafts in force. What is left of the drafts stays hidden: `eraseHidden` must follow. */
export function takeDrafts(ctx: Context, changed: readonly ChangedVariable[]): void {
  if (changed.length === 0) return;
  const { sqlite } = ctx.store;
  const becomeSecret = changed.filter(({ becomesSecret }) => becomesSecret).map(({ id }) => id);
  sqlite
    .prepare(
      `DELETE FROM env_var_versions WHERE is_secret = 0 AND env_var_id IN (SELECT value FROM json_each(?))`,
    )
    .run(JSON.stringify(becomeSecret));
  const targets = JSON.stringify(Object.fromEntries(changed.map(({ draftId, id }) => [draftId, id])));
  const drafts = `json_each(@targets) pair JOIN env_var_versions h ON h.env_var_id = CAST(pair.key AS INTEGER)`;
  sqlite
    .prepare(
      `UPDATE env_vars SET is_secret = draft.is_secret, value = draft.value, secret_id = draft.secret_id,
         updated_at = max(@now, updated_at + 1)
       FROM (SELECT pair.value AS target, h.is_secret, h.value, h.secret_id FROM ${drafts}) draft
       WHERE env_vars.id = draft.target`,
    )
    .run({ targets, now: ctx.clock.now() });
  sqlite
    .prepare(
      `UPDATE env_var_versions SET env_var_id = draft.target
       FROM (SELECT pair.value AS target, h.id FROM ${drafts}) draft WHERE env_var_versions.id = draft.id`,
    )
    .run({ targets });
}

/** Takes variables out of an environment; they must be in another one too. */
export function leaveEnvironment(ctx: Context, environmentId: number, ids: readonly number[]): void {
  if (ids.length === 0) return;
  const list = JSON.stringify(ids);
  const { sqlite } = ctx.store;
  sqlite
    .prepare(
      'DELETE FROM env_var_environments WHERE environment_id = ? AND env_var_id IN (SELECT value FROM json_each(?))',
    )
    .run(environmentId, list);
  touchVariables(ctx, ids);
}

/** Puts variables into one more environment. */
export function joinEnvironment(ctx: Context, environmentId: number, ids: readonly number[]): void {
  if (ids.length === 0) return;
  ctx.store.sqlite
    .prepare(
      'INSERT OR IGNORE INTO env_var_environments (env_var_id, environment_id) SELECT value, ? FROM json_each(?)',
    )
    .run(environmentId, JSON.stringify(ids));
  touchVariables(ctx, ids);
}

/** Puts variables into these environments and no others. */
export function moveVariables(ctx: Context, ids: readonly number[], environmentIds: readonly number[]): void {
  const lists = { ids: JSON.stringify(ids), environments: JSON.stringify(environmentIds) };
  const { sqlite } = ctx.store;
  sqlite
    .prepare(
      `DELETE FROM env_var_environments WHERE env_var_id IN (SELECT value FROM json_each(@ids))
         AND environment_id NOT IN (SELECT value FROM json_each(@environments))`,
    )
    .run(lists);
  sqlite
    .prepare(
      `INSERT OR IGNORE INTO env_var_environments (env_var_id, environment_id)
       SELECT v.value, e.value FROM json_each(@ids) v, json_each(@environments) e`,
    )
    .run(lists);
  touchVariables(ctx, ids);
}

/** One of these that meets another variable of its name in one of these environments, or null. */
export function findTaken(
  ctx: Context,
  ids: readonly number[],
  environmentIds: readonly number[],
): number | null {
  const taken = ctx.store.sqlite
    .prepare(
      `SELECT m.id FROM json_each(@ids) j JOIN env_vars m ON m.id = j.value
         JOIN env_vars v ON v.project_id = m.project_id AND v.key = m.key AND v.id <> m.id AND v.hidden = 0
         JOIN env_var_environments x ON x.env_var_id = v.id
       WHERE x.environment_id IN (SELECT value FROM json_each(@environments)) LIMIT 1`,
    )
    .pluck()
    .get({ ids: JSON.stringify(ids), environments: JSON.stringify(environmentIds) });
  return (taken ?? null) as number | null;
}

function touchVariables(ctx: Context, ids: readonly number[]): void {
  ctx.store.sqlite
    .prepare(
      'UPDATE env_vars SET updated_at = max(?, updated_at + 1) WHERE id IN (SELECT value FROM json_each(?))',
    )
    .run(ctx.clock.now(), JSON.stringify(ids));
}

/**
 * What follows a change that was committed. Its errors are no errors of that change: they are logged, and the next start
 * erases what is left.
 */
export async function afterwards(ctx: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.log.warn({ error: describeError(error) }, 'what a change replaced is erased at the next start');
  }
}

/** Those that a kill left, before any request is answered. What can be restored is none of them. */
export function listHidden(ctx: Context): number[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT id FROM env_vars v WHERE hidden = 1
         AND NOT EXISTS (SELECT 1 FROM env_import_items i WHERE i.env_var_id = v.id AND i.kind = 'removed')
         AND NOT EXISTS (SELECT 1 FROM trash_items t WHERE t.env_var_id = v.id AND t.kind = 'hidden')`,
    )
    .pluck()
    .all() as number[];
}

/** Deletes hidden variables for good, with their history and secrets; others are passed over. */
export async function eraseHidden(ctx: Context, ids: readonly number[]): Promise<void> {
  const isHidden = ctx.store.sqlite.prepare('SELECT 1 FROM env_vars WHERE id = ? AND hidden = 1');
  const remove = prepareRemoval(ctx);
  await inBatches(ctx, ids, (id) => {
    if (isHidden.get(id)) remove(id);
  });
}

/**
 * Work on many things in transactions of a few milliseconds, with a turn for everyone else after each.
 *
 * @param onCommit told what each transaction gave once it is committed.
 */
export async function inBatches<T, R>(
  ctx: Context,
  items: readonly T[],
  work: (item: T) => R,
  onCommit: (results: R[]) => void = () => {},
): Promise<void> {
  const slices = startSlices();
  for (let at = 0; at < items.length; ) {
    const results = ctx.store.transaction(() => {
      const batch: R[] = [];
      do batch.push(work(items[at + batch.length] as T));
      while (at + batch.length < items.length && !slices.isOver());
      return batch;
    });
    at += results.length;
    onCommit(results);
    if (at < items.length) await slices.next();
  }
}
