import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { environments, projects } from '../projects/schema.ts';
import type {
  ContainerState,
  DeploymentState,
  GivenVariable,
  LineLevel,
  Phase,
  Probe,
  ProbeFailure,
  Trigger,
} from './vocabulary.ts';

/** What an environment runs, and whether it should. */
export const apps = sqliteTable('apps', {
  environmentId: integer('environment_id')
    .primaryKey()
    .references(() => environments.id, { onDelete: 'cascade' }),
  /** First label of its local name: `shop` of shop.localhost. */
  name: text('name').notNull().unique(),
  /** Reference of the image, as someone wrote it. */
  image: text('image').notNull(),
  /** Null: what the image says, or what the app listens on. */
  port: integer('port'),
  probe: text('probe', { mode: 'json' }).$type<Probe>().notNull(),
  /** Someone stopped it, and it stays so. */
  isStopped: integer('is_stopped', { mode: 'boolean' }).notNull().default(false),
  /** The release that serves. */
  releaseId: integer('release_id'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** What a deployment that worked leaves. Never changed, but for being kept. */
export const releases = sqliteTable(
  'releases',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** Counted in its environment, from 1. */
    number: integer('number').notNull(),
    deploymentId: integer('deployment_id').notNull(),
    image: text('image').notNull(),
    /** `sha256:…` of the image's configuration. */
    imageId: text('image_id').notNull(),
    /** `name@sha256:…`, by which a registry gives the same image again; null for one that no registry has. */
    imageDigest: text('image_digest'),
    port: integer('port').notNull(),
    probe: text('probe', { mode: 'json' }).$type<Probe>().notNull(),
    variables: text('variables', { mode: 'json' }).$type<GivenVariable[]>().notNull(),
    isPinned: integer('is_pinned', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('releases_by_number').on(table.environmentId, table.number)],
);

/** Attempts. */
export const deployments = sqliteTable(
  'deployments',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    state: text('state').$type<DeploymentState>().notNull(),
    /** The one it is in, or ended in; null before the first. */
    phase: text('phase').$type<Phase>(),
    trigger: text('trigger').$type<Trigger>().notNull(),
    image: text('image').notNull(),
    /** Of a rollback: the release it goes back to. */
    fromReleaseId: integer('from_release_id'),
    /** The release it left; null unless it worked. */
    releaseId: integer('release_id'),
    /** Whether a registry is asked for the image although one of this name is here. */
    isPulled: integer('is_pulled', { mode: 'boolean' }).notNull(),
    /** Who asked for it, by the name of then. */
    requestedBy: text('requested_by').notNull(),
    errorCode: text('error_code'),
    errorDetail: text('error_detail'),
    failure: text('failure', { mode: 'json' }).$type<ProbeFailure>(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
  },
  (table) => [
    index('deployments_by_environment').on(table.environmentId),
    index('deployments_by_project').on(table.projectId),
    index('deployments_unfinished').on(table.id).where(sql`state IN ('queued', 'running')`),
  ],
);

export const deploymentPhases = sqliteTable(
  'deployment_phases',
  {
    deploymentId: integer('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    phase: text('phase').$type<Phase>().notNull(),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.phase] })],
);

/** What a deployment says as it goes. SECURITY: without values of secrets, see logs/mask.ts. */
export const deploymentLines = sqliteTable(
  'deployment_lines',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    deploymentId: integer('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    at: integer('at').notNull(),
    phase: text('phase').$type<Phase>().notNull(),
    level: text('level').$type<LineLevel>().notNull(),
    text: text('text').notNull(),
  },
  (table) => [index('deployment_lines_by_deployment').on(table.deploymentId)],
);

/**
 * Containers of ours: each has a row before it exists, with a name that nobody else has, until it is gone. Refers to nothing, so that a
 * container outlives no row of its own when an environment is deleted for good. SECURITY: nothing is stopped or removed that has none.
 */
export const appContainers = sqliteTable(
  'app_containers',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Its name in the engine, with 128 random bits. */
    name: text('name').notNull().unique(),
    environmentId: integer('environment_id').notNull(),
    /** The deployment that created it; null for one that was created again for a release. */
    deploymentId: integer('deployment_id'),
    /** The release that it runs; null until there is one. */
    releaseId: integer('release_id'),
    state: text('state').$type<ContainerState>().notNull(),
    port: integer('port').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('app_containers_by_environment').on(table.environmentId)],
);

/** Networks of ours, one for each environment that runs or ran something; as the containers. */
export const appNetworks = sqliteTable('app_networks', {
  environmentId: integer('environment_id').primaryKey(),
  name: text('name').notNull().unique(),
  /** `10.213.4.32/27` */
  subnet: text('subnet').notNull().unique(),
});
