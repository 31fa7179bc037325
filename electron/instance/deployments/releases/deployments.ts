import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { type DeploymentsCore, type Place, tell } from '../deployments-core.ts';
import { deploymentOperations } from '../operations.ts';
import {
  type DeploymentState,
  isEnded,
  type LineLevel,
  type Phase,
  type ProbeFailure,
  type Trigger,
} from '../vocabulary.ts';
import { lineOf } from './apps.ts';

/** One attempt. */
export interface Deployment {
  id: number;
  projectId: number;
  environmentId: number;
  state: DeploymentState;
  phase: Phase | null;
  trigger: Trigger;
  image: string;
  fromReleaseId: number | null;
  releaseId: number | null;
  isPulled: boolean;
  requestedBy: string;
  errorCode: string | null;
  errorDetail: string | null;
  failure: ProbeFailure | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export interface PhaseTime {
  phase: Phase;
  startedAt: number;
  finishedAt: number | null;
}

export interface DeploymentLine {
  id: number;
  at: number;
  phase: Phase;
  level: LineLevel;
  text: string;
}

/** Lines kept of one deployment. */
const MAX_LINES = 5000;
const MAX_TEXT = 2000;
/** Deployments kept of one environment, beside those of its releases. */
const KEPT = 100;

const COLUMNS = `d.id, d.project_id AS projectId, d.environment_id AS environmentId, d.state, d.phase, d.trigger, d.image,
  d.from_release_id AS fromReleaseId, d.release_id AS releaseId, d.is_pulled AS isPulled, d.requested_by AS requestedBy,
  d.error_code AS errorCode, d.error_detail AS errorDetail, d.failure, d.created_at AS createdAt,
  d.started_at AS startedAt, d.finished_at AS finishedAt`;
type Row = Omit<Deployment, 'isPulled' | 'failure'> & { isPulled: number; failure: string | null };
const fromRow = (row: Row): Deployment => ({
  ...row,
  isPulled: row.isPulled === 1,
  failure: row.failure === null ? null : (JSON.parse(row.failure) as ProbeFailure),
});

export interface DeploymentPage {
  deployments: Deployment[];
  total: number;
}

/** Newest first. */
export function listDeployments(
  { store }: Context,
  projectId: number,
  filter: { environmentId: number | null; limit: number; offset: number },
): DeploymentPage {
  const where = 'd.project_id = @projectId AND (@environmentId IS NULL OR d.environment_id = @environmentId)';
  const rows = store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM deployments d WHERE ${where} ORDER BY d.id DESC LIMIT @limit OFFSET @offset`,
    )
    .all({ projectId, ...filter });
  const total = store.sqlite
    .prepare(`SELECT count(*) FROM deployments d WHERE ${where}`)
    .pluck()
    .get({ projectId, environmentId: filter.environmentId }) as number;
  return { deployments: (rows as Row[]).map(fromRow), total };
}

export function findDeployment({ store }: Context, id: number): Deployment | null {
  const row = store.sqlite.prepare(`SELECT ${COLUMNS} FROM deployments d WHERE d.id = ?`).get(id);
  return row === undefined ? null : fromRow(row as Row);
}

/** Within a project: ids of others are not found. Throws `not_found`. */
export function getDeployment(ctx: Context, projectId: number, id: number): Deployment {
  const found = findDeployment(ctx, id);
  if (found?.projectId !== projectId) throw new AppError('not_found', 'This deployment does not exist.');
  return found;
}

/** Waiting or under way, in order of request. */
export function listUnfinished({ store }: Context): Deployment[] {
  const rows = store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM deployments d WHERE d.state IN ('queued', 'running') ORDER BY d.id`)
    .all();
  return (rows as Row[]).map(fromRow);
}

export function findLast(ctx: Context, environmentId: number): Deployment | null {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM deployments d WHERE d.environment_id = ? ORDER BY d.id DESC LIMIT 1`)
    .get(environmentId);
  return row === undefined ? null : fromRow(row as Row);
}

/** One that waits already is replaced: it would deploy what nobody wants any more. */
export function insertDeployment(
  core: DeploymentsCore,
  actor: Caller,
  place: Place,
  given: Pick<Deployment, 'trigger' | 'image' | 'fromReleaseId' | 'isPulled'>,
): Deployment {
  const { ctx } = core;
  const { sqlite } = ctx.store;
  const environmentId = place.environment.id;
  const id = ctx.store.transaction(() => {
    const now = ctx.clock.now();
    sqlite
      .prepare(
        "UPDATE deployments SET state = 'replaced', finished_at = ? WHERE environment_id = ? AND state = 'queued'",
      )
      .run(now, environmentId);
    const created = sqlite
      .prepare(
        `INSERT INTO deployments (project_id, environment_id, state, trigger, image, from_release_id, is_pulled, requested_by, created_at)
         VALUES (@projectId, @environmentId, 'queued', @trigger, @image, @fromReleaseId, @isPulled, @requestedBy, @now) RETURNING id`,
      )
      .pluck()
      .get({
        projectId: place.project.id,
        environmentId,
        trigger: given.trigger,
        image: given.image,
        fromReleaseId: given.fromReleaseId,
        isPulled: given.isPulled ? 1 : 0,
        requestedBy: actor.label,
        now,
      }) as number;
    sqlite
      .prepare(
        `DELETE FROM deployments WHERE environment_id = @environmentId AND state NOT IN ('queued', 'running')
           AND id NOT IN (SELECT deployment_id FROM releases WHERE environment_id = @environmentId)
           AND id NOT IN (SELECT id FROM deployments WHERE environment_id = @environmentId ORDER BY id DESC LIMIT ${KEPT})`,
      )
      .run({ environmentId });
    ctx.audit.append(deploymentOperations.DEPLOYMENT_REQUESTED, actor, {
      ...lineOf(place),
      deployment_id: created,
      image: given.image,
      trigger: given.trigger,
    });
    return created;
  });
  return findDeployment(ctx, id) as Deployment;
}

/** Ends the phase before, and begins this one. */
export function beginPhase(core: DeploymentsCore, deployment: Deployment, phase: Phase): void {
  const { ctx } = core;
  const { sqlite } = ctx.store;
  ctx.store.transaction(() => {
    const now = ctx.clock.now();
    endPhase(ctx, deployment.id, now);
    sqlite
      .prepare(
        `INSERT INTO deployment_phases (deployment_id, phase, started_at) VALUES (@id, @phase, @now)
         ON CONFLICT (deployment_id, phase) DO UPDATE SET started_at = @now, finished_at = NULL`,
      )
      .run({ id: deployment.id, phase, now });
    sqlite
      .prepare(
        "UPDATE deployments SET state = 'running', phase = @phase, started_at = coalesce(started_at, @now) WHERE id = @id",
      )
      .run({ id: deployment.id, phase, now });
  });
  tell(core, deployment.projectId);
}

export interface DeploymentEnd {
  state: Exclude<DeploymentState, 'queued' | 'running'>;
  errorCode?: string;
  errorDetail?: string;
  failure?: ProbeFailure | null;
}

/** Within a transaction of the caller, or alone. Nothing happens to one that has ended. */
export function endDeployment(ctx: Context, id: number, end: DeploymentEnd): void {
  const now = ctx.clock.now();
  endPhase(ctx, id, now);
  ctx.store.sqlite
    .prepare(
      `UPDATE deployments SET state = @state, error_code = @errorCode, error_detail = @errorDetail, failure = @failure,
         finished_at = @now WHERE id = @id AND state IN ('queued', 'running')`,
    )
    .run({
      id,
      now,
      state: end.state,
      errorCode: end.errorCode ?? null,
      errorDetail: end.errorDetail ?? null,
      failure: end.failure ? JSON.stringify(end.failure) : null,
    });
}

function endPhase({ store }: Context, id: number, now: number): void {
  store.sqlite
    .prepare('UPDATE deployment_phases SET finished_at = ? WHERE deployment_id = ? AND finished_at IS NULL')
    .run(now, id);
}

export function listPhases({ store }: Context, id: number): PhaseTime[] {
  return store.sqlite
    .prepare(
      'SELECT phase, started_at AS startedAt, finished_at AS finishedAt FROM deployment_phases WHERE deployment_id = ? ORDER BY started_at, rowid',
    )
    .all(id) as PhaseTime[];
}

/** SECURITY: text of an app comes here without values of its secrets. */
export function addLine(
  { ctx }: DeploymentsCore,
  deployment: Deployment,
  phase: Phase,
  level: LineLevel,
  text: string,
): void {
  const { sqlite } = ctx.store;
  ctx.store.transaction(() => {
    const count = sqlite
      .prepare('SELECT count(*) FROM deployment_lines WHERE deployment_id = ?')
      .pluck()
      .get(deployment.id) as number;
    if (count > MAX_LINES) return;
    sqlite
      .prepare('INSERT INTO deployment_lines (deployment_id, at, phase, level, text) VALUES (?, ?, ?, ?, ?)')
      .run(
        deployment.id,
        ctx.clock.now(),
        phase,
        count === MAX_LINES ? 'warning' : level,
        count === MAX_LINES ? 'More lines than these are not kept.' : text.slice(0, MAX_TEXT),
      );
  });
}

export function listLines({ store }: Context, id: number, phase: Phase | null): DeploymentLine[] {
  return store.sqlite
    .prepare(
      'SELECT id, at, phase, level, text FROM deployment_lines WHERE deployment_id = @id AND (@phase IS NULL OR phase = @phase) ORDER BY id',
    )
    .all({ id, phase }) as DeploymentLine[];
}

/**
 * Cancels one that waits or is under way, unless its release serves already. Throws `conflict` with how it ended for one that has,
 * and for one that is past that point.
 */
export function cancelDeployment(
  core: DeploymentsCore,
  actor: Caller,
  place: Place,
  deployment: Deployment,
): void {
  const { ctx, running } = core;
  if (isEnded(deployment.state))
    throw new AppError('conflict', `This deployment has ended: ${sayState(deployment.state)}.`);
  if (deployment.releaseId !== null)
    throw new AppError(
      'conflict',
      'Its release serves already. To go back, roll back to an earlier release.',
    );
  ctx.store.transaction(() => {
    ctx.audit.append(deploymentOperations.DEPLOYMENT_CANCELLED, actor, {
      ...lineOf(place),
      deployment_id: deployment.id,
      image: deployment.image,
    });
    const errorDetail = `Cancelled by ${actor.label}.`;
    if (!running.has(deployment.id))
      endDeployment(ctx, deployment.id, { state: 'cancelled', errorCode: 'cancelled', errorDetail });
  });
  running.get(deployment.id)?.abort(new AppError('cancelled', `Cancelled by ${actor.label}.`));
  tell(core, deployment.projectId);
}

export function sayState(state: DeploymentState): string {
  return {
    queued: 'waiting for the one before it',
    running: 'under way',
    success: 'it succeeded',
    failed: 'it failed',
    cancelled: 'it was cancelled',
    replaced: 'a later one was asked for while it waited',
  }[state];
}
