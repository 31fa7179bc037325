import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandError, INTERRUPTED } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { writeForPeople, writeOut } from '../terminal-text.ts';
import { type AppPath, toOptions } from './app-scope.ts';
import { type Deployment, describeFailure, describeServing, phaseWords } from './deployment-words.ts';

/** How often it is looked at how far it is. */
const LOOK_MS = 300;

export const followOptions = { 'no-wait': { type: 'boolean' } } as const;
export const FOLLOW_NOTES =
  'It is followed until it has ended: on standard error what it does, on standard output the address. Ends with 1 where it fails, and what served before still serves. Ctrl-C stops following it, not the deployment; --no-wait does not begin to.';

/** Says how a deployment goes that was asked for, to its end, unless --no-wait was given. Throws as it failed. */
export async function followDeployment(
  invocation: Invocation,
  client: Client,
  path: AppPath,
  asked: Deployment,
): Promise<number> {
  if (invocation.values['no-wait'] === true) {
    invocation.print(asked, () => `Deployment ${asked.id} was asked for. ${sayHow(path, asked)}`);
    return exitCodes.done;
  }
  const interrupting = new AbortController();
  const interrupt = () => interrupting.abort();
  process.once('SIGINT', interrupt);
  try {
    const say = invocation.json ? () => undefined : (text: string) => writeOut(process.stderr, `${text}\n`);
    say(`Deployment ${asked.id} of ${asked.image} for ${path.project} in ${asked.environment.slug}.`);
    const ended = await watch(client, path, asked.id, say, interrupting.signal);
    return await sayEnd(invocation, client, path, ended);
  } catch (error) {
    if (interrupting.signal.aborted)
      throw new CommandError(
        INTERRUPTED,
        `Deployment ${asked.id} continues; it is not followed any more. ${sayHow(path, asked)}`,
      );
    if (error instanceof CommandError && error.code === 'instance_gone')
      throw new CommandError(
        error.code,
        `The instance stopped. Deployment ${asked.id} continues when it is started again. ${sayHow(path, asked)}`,
      );
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

const sayHow = ({ project }: AppPath, { id }: Deployment) =>
  `How it goes: temps-desktop deployments show ${id} -p ${project}. To cancel it: temps-desktop deployments cancel ${id} -p ${project}`;

/** Until it has ended. */
async function watch(
  client: Client,
  { project }: AppPath,
  id: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Deployment> {
  const path = { project, deployment: id };
  const begun = new Set<string>();
  let saidLines = 0;
  for (let look = 1; ; look++) {
    // In this order: of one that has ended, the log that is read then is all of it.
    const deployment = await client.get('/projects/{project}/deployments/{deployment}', { path });
    const fresh = await client.get('/projects/{project}/deployments/{deployment}/log', {
      path,
      query: saidLines > 0 ? { after: saidLines } : {},
    });
    // At the first look every one still waits.
    if (look === 2 && deployment.status === 'pending') say('It waits for the one before it.');
    saidLines += fresh.length;
    for (const phase of listPhases(deployment, fresh)) {
      if (!begun.has(phase)) say(phaseWords[phase]);
      begun.add(phase);
      // Errors are said once, at the end.
      for (const line of fresh) if (line.phase === phase && line.level !== 'error') say(`  ${line.message}`);
    }
    if (deployment.status !== 'pending' && deployment.status !== 'running') return deployment;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** In their order; the log may have come further than the deployment that was read before it. */
const listPhases = ({ phases }: Deployment, lines: Schemas['DeploymentLog']) =>
  new Set([...phases, ...lines].map(({ phase }) => phase));

async function sayEnd(
  invocation: Invocation,
  client: Client,
  path: AppPath,
  ended: Deployment,
): Promise<number> {
  // Removed meanwhile, for one.
  const app = await client
    .get('/projects/{project}/environments/{environment}/app', { path })
    .catch(() => null);
  if (ended.status !== 'success') throw toFailure(ended, app, invocation.json);
  invocation.print(ended, () => ended.url || `Release ${ended.release ?? ''} works.`);
  if (!invocation.json && app !== null && app.state !== 'serving')
    writeForPeople(
      process.stderr,
      `It does not serve: ${app.state_detail ?? app.state}. See: temps-desktop apps status ${toOptions(path)}\n`,
    );
  return exitCodes.done;
}

/** For programs the deployment is in the details; for people what is known is said, but for its last lines, which were just shown. */
function toFailure(ended: Deployment, app: Schemas['App'] | null, isForPrograms: boolean): CommandError {
  const detail = ended.error_detail ?? ended.cancelled_reason ?? 'It failed.';
  const more = isForPrograms
    ? []
    : [...describeFailure(ended), ...(app === null ? [] : [describeServing(app)])];
  return new CommandError(
    ended.error_code ?? (ended.status === 'cancelled' ? 'cancelled' : 'release_failed'),
    [detail, ...more.map((line) => `  ${line}`)].join('\n'),
    {},
    { deployment: ended },
  );
}
