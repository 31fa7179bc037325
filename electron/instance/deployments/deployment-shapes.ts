import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import { listEnvironments } from '../projects/environments.ts';
import { findProjectById } from '../projects/projects.ts';
import type { DeploymentsCore } from './deployments-core.ts';
import type { EngineStatus } from './engines/engine.ts';
import { type App, findApp } from './releases/apps.ts';
import { findUrl } from './releases/deploy-job.ts';
import { type Deployment, findLast, listPhases } from './releases/deployments.ts';
import { explainExit } from './releases/failure-words.ts';
import { findRelease, listReleases, type Release } from './releases/releases.ts';
import { nameOfApp } from './releases/routes-table.ts';
import { listGiven } from './releases/start-release.ts';
import {
  type AppState,
  appStates,
  type DeploymentState,
  engineStates,
  isEnded,
  lineLevels,
  phases,
  triggers,
} from './vocabulary.ts';

export const probeShape = z
  .object({
    kind: z.enum(['http', 'tcp']),
    path: z.string().openapi({ description: 'Of the HTTP request' }),
    below: z.int().openapi({ description: 'A status below this is a good answer' }),
    within_s: z.int().openapi({ description: 'Seconds within which there must be a good answer' }),
  })
  .openapi('Probe');

export const engineShape = z
  .object({
    state: z.enum(engineStates),
    detail: z.string().nullable().openapi({ description: 'Why no container can be started' }),
    version: z.string().nullable(),
    api_version: z.string().nullable(),
    place: z.string().nullable().openapi({ description: 'The socket' }),
  })
  .openapi('Engine');

export function toEngineJson(status: EngineStatus) {
  const facts = status.state === 'ready' ? status : { version: null, apiVersion: null, place: null };
  return toAnswer(engineShape, {
    state: status.state,
    detail: status.state === 'ready' ? null : status.detail,
    version: facts.version,
    apiVersion: facts.apiVersion,
    place: facts.place,
  });
}

const namedShape = z.object({ id: z.int(), name: z.string(), slug: z.string() });

const environmentFields = z.object({
  id: z.int(),
  name: z.string(),
  slug: z.string(),
  domains: z.array(z.string()),
});

const failureShape = z
  .object({
    port: z.int().nullable().openapi({ description: 'The port that was tried' }),
    last_answer: z.string().nullable(),
    listens_on: z.union([z.array(z.object({ address: z.string(), port: z.int() })), z.null()]),
    exit: z.union([z.object({ code: z.int(), out_of_memory: z.boolean() }), z.null()]),
    last_lines: z.array(z.string()).openapi({ description: 'Of the app, without values of its secrets' }),
  })
  .openapi('ReleaseFailure');

export const deploymentShape = z
  .object({
    id: z.int(),
    project_id: z.int(),
    environment_id: z.int(),
    environment: environmentFields,
    status: z.enum(['pending', 'running', 'success', 'failed', 'cancelled']),
    is_current: z.boolean().openapi({ description: 'Whether its release serves' }),
    url: z.string(),
    branch: z.string().nullable(),
    tag: z.string().nullable(),
    commit_hash: z.string().nullable(),
    commit_message: z.string().nullable(),
    cancelled_reason: z.string().nullable(),
    created_at: z.int(),
    started_at: z.int().nullable(),
    finished_at: z.int().nullable(),
    trigger: z.enum(triggers),
    image: z.string(),
    requested_by: z.string(),
    release: z.union([z.int(), z.null()]).openapi({ description: 'Number of the release it left' }),
    release_id: z.int().nullable(),
    is_kept: z.boolean().openapi({ description: 'Whether its release can be gone back to' }),
    phase: z.union([z.enum(phases), z.null()]),
    phases: z.array(
      z.object({ phase: z.enum(phases), started_at: z.int(), finished_at: z.int().nullable() }),
    ),
    error_code: z.string().nullable(),
    error_detail: z.string().nullable(),
    failure: z.union([failureShape, z.null()]),
    serving: z
      .union([z.int(), z.null()])
      .openapi({ description: 'Number of the release that serves now, whatever became of this one' }),
  })
  .openapi('Deployment');

export const deploymentListShape = z
  .object({
    deployments: z.array(deploymentShape),
    total: z.int(),
    page: z.int(),
    per_page: z.int(),
  })
  .openapi('DeploymentList');

const statuses = {
  queued: 'pending',
  running: 'running',
  success: 'success',
  failed: 'failed',
  cancelled: 'cancelled',
  replaced: 'cancelled',
} as const satisfies Record<DeploymentState, string>;

export function toDeploymentJson(core: DeploymentsCore, deployment: Deployment) {
  const { ctx } = core;
  const environment = listEnvironments(ctx, deployment.projectId).find(
    ({ id }) => id === deployment.environmentId,
  );
  const app = findApp(ctx, deployment.environmentId);
  const release = findRelease(ctx, deployment.releaseId);
  const serving = app && !app.isStopped ? findRelease(ctx, app.releaseId) : null;
  return toAnswer(deploymentShape, {
    ...deployment,
    environment: {
      id: deployment.environmentId,
      name: environment?.name ?? '',
      slug: environment?.slug ?? '',
      domains: app ? [nameOfApp(app)] : [],
    },
    status: statuses[deployment.state],
    isCurrent: deployment.releaseId !== null && deployment.releaseId === app?.releaseId,
    url: (app && findUrl(core, app)) ?? '',
    branch: null,
    tag: null,
    commitHash: null,
    commitMessage: null,
    cancelledReason:
      deployment.state === 'replaced'
        ? 'A later one was asked for while it waited.'
        : deployment.state === 'cancelled'
          ? deployment.errorDetail
          : null,
    release: release?.number ?? null,
    isKept: release !== null,
    phases: listPhases(ctx, deployment.id),
    serving: serving?.number ?? null,
  });
}

export const releaseShape = z
  .object({
    id: z.int(),
    number: z.int(),
    deployment_id: z.int(),
    image: z.string(),
    image_digest: z.string().nullable(),
    port: z.int(),
    created_at: z.int(),
    is_current: z.boolean(),
  })
  .openapi('Release');

export const appShape = z
  .object({
    project: namedShape,
    environment: namedShape,
    host: z.string().openapi({ description: 'Name below which it is reached on this machine' }),
    url: z.string().nullable(),
    image: z.string(),
    port: z
      .int()
      .nullable()
      .openapi({ description: 'As it was set; null where the image says it, or the app' }),
    probe: probeShape,
    state: z.enum(appStates),
    state_detail: z.string().nullable().openapi({ description: 'Why it does not serve' }),
    since: z.int().nullable().openapi({ description: 'Epoch ms; since when its container runs' }),
    restarts: z.int().openapi({ description: 'How often the engine started it again since it was deployed' }),
    release: z.union([releaseShape, z.null()]),
    releases: z.array(releaseShape).openapi({ description: 'Those it can go back to, newest first' }),
    last_deployment: z.union([
      z.object({
        id: z.int(),
        status: z.enum(['pending', 'running', 'success', 'failed', 'cancelled']),
        finished_at: z.int().nullable(),
        error_detail: z.string().nullable(),
      }),
      z.null(),
    ]),
    changed_variables: z
      .array(z.object({ key: z.string(), change: z.enum(['added', 'changed', 'removed']) }))
      .openapi({ description: 'Variables that are not as the app has them: deploy to apply them' }),
  })
  .openapi('App');

export const appListShape = z.object({ apps: z.array(appShape), engine: engineShape }).openapi('AppList');

export const appLogShape = z
  .object({
    lines: z.array(z.object({ at: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  })
  .openapi('AppLog');

export const deploymentLogShape = z
  .array(
    z.object({
      line: z.int(),
      timestamp: z.string(),
      level: z.enum(lineLevels),
      phase: z.enum(phases),
      message: z.string(),
    }),
  )
  .openapi('DeploymentLog');

export const appStatsShape = z
  .object({
    cpu_percent: z.number(),
    memory_bytes: z.int(),
    memory_limit_bytes: z.int().nullable(),
    received_bytes: z.int(),
    sent_bytes: z.int(),
  })
  .openapi('AppStats');

export async function toAppJson(core: DeploymentsCore, app: App) {
  const { ctx } = core;
  const project = findProjectById(ctx, app.projectId);
  const environment = listEnvironments(ctx, app.projectId).find(({ id }) => id === app.environmentId);
  const release = findRelease(ctx, app.releaseId);
  const last = findLast(ctx, app.environmentId);
  const { state, detail } = findState(core, app, last);
  const facts = core.seen.get(app.environmentId)?.facts;
  const toRelease = (one: Release) => ({ ...one, isCurrent: one.id === app.releaseId });
  return toAnswer(appShape, {
    ...app,
    project: project ?? { id: app.projectId, name: '', slug: '' },
    environment: environment ?? { id: app.environmentId, name: '', slug: '' },
    host: nameOfApp(app),
    url: findUrl(core, app),
    state,
    stateDetail: detail,
    since: facts?.isRunning ? facts.startedAt : null,
    restarts: facts?.restarts ?? 0,
    release: release && toRelease(release),
    releases: listReleases(ctx, app.environmentId).map(toRelease),
    lastDeployment: last && { ...last, status: statuses[last.state] },
    changedVariables: release && !app.isStopped ? await listChanged(core, app, release) : [],
  });
}

/** Never "serving" unless its container was seen running, and never for longer than the engine is there to say so. */
function findState(
  { ctx, seen, engineStatus, edge }: DeploymentsCore,
  app: App,
  last: Deployment | null,
): { state: AppState; detail: string | null } {
  if (app.isStopped) return { state: 'stopped', detail: null };
  if (app.releaseId === null) {
    if (last && !isEnded(last.state)) return { state: 'starting', detail: null };
    return last ? { state: 'failed', detail: last.errorDetail } : { state: 'none', detail: null };
  }
  if (engineStatus && engineStatus.state !== 'ready')
    return { state: 'unknown', detail: engineStatus.detail };
  const known = seen.get(app.environmentId);
  if (!known) return { state: 'unknown', detail: 'It was not looked at yet.' };
  if (known.facts === null)
    return {
      state: 'failed',
      detail: ctx.vault.isLocked
        ? 'Its container is gone, and starting another one needs its variables: unlock the vault.'
        : 'Its container is gone.',
    };
  if (known.facts.exit) return { state: 'failed', detail: explainExit(known.facts.exit) };
  if (!known.facts.isRunning || !known.endpoint) return { state: 'starting', detail: null };
  if (edge.problem)
    return { state: 'failed', detail: `It runs, and its name leads nowhere: ${edge.problem.message}` };
  return { state: 'serving', detail: null };
}

interface ChangedVariable {
  key: string;
  change: 'added' | 'changed' | 'removed';
}

async function listChanged(
  { ctx }: DeploymentsCore,
  app: App,
  { variables: given }: Release,
): Promise<ChangedVariable[]> {
  const now = await listGiven(ctx, app.projectId, app.environmentId);
  const before = new Map(given.map((one) => [one.id, one]));
  const after = new Map(now.map((one) => [one.id, one]));
  const changed = now.flatMap(({ id, key, version }): ChangedVariable[] => {
    const known = before.get(id);
    if (!known) return [{ key, change: 'added' }];
    return known.version === version && known.key === key ? [] : [{ key, change: 'changed' }];
  });
  const removed = given.flatMap(({ id, key }): ChangedVariable[] =>
    after.has(id) ? [] : [{ key, change: 'removed' }],
  );
  return [...changed, ...removed];
}
