import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { resolveAll } from '../../projects/env-files/env-export.ts';
import { lockedError } from '../../vault/secrets/secret-store.ts';
import { type DeploymentsCore, type Place, tell } from '../deployments-core.ts';
import { toUnavailable } from '../engines/docker-api.ts';
import { deploymentOperations } from '../operations.ts';
import type { Trigger } from '../vocabulary.ts';
import { type App, type AppFields, changeApp, getApp, lineOf, setStopped } from './apps.ts';
import { discard, findServing, GRACE_S, listContainersOf } from './containers.ts';
import type { DeployPayload } from './deploy-job.ts';
import { type Deployment, findDeployment, insertDeployment } from './deployments.ts';
import { bringBack } from './keep-running.ts';
import { look } from './look.ts';
import { findRelease } from './releases.ts';
import { publishRoutes } from './routes-table.ts';

/** How a use case asks for the job of a deployment: handed in, since the job is declared where it is composed. */
export type Enqueue = (payload: DeployPayload) => void;

/** Throws `engine_unavailable` with what to do about it. */
export async function requireEngine(core: DeploymentsCore): Promise<void> {
  core.engineStatus = await core.engine.look();
  if (core.engineStatus.state !== 'ready') throw toUnavailable(core.engineStatus);
}

export interface DeployRequest extends AppFields {
  trigger: Exclude<Trigger, 'rollback'>;
  /** Whether a registry is asked although an image of this name is here. */
  isPulled: boolean;
}

/**
 * Asks for a deployment: of another source, or of the same one with the variables of now. Throws before anything is done:
 * `engine_unavailable`, `vault_locked`, `secret_unreadable`, `reference_*`, `invalid_request`, `no_app`.
 */
export async function requestDeployment(
  core: DeploymentsCore,
  enqueue: Enqueue,
  actor: Caller,
  place: Place,
  { trigger, isPulled, ...fields }: DeployRequest,
): Promise<Deployment> {
  if (trigger === 'apply') getApp(core.ctx, place);
  await requireReady(core, actor, place);
  const app = changeApp(core, actor, place, fields);
  // What serves is given other variables: not what failed since, nor what a registry calls by its name by now.
  const serving = trigger === 'apply' ? findRelease(core.ctx, app.releaseId) : null;
  return insert(core, enqueue, actor, place, {
    trigger,
    image: serving?.image ?? app.image,
    fromReleaseId: serving?.id ?? null,
    isPulled,
  });
}

/** Asks to go back to a release that is kept. Throws as `requestDeployment` does, and `not_found`. */
export async function requestRollback(
  core: DeploymentsCore,
  enqueue: Enqueue,
  actor: Caller,
  place: Place,
  releaseId: number,
): Promise<Deployment> {
  const release = findRelease(core.ctx, releaseId);
  if (release?.environmentId !== place.environment.id)
    throw new AppError('not_found', 'This release does not exist, or is not kept any more.');
  await requireReady(core, actor, place);
  return insert(core, enqueue, actor, place, {
    trigger: 'rollback',
    image: release.image,
    fromReleaseId: release.id,
    isPulled: false,
  });
}

/** SECURITY: whose wish gives an app its secrets is recorded as who read them, before it is done. */
async function requireReady(core: DeploymentsCore, actor: Caller, place: Place): Promise<void> {
  // With or without secrets: what it was given could not be told apart from what it lacks.
  if (core.ctx.vault.isLocked) throw lockedError();
  await requireEngine(core);
  await resolveAll(core.ctx, core.reads, actor, place, { skipUnreadable: false, purpose: 'run' });
  core.reads.flush();
}

function insert(
  core: DeploymentsCore,
  enqueue: Enqueue,
  actor: Caller,
  place: Place,
  given: Parameters<typeof insertDeployment>[3],
): Deployment {
  const deployment = insertDeployment(core, actor, place, given);
  enqueue({ deployment: deployment.id, environment: place.environment.id });
  tell(core, place.project.id);
  return findDeployment(core.ctx, deployment.id) as Deployment;
}

/** Does something to what runs, alone, and tells of it. Throws `conflict` while something else is done to it, `engine_unavailable`. */
async function change(core: DeploymentsCore, { project, environment }: Place, work: () => Promise<void>) {
  if (core.isBusy(environment.id))
    throw new AppError(
      'conflict',
      'This app is being deployed, started or stopped. Wait until that has ended.',
    );
  await requireEngine(core);
  await core.alone(environment.id, work);
  tell(core, project.id);
}

/** Stops an app until it is started again. Throws `no_app`, `conflict`, `engine_unavailable`. */
export async function stopApp(core: DeploymentsCore, actor: Caller, place: Place): Promise<void> {
  const { ctx, engine } = core;
  getApp(ctx, place);
  await change(core, place, async () => {
    ctx.store.transaction(() => {
      setStopped(ctx, place.environment.id, true);
      ctx.audit.append(deploymentOperations.APP_STOPPED, actor, lineOf(place));
    });
    // Visitors see that it is stopped, and not that it broke.
    await publishRoutes(core);
    const container = findServing(ctx, place.environment.id);
    if (container) await engine.stopContainer(container.name, GRACE_S);
    await look(core, place.environment.id);
  });
}

/** Starts what was stopped, with the variables it was given then. Throws as `stopApp` does. */
export async function startApp(core: DeploymentsCore, actor: Caller, place: Place): Promise<void> {
  const { ctx } = core;
  const app = getApp(ctx, place);
  if (app.releaseId === null)
    throw new AppError('no_app', 'No release of this app has worked yet: deploy it first.');
  await change(core, place, async () => {
    ctx.store.transaction(() => {
      setStopped(ctx, place.environment.id, false);
      ctx.audit.append(deploymentOperations.APP_STARTED, actor, lineOf(place));
    });
    await startAgain(core, place, app);
  });
}

/** Stops and starts the same container; visitors wait for it meanwhile. Throws as `stopApp` does. */
export async function restartApp(core: DeploymentsCore, actor: Caller, place: Place): Promise<void> {
  const { ctx, engine, seen } = core;
  const app = getApp(ctx, place);
  if (app.releaseId === null || app.isStopped)
    throw new AppError('no_app', 'This app does not run: start or deploy it.');
  await change(core, place, async () => {
    ctx.audit.append(deploymentOperations.APP_RESTARTED, actor, lineOf(place));
    seen.delete(place.environment.id);
    await publishRoutes(core);
    const container = findServing(ctx, place.environment.id);
    if (container) await engine.stopContainer(container.name, GRACE_S);
    await startAgain(core, place, app);
  });
}

/** The container that there is, or another one for the same release where it is gone; its name leads there then. */
async function startAgain(core: DeploymentsCore, place: Place, app: App): Promise<void> {
  const { ctx, engine } = core;
  const container = findServing(ctx, place.environment.id);
  if (container && (await engine.findContainer(container.name))) await engine.startContainer(container.name);
  else await bringBack(core, place, app);
  await look(core, place.environment.id);
  await publishRoutes(core);
}

/** Ends an app and forgets what it ran, with its releases; its variables stay. Throws as `stopApp` does. */
export async function removeApp(core: DeploymentsCore, actor: Caller, place: Place): Promise<void> {
  const { ctx } = core;
  getApp(ctx, place);
  await change(core, place, async () => {
    ctx.store.transaction(() => {
      ctx.store.sqlite.prepare('DELETE FROM apps WHERE environment_id = ?').run(place.environment.id);
      ctx.store.sqlite.prepare('DELETE FROM releases WHERE environment_id = ?').run(place.environment.id);
      ctx.audit.append(deploymentOperations.APP_REMOVED, actor, lineOf(place));
    });
    core.seen.delete(place.environment.id);
    await publishRoutes(core);
    for (const container of listContainersOf(ctx, place.environment.id)) await discard(core, container);
  });
}
