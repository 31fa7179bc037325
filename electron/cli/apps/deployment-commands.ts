import type { Client } from '../client.ts';
import { type Command, findText, type Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions, readScope } from '../project-scope.ts';
import { writeOut } from '../terminal-text.ts';
import { readAppPath, readNumber, withApps } from './app-scope.ts';
import {
  type Deployment,
  describeDeployment,
  describeServing,
  formatDeployments,
} from './deployment-words.ts';
import { FOLLOW_NOTES, followDeployment, followOptions } from './follow-deployment.ts';

const NUMBER_NOTES = 'N is the number of a deployment, as deployments list shows it first in its line.';
const MOST_LISTED = 200;

export const commands: Record<string, Command> = {
  'deployments list': {
    usage: 'deployments list -p PROJECT [-e ENV] [--limit N]',
    summary: 'Lists what was deployed in a project, or one environment, and how it went; newest first.',
    options: { ...projectOptions, limit: { type: 'string' } },
    run: list,
  },
  'deployments show': {
    usage: 'deployments show N -p PROJECT [-e ENV]',
    summary: 'Shows a deployment: how far it is, or how it went, and what is known where it failed.',
    notes: NUMBER_NOTES,
    options: projectOptions,
    positionals: [1, 1],
    async run(invocation) {
      return await withDeployment(invocation, async (_client, deployment) => {
        invocation.print(deployment, () => describeDeployment(deployment));
        return exitCodes.done;
      });
    },
  },
  'deployments logs': {
    usage: 'deployments logs N -p PROJECT [-e ENV]',
    summary: 'Shows what a deployment said as it went. What the app prints once it serves: apps logs.',
    notes: NUMBER_NOTES,
    options: projectOptions,
    positionals: [1, 1],
    async run(invocation) {
      return await withDeployment(invocation, async (client, { project_id, id }) => {
        const path = { project: String(project_id), deployment: id };
        const lines = await client.get('/projects/{project}/deployments/{deployment}/log', { path });
        if (invocation.json) invocation.print(lines, () => '');
        else
          for (const { timestamp, phase, message } of lines)
            writeOut(process.stdout, `${timestamp}  ${phase.padEnd('switching'.length)}  ${message}\n`);
        return exitCodes.done;
      });
    },
  },
  'deployments rollback': {
    usage: 'deployments rollback [N] -p PROJECT [-e ENV] [--no-wait]',
    summary:
      'Goes back to the release that a deployment left, or to the newest one before the current; with the variables of now.',
    notes: `${NUMBER_NOTES} ${FOLLOW_NOTES}`,
    options: { ...projectOptions, ...followOptions },
    positionals: [0, 1],
    run: rollBack,
  },
  'deployments cancel': {
    usage: 'deployments cancel N -p PROJECT [-e ENV]',
    summary: 'Ends a deployment that waits or is under way, unless its release serves already.',
    notes: NUMBER_NOTES,
    options: projectOptions,
    positionals: [1, 1],
    run: cancel,
  },
};

async function list(invocation: Invocation): Promise<number> {
  const { project, env } = readScope(invocation);
  const limit = readNumber(invocation, 'limit', MOST_LISTED);
  return await withApps(invocation, async (client) => {
    const environment =
      env === undefined
        ? undefined
        : await client.get('/projects/{project}/environments/{environment}', {
            path: { project, environment: env },
          });
    const found = await client.get('/projects/{project}/deployments', {
      path: { project },
      query: { environment_id: environment?.id, per_page: limit },
    });
    invocation.print(found.deployments, () => formatDeployments(found.deployments));
    return exitCodes.done;
  });
}

/** The deployment that is the argument, of the project and, where -e names one, of that environment. */
async function withDeployment(
  invocation: Invocation,
  work: (client: Client, deployment: Deployment) => Promise<number>,
  options?: { needsInstance: boolean },
): Promise<number> {
  const { project } = readScope(invocation);
  const [given = ''] = invocation.positionals;
  if (!/^[1-9]\d{0,14}$/.test(given))
    throw usageError(
      `${given} is not the number of a deployment: deployments list -p ${project} shows them.`,
    );
  const wanted = findText(invocation, 'env');
  return await withApps(
    invocation,
    async (client) => {
      const deployment = await client.get('/projects/{project}/deployments/{deployment}', {
        path: { project, deployment: Number(given) },
      });
      const { id, name, slug } = deployment.environment;
      if (wanted !== undefined && ![String(id), name, slug].includes(wanted))
        throw new CommandError('not_found', `Deployment ${given} is of the environment ${slug}.`);
      return await work(client, deployment);
    },
    options,
  );
}

async function rollBack(invocation: Invocation): Promise<number> {
  if (invocation.positionals.length > 0)
    return await withDeployment(
      invocation,
      (client, deployment) => goBack(invocation, client, deployment.id, deployment.environment.slug),
      { needsInstance: true },
    );
  const path = readAppPath(invocation);
  return await withApps(
    invocation,
    async (client) => {
      const { release, releases } = await client.get('/projects/{project}/environments/{environment}/app', {
        path,
      });
      const before = releases.find(({ number }) => release !== null && number < release.number);
      if (!before) throw new CommandError('conflict', 'No release before the current one is kept.');
      return await goBack(invocation, client, before.deployment_id, path.environment);
    },
    { needsInstance: true },
  );
}

async function goBack(
  invocation: Invocation,
  client: Client,
  deployment: number,
  environment: string,
): Promise<number> {
  const { project } = readScope(invocation);
  const asked = await client.post('/projects/{project}/deployments/{deployment}/rollback', {
    path: { project, deployment },
  });
  return await followDeployment(invocation, client, { project, environment }, asked);
}

async function cancel(invocation: Invocation): Promise<number> {
  return await withDeployment(
    invocation,
    async (client, { id, project_id, environment }) => {
      const project = String(project_id);
      const cancelled = await client.post('/projects/{project}/deployments/{deployment}/cancel', {
        path: { project, deployment: id },
      });
      const app = await client.get('/projects/{project}/environments/{environment}/app', {
        path: { project, environment: String(environment.id) },
      });
      invocation.print(cancelled, () => `Cancelled. ${describeServing(app)}`);
      return exitCodes.done;
    },
    { needsInstance: true },
  );
}
