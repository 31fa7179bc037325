import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { projectOperations } from '../operations.ts';
import { listUses, nameOf, requireReferences, type VariableUse } from './reference-check.ts';
import { renameReferences } from './references.ts';
import { createSharedGate } from './shared-gate.ts';
import { requireUnchanged } from './variable-conflict.ts';
import { noteVariable, type Scope, sightOf } from './variable-notes.ts';
import { changeVariable, type VariableFields } from './variable-rows.ts';
import { changedMeanwhile, getVariable, markVariables, revealVariable, type Variable } from './variables.ts';

/** Of many that refer to it, as many as a person reads. */
const MAX_TOLD = 10;

/** What becomes of references to the old name. */
export const referenceChoices = ['change', 'keep'] as const;

interface Rename {
  key: string;
  /** Undefined refuses to rename where there are references. */
  references: (typeof referenceChoices)[number] | undefined;
  expectedUpdatedAt: number | undefined;
  /** What else is changed with the name. */
  change?: Partial<VariableFields>;
  /** False checks what it refers to itself as well, as a change without a new name does; true checks nothing. */
  allowUnresolved?: boolean;
  /** As for a change without a new name. */
  isValueUnseen?: boolean;
}

/**
 * Renames a variable, with what else is changed of it, and, if that is wanted, what refers to it, all or nothing: each value that
 * refers to it gets a new version.
 * Throws `conflict` with those that do where nobody said what becomes of them, and where values that cannot be read may be
 * among them; `reference_missing` where one is in an environment without the new name.
 */
export async function renameVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  { key, references, expectedUpdatedAt, change = {}, allowUnresolved, isValueUnseen = false }: Rename,
): Promise<{ variable: Variable; changed: VariableUse[] }> {
  const sight = sightOf(actor);
  const known = getVariable(ctx, scope.projectId, id);
  requireUnchanged(ctx, known, expectedUpdatedAt, sight);
  const { usedBy, unread } = await listUses(ctx, scope.projectId, known, sight);
  const isUnclear = references === 'change' && unread > 0;
  if ((references === undefined && usedBy.length + unread > 0) || isUnclear)
    throw inUse(known, usedBy, unread);
  const changed = references === 'change' ? usedBy : [];
  const markAll = () => markVariables(ctx, [id, ...usedBy.map((use) => use.id)]);
  const mark = markAll();
  const from = nameOf(known);
  const renamed = ctx.store.transaction(() => {
    const now = getVariable(ctx, scope.projectId, id);
    if (now.updatedAt !== known.updatedAt || markAll() !== mark) throw changedMeanwhile();
    createSharedGate(ctx, scope.projectId, sight)(change.value?.reveal() ?? '', !isValueUnseen);
    changeVariable(ctx, scope.projectId, id, { ...change, key }, actor.label);
    for (const use of changed) changeReferences(ctx, actor, use, from, key);
    // Only once all of them are changed: they may refer to each other.
    if (allowUnresolved !== true)
      for (const use of changed) requireReferences(ctx, use.projectId, use.id, sight);
    const text = isValueUnseen ? undefined : change.value?.reveal();
    if (allowUnresolved === false) requireReferences(ctx, scope.projectId, id, sight, text);
    const variable = getVariable(ctx, scope.projectId, id);
    noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, variable);
    return { variable, changed };
  });
  // The request says that shared variables changed: lists of projects would not be read again.
  if (changed.some((use) => use.projectId !== scope.projectId))
    ctx.events.emit('changed', {
      resource: 'projects',
      userId: null,
      projectIds: changed.flatMap(({ projectId }) => (projectId === null ? [] : [projectId])),
    });
  return renamed;
}

function changeReferences(ctx: Context, actor: Caller, use: VariableUse, from: string, key: string): void {
  const holder = getVariable(ctx, use.projectId, use.id);
  const text = renameReferences(revealVariable(ctx, holder).reveal(), nameOf(holder), from, key);
  changeVariable(ctx, use.projectId, use.id, { value: new SecretText(text) }, actor.label);
  const scope = { projectId: use.projectId, name: findProjectName(ctx, use.projectId) };
  noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, holder);
}

function findProjectName(ctx: Context, projectId: number | null): string {
  const name = ctx.store.sqlite.prepare('SELECT name FROM projects WHERE id = ?').pluck().get(projectId);
  return (name ?? 'shared') as string;
}

function inUse({ key }: Variable, usedBy: readonly VariableUse[], unread: number): AppError {
  const names = [...new Set(usedBy.map((use) => use.key))];
  const more = names.length > MAX_TOLD ? ` and ${names.length - MAX_TOLD} more` : '';
  const said = [
    ...(names.length > 0
      ? [
          `${names.slice(0, MAX_TOLD).join(', ')}${more} ${names.length === 1 ? 'refers' : 'refer'} to ${key}.`,
        ]
      : []),
    ...(unread > 0
      ? [`${unread} ${unread === 1 ? 'value' : 'values'} cannot be read now and may refer to ${key}.`]
      : []),
  ].join(' ');
  return new AppError('conflict', `${said} Nothing was renamed.`, {
    details: {
      used_by: usedBy
        .slice(0, MAX_TOLD)
        .map((use) => ({ id: use.id, project_id: use.projectId, key: use.key })),
      used_by_total: usedBy.length,
      unread,
    },
  });
}
