import { ask, askConfirmed, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import type { components } from '../api/schema.ts';
import { variablesQuery } from '../projects/project-queries.ts';

export type Variable = components['schemas']['Variable'];
export type VariableVersion = components['schemas']['VariableVersion'];
export type VariableUses = components['schemas']['VariableUses'];

/** What becomes of references to a variable that is renamed. */
export type ReferenceChoice = 'change' | 'keep';

export interface NewVariable {
  key: string;
  value: string;
  is_secret: boolean | 'guess';
  environment_ids: number[];
  include_in_preview: boolean;
  allow_unresolved: boolean;
  expires_at?: number | 'never' | null;
  /** Empty for none. */
  note?: string;
}

/** Omitted fields stay unchanged. */
export interface VariableChange extends Partial<Omit<NewVariable, 'is_secret'>> {
  is_secret?: boolean;
  keep_value?: boolean;
  /** Instead of a value: that of this earlier version. */
  value_of_version?: number;
  /** With a new name. */
  references?: ReferenceChoice;
  expected_updated_at: number;
}

/** Where variables are (a project, or shared) and the requests for them. */
export interface VariableScope {
  /** Path segment of the project; null for shared variables, which have no environments. */
  project: string | null;
  queryKey: readonly ['projects' | 'shared-variables', ...string[]];
  list: () => Promise<Variable[]>;
  /** SECURITY: the caller keeps the value only while it is shown. */
  reveal: (variable: Variable) => Promise<string>;
  create: (fields: NewVariable) => Promise<Variable>;
  update: (id: number, change: VariableChange) => Promise<Variable>;
  /** All or none. */
  remove: (variables: readonly Variable[]) => Promise<unknown>;
  /** Makes plain ones secrets, all or none. */
  encrypt: (variables: readonly Variable[]) => Promise<unknown>;
  listVersions: (id: number) => Promise<VariableVersion[]>;
  revert: (variable: Variable, version: number, allowUnresolved: boolean) => Promise<Variable>;
  listUses: (id: number) => Promise<VariableUses>;
}

/**
 * Shows what was saved at once: a dialog opened before the list is loaded again would start from the version before, and
 * its save would be refused as a conflict with one's own.
 */
export function showSaved({ queryKey }: VariableScope, saved: Variable): void {
  queryClient.setQueryData<Variable[]>(queryKey, (list) =>
    list?.map((known) => (known.id === saved.id ? saved : known)),
  );
}

const asSeen = (variables: readonly Variable[]) => ({
  ids: variables.map(({ id }) => id),
  expected_updated_at: Object.fromEntries(variables.map(({ id, updated_at }) => [String(id), updated_at])),
});

export function projectScope(project: string): VariableScope {
  const one = (id: number) => ({ path: { project, id } });
  return {
    project,
    queryKey: variablesQuery(project).queryKey as unknown as ['projects', ...string[]],
    list: () => ask(client.GET('/projects/{project}/env-vars', { params: { path: { project } } })),
    reveal: async ({ key, environments }) => {
      const [environment] = environments;
      const query = environment ? { environment_id: environment.id } : {};
      const params = { path: { project, key }, query };
      return (await askConfirmed(() => client.GET('/projects/{project}/env-vars/{key}/value', { params })))
        .value;
    },
    create: (body) =>
      ask(client.POST('/projects/{project}/env-vars', { params: { path: { project } }, body })),
    update: (id, body) => ask(client.PUT('/projects/{project}/env-vars/{id}', { params: one(id), body })),
    remove: (variables) =>
      ask(
        client.POST('/projects/{project}/env-vars/bulk', {
          params: { path: { project } },
          body: { action: 'delete', ...asSeen(variables) },
        }),
      ),
    encrypt: (variables) =>
      ask(
        client.POST('/projects/{project}/env-vars/bulk', {
          params: { path: { project } },
          body: { action: 'make_secret', ...asSeen(variables) },
        }),
      ),
    listVersions: async (id) =>
      (await ask(client.GET('/projects/{project}/env-vars/{id}/history', { params: one(id) }))).versions,
    revert: ({ id, updated_at }, version, allow_unresolved) =>
      ask(
        client.POST('/projects/{project}/env-vars/{id}/revert', {
          params: one(id),
          body: { version, expected_updated_at: updated_at, allow_unresolved },
        }),
      ),
    listUses: (id) => ask(client.GET('/projects/{project}/env-vars/{id}/used-by', { params: one(id) })),
  };
}

/** Moves variables of a project to exactly these environments, all or none. Resolves to what they are then. */
export async function moveVariables(
  project: string,
  variables: readonly Variable[],
  environmentIds: number[],
  allowUnresolved: boolean,
): Promise<Variable[]> {
  await ask(
    client.POST('/projects/{project}/env-vars/bulk', {
      params: { path: { project } },
      body: {
        action: 'set_environments',
        ...asSeen(variables),
        environment_ids: environmentIds,
        environment_ids_of: {},
        allow_unresolved: allowUnresolved,
      },
    }),
  );
  const ids = new Set(variables.map(({ id }) => id));
  return (await projectScope(project).list()).filter(({ id }) => ids.has(id));
}

/** Puts variables back where each of them was, all or none; refused where one was changed since. */
export function moveBack(
  project: string,
  was: readonly Variable[],
  moved: readonly Variable[],
): Promise<unknown> {
  return ask(
    client.POST('/projects/{project}/env-vars/bulk', {
      params: { path: { project } },
      body: {
        action: 'set_environments',
        ids: was.map(({ id }) => id),
        expected_updated_at: asSeen(moved).expected_updated_at,
        environment_ids: [],
        environment_ids_of: Object.fromEntries(
          was.map(({ id, environments }) => [String(id), environments.map((each) => each.id)]),
        ),
        // As it was then, it was allowed.
        allow_unresolved: true,
      },
    }),
  );
}

const shared = (id: number) => ({ path: { id } });

export const sharedScope: VariableScope = {
  project: null,
  queryKey: ['shared-variables'],
  list: () => ask(client.GET('/shared-variables')),
  reveal: async ({ id }) => {
    const params = { path: { key: String(id) } };
    return (await askConfirmed(() => client.GET('/shared-variables/{key}/value', { params }))).value;
  },
  create: ({ environment_ids: _, ...body }) => ask(client.POST('/shared-variables', { body })),
  update: (id, { environment_ids: _, ...body }) =>
    ask(client.PUT('/shared-variables/{id}', { params: shared(id), body })),
  remove: (variables) =>
    ask(client.POST('/shared-variables/bulk', { body: { action: 'delete', ...asSeen(variables) } })),
  encrypt: (variables) =>
    ask(client.POST('/shared-variables/bulk', { body: { action: 'make_secret', ...asSeen(variables) } })),
  listVersions: async (id) =>
    (await ask(client.GET('/shared-variables/{id}/history', { params: shared(id) }))).versions,
  revert: ({ id, updated_at }, version, allow_unresolved) =>
    ask(
      client.POST('/shared-variables/{id}/revert', {
        params: shared(id),
        body: { version, expected_updated_at: updated_at, allow_unresolved },
      }),
    ),
  listUses: (id) => ask(client.GET('/shared-variables/{id}/used-by', { params: shared(id) })),
};
