import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import { projectOperations } from '../operations.ts';
import { printEnv } from './env-file.ts';
import { type Resolution, resolveVariables } from './references.ts';
import { listVariables, revealVariable } from './variables.ts';

/** One environment of one project. */
export interface Place {
  project: { readonly id: number; readonly name: string };
  environment: { readonly id: number; readonly name: string };
}

/**
 * All values of an environment with references resolved, for running a program. Recorded once, with the count,
 * before any value is returned. Throws `vault_locked`, `secret_unreadable`, `reference_*`.
 */
export function resolveToRun(ctx: Context, actor: Caller, place: Place, skipUnreadable: boolean): Resolution {
  const { project, environment } = place;
  const resolution = resolveVariables(ctx, project.id, environment.id, skipUnreadable);
  ctx.audit.append(projectOperations.ENV_VARS_RESOLVED, actor, countIn(place, resolution.variables.length));
  return resolution;
}

/**
 * The variables of an environment as the text of a `.env` file. Recorded as above. Throws `vault_locked`,
 * `secret_unreadable`.
 */
export function exportEnvFile(ctx: Context, actor: Caller, place: Place): string {
  const variables = listVariables(ctx, place.project.id, { environmentId: place.environment.id });
  const text = printEnv(
    variables.map((variable) => ({ name: variable.key, value: revealVariable(ctx, variable).reveal() })),
  );
  ctx.audit.append(projectOperations.ENV_VARS_EXPORTED, actor, countIn(place, variables.length));
  return text;
}

function countIn({ project, environment }: Place, count: number) {
  return { project: project.name, environment: environment.name, count };
}
