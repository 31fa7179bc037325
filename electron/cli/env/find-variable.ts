import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { noSuch } from '../line/missing-names.ts';
import { type GivenScope, readScope } from '../project-scope.ts';

export interface Scope {
  project: string;
  /** The environment of -e, else production. */
  environmentId: number;
  /** Limits to the environment, if one was named. */
  filter: { environment_id?: number };
}

export async function findScope({ project, env }: GivenScope, client: Client): Promise<Scope> {
  const { id } = await client.get('/projects/{project}/environments/{environment}', {
    path: { project, environment: env ?? 'production' },
  });
  return { project, environmentId: id, filter: env === undefined ? {} : { environment_id: id } };
}

export async function listVariables(
  client: Client,
  { project, filter }: Scope,
): Promise<Schemas['Variable'][]> {
  return await client.get('/projects/{project}/env-vars', { path: { project }, query: filter });
}

/** The only one of that name, or that of the environment. Throws `ambiguous_request` where there are several, and none there. */
export async function findVariable(
  client: Client,
  scope: Scope,
  key: string,
): Promise<Schemas['Variable'] | undefined> {
  const found = (await listVariables(client, scope)).filter((variable) => variable.key === key);
  if (found.length < 2) return found[0];
  const there = found.find(({ environments }) => environments.some(({ id }) => id === scope.environmentId));
  if (there) return there;
  const names = found.flatMap(({ environments }) => environments.map(({ name }) => name));
  throw new CommandError(
    'ambiguous_request',
    `${key} is in ${names.join(', ')}, and not in production: choose one with -e.`,
  );
}

/** Throws `not_found`, with the variables that there are. */
export async function getVariable(client: Client, scope: Scope, key: string): Promise<Schemas['Variable']> {
  const variable = await findVariable(client, scope, key);
  if (variable) return variable;
  const names = (await listVariables(client, scope)).map((known) => known.key);
  throw noSuch('variable', key, names);
}

const SHARED = 'shared.';

/** Of a variable that is named, before anything is opened; null for `shared.NAME`. Throws as `readScope` does. */
export function readNamedScope(invocation: Invocation, key: string): GivenScope | null {
  return key.startsWith(SHARED) ? null : readScope(invocation);
}

/** @param given of `readNamedScope`. Throws `not_found`, `ambiguous_request`. */
export async function getNamedVariable(
  given: GivenScope | null,
  client: Client,
  key: string,
): Promise<Schemas['Variable']> {
  if (given !== null) return await getVariable(client, await findScope(given, client), key);
  const name = key.slice(SHARED.length);
  const shared = await client.get('/shared-variables');
  const variable = shared.find((known) => known.key === name);
  if (variable) return variable;
  throw noSuch(
    'shared variable',
    name,
    shared.map((known) => known.key),
  );
}
