import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandError } from '../command-error.ts';
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

export async function findVariable(
  client: Client,
  scope: Scope,
  key: string,
): Promise<Schemas['Variable'] | undefined> {
  const found = (await listVariables(client, scope)).filter((variable) => variable.key === key);
  if (found.length > 1)
    throw new CommandError(
      'ambiguous_request',
      `${key} is in more than one environment: choose one with -e.`,
    );
  return found[0];
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
  const variable =
    given === null
      ? (await client.get('/shared-variables')).find((known) => known.key === key.slice(SHARED.length))
      : await findVariable(client, await findScope(given, client), key);
  if (!variable) throw new CommandError('not_found', 'There is no such variable.');
  return variable;
}
