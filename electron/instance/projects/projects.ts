import type { Caller } from '../access/caller.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { SecretText } from '../vault/secret-text.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { insertEnvironment, PRODUCTION } from './environments.ts';
import { guessSecret } from './guessing/secret-guess.ts';
import { mergeConfig } from './merge-config.ts';
import { projectOperations } from './operations.ts';
import { toSlug } from './slug.ts';
import { trashProject } from './trash/put-in-trash.ts';
import { noteMany } from './variables/variable-notes.ts';
import { insertVariable } from './variables/variable-rows.ts';

export interface Project {
  id: number;
  slug: string;
  name: string;
  repoName: string | null;
  repoOwner: string | null;
  gitUrl: string | null;
  directory: string;
  mainBranch: string;
  preset: string | null;
  automaticDeploy: boolean;
  /** Its `automaticDeploy` is in the field of that name. */
  deploymentConfig: DeploymentConfig | null;
  enablePreviewEnvironments: boolean;
  createdAt: number;
  updatedAt: number;
}

/** What tells a project from others, of something in it. */
export type NamedProject = Pick<Project, 'id' | 'name' | 'slug'>;

/** Fields a client may set; absent means the default, or unchanged. */
export interface ProjectFields {
  name?: string | undefined;
  slug?: string | undefined;
  repoName?: string | null | undefined;
  repoOwner?: string | null | undefined;
  gitUrl?: string | null | undefined;
  directory?: string | undefined;
  mainBranch?: string | undefined;
  preset?: string | null | undefined;
  automaticDeploy?: boolean | undefined;
  /** What is to be changed of it; null clears all. */
  deploymentConfig?: DeploymentConfig | null | undefined;
  enablePreviewEnvironments?: boolean | undefined;
}

/** They are written at once, with the project. */
const MAX_FIRST_VARIABLES = 300;

const COLUMNS = `id, slug, name, repo_name AS repoName, repo_owner AS repoOwner, git_url AS gitUrl, directory,
  main_branch AS mainBranch, preset, automatic_deploy AS automaticDeploy, deployment_config AS deploymentConfig,
  enable_preview_environments AS enablePreviewEnvironments, created_at AS createdAt, updated_at AS updatedAt`;
type Row = Omit<Project, 'automaticDeploy' | 'deploymentConfig' | 'enablePreviewEnvironments'> & {
  automaticDeploy: number;
  deploymentConfig: string | null;
  enablePreviewEnvironments: number;
};

export function listProjects(ctx: Context): Project[] {
  return (
    ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM projects WHERE hidden = 0 ORDER BY id`).all() as Row[]
  ).map(fromRow);
}

export interface ProjectSummary extends Project {
  variableCount: number;
  secretCount: number;
  /** In order of creation. */
  environmentNames: string[];
}

/** With the counts for lists, from one query. */
export function listProjectSummaries(ctx: Context): ProjectSummary[] {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS}, coalesce(c.variables, 0) AS variableCount, coalesce(c.secrets, 0) AS secretCount,
         (SELECT json_group_array(e.name ORDER BY e.id) FROM environments e WHERE e.project_id = projects.id AND e.hidden = 0) AS environmentList
       FROM projects LEFT JOIN (SELECT project_id, count(*) AS variables, sum(is_secret) AS secrets
         FROM env_vars WHERE hidden = 0 GROUP BY project_id) c ON c.project_id = projects.id
       WHERE projects.hidden = 0
       ORDER BY id`,
    )
    .all() as (Row & { variableCount: number; secretCount: number; environmentList: string })[];
  return rows.map(({ variableCount, secretCount, environmentList, ...row }) => ({
    ...fromRow(row),
    variableCount,
    secretCount,
    environmentNames: JSON.parse(environmentList) as string[],
  }));
}

export function findProjectById(ctx: Context, id: number): Project | null {
  const row = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM projects WHERE id = ? AND hidden = 0`).get(id);
  return row ? fromRow(row as Row) : null;
}

/** By id, slug or exact name, in this order. */
export function findProject(ctx: Context, segment: string): Project | null {
  const { sqlite } = ctx.store;
  const row =
    (/^\d{1,15}$/.test(segment)
      ? sqlite.prepare(`SELECT ${COLUMNS} FROM projects WHERE id = ? AND hidden = 0`).get(Number(segment))
      : undefined) ??
    sqlite.prepare(`SELECT ${COLUMNS} FROM projects WHERE slug = ? AND hidden = 0`).get(segment) ??
    sqlite.prepare(`SELECT ${COLUMNS} FROM projects WHERE name = ? AND hidden = 0 LIMIT 1`).get(segment);
  return row ? fromRow(row as Row) : null;
}

/** Throws `not_found`. */
export function getProject(ctx: Context, segment: string): Project {
  const project = findProject(ctx, segment);
  if (!project) throw new AppError('not_found', 'This project does not exist.');
  return project;
}

/**
 * Creates a project with its environment "production" and variables there, encrypted as said.
 * Throws `name_taken` for a name or slug that is in use, `too_many_variables`, and what creating a variable throws.
 */
export function createProject(
  ctx: Context,
  actor: Caller | null,
  fields: ProjectFields & { name: string },
  variables: readonly (readonly [key: string, value: string])[] = [],
  secret: 'guess' | 'all' | 'none' = 'none',
): Project {
  if (variables.length > MAX_FIRST_VARIABLES) {
    throw new AppError(
      'too_many_variables',
      `A project may be created with at most ${MAX_FIRST_VARIABLES} variables; import the others as a .env file.`,
      { fields: { environment_variables: `at most ${MAX_FIRST_VARIABLES}` } },
    );
  }
  return ctx.store.transaction(() => {
    requireFreeName(ctx, fields.name);
    const now = ctx.clock.now();
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO projects (slug, name, repo_name, repo_owner, git_url, directory, main_branch, preset, automatic_deploy,
           deployment_config, enable_preview_environments, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        fields.slug === undefined ? chooseSlug(ctx, fields.name) : requireFreeSlug(ctx, fields.slug, null),
        fields.name,
        fields.repoName ?? null,
        fields.repoOwner ?? null,
        fields.gitUrl ?? null,
        fields.directory ?? '.',
        fields.mainBranch ?? 'main',
        fields.preset ?? null,
        fields.automaticDeploy ? 1 : 0,
        printConfig(mergeConfig(null, fields.deploymentConfig ?? null)),
        fields.enablePreviewEnvironments ? 1 : 0,
        now,
        now,
      ) as number;
    const production = insertEnvironment(ctx, id, { name: PRODUCTION });
    for (const [key, value] of variables) {
      const fields = {
        key,
        value: new SecretText(value),
        isSecret: secret === 'guess' ? guessSecret(key, value).isSecret : secret === 'all',
        environmentIds: [production.id],
        includeInPreview: false,
      };
      insertVariable(ctx, id, fields, actor?.label ?? 'instance');
    }
    ctx.audit.append(projectOperations.PROJECT_CREATED, actor, { id, name: fields.name });
    return getProject(ctx, String(id));
  });
}

/** Changes what is given. Throws `not_found`, `name_taken`, `invalid_request`. */
export function updateProject(
  ctx: Context,
  actor: Caller | null,
  id: number,
  fields: ProjectFields,
): Project {
  return ctx.store.transaction(() => {
    const old = getProject(ctx, String(id));
    const merged = {
      ...old,
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    } as Project;
    if (fields.deploymentConfig !== undefined)
      merged.deploymentConfig = mergeConfig(old.deploymentConfig, fields.deploymentConfig);
    if (merged.name !== old.name) requireFreeName(ctx, merged.name);
    if (merged.slug !== old.slug) requireFreeSlug(ctx, merged.slug, id);
    ctx.store.sqlite
      .prepare(
        `UPDATE projects SET slug = ?, name = ?, repo_name = ?, repo_owner = ?, git_url = ?, directory = ?, main_branch = ?,
           preset = ?, automatic_deploy = ?, deployment_config = ?, enable_preview_environments = ?, updated_at = ? WHERE id = ?`,
      )
      .run(
        merged.slug,
        merged.name,
        merged.repoName,
        merged.repoOwner,
        merged.gitUrl,
        merged.directory,
        merged.mainBranch,
        merged.preset,
        merged.automaticDeploy ? 1 : 0,
        printConfig(merged.deploymentConfig),
        merged.enablePreviewEnvironments ? 1 : 0,
        ctx.clock.now(),
        id,
      );
    ctx.audit.append(projectOperations.PROJECT_UPDATED, actor, { id, name: merged.name });
    return getProject(ctx, String(id));
  });
}

/**
 * Puts a project into the trash with its environments and variables, by one transaction. Its deployment tokens end at once, and
 * do not come back with it.
 */
export function deleteProject(ctx: Context, actor: Caller | null, id: number): void {
  ctx.store.transaction(() => {
    const { name } = getProject(ctx, String(id));
    const count = trashProject(ctx, actor, id);
    const scope = { projectId: id, name };
    if (count > 0) noteMany(ctx, projectOperations.ENV_VARS_DELETED, actor, scope, count);
    ctx.audit.append(projectOperations.PROJECT_DELETED, actor, { id, name });
  });
}

function chooseSlug(ctx: Context, name: string): string {
  const base = toSlug(name, 'project');
  const taken = ctx.store.sqlite.prepare('SELECT 1 FROM projects WHERE slug = ? AND hidden = 0');
  for (let number = 1; ; number++) {
    const slug = number === 1 ? base : `${base}-${number}`;
    if (!taken.get(slug)) return slug;
  }
}

function requireFreeName(ctx: Context, name: string): void {
  if (ctx.store.sqlite.prepare('SELECT 1 FROM projects WHERE name = ? AND hidden = 0').get(name)) {
    throw new AppError('name_taken', 'A project with this name already exists.', {
      fields: { name: 'taken' },
    });
  }
}

function requireFreeSlug(ctx: Context, slug: string, exceptId: number | null): string {
  const owner = ctx.store.sqlite
    .prepare('SELECT id FROM projects WHERE slug = ? AND hidden = 0')
    .pluck()
    .get(slug) as number | undefined;
  if (owner !== undefined && owner !== exceptId) {
    throw new AppError('name_taken', 'A project with this slug already exists.', {
      fields: { slug: 'taken' },
    });
  }
  return slug;
}

const printConfig = (config: DeploymentConfig | null) => (config === null ? null : JSON.stringify(config));

function fromRow(row: Row): Project {
  return {
    ...row,
    automaticDeploy: row.automaticDeploy === 1,
    deploymentConfig:
      row.deploymentConfig === null ? null : (JSON.parse(row.deploymentConfig) as DeploymentConfig),
    enablePreviewEnvironments: row.enablePreviewEnvironments === 1,
  };
}
