import { AppError, type ErrorCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { listVariables, revealVariable, type Variable } from './variables.ts';

/**
 * References in values: `${{NAME}}` to a variable of the same environment, `${{shared.NAME}}` to a shared one.
 * Resolved when a value is used, never stored. `$${{NAME}}` is the text `${{NAME}}` itself. Anything else with
 * `$`, such as `${NAME}` of shells, is left alone.
 */
const REFERENCE = /\$?\$\{\{\s*((?:shared\.)?[A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
/** Limit for values that grow exponentially by nested references. */
const MAX_RESOLVED_BYTES = 4 * 1024 * 1024;
/** The same limit for a whole environment. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
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
}

/** Names a value refers to, each once, `shared.` kept. */
export function listReferences(value: string): string[] {
  if (!value.includes('${{')) return [];
  const names = [...value.matchAll(REFERENCE)]
    .filter(([text]) => !text.startsWith('$$'))
    .map(([, name]) => name as string);
  return [...new Set(names)];
}

/** What `target` means in the value of `holder`: inside a shared variable a bare name is a shared one too. */
export function qualifyReference(target: string, holder: string): string {
  return holder.startsWith('shared.') && !target.startsWith('shared.') ? `shared.${target}` : target;
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
 * `reference_cycle`; the messages name variables, never values.
 */
export function resolveVariables(
  ctx: Context,
  projectId: number,
  environmentId: number,
  skipUnreadable = false,
): Resolution {
  const own = listVariables(ctx, projectId, { environmentId });
  const resolve = createResolver(ctx, own, listVariables(ctx, null));
  const resolution: Resolution = { variables: [], skipped: [] };
  let total = 0;
  for (const variable of own) {
    try {
      const { text, isSecret } = resolve(variable.key);
      total += text.length;
      if (total > MAX_TOTAL_BYTES)
        throw new AppError(
          'secret_too_large',
          'With their references resolved, these variables are over 64 MiB.',
        );
      resolution.variables.push({ key: variable.key, value: new SecretText(text), isSecret });
    } catch (error) {
      if (!skipUnreadable || !(error instanceof AppError)) throw error;
      resolution.skipped.push({ key: variable.key, code: error.code });
    }
  }
  return resolution;
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

/** Depth first with a stack of its own: a chain of references may be as long as the environment. */
function createResolver(ctx: Context, own: readonly Variable[], shared: readonly Variable[]) {
  const byName = new Map([
    ...own.map((variable) => [variable.key, variable] as const),
    ...shared.map((variable) => [`shared.${variable.key}`, variable] as const),
  ]);
  const done = new Map<string, Resolved>();
  const failed = new Map<string, AppError>();

  function begin(name: string, holder: string | undefined): Step {
    const variable = byName.get(name);
    if (!variable) {
      throw new AppError('reference_missing', `${holder} refers to ${name}, which does not exist.`, {
        details: { name, in: holder },
      });
    }
    const text = revealVariable(ctx, variable).reveal();
    const targets = listReferences(text).map((target) => qualifyReference(target, name));
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
    return result;
  }

  function follow(path: Step[]): void {
    const open = new Set(path.map(({ name }) => name));
    for (let step = path.at(-1); step; step = path.at(-1)) {
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

  return function resolve(name: string): Resolved {
    const error = failed.get(name);
    if (error) throw error;
    const path: Step[] = [];
    try {
      if (!done.has(name)) path.push(begin(name, undefined));
      follow(path);
    } catch (error) {
      // Values that refer to an unreadable value are unreadable too, and are not retried.
      if (error instanceof AppError) for (const step of path) failed.set(step.name, error);
      throw error;
    }
    return done.get(name) as Resolved;
  };
}

function circular(names: readonly string[]): AppError {
  const cycle = describeCircle([...names, names[0] as string]);
  return new AppError('reference_cycle', `Circular reference: ${cycle}.`, {
    details: { cycle },
  });
}
