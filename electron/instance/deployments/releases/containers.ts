import { randomBytes } from 'node:crypto';
import type { Context } from '../../kernel/context.ts';
import type { DeploymentsCore, Place } from '../deployments-core.ts';
import type { ContainerState } from '../vocabulary.ts';

/** A container of ours, from before it exists until it is gone. */
export interface OwnContainer {
  id: number;
  name: string;
  environmentId: number;
  deploymentId: number | null;
  releaseId: number | null;
  state: ContainerState;
  port: number;
  createdAt: number;
}

const COLUMNS = `id, name, environment_id AS environmentId, deployment_id AS deploymentId, release_id AS releaseId, state, port,
  created_at AS createdAt`;

/** SECURITY: these are all that may be stopped and removed. Labels prove nothing: anyone can write them. */
export function listContainers({ store }: Context): OwnContainer[] {
  return store.sqlite.prepare(`SELECT ${COLUMNS} FROM app_containers ORDER BY id`).all() as OwnContainer[];
}

export function listContainersOf({ store }: Context, environmentId: number): OwnContainer[] {
  return store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM app_containers WHERE environment_id = ? ORDER BY id`)
    .all(environmentId) as OwnContainer[];
}

export function findServing(ctx: Context, environmentId: number): OwnContainer | null {
  return listContainersOf(ctx, environmentId).find(({ state }) => state === 'serving') ?? null;
}

/** Before the container is created: whatever happens then, the next start knows what to look for. */
export function insertContainer(
  ctx: Context,
  place: Place,
  given: { deploymentId: number | null; releaseId: number | null; port: number },
): OwnContainer {
  const { environment } = place;
  const name = createName(place);
  const id = ctx.store.sqlite
    .prepare(
      `INSERT INTO app_containers (name, environment_id, deployment_id, release_id, state, port, created_at)
       VALUES (@name, @environmentId, @deploymentId, @releaseId, 'new', @port, @createdAt) RETURNING id`,
    )
    .pluck()
    .get({ name, environmentId: environment.id, createdAt: ctx.clock.now(), ...given }) as number;
  return listContainersOf(ctx, environment.id).find((known) => known.id === id) as OwnContainer;
}

export function setContainer(
  { store }: Context,
  id: number,
  fields: { state: ContainerState; releaseId?: number; port?: number },
): void {
  store.sqlite
    .prepare(
      `UPDATE app_containers SET state = @state, release_id = coalesce(@releaseId, release_id), port = coalesce(@port, port)
       WHERE id = @id`,
    )
    .run({ id, state: fields.state, releaseId: fields.releaseId ?? null, port: fields.port ?? null });
}

/** How long an app that is stopped may take to end by itself. */
export const GRACE_S = 10;

/** Stops and removes one, and forgets it. What an engine refuses stays known, and is tried again by the next look. */
export async function discard({ ctx, engine }: DeploymentsCore, container: OwnContainer): Promise<void> {
  setContainer(ctx, container.id, { state: 'leaving' });
  await engine.stopContainer(container.name, GRACE_S);
  await engine.removeContainer(container.name);
  ctx.store.sqlite.prepare('DELETE FROM app_containers WHERE id = ?').run(container.id);
}

/** Of a container or network: for people who look into the engine, with 128 random bits, so that nobody else has it. */
export function createName({ project, environment }: Place): string {
  const spoken = [project.slug, environment.slug].map((word) => word.slice(0, 30)).join('-');
  return `temps-${spoken}-${randomBytes(16).toString('hex')}`;
}

/** On every object of ours, for people who look into the engine. Nothing is decided by them. */
export function labelsOf({ ctx }: DeploymentsCore, { project, environment }: Place): Record<string, string> {
  return {
    'temps.instance': ctx.store.identity.id,
    'temps.project': project.slug,
    'temps.environment': environment.slug,
  };
}
