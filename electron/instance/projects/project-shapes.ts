import { z } from '@hono/zod-openapi';
import type { Environment } from './environments.ts';
import type { Project, ProjectSummary } from './projects.ts';

/** Projects and environments as the API gives them: upstream's names, and ours beside them. */
const deploymentConfig = z.record(z.string(), z.unknown());

export const projectShape = z
  .object({
    id: z.int(),
    slug: z.string(),
    name: z.string(),
    repo_name: z.string().nullable(),
    repo_owner: z.string().nullable(),
    git_url: z.string().nullable(),
    directory: z.string(),
    main_branch: z.string(),
    preset: z.string().nullable(),
    automatic_deploy: z.boolean(),
    attack_mode: z.boolean(),
    created_at: z.int(),
    updated_at: z.int(),
    last_deployment: z.int().nullable(),
    deployment_config: deploymentConfig,
    enable_preview_environments: z.boolean(),
  })
  .openapi('Project');

const projectSummaryShape = projectShape
  .extend({ variable_count: z.int(), secret_count: z.int(), environment_names: z.array(z.string()) })
  .openapi('ProjectSummary');

export const projectListShape = z
  .object({ projects: z.array(projectSummaryShape), total: z.int(), page: z.int(), per_page: z.int() })
  .openapi('ProjectList');

export const projectStatisticsShape = z.object({ total_count: z.int() }).openapi('ProjectStatistics');

export const environmentShape = z
  .object({
    id: z.int(),
    project_id: z.int(),
    name: z.string(),
    slug: z.string(),
    main_url: z.string(),
    current_deployment_id: z.int().nullable(),
    created_at: z.int(),
    updated_at: z.int(),
    branch: z.string().nullable(),
    is_preview: z.boolean(),
    deployment_config: deploymentConfig.nullable(),
  })
  .openapi('Environment');

export function toProjectJson(project: Project): z.infer<typeof projectShape> {
  return {
    id: project.id,
    slug: project.slug,
    name: project.name,
    repo_name: project.repoName,
    repo_owner: project.repoOwner,
    git_url: project.gitUrl,
    directory: project.directory,
    main_branch: project.mainBranch,
    preset: project.preset,
    automatic_deploy: project.automaticDeploy,
    attack_mode: false,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    last_deployment: null,
    deployment_config: project.deploymentConfig ?? {},
    enable_preview_environments: project.enablePreviewEnvironments,
  };
}

export function toSummaryJson(project: ProjectSummary): z.infer<typeof projectSummaryShape> {
  return {
    ...toProjectJson(project),
    variable_count: project.variableCount,
    secret_count: project.secretCount,
    environment_names: project.environmentNames,
  };
}

export function toEnvironmentJson(environment: Environment): z.infer<typeof environmentShape> {
  return {
    id: environment.id,
    project_id: environment.projectId,
    name: environment.name,
    slug: environment.slug,
    main_url: '',
    current_deployment_id: null,
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    branch: environment.branch,
    is_preview: environment.isPreview,
    deployment_config: environment.deploymentConfig,
  };
}
