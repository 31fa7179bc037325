import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import { deploymentConfigShape, listNotApplied } from './deployment-config.ts';
import type { Environment } from './environments.ts';
import type { Project, ProjectSummary } from './projects.ts';
import { isSample } from './sample-project.ts';

/** Projects and environments as the API gives them: upstream's names, and ours beside them. */
const notApplied = z.array(z.string()).openapi({
  description: 'Fields of deployment_config that are kept and do nothing yet',
});

/** What tells a project from others, of an answer about something in it. */
export const namedProjectShape = z.object({ id: z.int(), name: z.string(), slug: z.string() });

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
    deployment_config: deploymentConfigShape,
    not_applied: notApplied,
    enable_preview_environments: z.boolean(),
  })
  .openapi('Project');

const projectSummaryShape = projectShape
  .extend({
    variable_count: z.int(),
    secret_count: z.int(),
    environment_names: z.array(z.string()),
    is_sample: z.boolean().openapi({ description: 'Whether it has the name of the sample project' }),
  })
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
    deployment_config: z.union([deploymentConfigShape, z.null()]),
    not_applied: notApplied,
  })
  .openapi('Environment');

/** What upstream tells of a project beside what is kept here. */
const upstreamFields = ({ deploymentConfig, automaticDeploy }: Project) => ({
  attackMode: false,
  lastDeployment: null,
  deploymentConfig: { ...deploymentConfig, automaticDeploy },
  notApplied: listNotApplied(deploymentConfig),
});

export function toProjectJson(project: Project) {
  return toAnswer(projectShape, { ...project, ...upstreamFields(project) });
}

export function toSummaryJson(project: ProjectSummary) {
  return toAnswer(projectSummaryShape, {
    ...project,
    ...upstreamFields(project),
    isSample: isSample(project),
  });
}

export function toEnvironmentJson(environment: Environment) {
  return toAnswer(environmentShape, {
    ...environment,
    mainUrl: '',
    currentDeploymentId: null,
    notApplied: listNotApplied(environment.deploymentConfig),
  });
}
