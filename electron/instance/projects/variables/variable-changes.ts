import type { Caller } from '../../access/caller.ts';
import type { Operation } from '../../audit/operation.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { runInSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { NEVER } from '../ends/variable-end.ts';
import { listEnvironments } from '../environments.ts';
import { guessSecret } from '../guessing/secret-guess.ts';
import { projectOperations, type VariableLine } from '../operations.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { trashVariables } from '../trash/put-in-trash.ts';
import {
  brokenError,
  createReader,
  findingBrokenReferences,
  readText,
  remember,
  requireReferences,
} from './reference-check.ts';
import { listReferences } from './references.ts';
import { createSharedGate } from './shared-gate.ts';
import {
  afterwards,
  eraseHidden,
  findTaken,
  inBatches,
  moveVariables,
  prepareDrafts,
  takeDrafts,
} from './staged-variables.ts';
import { requireAllUnchanged, requireUnchanged } from './variable-conflict.ts';
import { listVersions } from './variable-history.ts';
import { noteMoves } from './variable-moves.ts';
import {
  maySee,
  noteMany,
  noteReading,
  noteVariable,
  type Scope,
  type Sight,
  sightOf,
} from './variable-notes.ts';
import {
  changeVariable,
  insertVariable,
  requireEnvironments,
  requireFreeKey,
  type VariableFields,
} from './variable-rows.ts';
import {
  changedMeanwhile,
  getVariable,
  markVariables,
  readVariablesById,
  revealVariable,
  type Variable,
} from './variables.ts';

/** How often a change of many is begun again that another change met. */
const MAX_ATTEMPTS = 5;

/** Conditions of a change: the version the client saw last, and whether unresolved references are allowed. */
export interface ChangeConditions {
  /** `updatedAt` as the client knows it; undefined skips the check. */
  expectedUpdatedAt?: number | undefined;
  allowUnresolved: boolean;
  /** SECURITY: the new value is not the client's own, and they may not see it: nothing is told of what it refers to. */
  isValueUnseen?: boolean;
}

/**
 * Creates a variable. Throws `invalid_request`, `name_taken`, `not_found`, `secret_too_large`, `vault_locked`, and
 * `reference_*` unless unresolved references are allowed.
 */
export function createVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  fields: VariableFields,
  { allowUnresolved }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const text = fields.value.reveal();
    createSharedGate(ctx, scope.projectId, sightOf(actor))(text);
    const id = insertVariable(ctx, scope.projectId, fields, actor.label);
    if (!allowUnresolved && listReferences(text).length > 0)
      requireReferences(ctx, scope.projectId, id, sightOf(actor), text);
    return noteNow(ctx, projectOperations.ENV_VAR_CREATED, actor, scope, id);
  });
}

/** Changes what is given. Throws as creating does, and `changed_meanwhile`. */
export function updateVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  change: Partial<VariableFields>,
  { expectedUpdatedAt, allowUnresolved, isValueUnseen = false }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const old = getVariable(ctx, scope.projectId, id);
    requireUnchanged(ctx, old, expectedUpdatedAt, sightOf(actor));
    createSharedGate(ctx, scope.projectId, sightOf(actor))(change.value?.reveal() ?? '', !isValueUnseen);
    changeVariable(ctx, scope.projectId, id, change, actor.label);
    const variable = getVariable(ctx, scope.projectId, id);
    if (!allowUnresolved && (change.value !== undefined || hasMoved(old, variable)))
      requireReferences(
        ctx,
        scope.projectId,
        id,
        sightOf(actor),
        isValueUnseen ? undefined : change.value?.reveal(),
      );
    noteVariable(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, variable);
    return variable;
  });
}

/** Whether the targets of a variable's references may have changed although its value did not. */
function hasMoved(old: Variable, now: Variable): boolean {
  const joined = now.environments.some(({ id }) => !old.environments.some((known) => known.id === id));
  return old.key !== now.key || joined;
}

/**
 * Restores an earlier value, as a new version. Throws `not_found`, `vault_locked`, `changed_meanwhile`,
 * `reference_*`.
 */
export function revertVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  version: number,
  { expectedUpdatedAt, allowUnresolved }: ChangeConditions,
): Variable {
  return ctx.store.transaction(() => {
    const variable = getVariable(ctx, scope.projectId, id);
    requireUnchanged(ctx, variable, expectedUpdatedAt, sightOf(actor));
    const sight = sightOf(actor);
    const { value, endByHand, isSecret } = readVersion(ctx, variable, version);
    createSharedGate(ctx, scope.projectId, sight)(value.reveal(), maySee(sight, { isSecret }));
    const end = endByHand === NEVER ? 'never' : endByHand;
    changeVariable(ctx, scope.projectId, id, { value, end }, actor.label, 'reverted');
    if (!allowUnresolved) requireReferences(ctx, scope.projectId, id, sightOf(actor));
    return noteNow(ctx, projectOperations.ENV_VAR_REVERTED, actor, scope, id);
  });
}

/** An earlier value, and its end as someone said it. Throws `not_found`, `vault_locked`, `secret_unreadable`. */
export function readVersion(
  ctx: Context,
  { id, key }: Variable,
  version: number,
): { value: SecretText; endByHand: number | null; isSecret: boolean } {
  const past = listVersions(ctx, id).find((known) => known.version === version);
  if (!past) throw new AppError('not_found', 'This version does not exist.');
  const value = revealVariable(ctx, { ...past, key: `Version ${version} of ${key}` });
  return { value, endByHand: past.endByHand, isSecret: past.isSecret };
}

/** Puts a variable into the trash with its history. Throws `not_found`, `changed_meanwhile`. */
export function deleteVariable(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  id: number,
  expectedUpdatedAt: number | undefined,
): void {
  ctx.store.transaction(() => {
    const variable = getVariable(ctx, scope.projectId, id);
    requireUnchanged(ctx, variable, expectedUpdatedAt, sightOf(actor));
    trashVariables(ctx, actor, scope.projectId, [variable.id]);
    noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variable);
  });
}

/** The value of one variable; revealing a secret is recorded. Throws `vault_locked`, `secret_unreadable`. */
export async function revealToPerson(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  scope: Scope,
  variable: Variable,
): Promise<SecretText> {
  const value = revealVariable(ctx, variable);
  if (variable.isSecret) {
    noteReading(ctx, projectOperations.ENV_VAR_REVEALED, actor, scope, variable);
    await reads.record(actor, 'revealed', [variable.id]);
  }
  return value;
}

export interface BulkRequest {
  /** Variables of one project, each named once or more. */
  ids: readonly number[];
  /** When each was changed last, as the client knows it, by id; of those it does not name, anything goes. */
  expectedUpdatedAt: Readonly<Record<string, number>>;
}

/**
 * Puts many variables into the trash together, all or none, and returns how many. Throws `not_found` and `changed_meanwhile`, with the
 * ids in their fields.
 */
export async function deleteMany(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  request: BulkRequest,
): Promise<number> {
  const variables = await changeAll(ctx, actor, scope, request, async (known) => () => {
    trashVariables(
      ctx,
      actor,
      scope.projectId,
      known.map(({ id }) => id),
    );
    noteMany(ctx, projectOperations.ENV_VARS_DELETED, actor, scope, known.length);
    return known;
  });
  await afterwards(ctx, () => noteEach(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variables));
  return variables.length;
}

export interface MoveRequest extends BulkRequest {
  environmentIds: readonly number[];
  /** Others for single ones, by id. */
  environmentIdsOf: Readonly<Record<string, readonly number[]>>;
  allowUnresolved: boolean;
}

/** Variables that come into the same environments. */
interface Moving {
  environmentIds: readonly number[];
  variables: Variable[];
}

/**
 * Puts many variables into these environments and no others, all or none; returns how many were elsewhere. Throws
 * what `deleteMany` throws, `name_taken`, and, unless unresolved ones are allowed, `reference_*`.
 */
export async function setEnvironmentsOfMany(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  request: MoveRequest,
): Promise<number> {
  const moved = await changeAll(ctx, actor, scope, request, async (known) => {
    const groups = groupMoving(request, known);
    const requireTargets = () => {
      for (const { environmentIds, variables } of groups)
        namingId(request, variables[0] as Variable, () =>
          requireEnvironments(ctx, scope.projectId, environmentIds),
        );
    };
    requireTargets();
    if (!request.allowUnresolved) await requireReferencesOfMany(ctx, sightOf(actor), scope, request, groups);
    return () => {
      requireTargets();
      for (const group of groups) moveAll(ctx, actor, scope, request, group);
      const moving = groups.flatMap(({ variables }) => variables);
      if (moving.length > 0) noteMany(ctx, projectOperations.ENV_VARS_MOVED, actor, scope, moving.length);
      return moving;
    };
  });
  await afterwards(ctx, () => noteEach(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, moved));
  return moved.length;
}

/** Without those that are there already. */
function groupMoving({ environmentIds: all, environmentIdsOf }: MoveRequest, known: readonly Variable[]) {
  const groups = new Map<string, Moving>();
  for (const variable of known) {
    const environmentIds = [...new Set(environmentIdsOf[variable.id] ?? all)].sort((a, b) => a - b);
    const { environments } = variable;
    if (
      environments.length === environmentIds.length &&
      environments.every(({ id }) => environmentIds.includes(id))
    )
      continue;
    const name = environmentIds.join(' ');
    const group = groups.get(name) ?? { environmentIds, variables: [] };
    group.variables.push(variable);
    groups.set(name, group);
  }
  return [...groups.values()];
}

function moveAll(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  request: MoveRequest,
  { environmentIds, variables }: Moving,
): void {
  const ids = variables.map(({ id }) => id);
  noteMoves(ctx, actor.label, ids, environmentIds);
  moveVariables(ctx, ids, environmentIds);
  const taken = findTaken(ctx, ids, environmentIds);
  const variable = variables.find(({ id }) => id === taken);
  if (variable)
    namingId(request, variable, () =>
      requireFreeKey(ctx, scope.projectId, variable.key, environmentIds, variable.id),
    );
}

/**
 * Makes plain variables secrets, all or none; returns how many were plain. Their values stay, and their plain versions are
 * erased. Throws what `deleteMany` throws, and `vault_locked`.
 */
export async function encryptMany(
  ctx: Context,
  actor: Caller,
  scope: Scope,
  request: BulkRequest,
): Promise<number> {
  const addDraft = prepareDrafts(ctx, scope.projectId, null, actor.label);
  const staged: number[] = [];
  try {
    const encrypted = await changeAll(ctx, actor, scope, request, async (known) => {
      const plain = known.filter(({ isSecret }) => !isSecret);
      const drafts: number[] = [];
      await inBatches(
        ctx,
        plain,
        ({ id, version }) => {
          const { value, ...variable } = getVariable(ctx, scope.projectId, id);
          const next = { id, version: version + 1 };
          return addDraft({ ...variable, isSecret: true, value: new SecretText(value ?? ''), next });
        },
        (ids) => {
          staged.push(...ids);
          drafts.push(...ids);
        },
      );
      return () => {
        takeDrafts(
          ctx,
          plain.map(({ id }, at) => ({ draftId: drafts[at] as number, id, becomesSecret: true })),
        );
        if (plain.length > 0) noteMany(ctx, projectOperations.ENV_VARS_ENCRYPTED, actor, scope, plain.length);
        return plain.map((variable) => ({ ...variable, isSecret: true }));
      };
    });
    await afterwards(ctx, () => noteEach(ctx, projectOperations.ENV_VAR_UPDATED, actor, scope, encrypted));
    return encrypted.length;
  } finally {
    // What cannot be erased now is erased at the next start.
    await eraseHidden(ctx, staged).catch(() => undefined);
  }
}

/** What they refer to must be in every environment they come to, where they may refer to each other. */
async function requireReferencesOfMany(
  ctx: Context,
  sight: Sight,
  scope: Scope,
  request: BulkRequest,
  groups: readonly Moving[],
): Promise<void> {
  const { projectId } = scope;
  // A shared variable is in no environment, and comes into none.
  if (projectId === null) return;
  for (const environment of listEnvironments(ctx, projectId)) {
    const { id } = environment;
    const moving = groups.flatMap((group) => (group.environmentIds.includes(id) ? group.variables : []));
    if (moving.length === 0) continue;
    const byKey = new Map(moving.map((variable) => [variable.key, variable]));
    const readOthers = createReader(ctx, projectId, id, sight);
    const read = remember((name) => {
      const moved = byKey.get(name);
      return moved ? readText(ctx, getVariable(ctx, projectId, moved.id), sight) : readOthers(name);
    });
    const [broken] = await runInSlices(findingBrokenReferences([...byKey.keys()], read));
    const variable = broken && byKey.get(broken.key);
    if (!broken || !variable) continue;
    namingId(request, variable, () => {
      throw brokenError(broken, environment.name);
    });
  }
}

/**
 * Reads many variables in slices and changes them in one transaction; begun again when one of them was changed in
 * between.
 *
 * @param prepare looks at them and returns the change. Their values are left out: they may be too large to keep.
 */
async function changeAll(
  ctx: Context,
  actor: Caller,
  { projectId }: Scope,
  request: BulkRequest,
  prepare: (known: Variable[]) => Promise<() => Variable[]>,
): Promise<Variable[]> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const mark = markVariables(ctx, request.ids);
    const change = await prepare(await getAll(ctx, projectId, request, sightOf(actor)));
    const changed = ctx.store.transaction(() => (markVariables(ctx, request.ids) === mark ? change() : null));
    if (changed) return changed;
  }
  throw changedMeanwhile();
}

async function getAll(
  ctx: Context,
  projectId: number | null,
  { ids, expectedUpdatedAt }: BulkRequest,
  sight: Sight,
): Promise<Variable[]> {
  const variables: Variable[] = [];
  for await (const page of readVariablesById(ctx, projectId, ids))
    for (const variable of page) variables.push({ ...variable, value: null });
  const found = new Set(variables.map(({ id }) => id));
  const missing = ids.flatMap((id, at) => (found.has(id) ? [] : [[`ids.${at}`, `no variable ${id}`]]));
  if (missing.length > 0) {
    throw new AppError('not_found', 'Some of these variables do not exist. Nothing was changed.', {
      fields: Object.fromEntries(missing) as Record<string, string>,
    });
  }
  requireAllUnchanged(ctx, variables, expectedUpdatedAt, sight);
  return variables;
}

async function noteEach(
  ctx: Context,
  operation: Operation<VariableLine>,
  actor: Caller,
  scope: Scope,
  variables: readonly Variable[],
): Promise<void> {
  await inBatches(ctx, variables, (variable) => noteVariable(ctx, operation, actor, scope, variable));
}

/** What is wrong with one of many names it. */
function namingId({ ids }: BulkRequest, { id, key }: Variable, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${key}: ${error.message}`, {
      fields: { [`ids.${ids.indexOf(id)}`]: `variable ${id} (${key}): ${error.message}` },
      ...(error.details ? { details: error.details } : {}),
      cause: error,
    });
  }
}

function noteNow(
  ctx: Context,
  operation: Operation<VariableLine>,
  actor: Caller,
  scope: Scope,
  id: number,
): Variable {
  const variable = getVariable(ctx, scope.projectId, id);
  noteVariable(ctx, operation, actor, scope, variable);
  return variable;
}

/** SECURITY: what was empty or harmless may get a real secret for its new value. Never the other way round. */
export const looksSecret = (key: string, value: SecretText | undefined): true | undefined =>
  value !== undefined && guessSecret(key, value.reveal()).isSecret ? true : undefined;
