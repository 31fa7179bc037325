import { AppError, type ErrorCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { createBudget, type ValueBudget } from './value-budget.ts';
import {
  findVariablesByKey,
  listVariables,
  readUnchanged,
  revealVariable,
  type Variable,
} from './variables.ts';

/**
 * References in values: `${{NAME}}` to a variable of the same environment, `${{shared.NAME}}` to a shared one.
 * Resolved when a value is used, never stored. `$${{NAME}}` is the text `${{NAME}}` itself. Anything else with
 * `$`, such as `${NAME}` of shells, is left alone.
 */
const REFERENCE = /\$?\$\{\{\s*((?:shared\.)?[A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
/** Limit for values that grow exponentially by nested references. */
const MAX_RESOLVED_BYTES = 4 * 1024 * 1024;
/** What one name in a list takes, in characters of the budget. */
const NAME_CHARACTERS = 64;
/** Longer cycles are shown by their first names. */
const MAX_NAMES_TOLD = 10;

export interface ResolvedVariable {
  key: string;
  value: SecretText;
  isSecret: boolean;
}

export interface Resolution {
  variables: ResolvedVariable[];
  /** With `skipUnreadable`: skipped variables, and why. */
  skipped: { key: string; code: ErrorCode }[];
  /** Ids of the secrets that were decrypted, those that only a reference reaches too. */
  opened: Set<number>;
}

/** Names a value refers to, each once, `shared.` kept; the first ones where only so many are wanted. */
export function listReferences(value: string, most = Number.POSITIVE_INFINITY): string[] {
  if (!value.includes('${{')) return [];
  const names = new Set<string>();
  for (const [text, name] of value.matchAll(REFERENCE)) {
    if (names.size >= most) break;
    if (!text.startsWith('$$')) names.add(name as string);
  }
  return [...names];
}

/** What `target` means in the value of `holder`: inside a shared variable a bare name is a shared one too. */
export function qualifyReference(target: string, holder: string): string {
  return holder.startsWith('shared.') && !target.startsWith('shared.') ? `shared.${target}` : target;
}

/** The value of `holder` with its references to `from` made references to the variable's new name, `key`. */
export function renameReferences(value: string, holder: string, from: string, key: string): string {
  return value.replaceAll(REFERENCE, (text: string, name: string) => {
    if (text.startsWith('$$') || qualifyReference(name, holder) !== from) return text;
    return text.replace(name, name.startsWith('shared.') ? `shared.${key}` : key);
  });
}

/** `A → B → A`, for people. */
export function describeCircle(names: readonly string[]): string {
  const told = names.length > MAX_NAMES_TOLD ? [...names.slice(0, MAX_NAMES_TOLD), '…', names[0]] : names;
  return told.join(' → ');
}

/**
 * Every variable of an environment with its references resolved, in file order.
 *
 * SECURITY: one unreadable value fails the whole (starting a program without its secret would be a bug), unless
 * `skipUnreadable` is set. Throws `vault_locked`, `secret_unreadable`, `secret_too_large`, `reference_missing`,
 * `reference_cycle`, `changed_meanwhile`; the messages name variables, never values.
 */
export async function resolveVariables(
  ctx: Context,
  projectId: number,
  environmentId: number,
  skipUnreadable = false,
): Promise<Resolution> {
  return await readUnchanged(ctx, [environmentId], async () => {
    const budget = createBudget();
    const own = await listVariables(ctx, projectId, { environmentId }, budget);
    const resolution: Resolution = { variables: [], skipped: [], opened: new Set() };
    const resolve = createResolver(ctx, own, budget, resolution.opened);
    for (const variable of own) {
      const resolved = await resolve(variable.key);
      if (!(resolved instanceof AppError)) {
        const { text, isSecret } = resolved;
        resolution.variables.push({ key: variable.key, value: new SecretText(text), isSecret });
      } else if (skipUnreadable) resolution.skipped.push({ key: variable.key, code: resolved.code });
      else throw resolved;
    }
    return resolution;
  });
}

interface Resolved {
  text: string;
  /** True as soon as a secret went into it. */
  isSecret: boolean;
}

/** A value being resolved: its references are taken one after the other. */
interface Step extends Resolved {
  name: string;
  targets: string[];
  next: number;
}

/**
 * Depth first with a stack of its own: a chain of references may be as long as the environment. What is wrong with
 * one value is returned; what ends the whole, such as a used up budget, is thrown.
 */
function createResolver(ctx: Context, own: readonly Variable[], budget: ValueBudget, opened: Set<number>) {
  const byName = new Map(own.map((variable) => [variable.key, variable]));
  const done = new Map<string, Resolved>();
  const failed = new Map<string, AppError>();
  const slices = startSlices();

  function find(name: string): Variable | undefined {
    if (!name.startsWith('shared.')) return byName.get(name);
    return findVariablesByKey(ctx, null, name.slice('shared.'.length))[0];
  }

  function begin(name: string, holder: string | undefined): Step {
    const variable = find(name);
    if (!variable) {
      throw new AppError('reference_missing', `${holder} refers to ${name}, which does not exist.`, {
        details: { name, in: holder },
      });
    }
    const text = revealVariable(ctx, variable).reveal();
    if (variable.isSecret) opened.add(variable.id);
    // Plain values of the environment were counted when they were listed.
    if (variable.isSecret || variable.projectId === null) budget.take(name, text.length);
    const targets = listReferences(text).map((target) => qualifyReference(target, name));
    budget.take(name, targets.length * NAME_CHARACTERS);
    return { name, text, isSecret: variable.isSecret, targets, next: 0 };
  }

  function finish({ name, text, isSecret }: Step): Resolved {
    const result = { text, isSecret };
    let size = text.length;
    const grow = (more: number) => {
      size += more;
      if (size > MAX_RESOLVED_BYTES)
        throw new AppError('secret_too_large', `With its references resolved, ${name} is over 4 MiB.`);
    };
    result.text = text.replace(REFERENCE, (whole, target: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const resolved = done.get(qualifyReference(target, name)) as Resolved;
      // Before it is put together: a value may refer thousands of times to a large one.
      grow(resolved.text.length - whole.length);
      result.isSecret ||= resolved.isSecret;
      return resolved.text;
    });
    if (result.text !== text) budget.take(name, size);
    return result;
  }

  async function follow(path: Step[]): Promise<void> {
    const open = new Set(path.map(({ name }) => name));
    for (let step = path.at(-1); step; step = path.at(-1)) {
      if (slices.isOver()) await slices.next();
      const target = step.targets[step.next++];
      if (target === undefined) {
        done.set(step.name, finish(step));
        open.delete(step.name);
        path.pop();
      } else if (!done.has(target)) {
        if (open.has(target)) throw circular([...open].slice([...open].indexOf(target)));
        const known = failed.get(target);
        if (known) throw known;
        path.push(begin(target, step.name));
        open.add(target);
      }
    }
  }

  return async function resolve(name: string): Promise<Resolved | AppError> {
    const path: Step[] = [];
    try {
      const known = done.get(name) ?? failed.get(name);
      if (known) return known;
      path.push(begin(name, undefined));
      await follow(path);
      return done.get(name) as Resolved;
    } catch (error) {
      // SECURITY: nothing goes on once the budget is used up: the next value would be kept too.
      if (!(error instanceof AppError) || budget.isUsedUp()) throw error;
      // Values that refer to an unreadable value are unreadable too, and are not retried.
      for (const step of path) failed.set(step.name, error);
      failed.set(name, error);
      return error;
    }
  };
}

function circular(names: readonly string[]): AppError {
  const cycle = describeCircle([...names, names[0] as string]);
  return new AppError('reference_cycle', `Circular reference: ${cycle}.`, {
    details: { cycle },
  });
}
