import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { mergeConfig } from './merge-config.ts';
import { projectOperations } from './operations.ts';
import { toSlug } from './slug.ts';
import { trashEnvironment } from './trash/put-in-trash.ts';
import { noteMany } from './variables/variable-notes.ts';

/** Created with every project; it cannot be deleted. */
export const PRODUCTION = 'production';

export interface Environment {
  id: number;
  projectId: number;
  name: string;
  slug: string;
  branch: string | null;
  isPreview: boolean;
  deploymentConfig: DeploymentConfig | null;
  createdAt: number;
  updatedAt: number;
}

const COLUMNS = `id, project_id AS projectId, name, slug, branch, is_preview AS isPreview,
  deployment_config AS deploymentConfig, created_at AS createdAt, updated_at AS updatedAt`;
type Row = Omit<Environment, 'isPreview' | 'deploymentConfig'> & {
  isPreview: number;
  deploymentConfig: string | null;
};

export function listEnvironments(ctx: Context, projectId: number): Environment[] {
  const rows = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM environments WHERE project_id = ? AND hidden = 0 ORDER BY id`)
    .all(projectId);
  return (rows as Row[]).map(fromRow);
}

/** By id, slug or name, within the project: ids of others are not found. */
export function getEnvironment(ctx: Context, projectId: number, segment: string): Environment {
  const found = listEnvironments(ctx, projectId);
  const environment =
    found.find((known) => String(known.id) === segment) ??
    found.find((known) => known.slug === segment || known.name === segment);
  if (!environment) throw new AppError('not_found', 'This environment does not exist.');
  return environment;
}

/** Of a project, what its environments need to know. */
type ProjectName = { readonly id: number; readonly name: string };

export interface NewEnvironment {
  name: string;
  branch?: string | null | undefined;
  isPreview?: boolean | undefined;
}

/** Throws `name_taken`. */
export function createEnvironment(
  ctx: Context,
  actor: Caller | null,
  project: ProjectName,
  fields: NewEnvironment,
): Environment {
  return ctx.store.transaction(() => {
    const environment = insertEnvironment(ctx, project.id, fields);
    ctx.audit.append(projectOperations.ENVIRONMENT_CREATED, actor, lineOf(project, environment));
    return environment;
  });
}

/** Without its own audit line: for a project's first one. Throws `name_taken`. */
export function insertEnvironment(ctx: Context, projectId: number, fields: NewEnvironment): Environment {
  return ctx.store.transaction(() => {
    const slug = toSlug(fields.name, 'environment');
    if (listEnvironments(ctx, projectId).some((known) => known.slug === slug)) {
      throw new AppError('name_taken', 'An environment with this name already exists in this project.', {
        fields: { name: 'taken' },
      });
    }
    const now = ctx.clock.now();
    const id = ctx.store.sqlite
      .prepare(
        'INSERT INTO environments (project_id, name, slug, branch, is_preview, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id',
      )
      .pluck()
      .get(projectId, fields.name, slug, fields.branch ?? null, fields.isPreview ? 1 : 0, now, now);
    return getEnvironment(ctx, projectId, String(id));
  });
}

/** Changes what is given. Throws `not_found`, `invalid_request`. */
export function updateEnvironment(
  ctx: Context,
  actor: Caller | null,
  project: ProjectName,
  id: number,
  fields: {
    branch?: string | null | undefined;
    /** What is to be changed of it; null clears all. */
    deploymentConfig?: DeploymentConfig | null | undefined;
  },
): Environment {
  return ctx.store.transaction(() => {
    const old = getEnvironment(ctx, project.id, String(id));
    const branch = fields.branch === undefined ? old.branch : fields.branch;
    const config =
      fields.deploymentConfig === undefined
        ? old.deploymentConfig
        : mergeConfig(old.deploymentConfig, fields.deploymentConfig);
    ctx.store.sqlite
      .prepare('UPDATE environments SET branch = ?, deployment_config = ?, updated_at = ? WHERE id = ?')
      .run(branch, config === null ? null : JSON.stringify(config), ctx.clock.now(), id);
    ctx.audit.append(projectOperations.ENVIRONMENT_UPDATED, actor, lineOf(project, old));
    return getEnvironment(ctx, project.id, String(id));
  });
}

/**
 * Puts an environment into the trash, with the variables that are in no other, by one transaction. Throws `invalid_request`
 * for production.
 */
export function deleteEnvironment(
  ctx: Context,
  actor: Caller | null,
  project: ProjectName,
  id: number,
): void {
  ctx.store.transaction(() => {
    const environment = getEnvironment(ctx, project.id, String(id));
    if (environment.slug === PRODUCTION)
      throw new AppError('invalid_request', 'The environment "production" cannot be deleted.');
    const count = trashEnvironment(ctx, actor, environment);
    const scope = { projectId: project.id, name: project.name };
    if (count > 0) noteMany(ctx, projectOperations.ENV_VARS_DELETED, actor, scope, count);
    ctx.audit.append(projectOperations.ENVIRONMENT_DELETED, actor, lineOf(project, environment));
  });
}

function lineOf(project: ProjectName, { name }: Environment) {
  return { project: project.name, project_id: project.id, name };
}

function fromRow(row: Row): Environment {
  return {
    ...row,
    isPreview: row.isPreview === 1,
    deploymentConfig:
      row.deploymentConfig === null ? null : (JSON.parse(row.deploymentConfig) as DeploymentConfig),
  };
}
