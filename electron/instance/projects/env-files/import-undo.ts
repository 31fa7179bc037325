import type { Caller } from '../../access/caller.ts';
import { type Actor, createNaming } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { projectOperations } from '../operations.ts';
import { readHidden, requireGivenBack } from '../variables/shared-gate.ts';
import {
  afterwards,
  eraseHidden,
  hideVariables,
  inBatches,
  joinEnvironment,
  prepareDrafts,
  showVariables,
  takeDrafts,
} from '../variables/staged-variables.ts';
import { listVersions, type VariableVersion } from '../variables/variable-history.ts';
import { noteMove } from '../variables/variable-moves.ts';
import { noteVariable, sightOf } from '../variables/variable-notes.ts';
import { tidyHistory } from '../variables/variable-rows.ts';
import { getVariable, revealVariable } from '../variables/variables.ts';
import type { Place } from './env-export.ts';

/**
 * The last import or copy into an environment can be undone, for a week or until the next one. What it removed stays hidden
 * until then, with its history; what it changed has its former value in its own. A restart keeps both.
 */

/** `left`: taken out of the environment alone, since others share it. */
export type ImportItemKind = 'added' | 'changed' | 'removed' | 'left';

interface Item {
  id: number;
  kind: ImportItemKind;
  key: string;
  versionBefore: number | null;
  updatedAt: number;
}

/** How long what an import removed stays. */
export const UNDO_MS = 7 * 24 * 60 * 60 * 1000;
/** Of many that changed, as many as a person reads. */
const MAX_TOLD = 10;

export interface ImportRecord {
  id: number;
  importedAt: number;
  importedBy: string;
  importedByActor: Actor;
  /** Name of the environment that it was copied from; null for a file. */
  copiedFrom: string | null;
}

export interface UndoOutcome extends ImportRecord {
  /** Names that the import had added, and that go again. */
  removed: string[];
  /** Names that have their former value again. */
  changed: string[];
  /** Names that are there again. */
  restored: string[];
  /** Names that stay as they are: their former value is not kept. */
  lost: string[];
}

/** Once an import is in force, in its transaction. Returns its id. What the one before kept must be erased. */
export function recordImport(
  ctx: Context,
  actor: Caller,
  environmentId: number,
  items: readonly Pick<Item, 'id' | 'kind' | 'versionBefore'>[],
  copiedFrom: string | null,
): number {
  const { sqlite } = ctx.store;
  const id = sqlite
    .prepare(
      'INSERT INTO env_imports (environment_id, imported_at, imported_by, copied_from) VALUES (?, ?, ?, ?) RETURNING id',
    )
    .pluck()
    .get(environmentId, ctx.clock.now(), actor.label, copiedFrom) as number;
  sqlite
    .prepare(
      `INSERT INTO env_import_items (import_id, env_var_id, kind, name, version_before, updated_at)
       SELECT @id, v.id, j.value ->> 'kind', v.key, j.value ->> 'versionBefore', v.updated_at
       FROM json_each(@items) j JOIN env_vars v ON v.id = j.value ->> 'id'`,
    )
    .run({ id, items: JSON.stringify(items) });
  return id;
}

/** Ends that the last import can be undone. In a transaction; returns what must be erased after it. */
export function dropImport(ctx: Context, environmentId: number): number[] {
  const { sqlite } = ctx.store;
  const kept = sqlite
    .prepare(
      `SELECT i.env_var_id FROM env_import_items i JOIN env_imports m ON m.id = i.import_id
       WHERE m.environment_id = ? AND i.kind = 'removed'`,
    )
    .pluck()
    .all(environmentId) as number[];
  sqlite.prepare('DELETE FROM env_imports WHERE environment_id = ?').run(environmentId);
  return kept;
}

/** Erases what imports removed too long ago. Returns how many imports can no longer be undone. */
export async function forgetOldImports(ctx: Context): Promise<number> {
  const old = ctx.store.sqlite
    .prepare('SELECT environment_id FROM env_imports WHERE imported_at <= ?')
    .pluck()
    .all(ctx.clock.now() - UNDO_MS) as number[];
  for (const environmentId of old) {
    const kept = ctx.store.transaction(() => dropImport(ctx, environmentId));
    await eraseHidden(ctx, kept);
  }
  return old.length;
}

/** The import that can be undone; null where there is none. */
export function findImport(ctx: Context, environmentId: number): ImportRecord | null {
  const found = ctx.store.sqlite
    .prepare(
      `SELECT id, imported_at AS importedAt, imported_by AS importedBy, copied_from AS copiedFrom FROM env_imports
       WHERE environment_id = ? AND imported_at > ?`,
    )
    .get(environmentId, ctx.clock.now() - UNDO_MS) as Omit<ImportRecord, 'importedByActor'> | undefined;
  if (!found) return null;
  return { ...found, importedByActor: createNaming(ctx).byLabel(found.importedBy, found.importedAt) };
}

interface Undo {
  /** The import that is meant; undefined for the last one. */
  importId: number | undefined;
  dryRun: boolean;
}

/**
 * Brings back what the last import into an environment changed: all of it or nothing. Throws `not_found`, and
 * `changed_meanwhile` with the names of what was changed since; what `requireGivenBack` throws.
 */
export async function undoImport(
  ctx: Context,
  actor: Caller,
  place: Place,
  { importId, dryRun }: Undo,
): Promise<UndoOutcome> {
  const { environment, project } = place;
  const record = requireImport(ctx, environment.id, importId);
  const items = listItems(ctx, record.id);
  requireUntouched(ctx, record.id, environment.id, items);
  const plan = planUndo(ctx, items);
  const namesOf = (list: readonly Item[]) => list.map(({ key }) => key).sort();
  const outcome = {
    ...record,
    removed: namesOf(plan.added),
    changed: namesOf(plan.changed),
    restored: namesOf([...plan.removed, ...plan.left]),
    lost: namesOf(plan.lost),
  };
  // SECURITY: what was taken from the project does not come back to who could not give it; nor is it told that it would.
  requireGivenBack(ctx, project.id, sightOf(actor), readFormer(ctx, plan));
  if (!dryRun) await carryOut(ctx, actor, { project, environment }, record, items, plan);
  return outcome;
}

type Plan = Record<ImportItemKind | 'lost', Item[]>;

function planUndo(ctx: Context, items: readonly Item[]): Plan {
  const plan: Plan = { added: [], changed: [], removed: [], left: [], lost: [] };
  const { sqlite } = ctx.store;
  const isKept = sqlite.prepare('SELECT 1 FROM env_vars WHERE id = ? AND hidden = 1');
  const hasVersion = sqlite.prepare('SELECT 1 FROM env_var_versions WHERE env_var_id = ? AND version = ?');
  for (const item of items) {
    const isLost =
      (item.kind === 'removed' && !isKept.get(item.id)) ||
      (item.kind === 'changed' && !hasVersion.get(item.id, item.versionBefore));
    plan[isLost ? 'lost' : item.kind].push(item);
  }
  return plan;
}

/** Former values are written hidden first, as an import writes new ones; one transaction puts all in force. */
async function carryOut(
  ctx: Context,
  actor: Caller,
  { project, environment }: Place,
  { id: importId, copiedFrom }: ImportRecord,
  items: readonly Item[],
  plan: Plan,
): Promise<void> {
  const scope = { projectId: project.id, name: project.name };
  const addDraft = prepareDrafts(ctx, project.id, environment.id, actor.label);
  const staged: number[] = [];
  const idsOf = (list: readonly Item[]) => list.map(({ id }) => id);
  try {
    await inBatches(
      ctx,
      plan.changed,
      (item) => addDraft(toDraft(ctx, project.id, item)),
      (ids) => staged.push(...ids),
    );
    const added = plan.added.map(({ id }) => getVariable(ctx, project.id, id));
    ctx.store.transaction(() => {
      requireImport(ctx, environment.id, importId);
      requireUntouched(ctx, importId, environment.id, items);
      requireGivenBack(ctx, project.id, sightOf(actor), readFormer(ctx, plan));
      hideVariables(ctx, idsOf(plan.added));
      showVariables(ctx, idsOf(plan.removed));
      joinEnvironment(ctx, environment.id, idsOf(plan.left));
      const here = { environmentIds: [environment.id] };
      noteMove(ctx, actor.label, { ...here, change: 'restored', variableIds: idsOf(plan.removed) });
      noteMove(ctx, actor.label, { ...here, change: 'joined', variableIds: idsOf(plan.left) });
      takeDrafts(
        ctx,
        plan.changed.map(({ id }, at) => ({ draftId: staged[at] as number, id, becomesSecret: false })),
      );
      // What is shown again is no longer what the record keeps.
      ctx.store.sqlite.prepare('DELETE FROM env_imports WHERE id = ?').run(importId);
      ctx.audit.append(projectOperations.ENV_VARS_IMPORT_UNDONE, actor, {
        ...(copiedFrom === null ? {} : { from: copiedFrom }),
        project: project.name,
        project_id: project.id,
        environment: environment.name,
        removed: plan.added.length,
        changed: plan.changed.length,
        restored: plan.removed.length + plan.left.length,
      });
    });
    await afterwards(ctx, async () => {
      await inBatches(ctx, added, (variable) =>
        noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variable),
      );
      await eraseHidden(ctx, [...idsOf(plan.added), ...staged]);
      await inBatches(ctx, plan.changed, ({ id }) => {
        const variable = getVariable(ctx, project.id, id);
        tidyHistory(ctx, variable, variable.version);
      });
    });
  } catch (error) {
    // What cannot be erased now is erased at the next start.
    await eraseHidden(ctx, staged).catch(() => undefined);
    throw error;
  }
}

/** Values that come back, one at a time. */
function* readFormer(ctx: Context, plan: Plan) {
  yield* readHidden(
    ctx,
    plan.removed.map(({ id }) => id),
  );
  for (const item of plan.changed) yield { ...getVersionBefore(ctx, item), key: item.key };
}

function getVersionBefore(ctx: Context, { id, key, versionBefore }: Item): VariableVersion {
  const past = listVersions(ctx, id).find(({ version }) => version === versionBefore);
  if (!past) throw new AppError('changed_meanwhile', `${key} was changed in the meantime.`);
  return past;
}

function toDraft(ctx: Context, projectId: number, item: Item) {
  const variable = getVariable(ctx, projectId, item.id);
  const past = getVersionBefore(ctx, item);
  return {
    key: item.key,
    value: revealVariable(ctx, { ...past, key: `The former value of ${item.key}` }),
    isSecret: variable.isSecret,
    includeInPreview: variable.includeInPreview,
    position: variable.position,
    endByHand: past.endByHand,
    note: null,
    next: { id: item.id, version: variable.version + 1 },
    change: 'reverted' as const,
  };
}

function requireImport(ctx: Context, environmentId: number, importId: number | undefined): ImportRecord {
  const record = findImport(ctx, environmentId);
  if (!record || (importId !== undefined && record.id !== importId))
    throw new AppError(
      'not_found',
      importId === undefined
        ? 'There is no import or copy to undo: only the last one can be, for seven days.'
        : 'This can no longer be undone: only the last import or copy can be, for seven days.',
    );
  return record;
}

function listItems(ctx: Context, importId: number): Item[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT env_var_id AS id, kind, name AS key, version_before AS versionBefore, updated_at AS updatedAt
       FROM env_import_items WHERE import_id = ? ORDER BY name, env_var_id`,
    )
    .all(importId) as Item[];
}

/** Nothing that somebody did after the import is undone with it. */
function requireUntouched(
  ctx: Context,
  importId: number,
  environmentId: number,
  items: readonly Item[],
): void {
  const { sqlite } = ctx.store;
  const isAsLeft = sqlite.prepare('SELECT 1 FROM env_vars WHERE id = ? AND hidden = 0 AND updated_at = ?');
  const added = new Set(items.flatMap(({ id, kind }) => (kind === 'added' ? [id] : [])));
  const inPlace = sqlite.prepare(
    `SELECT v.id FROM env_vars v JOIN env_var_environments x ON x.env_var_id = v.id AND x.environment_id = @environmentId
     WHERE v.project_id = (SELECT project_id FROM environments WHERE id = @environmentId) AND v.key = @key AND v.hidden = 0`,
  );
  const isTaken = ({ key }: Item) =>
    (inPlace.pluck().all({ environmentId, key }) as number[]).some((id) => !added.has(id));
  const changed = items.filter((item) => {
    if (item.kind !== 'removed' && !isAsLeft.get(item.id, item.updatedAt)) return true;
    return (item.kind === 'removed' || item.kind === 'left') && isTaken(item);
  });
  if (changed.length === 0) return;
  const names = [...new Set(changed.map(({ key }) => key))];
  const more = names.length > MAX_TOLD ? ` and ${names.length - MAX_TOLD} more` : '';
  throw new AppError(
    'changed_meanwhile',
    `Changed since then: ${names.slice(0, MAX_TOLD).join(', ')}${more}. Nothing was undone.`,
    { details: { import_id: importId, keys: names.slice(0, MAX_TOLD) } },
  );
}
