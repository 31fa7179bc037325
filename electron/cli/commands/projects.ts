import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatCount, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions, readScope } from '../project-scope.ts';
import { MEMBERS_NOTES, MEMBERS_USAGE, manageMembers } from '../projects/members.ts';
import {
  manageProjectResources,
  manageResources,
  RESOURCE_NOTES,
  requireNoResources,
  resourceOptions,
} from '../projects/resources.ts';
import { manageTokens, TOKENS_NOTES, TOKENS_USAGE, tokenOptions } from '../projects/tokens.ts';
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
    usage: 'projects create NAME|--sample',
    summary: 'Creates a project with the environment "production".',
    notes:
      '--sample creates "Sample project" to look at: two environments, plain and secret variables, a reference, and notes that say what each shows. Its secrets are random, open nothing, and are encrypted and counted as any others.',
    options: { sample: { type: 'boolean' } },
    positionals: [0, 1],
    async run(invocation) {
      const [name] = invocation.positionals;
      const isSample = invocation.values.sample === true;
      if ((name !== undefined) === isSample)
        throw usageError('usage: temps-desktop projects create NAME, or --sample alone');
      return await withClient(
        invocation,
        async (client) => {
          const project =
            name === undefined
              ? await client.post('/projects/sample')
              : await client.post('/projects', { body: { name } });
          invocation.print(project, () => (isSample ? describeSample(project.slug) : project.slug));
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
      'Says first what goes, and asks; --yes skips the question. Its deployment tokens and the roles of its members end at once and do not come back with it.',
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
    notes: `copy creates an environment with the variables of another: their values, kinds, notes and ends as they are now, without earlier versions; all or nothing. delete says first what goes, and asks; --yes skips the question; for 30 days the trash has it.\nresources: ${RESOURCE_NOTES}`,
    options: {
      ...projectOptions,
      ...resourceOptions,
      branch: { type: 'string' },
      yes: { type: 'boolean' },
    },
    positionals: [0, 3],
    run: environments,
  },
  'projects members': {
    usage: MEMBERS_USAGE,
    summary: 'Lists who has a role in a project, and gives and takes these roles.',
    notes: MEMBERS_NOTES,
    options: { project: projectOptions.project },
    positionals: [0, 3],
    run: manageMembers,
  },
  'projects tokens': {
    usage: TOKENS_USAGE,
    summary:
      'Lists, creates, limits and deletes the deployment tokens of a project, which read it and nothing else.',
    notes: TOKENS_NOTES,
    options: { project: projectOptions.project, ...tokenOptions },
    positionals: [0, 2],
    run: manageTokens,
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

/** What to do with it, and how to be rid of it. */
const describeSample = (slug: string): string =>
  [
    slug,
    `Look at it: temps-desktop env list -p ${slug}`,
    `Run a program with it: temps-desktop run --mask -p ${slug} -e staging -- env`,
    `Remove it: temps-desktop projects delete ${slug}`,
  ].join('\n');

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

/** @param from the environment whose variables it gets; null for none. */
async function createEnvironment(
  client: Client,
  project: string,
  name: string,
  from: string | null,
  branch: string | undefined,
): Promise<Schemas['Environment']> {
  const body = { name, branch };
  return from === null
    ? await client.post('/projects/{project}/environments', { path: { project }, body })
    : await client.post('/projects/{project}/environments/{environment}/copy', {
        path: { project, environment: from },
        body,
      });
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
