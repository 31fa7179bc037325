import type { Caller } from '../../access/caller.ts';
import { hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { startSlices } from '../../kernel/slices.ts';
import type { SecretState } from '../../vault/vault.ts';
import { projectOperations } from '../operations.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { listVariables, readUnchanged, revealVariable, type Variable } from '../variables/variables.ts';

/** What is known of the values of one name, in the environments that have it. */
export const comparedValues = ['same', 'differs', 'not_compared'] as const;

/** SECURITY: no value, and of values only whether they are the same. */
export interface ComparedVariable {
  key: string;
  /** Whether one of the environments does not have it. */
  isMissing: boolean;
  values: (typeof comparedValues)[number];
  /** Of the environments that have it, in their order. */
  found: FoundIn[];
}

export interface FoundIn {
  environmentId: number;
  variableId: number;
  isSecret: boolean;
  state: SecretState;
  /** Grows with every change of the variable. */
  updatedAt: number;
  /** Environments of one number have the same value; null where that is not known. */
  group: number | null;
}

/** Environments of one project. */
interface Places {
  project: { readonly id: number; readonly name: string };
  environments: readonly { readonly id: number; readonly name: string }[];
}

/**
 * Which environments have a variable of each name, and whether its values are the same, as they are stored: references are not
 * resolved. Sorted by name. Throws `vault_locked`, `secret_too_large`, `changed_meanwhile`.
 *
 * SECURITY: whether a secret is the same as another value tells as much as reading it, to someone who can set that other value:
 * each comparison is a guess, and whether it is right. So it takes what revealing takes (`withSecrets`: the permission, and for
 * people a confirmation, which the caller of this checks), and it is kept as a reading of each secret, and in the audit log,
 * before it is told. Without it nothing is opened, and of secrets it is told where they are. That one variable of several
 * environments is the same in them needs no look at its value.
 */
export async function compareEnvironments(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  { project, environments }: Places,
  withSecrets: boolean,
): Promise<ComparedVariable[]> {
  const ids = environments.map(({ id }) => id);
  const { variables, opened } = await readUnchanged(ctx, ids, () =>
    compareNow(ctx, project.id, ids, withSecrets),
  );
  if (opened.length > 0) {
    ctx.audit.record(projectOperations.ENV_VARS_COMPARED, actor, {
      project: project.name,
      project_id: project.id,
      environments: environments.map(({ name }) => name),
      count: opened.length,
    });
    await reads.record(actor, 'compared', opened);
  }
  return variables;
}

async function compareNow(
  ctx: Context,
  projectId: number,
  environmentIds: readonly number[],
  withSecrets: boolean,
): Promise<{ variables: ComparedVariable[]; opened: number[] }> {
  const byKey = new Map<string, Variable[]>();
  for (const variable of await listVariables(ctx, projectId)) {
    if (!variable.environments.some(({ id }) => environmentIds.includes(id))) continue;
    const known = byKey.get(variable.key);
    if (known) known.push(variable);
    else byKey.set(variable.key, [variable]);
  }
  const slices = startSlices();
  const opened: number[] = [];
  const variables: ComparedVariable[] = [];
  for (const [key, held] of [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (slices.isOver()) await slices.next();
    const cells = environmentIds.flatMap((environmentId) => {
      const variable = held.find(({ environments }) => environments.some(({ id }) => id === environmentId));
      return variable ? [{ environmentId, variable }] : [];
    });
    const distinct = [...new Set(cells.map(({ variable }) => variable))];
    const groups = groupByValue(ctx, distinct, withSecrets, opened);
    const found = cells.map(({ environmentId, variable: { id: variableId, ...variable } }) => ({
      environmentId,
      variableId,
      isSecret: variable.isSecret,
      state: variable.state,
      updatedAt: variable.updatedAt,
      group: groups.get(variableId) ?? null,
    }));
    variables.push({
      key,
      isMissing: found.length < environmentIds.length,
      values: judge(found.map(({ group }) => group)),
      found,
    });
  }
  return { variables, opened };
}

/** By variable, numbered in their order; what was not compared is left out. Of one name's values, and no more at once. */
function groupByValue(
  ctx: Context,
  held: readonly Variable[],
  withSecrets: boolean,
  opened: number[],
): ReadonlyMap<number, number> {
  const [first, second] = held;
  if (first && !second) return new Map([[first.id, 0]]);
  const values: string[] = [];
  const groups = new Map<number, number>();
  for (const variable of held) {
    const value = readValue(ctx, variable, withSecrets, opened);
    if (value === null) continue;
    const known = values.indexOf(value);
    groups.set(variable.id, known === -1 ? values.push(value) - 1 : known);
  }
  return groups;
}

/** Null where it cannot be compared. */
function readValue(ctx: Context, variable: Variable, withSecrets: boolean, opened: number[]): string | null {
  if (!variable.isSecret) return variable.value ?? '';
  if (!withSecrets || variable.state !== 'ok') return null;
  opened.push(variable.id);
  try {
    return revealVariable(ctx, variable).reveal();
  } catch (error) {
    if (!hasCode(error, 'secret_unreadable')) throw error;
    return null;
  }
}

function judge(groups: readonly (number | null)[]): ComparedVariable['values'] {
  const known = new Set(groups.filter((group) => group !== null));
  if (known.size > 1) return 'differs';
  return groups.includes(null) ? 'not_compared' : 'same';
}
