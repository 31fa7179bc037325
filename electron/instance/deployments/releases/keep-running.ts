import { every, type Job } from '../../jobs/job.ts';
import { describeError } from '../../kernel/log.ts';
import { type DeploymentsCore, type Place, tell } from '../deployments-core.ts';
import { isEnded } from '../vocabulary.ts';
import { type App, listApps } from './apps.ts';
import { discard, findServing, listContainers, type OwnContainer, setContainer } from './containers.ts';
import { findPlace, findUrl } from './deploy-job.ts';
import { findDeployment } from './deployments.ts';
import { look } from './look.ts';
import { discardNetwork, listNetworks } from './networks.ts';
import { findRelease } from './releases.ts';
import { publishRoutes } from './routes-table.ts';
import { factsOf, openVariables, requireImageOf, startContainer } from './start-release.ts';

/** How often apps are looked at. The engine itself starts again what crashes. */
const LOOK_MS = 5000;

/**
 * Brings what runs and what should run together: after a start of the machine, of the engine or of this instance, after a kill in the
 * middle of something, and when something was deleted. While the engine is gone nothing happens, and names lead where they led.
 */
export function keepRunningJob(core: DeploymentsCore): Job {
  return {
    name: 'deployments.look',
    title: 'Look whether all apps run',
    when: every(LOOK_MS, { atStart: true }),
    record: 'on_failure',
    isResumed: false,
    async run() {
      await keepRunning(core);
      return undefined;
    },
  };
}

export async function keepRunning(core: DeploymentsCore): Promise<void> {
  const { ctx, engine } = core;
  const apps = listApps(ctx);
  // Who deploys nothing needs no engine, and none is asked for.
  if (apps.length === 0 && listContainers(ctx).length === 0 && listNetworks(ctx).length === 0) {
    if (core.edge.port !== null) await publishRoutes(core);
    return;
  }
  const before = core.engineStatus?.state;
  core.engineStatus = await engine.look();
  if (before !== core.engineStatus.state) for (const app of apps) tell(core, app.projectId);
  if (core.engineStatus.state !== 'ready') {
    if (core.edge.port === null) await publishRoutes(core);
    return;
  }
  let hasMoved = core.edge.port === null;
  const steady = await findSteady(core);
  for (const app of apps) {
    if (core.isBusy(app.environmentId) || steady.has(app.environmentId)) continue;
    // One app that cannot be looked at keeps no other from it.
    const moved = await core
      .alone(app.environmentId, () => keepApp(core, app))
      .catch((error: unknown) => {
        ctx.log.warn(
          { environment: app.environmentId, error: describeError(error) },
          'an app was not looked at',
        );
        return false;
      });
    if (moved) tell(core, app.projectId);
    hasMoved ||= moved;
  }
  if (hasMoved) await publishRoutes(core);
  await sweep(core, new Set(apps.map(({ environmentId }) => environmentId)));
}

/** How often each is looked at all the same: how often the engine started it again is in no list. */
const LOOK_CLOSELY_MS = 30_000;

/**
 * Environments whose container is as it was when it was looked at closely: one question about all of them, so that an instance with
 * fifty apps is at rest when they are.
 */
async function findSteady(core: DeploymentsCore): Promise<ReadonlySet<number>> {
  const marks = await core.engine.listMarks();
  const steady = new Set<number>();
  for (const [environmentId, { name, facts, endpoint }] of core.seen) {
    const mark = marks.get(name) ?? '';
    const known = core.marks.get(environmentId);
    const isSame = known?.name === name && known.mark === mark && performance.now() < known.closelyAtMs;
    if (isSame && facts?.isRunning && endpoint) steady.add(environmentId);
    else core.marks.set(environmentId, { name, mark, closelyAtMs: performance.now() + LOOK_CLOSELY_MS });
  }
  for (const environmentId of core.marks.keys())
    if (!core.seen.has(environmentId)) core.marks.delete(environmentId);
  return steady;
}

/** As `look`. */
async function keepApp(core: DeploymentsCore, app: App): Promise<boolean> {
  const { ctx, engine } = core;
  const release = findRelease(ctx, app.releaseId);
  if (!release || app.isStopped) return await look(core, app.environmentId);
  const place = findPlace(core, app);
  if (!place) return false;
  const serving = findServing(ctx, app.environmentId);
  const facts = serving && (await engine.findContainer(serving.name));
  if (serving && facts) {
    // The engine starts again what crashes, in its own time; this is for what it leaves: seen so twice, and never started again.
    const before = core.seen.get(app.environmentId)?.facts;
    const isLeft = before?.isRunning === false && before.startedAt === facts.startedAt;
    if (!facts.isRunning && facts.restarts === 0 && isLeft) await engine.startContainer(serving.name);
    return await look(core, app.environmentId);
  }
  await bringBack(core, place, app);
  return await look(core, app.environmentId);
}

/**
 * A container for the release that serves, where there is none: after a restore, or when somebody removed it. Waits for an open vault:
 * its variables are needed.
 */
export async function bringBack(core: DeploymentsCore, place: Place, app: App): Promise<void> {
  const { ctx, engine } = core;
  const release = findRelease(ctx, app.releaseId);
  if (!release || ctx.vault.isLocked) return;
  const gone = findServing(ctx, app.environmentId);
  if (gone) await discard(core, gone);
  const image = await requireImageOf(core, release, () => undefined, ctx.stopping);
  const { env } = await openVariables(core, place, factsOf(place, release.number, findUrl(core, app)));
  const container = await startContainer(core, place, {
    deploymentId: null,
    releaseId: release.id,
    release: release.number,
    image,
    port: release.port,
    env,
  });
  await engine.setRestart(container.name, true);
  ctx.store.transaction(() => setContainer(ctx, container.id, { state: 'serving' }));
}

/** Removes what belongs to nothing any more. SECURITY: by rows of ours alone. */
async function sweep(core: DeploymentsCore, live: ReadonlySet<number>): Promise<void> {
  const { ctx } = core;
  for (const container of listContainers(ctx)) {
    const { environmentId } = container;
    if (core.isBusy(environmentId) || !isLeft(core, container, live)) continue;
    await core
      .alone(environmentId, () => discard(core, container))
      .catch((error: unknown) => {
        ctx.log.warn(
          { environment: environmentId, error: describeError(error) },
          'a container was not removed',
        );
      });
  }
  const used = new Set(listContainers(ctx).map(({ environmentId }) => environmentId));
  for (const network of listNetworks(ctx))
    if (
      !live.has(network.environmentId) &&
      !used.has(network.environmentId) &&
      !core.isBusy(network.environmentId)
    )
      await discardNetwork(core, network).catch((error: unknown) => {
        ctx.log.warn(
          { environment: network.environmentId, error: describeError(error) },
          'a network was not removed',
        );
      });
}

function isLeft({ ctx }: DeploymentsCore, container: OwnContainer, live: ReadonlySet<number>): boolean {
  if (container.state === 'leaving' || !live.has(container.environmentId)) return true;
  if (container.state === 'serving') return false;
  if (container.deploymentId === null) return true;
  const deployment = findDeployment(ctx, container.deploymentId);
  return !deployment || isEnded(deployment.state);
}
