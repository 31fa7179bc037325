import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { runInSlices, startSlices } from '../../kernel/slices.ts';
import type { Place } from '../env-files/env-export.ts';
import { recordImport } from '../env-files/import-undo.ts';
import { type PlannedDraft, putInForce } from '../env-files/put-in-force.ts';
import { createEnvironment, type Environment, type NewEnvironment } from '../environments.ts';
import { projectOperations } from '../operations.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import {
  type BrokenReference,
  createReader,
  findingBrokenReferences,
  readText,
  remember,
} from '../variables/reference-check.ts';
import {
  eraseHidden,
  inBatches,
  joinEnvironment,
  prepareDrafts,
  showVariables,
} from '../variables/staged-variables.ts';
import { maySee, type Sight } from '../variables/variable-notes.ts';
import { findNextPosition } from '../variables/variable-rows.ts';
import {
  changedMeanwhile,
  getVariable,
  listVariables,
  markEnvironment,
  markEnvironments,
  readUnchanged,
  revealVariable,
  type Variable,
} from '../variables/variables.ts';

/** What becomes of names that are there already. */
export const conflictChoices = ['skip', 'replace'] as const;

export interface CopyRequest {
  /** Names to copy; null for all. */
  only: ReadonlySet<string> | null;
  conflicts: (typeof conflictChoices)[number];
  dryRun: boolean;
  /**
   * SECURITY: what the caller may not see is never compared: a version is made either way, so that neither dry runs nor copies
   * confirm guesses.
   */
  sight: Sight;
}

/** SECURITY: no values. */
export interface CopyItem {
  key: string;
  /** Once it is copied. */
  isSecret: boolean;
  /** It is plain where it is copied to, until then: its plain versions are erased. */
  becomesSecret: boolean;
}

/** What a copy does or, dry, would do. */
export interface CopyOutcome {
  added: CopyItem[];
  changed: CopyItem[];
  /** There already, with the same value. */
  unchanged: CopyItem[];
  /** There already, and left as they are. */
  skipped: CopyItem[];
  /** References of what is copied that do not resolve there. */
  warnings: BrokenReference[];
  /** By which it can be undone; null for a dry run, and where nothing changed. */
  importId: number | null;
}

interface Plan {
  outcome: CopyOutcome;
  drafts: PlannedDraft[];
  /** Ids of secrets whose values were compared. */
  compared: number[];
  mark: string;
}

/**
 * Copies variables of one environment to another of its project, all or nothing: their values, kinds and ends as they are now,
 * without earlier versions; a new one with its note. A secret stays secret at both ends. It can be undone as an import can. Throws
 * `invalid_request`, `not_found` with the names that are not there, `vault_locked`, `secret_unreadable`, `changed_meanwhile`.
 */
export async function copyVariables(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  from: Place['environment'],
  place: Place,
  request: CopyRequest,
): Promise<CopyOutcome> {
  const { environment } = place;
  if (from.id === environment.id)
    throw new AppError('invalid_request', 'An environment cannot be copied to itself.', {
      fields: { to: 'another environment' },
    });
  const ids = [from.id, environment.id];
  const plan = await readUnchanged(ctx, ids, () => planCopy(ctx, from, place, request));
  // SECURITY: what is the same is told.
  await reads.record(actor, 'compared', plan.compared);
  const { outcome, drafts, mark } = plan;
  if (request.dryRun || drafts.length === 0) return outcome;
  outcome.importId = await putInForce(ctx, actor, {
    ...{ place, drafts, mark, leaving: [], deleted: [] },
    findMark: () => markEnvironments(ctx, ids),
    copiedFrom: from.name,
    note: () => noteCopy(ctx, actor, from, place, outcome),
  });
  return outcome;
}

async function planCopy(
  ctx: Context,
  from: Place['environment'],
  { project, environment }: Place,
  request: CopyRequest,
): Promise<Plan> {
  const mark = markEnvironments(ctx, [from.id, environment.id]);
  const all = await listVariables(ctx, project.id, { environmentId: from.id });
  const sources = all.filter(({ key }) => request.only?.has(key) ?? true);
  requireNamed(request, from, sources);
  const there = await listVariables(ctx, project.id, { environmentId: environment.id });
  const existing = new Map(there.map((variable) => [variable.key, variable]));
  const plan: Plan = {
    outcome: { added: [], changed: [], unchanged: [], skipped: [], warnings: [], importId: null },
    drafts: [],
    compared: [],
    mark,
  };
  const slices = startSlices();
  let position = findNextPosition(ctx, project.id);
  for (const source of sources) {
    if (slices.isOver()) await slices.next();
    planVariable(ctx, plan, request, source, existing.get(source.key) ?? null, () => position++);
  }
  plan.outcome.warnings = await findWarnings(ctx, plan, request.sight, sources, existing);
  return plan;
}

function requireNamed({ only }: CopyRequest, from: Place['environment'], found: readonly Variable[]): void {
  const names = new Set(found.map(({ key }) => key));
  const missing = [...(only ?? [])].filter((name) => !names.has(name));
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  throw new AppError('not_found', `${from.name} has no variable ${first}${more}. Nothing was copied.`);
}

function planVariable(
  ctx: Context,
  { outcome, drafts, compared }: Plan,
  { conflicts, sight }: CopyRequest,
  source: Variable,
  known: Variable | null,
  takePosition: () => number,
): void {
  const isSecret = source.isSecret || known?.isSecret === true;
  const item: CopyItem = {
    key: source.key,
    isSecret,
    becomesSecret: isSecret && known?.isSecret === false,
  };
  // One variable of both.
  if (known?.id === source.id) {
    outcome.unchanged.push(item);
    return;
  }
  if (known && conflicts === 'skip') {
    outcome.skipped.push({ ...item, isSecret: known.isSecret, becomesSecret: false });
    return;
  }
  // Refused now, and by a dry run too, rather than when half of them is written.
  if (source.state !== 'ok') revealVariable(ctx, source);
  if (!known) {
    outcome.added.push(item);
    drafts.push({ ...toDraft(ctx, source, takePosition()), isSecret });
    return;
  }
  if (!item.becomesSecret && maySee(sight, source) && maySee(sight, known)) {
    compared.push(...[source, known].filter((each) => each.isSecret).map(({ id }) => id));
    if (hasSameValue(ctx, source, known)) {
      outcome.unchanged.push(item);
      return;
    }
  }
  outcome.changed.push(item);
  // What other environments share keeps its value there: this one gets its own.
  const isShared = known.environments.length > 1;
  drafts.push({
    ...toDraft(ctx, source, isShared ? takePosition() : known.position),
    ...{ isSecret, known, includeInPreview: known.includeInPreview, note: known.note },
    next: isShared ? null : { id: known.id, version: known.version + 1 },
  });
}

/** An unreadable value counts as another: the copy restores it. */
function hasSameValue(ctx: Context, source: Variable, known: Variable): boolean {
  if (known.state === 'unreadable') return false;
  const text = revealVariable(ctx, source).reveal();
  try {
    return revealVariable(ctx, known).reveal() === text;
  } catch (error) {
    if (!hasCode(error, 'secret_unreadable')) throw error;
    return false;
  }
}

/** A new variable with what a variable is now. SECURITY: that a value never ends was said of that value, which it is. */
function toDraft(ctx: Context, source: Variable, position: number): PlannedDraft {
  const { projectId, id, key, isSecret, includeInPreview, endByHand, note } = source;
  return {
    ...{ key, isSecret, includeInPreview, position, endByHand, note },
    next: null,
    known: null,
    readValue: () => revealVariable(ctx, getVariable(ctx, projectId, id)),
  };
}

/** Judged over what the environment has afterwards, whether or not anything was written. */
async function findWarnings(
  ctx: Context,
  { drafts }: Plan,
  sight: Sight,
  sources: readonly Variable[],
  existing: ReadonlyMap<string, Variable>,
): Promise<BrokenReference[]> {
  const names = drafts.map(({ key }) => key);
  const copied = new Set(names);
  const brought = new Map(
    sources.flatMap((source) => (copied.has(source.key) ? [[source.key, source]] : [])),
  );
  const readShared = createReader(ctx, null, undefined, sight);
  const read = remember((name) => {
    if (name.startsWith('shared.')) return readShared(name);
    const variable = brought.get(name) ?? existing.get(name);
    return variable ? readText(ctx, variable, sight) : null;
  });
  return await runInSlices(findingBrokenReferences(names, read));
}

/**
 * Creates an environment with the variables of another: their values, kinds, notes and ends as they are now, without earlier
 * versions; all or nothing. Throws `name_taken`, `vault_locked`, `secret_unreadable`, `changed_meanwhile`.
 */
export async function copyEnvironment(
  ctx: Context,
  actor: Caller,
  { project, environment: from }: Place,
  fields: NewEnvironment,
): Promise<Environment> {
  const findMark = () => markEnvironment(ctx, from.id);
  const mark = findMark();
  const sources = await listVariables(ctx, project.id, { environmentId: from.id });
  const firstPosition = findNextPosition(ctx, project.id);
  const addDraft = prepareDrafts(ctx, project.id, null, actor.label);
  const staged: number[] = [];
  try {
    await inBatches(
      ctx,
      sources.map((source, at) => ({ source, position: firstPosition + at })),
      ({ source, position }) => {
        const { readValue, ...draft } = toDraft(ctx, source, position);
        return addDraft({ ...draft, value: readValue() });
      },
      (ids) => staged.push(...ids),
    );
    return ctx.store.transaction(() => {
      if (findMark() !== mark) throw changedMeanwhile();
      const environment = createEnvironment(ctx, actor, project, fields);
      joinEnvironment(ctx, environment.id, staged);
      showVariables(ctx, staged);
      const added = staged.map((id) => ({ id, kind: 'added' as const, versionBefore: null }));
      if (added.length > 0) {
        noteCopy(ctx, actor, from, { project, environment }, { added, changed: [] });
        recordImport(ctx, actor, environment.id, added, from.name);
      }
      return environment;
    });
  } catch (error) {
    // What cannot be erased now is erased at the next start.
    await eraseHidden(ctx, staged).catch(() => undefined);
    throw error;
  }
}

function noteCopy(
  ctx: Context,
  actor: Caller,
  from: Place['environment'],
  { project, environment }: Place,
  { added, changed }: { added: readonly unknown[]; changed: readonly unknown[] },
): void {
  ctx.audit.append(projectOperations.ENV_VARS_COPIED, actor, {
    project: project.name,
    project_id: project.id,
    from: from.name,
    environment: environment.name,
    added: added.length,
    changed: changed.length,
  });
}
