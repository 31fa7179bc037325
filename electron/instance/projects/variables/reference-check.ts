import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { runAtOnce, type Steps } from '../../kernel/slices.ts';
import { describeCircle, listReferences, qualifyReference } from './references.ts';
import { createBudget } from './value-budget.ts';
import { maySee, type Sight } from './variable-notes.ts';
import {
  findVariablesByKey,
  getVariable,
  readVariables,
  revealVariable,
  type Variable,
} from './variables.ts';

/** Enough for a person; a file of a megabyte can have millions. */
const MAX_BROKEN = 1000;
/** A text full of references takes about as much again three times for the list of their names. */
const WITH_NAMES = 4;

export interface BrokenReference {
  /** The variable that refers, `shared.` before a shared one. */
  key: string;
  code: 'reference_missing' | 'reference_cycle';
  /** What it refers to. */
  name: string;
  /** Of a circle: every name in it. */
  circle: string[] | null;
}

/** The text of a variable by its name: null when it is not there, undefined when it cannot be read now. */
export type ReadText = (name: string) => string | null | undefined;

/**
 * Broken references of these variables, the first ones of very many: missing targets of their own values, and cycles
 * they are part of. A value that cannot be read now (locked vault) counts as having no references: they are checked
 * when used, which fails closed.
 */
export function findBrokenReferences(names: readonly string[], read: ReadText): BrokenReference[] {
  return runAtOnce(findingBrokenReferences(names, read));
}

/** The same, a reference at a time. */
export function* findingBrokenReferences(names: readonly string[], read: ReadText): Steps<BrokenReference[]> {
  const asked = new Set(names);
  const broken: BrokenReference[] = [];
  const done = new Set<string>();
  for (const start of names) {
    const path = [{ name: start, targets: listTargets(start, read), next: 0 }];
    const open = new Set([start]);
    for (let step = path.at(-1); step && !done.has(start); step = path.at(-1)) {
      yield;
      if (broken.length >= MAX_BROKEN) return broken.slice(0, MAX_BROKEN);
      const target = step.targets[step.next++];
      if (target === undefined) {
        done.add(step.name);
        open.delete(step.name);
        path.pop();
      } else if (open.has(target)) {
        broken.push(...describeOpenCircle([...open], target, asked));
      } else if (read(target) === null) {
        if (asked.has(step.name))
          broken.push({ key: step.name, code: 'reference_missing', name: target, circle: null });
      } else if (!done.has(target)) {
        path.push({ name: target, targets: listTargets(target, read), next: 0 });
        open.add(target);
      }
    }
  }
  return broken;
}

function listTargets(name: string, read: ReadText): string[] {
  return listReferences(read(name) ?? '').map((target) => qualifyReference(target, name));
}

function describeOpenCircle(
  open: readonly string[],
  back: string,
  asked: ReadonlySet<string>,
): BrokenReference[] {
  const circle = open.slice(open.indexOf(back));
  return circle.flatMap((key, at) =>
    asked.has(key)
      ? [{ key, code: 'reference_cycle', name: circle[(at + 1) % circle.length] as string, circle }]
      : [],
  );
}

/**
 * Throws `reference_missing` or `reference_cycle` unless what a variable refers to is there, in every
 * environment it is in. Called in the transaction that saved it, which then comes to nothing.
 *
 * @param text its value, where it is at hand and need not be opened.
 */
export function requireReferences(
  ctx: Context,
  projectId: number | null,
  id: number,
  sight: Sight,
  text?: string,
): void {
  const variable = getVariable(ctx, projectId, id);
  const environments = projectId === null ? [null] : variable.environments;
  for (const environment of environments) {
    const read = createReader(ctx, projectId, environment?.id, sight);
    const own = nameOf(variable);
    requireFound(own, (name) => (name === own && text !== undefined ? text : read(name)), environment?.name);
  }
}

function requireFound(name: string, read: ReadText, environment?: string): void {
  const [broken] = findBrokenReferences([name], read);
  if (broken) throw brokenError(broken, environment);
}

/** @param environment where it is broken, for a variable of a project. */
export function brokenError(broken: BrokenReference, environment?: string): AppError {
  const place = environment === undefined ? '' : ` in ${environment}`;
  if (broken.circle === null) {
    return new AppError(
      'reference_missing',
      `${broken.key} refers to ${broken.name}, which does not exist${place}.`,
      {
        fields: { value: `${broken.name} does not exist${place}` },
        details: { name: broken.name, in: broken.key, environment: environment ?? null },
      },
    );
  }
  const cycle = describeCircle([...broken.circle, broken.circle[0] as string]);
  return new AppError('reference_cycle', `Circular reference${place}: ${cycle}.`, {
    fields: { value: `circular reference: ${cycle}` },
    details: { cycle, environment: environment ?? null },
  });
}

/** Reads variables of an environment, and shared ones, as far as someone may see them. */
export function createReader(
  ctx: Context,
  projectId: number | null,
  environmentId: number | undefined,
  sight: Sight,
): ReadText {
  return remember((name) => {
    // SECURITY: neither that it is there nor that it is not.
    if (name.startsWith('shared.') && !sight.seesShared) return undefined;
    const [variable] = name.startsWith('shared.')
      ? findVariablesByKey(ctx, null, name.slice('shared.'.length))
      : projectId === null
        ? []
        : findVariablesByKey(ctx, projectId, name, environmentId);
    return variable ? readText(ctx, variable, sight) : null;
  });
}

/**
 * Asks once for each name: opening a secret costs, and counts as a use. A text without references is remembered as an
 * empty one. The reader throws `secret_too_large` when the others use up the budget.
 */
export function remember(read: ReadText): ReadText {
  const budget = createBudget();
  const texts = new Map<string, ReturnType<ReadText>>();
  return (name) => {
    if (!texts.has(name)) {
      const text = read(name);
      const refers = text?.includes('${{') === true;
      if (refers) budget.take(name, text.length * WITH_NAMES);
      texts.set(name, typeof text === 'string' && !refers ? '' : text);
    }
    return texts.get(name);
  };
}

/** Undefined when the value cannot be read now, or not by this caller: then it is not opened either. */
export function readText(ctx: Context, variable: Variable, sight: Sight): string | undefined {
  if (variable.state !== 'ok' || !maySee(sight, variable)) return undefined;
  try {
    return revealVariable(ctx, variable).reveal();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export interface VariableUse {
  id: number;
  projectId: number | null;
  key: string;
}
export interface VariableUses {
  usedBy: VariableUse[];
  /** How many values cannot be read now, and may refer to it. */
  unread: number;
}

/** Variables that refer to this one where it counts; those whose value cannot be read are left out and counted. */
export async function listUses(
  ctx: Context,
  projectId: number | null,
  variable: Variable,
  sight: Sight,
): Promise<VariableUses> {
  const usedBy: VariableUse[] = [];
  let unread = 0;
  const wanted = nameOf(variable);
  const scopes = projectId === null ? [null, ...listProjectIds(ctx)] : [projectId];
  for (const scope of scopes)
    for await (const page of readVariables(ctx, scope))
      for (const candidate of page) {
        if (candidate.id === variable.id || !meets(candidate, variable)) continue;
        const text = readText(ctx, candidate, sight);
        if (text === undefined) unread += 1;
        else if (listReferences(text).some((name) => qualifyReference(name, nameOf(candidate)) === wanted))
          usedBy.push({ id: candidate.id, projectId: scope, key: candidate.key });
      }
  return { usedBy, unread };
}

/** As references name it. */
export function nameOf({ projectId, key }: Variable): string {
  return projectId === null ? `shared.${key}` : key;
}

/** A reference is to the variable of the same environment; a shared one is everywhere. */
function meets(candidate: Variable, variable: Variable): boolean {
  return (
    variable.projectId === null ||
    candidate.environments.some(({ id }) => variable.environments.some((known) => known.id === id))
  );
}

function listProjectIds(ctx: Context): number[] {
  return ctx.store.sqlite
    .prepare('SELECT DISTINCT project_id FROM env_vars WHERE project_id IS NOT NULL')
    .pluck()
    .all() as number[];
}
