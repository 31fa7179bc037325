import { AppError, type ErrorCode, hasCode } from '../app-error.ts';
import type { Context } from '../context.ts';
import { SecretText } from '../vault/secret-text.ts';
import { listVariables, revealVariable, type Variable } from './variables.ts';

/**
 * References in values: `${{NAME}}` to a variable of the same environment, `${{shared.NAME}}` to a shared one.
 * Resolved when a value is used, never stored. `$${{NAME}}` is the text `${{NAME}}` itself. Anything else with
 * `$`, such as `${NAME}` of shells, is left alone.
 */
const REFERENCE = /\$?\$\{\{\s*((?:shared\.)?[A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
/** A value that grows by referring twice to what refers twice … stops here. */
const MAX_RESOLVED_BYTES = 4 * 1024 * 1024;

export interface ResolvedVariable {
  key: string;
  value: SecretText;
  isSecret: boolean;
}

export interface Resolution {
  variables: ResolvedVariable[];
  /** With `skipUnreadable`: what could not be had, and why. */
  skipped: { key: string; code: ErrorCode }[];
}

/** Names a value refers to, `shared.` kept. */
export function listReferences(value: string): string[] {
  return [...value.matchAll(REFERENCE)]
    .filter(([text]) => !text.startsWith('$$'))
    .map(([, name]) => name as string);
}

/**
 * Every variable of an environment with its references resolved, in file order.
 *
 * SECURITY: one value that cannot be had fails the whole (a program started without its secret is a bug), unless
 * `skipUnreadable` was asked for. Throws `vault_locked`, `secret_unreadable`, `reference_missing`,
 * `reference_cycle`; the messages name variables, never values.
 */
export function resolveVariables(
  ctx: Context,
  projectId: number,
  environmentId: number,
  skipUnreadable = false,
): Resolution {
  const own = listVariables(ctx, projectId, { environmentId });
  const resolver = createResolver(ctx, own, listVariables(ctx, null));
  const resolution: Resolution = { variables: [], skipped: [] };
  for (const variable of own) {
    try {
      const { text, isSecret } = resolver(variable.key, []);
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

function createResolver(ctx: Context, own: readonly Variable[], shared: readonly Variable[]) {
  const byName = new Map([
    ...own.map((variable) => [variable.key, variable] as const),
    ...shared.map((variable) => [`shared.${variable.key}`, variable] as const),
  ]);
  const done = new Map<string, Resolved>();

  return function resolve(name: string, path: readonly string[]): Resolved {
    const known = done.get(name);
    if (known) return known;
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' → ');
      throw new AppError('reference_cycle', `These variables refer to each other in a circle: ${cycle}.`, {
        details: { cycle },
      });
    }
    const variable = byName.get(name);
    if (!variable) {
      throw new AppError('reference_missing', `${path.at(-1)} refers to ${name}, which is not there.`, {
        details: { name, in: path.at(-1) },
      });
    }
    // Inside a shared variable a bare name is a shared one too.
    const scope = name.startsWith('shared.') ? 'shared.' : '';
    let isSecret = variable.isSecret;
    const text = reveal(ctx, variable).replace(REFERENCE, (whole, target: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const resolved = resolve(target.startsWith('shared.') ? target : scope + target, [...path, name]);
      isSecret ||= resolved.isSecret;
      return resolved.text;
    });
    if (text.length > MAX_RESOLVED_BYTES) {
      throw new AppError('secret_too_large', `${name} grows over 4 MiB by its references.`);
    }
    const result = { text, isSecret };
    done.set(name, result);
    return result;
  };
}

function reveal(ctx: Context, variable: Variable): string {
  try {
    return revealVariable(ctx, variable).reveal();
  } catch (error) {
    if (!hasCode(error, 'secret_unreadable')) throw error;
    throw new AppError(
      'secret_unreadable',
      `${variable.key} cannot be opened with the keys this instance has.`,
      { cause: error },
    );
  }
}

/** Variables that refer to this one; those whose value cannot be read are left out and counted. */
export function listUses(
  ctx: Context,
  projectId: number | null,
  variable: Variable,
): { usedBy: { id: number; projectId: number | null; key: string }[]; unread: number } {
  const rows = ctx.store.sqlite.prepare('SELECT DISTINCT project_id FROM env_vars').pluck().all() as (
    | number
    | null
  )[];
  const scopes = projectId === null ? [null, ...rows.filter((id) => id !== null)] : [projectId];
  const usedBy: { id: number; projectId: number | null; key: string }[] = [];
  let unread = 0;
  for (const scope of scopes) {
    const name = projectId === null && scope !== null ? `shared.${variable.key}` : variable.key;
    for (const candidate of listVariables(ctx, scope)) {
      if (candidate.id === variable.id) continue;
      if (candidate.state !== 'ok') unread += 1;
      else if (listReferences(revealVariable(ctx, candidate).reveal()).includes(name))
        usedBy.push({ id: candidate.id, projectId: scope, key: candidate.key });
    }
  }
  return { usedBy, unread };
}
