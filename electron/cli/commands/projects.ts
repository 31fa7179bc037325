import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatCount, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions, readScope } from '../project-scope.ts';
import {
  manageProjectResources,
  manageResources,
  RESOURCE_NOTES,
  requireNoResources,
  resourceOptions,
} from '../projects/resources.ts';
import { describeDeleted, findInTrash, toDeletedJson } from '../projects/trash-words.ts';

export const commands: Record<string, Command> = {
  'projects list': {
    usage: 'projects list',
    summary: 'Lists all projects.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const { projects } = await client.get('/projects');
        invocation.print(projects, () =>
          projects.length === 0
            ? 'No projects yet.'
            : formatTable(projects.map(({ id, slug, name }) => [id, slug, name])),
        );
        return exitCodes.done;
      });
    },
  },
  'projects create': {
    usage: 'projects create NAME',
    summary: 'Creates a project with the environment "production".',
    positionals: [1, 1],
    async run(invocation) {
      const [name = ''] = invocation.positionals;
      return await withClient(
        invocation,
        async (client) => {
          const project = await client.post('/projects', { body: { name } });
          invocation.print(project, () => project.slug);
          return exitCodes.done;
        },
        true,
      );
    },
  },
  'projects delete': {
    usage: 'projects delete NAME [--yes]',
    summary: 'Deletes a project with all its variables and secrets; for 30 days the trash has them.',
    notes:
      'Says first what goes, and asks; --yes skips the question. Its deployment tokens end at once and do not come back with it.',
    options: { yes: { type: 'boolean' } },
    positionals: [1, 1],
    async run(invocation) {
      const [project = ''] = invocation.positionals;
      return await withClient(invocation, async (client) => {
        const path = { project };
        const { id, name } = await client.get('/projects/{project}', { path });
        const variables = await client.get('/projects/{project}/env-vars', { path });
        const secrets = variables.filter(({ is_secret }) => is_secret).length;
        await confirmLoss(invocation, {
          said: `${name} has ${formatCount(variables.length, 'variable')}, ${secrets} of them secret. For 30 days it can be restored from the trash, without its deployment tokens: these end now.`,
          act: `delete ${project}`,
          done: 'deleted',
        });
        await client.delete('/projects/{project}', { path });
        const entry = await findInTrash(client, { project_id: id });
        invocation.print(toDeletedJson(project, entry), () => describeDeleted(entry));
        return exitCodes.done;
      });
    },
  },
  'projects environments': {
    usage:
      'projects environments [list|create NAME|copy FROM NAME|resources NAME|delete NAME [--yes]] -p PROJECT [--branch BRANCH]',
    summary:
      'Lists, creates, copies and deletes the environments of a project, and says how they are to be run.',
    notes: `copy creates an environment with the variables of another: their values, kinds and ends as they are now, without earlier versions. delete says first what goes, and asks; --yes skips the question; for 30 days the trash has it.\nresources: ${RESOURCE_NOTES}`,
    options: {
      ...projectOptions,
      ...resourceOptions,
      branch: { type: 'string' },
      yes: { type: 'boolean' },
    },
    positionals: [0, 3],
    run: environments,
  },
  'projects resources': {
    usage: 'projects resources -p PROJECT',
    summary: 'Shows and changes how a project is to be run, in all of its environments.',
    notes: RESOURCE_NOTES,
    options: { project: projectOptions.project, ...resourceOptions },
    async run(invocation) {
      const { project } = readScope(invocation);
      return await withClient(invocation, async (client) => {
        await manageProjectResources(invocation, client, project);
        return exitCodes.done;
      });
    },
  },
};

/** How many names each action takes. */
const actions: ReadonlyMap<string, number> = new Map([
  ['list', 0],
  ['create', 1],
  ['copy', 2],
  ['resources', 1],
  ['delete', 1],
]);

async function environments(invocation: Invocation): Promise<number> {
  const [action = 'list', first = '', second = ''] = invocation.positionals;
  if (Math.max(0, invocation.positionals.length - 1) !== actions.get(action))
    throw usageError(
      'usage: temps-desktop projects environments [list|create NAME|copy FROM NAME|resources NAME|delete NAME] -p PROJECT',
    );
  if (action !== 'resources') requireNoResources(invocation);
  const { project } = readScope(invocation);
  return await withClient(invocation, async (client) => {
    if (action === 'list') {
      const known = await client.get('/projects/{project}/environments', { path: { project } });
      invocation.print(known, () =>
        formatTable(known.map(({ id, slug, name, branch }) => [id, slug, name, branch ?? null])),
      );
    } else if (action === 'resources') await manageResources(invocation, client, project, first);
    else if (action === 'delete') await deleteEnvironment(invocation, client, project, first);
    else {
      const name = action === 'copy' ? second : first;
      const from = action === 'copy' ? first : null;
      const created = await createEnvironment(client, project, name, from, findText(invocation, 'branch'));
      invocation.print(created, () => created.slug);
    }
    return exitCodes.done;
  });
}

/** @param from the environment whose variables it gets; null for none. What cannot be copied leaves no environment behind. */
async function createEnvironment(
  client: Client,
  project: string,
  name: string,
  from: string | null,
  branch: string | undefined,
): Promise<Schemas['Environment']> {
  const path = { project };
  const source =
    from === null
      ? null
      : await client.get('/projects/{project}/environments/{environment}', {
          path: { project, environment: from },
        });
  // Before anything is created: values that cannot be read now are refused here.
  const content =
    source === null
      ? ''
      : await client.get('/projects/{project}/variables/export', {
          path,
          query: { environment: String(source.id) },
        });
  const kinds = source
    ? await client.get('/projects/{project}/env-vars', { path, query: { environment_id: source.id } })
    : [];
  const created = await client.post('/projects/{project}/environments', { path, body: { name, branch } });
  if (kinds.length === 0) return created;
  try {
    await client.post('/projects/{project}/variables/import', {
      path,
      body: {
        content_base64: Buffer.from(content).toString('base64'),
        environment: String(created.id),
        mode: 'merge',
        allow_empty: false,
        dry_run: false,
        on_error: 'fail',
        // A ${NAME} that is text there stays text.
        references: 'literal',
        secret: 'all',
        overrides: Object.fromEntries(kinds.map(({ key, is_secret }) => [key, is_secret])),
        // Those that the values say are found again.
        ends: Object.fromEntries(
          kinds
            .filter(({ expires_from }) => expires_from === 'by_hand')
            .map(({ key, expires_at }) => [key, expires_at ?? ('never' as const)]),
        ),
      },
    });
  } catch (error) {
    await client.delete('/projects/{project}/environments/{environment}', {
      path: { project, environment: String(created.id) },
    });
    // Nobody deleted it: it was never there.
    const entry = await findInTrash(client, { environment_id: created.id });
    if (entry) await client.delete('/trash/{id}', { path: { id: entry.id } });
    throw error;
  }
  return created;
}

async function deleteEnvironment(
  invocation: Invocation,
  client: Client,
  project: string,
  name: string,
): Promise<void> {
  const { id, slug } = await client.get('/projects/{project}/environments/{environment}', {
    path: { project, environment: name },
  });
  if (slug === 'production')
    throw new CommandError('invalid_request', 'The environment "production" cannot be deleted.');
  const variables = await client.get('/projects/{project}/env-vars', {
    path: { project },
    query: { environment_id: id },
  });
  const alone = variables.filter(({ environments: all }) => all.length === 1);
  const secrets = alone.filter(({ is_secret }) => is_secret).length;
  await confirmLoss(invocation, {
    said: `${name} has ${formatCount(alone.length, 'variable')} that are in no other environment, ${secrets} of them secret. For 30 days it can be restored from the trash, with them.`,
    act: `delete ${name}`,
    done: 'deleted',
  });
  await client.delete('/projects/{project}/environments/{environment}', {
    path: { project, environment: String(id) },
  });
  const entry = await findInTrash(client, { environment_id: id });
  invocation.print(toDeletedJson(slug, entry), () => describeDeleted(entry));
}
