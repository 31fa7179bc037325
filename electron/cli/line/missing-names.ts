import type { Schemas } from '../api-request.ts';
import { CommandError } from '../command-error.ts';
import { countEdits } from './closest.ts';

/** As many names as a person looks through. */
const MOST_LISTED = 6;

/** "There is no project shpo. There are: shop, api and 3 more." The one that is most like it comes first. */
export function noSuch(what: string, given: string, names: readonly string[]): CommandError {
  const listed = [...new Set(names)]
    .map((name) => ({ name, edits: countEdits(given, name) }))
    .sort((one, other) => one.edits - other.edits)
    .map(({ name }) => name);
  const more = listed.length - MOST_LISTED;
  const some = `${listed.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return new CommandError(
    'not_found',
    `There is no ${what} ${given}. ${listed.length === 0 ? 'There is none yet.' : `There are: ${some}.`}`,
  );
}

/** What the API gives for a path; null where it is not there for the caller. */
export type LookUp = <Answer>(path: string) => Promise<Answer | null>;

export interface Named {
  project: string;
  /** In the order in which they were given. */
  environments: readonly string[];
  /** Of a variable. */
  key?: string | undefined;
}

/** What a call named: read from its path, query and body. Null for one that is not about a project. */
export function readNamed(
  path: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
  body: Readonly<Record<string, unknown>> = {},
): Named | null {
  if (typeof path.project !== 'string') return null;
  const isName = (value: unknown): value is string => typeof value === 'string';
  return {
    project: path.project,
    environments: [path.environment, query.environment, body.environment, body.from, body.to].filter(isName),
    key: isName(path.key) ? path.key : undefined,
  };
}

/** Which of the names is not there, and which are; null where all of them are. The names are those that the caller may see. */
export async function findMissing(lookUp: LookUp, named: Named): Promise<CommandError | null> {
  const project = `/projects/${encodeURIComponent(named.project)}`;
  const environments = await lookUp<Schemas['Environment'][]>(`${project}/environments`);
  if (environments === null) {
    const { projects = [] } = (await lookUp<{ projects: Schemas['Project'][] }>('/projects')) ?? {};
    return noSuch(
      'project',
      named.project,
      projects.map(({ slug }) => slug),
    );
  }
  const isKnown = (name: string) =>
    environments.some(({ id, slug, name: title }) => [String(id), slug, title].includes(name));
  const unknown = named.environments.find((name) => !isKnown(name));
  if (unknown !== undefined)
    return noSuch(
      'environment',
      unknown,
      environments.map(({ slug }) => slug),
    );
  if (named.key === undefined) return null;
  const variables = (await lookUp<Schemas['Variable'][]>(`${project}/env-vars`)) ?? [];
  return noSuch(
    'variable',
    named.key,
    variables.map(({ key }) => key),
  );
}
