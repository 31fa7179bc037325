import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import { projectOperations } from '../operations.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { type Resolution, resolveVariables } from '../variables/references.ts';
import { createBudget } from '../variables/value-budget.ts';
import { listVariables, readUnchanged, revealVariable } from '../variables/variables.ts';
import { printEnv } from './env-file.ts';

/** One environment of one project. */
export interface Place {
  project: { readonly id: number; readonly name: string };
  environment: { readonly id: number; readonly name: string };
}

/**
 * All values of an environment with references resolved, for running a program or for a file of another format. Recorded
 * once, with the count, before any value is returned. Throws `vault_locked`, `secret_unreadable`, `secret_too_large`, `reference_*`,
 * `changed_meanwhile`.
 */
export async function resolveAll(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  place: Place,
  { skipUnreadable, purpose }: { skipUnreadable: boolean; purpose: 'run' | 'export' },
): Promise<Resolution> {
  const { project, environment } = place;
  const resolution = await resolveVariables(ctx, project.id, environment.id, skipUnreadable);
  const isExport = purpose === 'export';
  const { ENV_VARS_EXPORTED, ENV_VARS_RESOLVED } = projectOperations;
  const counts = countIn(place, resolution.variables.length);
  ctx.audit.record(isExport ? ENV_VARS_EXPORTED : ENV_VARS_RESOLVED, actor, counts);
  await reads.record(actor, isExport ? 'exported' : 'run', resolution.opened);
  return resolution;
}

/**
 * The variables of an environment as the text of a `.env` file. Recorded as above. Throws `vault_locked`,
 * `secret_unreadable`, `secret_too_large`, `changed_meanwhile`.
 */
export async function exportEnvFile(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  place: Place,
): Promise<string> {
  const { lines, secrets } = await readUnchanged(ctx, [place.environment.id], () =>
    printVariables(ctx, place),
  );
  ctx.audit.record(projectOperations.ENV_VARS_EXPORTED, actor, countIn(place, lines.length));
  await reads.record(actor, 'exported', secrets);
  return lines.join('');
}

async function printVariables(
  ctx: Context,
  { project, environment }: Place,
): Promise<{ lines: string[]; secrets: number[] }> {
  const budget = createBudget();
  const slices = startSlices();
  const lines: string[] = [];
  const secrets: number[] = [];
  for (const variable of await listVariables(ctx, project.id, { environmentId: environment.id }, budget)) {
    if (slices.isOver()) await slices.next();
    const line = printEnv([{ name: variable.key, value: revealVariable(ctx, variable).reveal() }]);
    budget.take(variable.key, line.length);
    lines.push(line);
    if (variable.isSecret) secrets.push(variable.id);
  }
  return { lines, secrets };
}

function countIn({ project, environment }: Place, count: number) {
  return { project: project.name, project_id: project.id, environment: environment.name, count };
}
