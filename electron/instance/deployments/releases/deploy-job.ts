import { setTimeout as sleep } from 'node:timers/promises';
import { countOf } from '../../audit/sentence.ts';
import { describeFailure, type Job, queued } from '../../jobs/job.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { describeError } from '../../kernel/log.ts';
import { getEnvironment } from '../../projects/environments.ts';
import { findProjectById } from '../../projects/projects.ts';
import { type DeploymentsCore, type Place, tell } from '../deployments-core.ts';
import type { Endpoint } from '../engines/engine.ts';
import { isMoving, parseImageReference } from '../engines/image-reference.ts';
import { deploymentOperations } from '../operations.ts';
import { isEnded, type LineLevel, type Phase, type ProbeFailure } from '../vocabulary.ts';
import { type App, findApp, lineOf } from './apps.ts';
import { discard, findServing, listContainersOf, type OwnContainer, setContainer } from './containers.ts';
import {
  addLine,
  beginPhase,
  type Deployment,
  type DeploymentEnd,
  endDeployment,
  findDeployment,
} from './deployments.ts';
import { explainFailure } from './failure-words.ts';
import { look } from './look.ts';
import { probeContainer } from './probe.ts';
import { findNextNumber, findRelease, insertRelease, type Release } from './releases.ts';
import { nameOfApp, publishRoutes } from './routes-table.ts';
import {
  type Environmentals,
  factsOf,
  findSetPort,
  openVariables,
  referToImage,
  requireImageOf,
  startContainer,
} from './start-release.ts';

export type DeployPayload = { deployment: number; environment: number };

/** How long each part may take. A probe says it itself. */
const PREPARE_MS = 20 * 60_000;
const START_MS = 2 * 60_000;
/** Open requests and connections may go on for so long at the release before. */
const DRAIN_MS = 30_000;
const DRAIN_LOOK_MS = 100;
/** Of the last lines of an app that failed. */
const LAST_LINES = 20;

export function deployJob(core: DeploymentsCore): Job<DeployPayload> {
  return {
    name: 'deployments.deploy',
    title: 'Deploy an app',
    when: queued,
    // One at a time for each environment.
    key: ({ environment }) => String(environment),
    record: 'always',
    isResumed: true,
    async run({ payload, signal }) {
      return await core.alone(payload.environment, () => run(core, payload.deployment, signal));
    },
  };
}

async function run(core: DeploymentsCore, id: number, stopping: AbortSignal) {
  const { ctx } = core;
  const deployment = findDeployment(ctx, id);
  // Replaced or cancelled while it waited.
  if (!deployment || isEnded(deployment.state)) return undefined;
  const cancelling = new AbortController();
  core.running.set(id, cancelling);
  const place = findPlace(core, deployment);
  try {
    if (!place) throw new AppError('not_found', 'The environment was deleted meanwhile.');
    const number = await deploy(core, deployment, place, AbortSignal.any([stopping, cancelling.signal]));
    return { deployment: id, release: number };
  } catch (error) {
    // It goes on at the next start.
    if (stopping.aborted) throw error;
    const why = cancelling.signal.aborted ? cancelling.signal.reason : error;
    await noteFailed(core, deployment, place, why);
    throw why;
  } finally {
    core.running.delete(id);
    tell(core, deployment.projectId);
  }
}

export function findPlace(
  { ctx }: DeploymentsCore,
  { projectId, environmentId }: Pick<Deployment, 'projectId' | 'environmentId'>,
): Place | null {
  const project = findProjectById(ctx, projectId);
  if (!project) return null;
  try {
    return { project, environment: getEnvironment(ctx, projectId, String(environmentId)) };
  } catch (error) {
    if (hasCode(error, 'not_found')) return null;
    throw error;
  }
}

/** The release before goes on serving; what was begun is removed. */
async function noteFailed(
  core: DeploymentsCore,
  deployment: Deployment,
  place: Place | null,
  error: unknown,
) {
  const { ctx } = core;
  const { errorCode, errorDetail } = describeFailure(error);
  if (!(error instanceof AppError)) ctx.log.error({ error: describeError(error) }, 'a deployment failed');
  const end: DeploymentEnd = {
    state: errorCode === 'cancelled' ? 'cancelled' : 'failed',
    errorCode,
    errorDetail,
    failure: error instanceof ReleaseFailure ? error.failure : null,
  };
  const { phase } = findDeployment(ctx, deployment.id) ?? deployment;
  ctx.store.transaction(() => {
    // Of one that did not work it was said already.
    if (end.state === 'failed' && !(error instanceof ReleaseFailure))
      addLine(core, deployment, phase ?? 'preparing', 'error', errorDetail);
    endDeployment(ctx, deployment.id, end);
    if (place && end.state === 'failed')
      ctx.audit.append(deploymentOperations.DEPLOYMENT_FAILED, null, {
        ...lineOf(place),
        deployment_id: deployment.id,
        image: deployment.image,
        code: errorCode,
      });
  });
  // What cannot be removed now is removed by the next look.
  for (const container of listLeftovers(core, deployment))
    await discard(core, container).catch(() => undefined);
  await publishRoutes(core).catch(() => undefined);
}

const listLeftovers = ({ ctx }: DeploymentsCore, { id, environmentId }: Deployment): OwnContainer[] =>
  listContainersOf(ctx, environmentId).filter(
    ({ deploymentId, state }) => deploymentId === id && state === 'new',
  );

class ReleaseFailure extends AppError {
  readonly failure: ProbeFailure;
  constructor(detail: string, failure: ProbeFailure) {
    super('release_failed', detail);
    this.failure = failure;
  }
}

/** One deployment under way. */
interface Work {
  core: DeploymentsCore;
  deployment: Deployment;
  place: Place;
  app: App;
  signal: AbortSignal;
  phase: Phase;
}

function say({ core, deployment, phase }: Work, text: string, level: LineLevel = 'info'): void {
  addLine(core, deployment, phase, level, text);
}

function begin(work: Work, phase: Phase): void {
  work.signal.throwIfAborted();
  work.phase = phase;
  beginPhase(work.core, work.deployment, phase);
}

/** Gives the number of the release that serves. */
async function deploy(
  core: DeploymentsCore,
  deployment: Deployment,
  place: Place,
  signal: AbortSignal,
): Promise<number> {
  const { ctx } = core;
  const app = findApp(ctx, place.environment.id);
  if (!app) throw new AppError('no_app', 'This app was removed meanwhile.');
  const work: Work = { core, deployment, place, app, signal, phase: 'preparing' };
  // A run that was cut short after its release served: what is left is to end the one before.
  const served = findRelease(ctx, deployment.releaseId);
  if (served) return await finish(work, served.number, null);
  for (const container of listLeftovers(core, deployment)) await discard(core, container);

  begin(work, 'preparing');
  // Visitors see that it starts, and the app is told where they reach it. It is deployed though its name leads nowhere yet.
  await publishRoutes(core).catch(() => undefined);
  const source = await within(work, PREPARE_MS, 'fetching the image', (limited) =>
    prepare({ ...work, signal: limited }),
  );

  begin(work, 'starting');
  const number = findNextNumber(ctx, app.environmentId);
  const opened = await openVariables(core, place, factsOf(place, number, findUrl(core, app)));
  for (const name of opened.shadowed)
    say(
      work,
      `The variable ${name} is a fact that every app gets; the value set for it is not used.`,
      'warning',
    );
  const container = await within(work, START_MS, 'starting the container', () =>
    startContainer(core, place, {
      deploymentId: deployment.id,
      releaseId: null,
      release: number,
      image: source.reference,
      port: source.port ?? 0,
      env: opened.env,
    }),
  );
  say(work, `Started, with ${countOf(opened.given.length, 'variable').text}.`);

  begin(work, 'probing');
  const endpoint = await probe(work, container, source.port, opened);

  begin(work, 'switching');
  await core.engine.setRestart(container.name, true);
  const release: Omit<Release, 'id' | 'createdAt' | 'isPinned'> = {
    environmentId: app.environmentId,
    number,
    deploymentId: deployment.id,
    image: deployment.image,
    imageId: source.imageId,
    imageDigest: source.imageDigest,
    port: endpoint.port,
    probe: app.probe,
    variables: opened.given,
  };
  const before = core.seen.get(app.environmentId)?.endpoint ?? null;
  // New requests go to the new release before anything says so: whatever fails from here on, one of the two serves.
  const facts = await core.engine.findContainer(container.name);
  core.switching.set(app.environmentId, endpoint);
  try {
    await publishRoutes(core);
    commit(work, container, release);
    core.seen.set(app.environmentId, { name: container.name, facts, endpoint });
  } catch (error) {
    core.switching.delete(app.environmentId);
    await publishRoutes(core).catch(() => undefined);
    throw error;
  }
  core.switching.delete(app.environmentId);
  say(work, `Release ${number} serves at ${nameOfApp(app)}.`);
  return await finish(work, number, before);
}

/** Runs a part of it that must not take longer. Throws `release_failed` when it does. */
async function within<T>(
  work: Work,
  ms: number,
  what: string,
  part: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(ms);
  const signal = AbortSignal.any([work.signal, late]);
  try {
    return await part(signal);
  } catch (error) {
    if (late.aborted && !work.signal.aborted)
      throw new AppError('release_failed', `It took longer than ${ms / 60_000} minutes: ${what}.`, {
        cause: error,
      });
    throw error;
  }
}

interface Source {
  /** Id or digest. */
  reference: string;
  imageId: string;
  imageDigest: string | null;
  /** Null where nobody says: it is looked at which port it listens on. */
  port: number | null;
}

async function prepare(work: Work): Promise<Source> {
  const { core, deployment, place, app, signal } = work;
  const { ctx, engine } = core;
  const from = findRelease(ctx, deployment.fromReleaseId);
  if (deployment.fromReleaseId !== null) {
    if (!from) throw new AppError('not_found', 'The release to go back to is not kept any more.');
    const reference = await requireImageOf(core, from, (text) => say(work, text), signal);
    return { reference, imageId: from.imageId, imageDigest: from.imageDigest, port: from.port };
  }
  const parsed = parseImageReference(deployment.image);
  const known = await engine.findImage(deployment.image);
  if (!known || deployment.isPulled || isMoving(parsed)) {
    say(work, `Fetching ${deployment.image}.`);
    try {
      await engine.pull(deployment.image, (text) => say(work, text), signal);
    } catch (error) {
      // A machine without a way to the registry goes on with what it has, unless someone wanted the newest.
      if (!known || deployment.isPulled || !hasCode(error, 'image_missing')) throw error;
      say(work, `${error.message} The image of this name on this machine is used.`, 'warning');
    }
  }
  const image = await engine.findImage(deployment.image);
  if (!image) throw new AppError('image_missing', `The image ${deployment.image} is not on this machine.`);
  await engine.requireRunnable(image);
  const { imageId, imageDigest } = referToImage(image, parsed.name);
  say(work, `The image is ${imageDigest ?? imageId}.`);
  const [first, ...others] = image.ports;
  const port = findSetPort(app, place) ?? (others.length === 0 ? (first ?? null) : null);
  return { reference: imageId, imageId, imageDigest, port };
}

async function probe(
  work: Work,
  container: OwnContainer,
  port: number | null,
  { mask }: Environmentals,
): Promise<Endpoint> {
  const { core, app, signal } = work;
  const probed = await probeContainer(core, container.name, port, app.probe, signal);
  if (probed.works) {
    say(work, `It works: port ${probed.endpoint.port} answers.`);
    return probed.endpoint;
  }
  const lines = await core.engine.readLogs(container.name, LAST_LINES).catch(() => []);
  const failure: ProbeFailure = { ...probed.failure, lastLines: lines.map(({ text }) => mask(text)) };
  const detail = explainFailure(app.probe, failure);
  for (const line of failure.lastLines) say(work, line);
  say(work, detail, 'error');
  throw new ReleaseFailure(detail, failure);
}

/** The release, its container, what comes before it, and how it went: all at once, or none of it. */
function commit(
  { core, deployment, place, app }: Work,
  container: OwnContainer,
  release: Omit<Release, 'id' | 'createdAt' | 'isPinned'>,
): void {
  const { ctx } = core;
  ctx.store.transaction(() => {
    const id = insertRelease(ctx, release);
    for (const known of listContainersOf(ctx, app.environmentId))
      if (known.id !== container.id) setContainer(ctx, known.id, { state: 'leaving' });
    setContainer(ctx, container.id, { state: 'serving', releaseId: id, port: release.port });
    ctx.store.sqlite.prepare('UPDATE deployments SET release_id = ? WHERE id = ?').run(id, deployment.id);
    ctx.audit.append(deploymentOperations.DEPLOYMENT_SUCCEEDED, null, {
      ...lineOf(place),
      deployment_id: deployment.id,
      image: deployment.image,
      release: release.number,
    });
  });
}

/** What is open at the release before may end; then it goes. What cannot be removed now is removed by the next look. */
async function finish(work: Work, number: number, before: Endpoint | null): Promise<number> {
  const { core, deployment, app } = work;
  const { ctx, edge } = core;
  work.phase = 'draining';
  beginPhase(core, deployment, 'draining');
  if (before) {
    const endMs = performance.now() + DRAIN_MS;
    // A cancel comes too late here; a stop of the instance does not wait.
    while (
      !work.signal.aborted &&
      performance.now() < endMs &&
      (await edge.countOpen(before).catch(() => 0)) > 0
    )
      await sleep(DRAIN_LOOK_MS);
    await edge.cutOff(before).catch(() => undefined);
  }
  for (const container of listContainersOf(ctx, app.environmentId))
    if (container.state === 'leaving') await discard(core, container).catch(() => undefined);
  ctx.store.transaction(() => endDeployment(ctx, deployment.id, { state: 'success' }));
  // After a start it has not been seen yet.
  if (!findServing(ctx, app.environmentId) || !core.seen.has(app.environmentId))
    await look(core, app.environmentId);
  return number;
}

/** Where people reach it; null while the edge has no port yet. */
export function findUrl({ edge }: DeploymentsCore, app: Pick<App, 'name'>): string | null {
  return edge.port === null ? null : `https://${nameOfApp(app)}${edge.port === 443 ? '' : `:${edge.port}`}`;
}
