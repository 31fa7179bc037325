import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { projectOperations } from '../operations.ts';
import {
  afterwards,
  type Draft,
  eraseHidden,
  hideVariables,
  inBatches,
  leaveEnvironment,
  prepareDrafts,
  showVariables,
  takeDrafts,
} from '../variables/staged-variables.ts';
import { noteMove } from '../variables/variable-moves.ts';
import { noteVariable } from '../variables/variable-notes.ts';
import { requireEnvironments, tidyHistory } from '../variables/variable-rows.ts';
import { changedMeanwhile, type Variable } from '../variables/variables.ts';
import type { Place } from './env-export.ts';
import { dropImport, type ImportItemKind, recordImport } from './import-undo.ts';

export interface PlannedDraft extends Omit<Draft, 'value'> {
  /** In the transaction that writes it: of many values, not all are kept at once. */
  readValue: () => SecretText;
  /** The variable that gets the value; null for a new one. */
  known: Variable | null;
}

/** What an import or a copy changes in one environment, as it was planned. */
export interface PlaceChange {
  place: Place;
  drafts: readonly PlannedDraft[];
  /** Variables that others share: those environments keep them. */
  leaving: readonly Variable[];
  deleted: readonly Variable[];
  /** Another text after every change of what it was planned by. */
  findMark: () => string;
  /** As it was then. */
  mark: string;
  /** Name of the environment that it was copied from; null for a file. */
  copiedFrom: string | null;
  /** The line of the audit log, in the transaction that changes everything. */
  note: () => void;
}

/**
 * Writes what is new hidden, puts all of it in force in one transaction, and erases what it replaced. SECURITY: a
 * change that came in between is not overwritten: `changed_meanwhile`. Returns the id by which it can be undone; null where
 * nothing changed.
 */
export async function putInForce(ctx: Context, actor: Caller, change: PlaceChange): Promise<number | null> {
  const { place, drafts } = change;
  const addDraft = prepareDrafts(ctx, place.project.id, place.environment.id, actor.label);
  const staged: number[] = [];
  let outcome: { importId: number | null; outdated: number[] };
  try {
    await inBatches(
      ctx,
      drafts,
      ({ readValue, ...draft }) => addDraft({ ...draft, value: readValue() }),
      (ids) => staged.push(...ids),
    );
    outcome = ctx.store.transaction(() => exchange(ctx, actor, change, staged));
  } catch (error) {
    // What cannot be erased now is erased at the next start.
    await eraseHidden(ctx, staged).catch(() => undefined);
    // Deleted meanwhile, it is the reason.
    requireEnvironments(ctx, place.project.id, [place.environment.id]);
    throw error;
  }
  await afterwards(ctx, () => tidyUp(ctx, actor, change, staged, outcome.outdated));
  return outcome.importId;
}

/** Returns what the import before this one kept, too: it can no longer be undone. */
function exchange(ctx: Context, actor: Caller, change: PlaceChange, staged: readonly number[]) {
  const { place, drafts, leaving: shared, deleted } = change;
  const { project, environment } = place;
  requireEnvironments(ctx, project.id, [environment.id]);
  if (change.findMark() !== change.mark) throw changedMeanwhile();
  const rows = drafts.map((draft, at) => ({ draft, id: staged[at] as number }));
  showVariables(
    ctx,
    rows.filter(({ draft }) => !draft.next).map(({ id }) => id),
  );
  takeDrafts(
    ctx,
    rows.flatMap(({ draft: { next, known, isSecret }, id }) =>
      next ? [{ draftId: id, id: next.id, becomesSecret: isSecret && known?.isSecret === false }] : [],
    ),
  );
  const splitOff = drafts.flatMap(({ known, next }) => (known && !next ? [known.id] : []));
  const leaving = [...splitOff, ...shared.map(({ id }) => id)];
  noteMove(ctx, actor.label, { change: 'left', environmentIds: [environment.id], variableIds: leaving });
  leaveEnvironment(ctx, environment.id, leaving);
  hideVariables(
    ctx,
    deleted.map(({ id }) => id),
  );
  change.note();
  const items = listItems(change, staged);
  if (items.length === 0) return { importId: null, outdated: [] };
  const outdated = dropImport(ctx, environment.id);
  return { importId: recordImport(ctx, actor, environment.id, items, change.copiedFrom), outdated };
}

/** What it takes to undo it. A plain value that became a secret is erased, and with it what to go back to. */
function listItems({ drafts, deleted, leaving }: PlaceChange, staged: readonly number[]) {
  const item = (kind: ImportItemKind, id: number, versionBefore: number | null = null) => ({
    id,
    kind,
    versionBefore,
  });
  return [
    ...drafts.flatMap(({ known, next, isSecret }, at) => {
      if (known && next) {
        const isKept = known.isSecret === isSecret && known.state !== 'unreadable';
        return [item('changed', known.id, isKept ? known.version : null)];
      }
      const added = item('added', staged[at] as number);
      return known ? [added, item('left', known.id)] : [added];
    }),
    ...deleted.map(({ id }) => item('removed', id)),
    ...leaving.map(({ id }) => item('left', id)),
  ];
}

async function tidyUp(
  ctx: Context,
  actor: Caller,
  { place, drafts, deleted, leaving }: PlaceChange,
  staged: readonly number[],
  outdated: readonly number[],
): Promise<void> {
  const scope = { projectId: place.project.id, name: place.project.name };
  await inBatches(ctx, deleted, (variable) => {
    const gone = { ...variable, environments: [place.environment] };
    noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, gone);
  });
  // It is in another environment still.
  await inBatches(ctx, leaving, (variable) => {
    const environments = variable.environments.filter(({ id }) => id !== place.environment.id);
    noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, { ...variable, environments });
  });
  const emptied = staged.filter((_, at) => drafts[at]?.next);
  // What was removed stays until it can no longer be undone; damaged values would only stand in a rotation's way.
  const damaged = deleted.filter(({ state }) => state === 'unreadable');
  await eraseHidden(ctx, [...damaged.map(({ id }) => id), ...emptied, ...outdated]);
  await inBatches(ctx, drafts, ({ known, next }) => {
    if (known && next) tidyHistory(ctx, known, next.version);
  });
}
