import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../access/acts.ts';
import { type Caller, listReached } from '../access/caller.ts';
import { act, actSomewhere, answer, body, createRoutes, noContent } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { unusedFields } from '../http/unused-fields.ts';
import type { Context } from '../kernel/context.ts';
import { deploymentConfigChange } from './deployment-config.ts';
import { getProjectOf } from './project-of.ts';
import {
  projectListShape,
  projectShape,
  projectStatisticsShape,
  toProjectJson,
  toSummaryJson,
} from './project-shapes.ts';
import {
  createProject,
  deleteProject,
  listProjectSummaries,
  listProjects,
  type Project,
  updateProject,
} from './projects.ts';
import { createSampleProject } from './sample-project.ts';

const name = displayName(500);
const optionalText = z.string().max(500).nullish();
const config = deploymentConfigChange.nullish();
const projectParam = z.object({ project: z.string() });

const projectBody = z.object({
  ...unusedFields.project,
  name,
  main_branch: z.string().max(255).optional(),
  directory: z.string().max(500).optional(),
  preset: optionalText,
  git_url: optionalText,
  repo_owner: optionalText,
  repo_name: optionalText,
  automatic_deploy: z.boolean().nullish(),
  deployment_config: config,
  environment_variables: z.array(z.tuple([z.string(), z.string()])).nullish(),
  /** Which of these variables are encrypted: none unless said, as clients of Temps have it. */
  secret: z.enum(['guess', 'all', 'none']).default('none'),
});
const projectChange = projectBody.omit({ secret: true }).partial().extend(unusedFields.projectChange);
const settingsBody = z.object({
  ...unusedFields.projectSettings,
  name: name.optional(),
  slug: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(60)
    .optional(),
  main_branch: z.string().max(255).optional(),
  directory: z.string().max(500).optional(),
  preset: optionalText,
  repo_owner: optionalText,
  repo_name: optionalText,
  enable_preview_environments: z.boolean().optional(),
});

/** What is not said is absent, or undefined. */
type Some<T> = { [Name in keyof T]?: T[Name] | undefined };

function toFields(request: Some<z.infer<typeof projectChange>> & Some<z.infer<typeof settingsBody>>) {
  // One fact, which clients of Temps send in either place.
  const { automaticDeploy, ...config } = request.deployment_config ?? {};
  return {
    name: request.name,
    slug: request.slug,
    mainBranch: request.main_branch,
    directory: request.directory,
    preset: request.preset,
    gitUrl: request.git_url,
    repoOwner: request.repo_owner,
    repoName: request.repo_name,
    automaticDeploy: request.automatic_deploy ?? automaticDeploy ?? undefined,
    deploymentConfig: request.deployment_config && config,
    enablePreviewEnvironments: request.enable_preview_environments,
  };
}

/** SECURITY: of the others nothing is told, their number neither. */
function findVisible<P extends { id: number }>(caller: Caller, projects: readonly P[]): P[] {
  const reached = listReached(caller, 'projects:read');
  const ids = new Set(reached === null ? [] : (JSON.parse(reached) as number[]));
  return projects.filter(({ id }) => reached === null || ids.has(id));
}

/** `/projects` and their environments. */
export function projectRoutes(ctx: Context) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects',
      ...actSomewhere('projects_read'),
      request: {
        query: z.object({
          page: z.coerce.number().int().min(1).optional(),
          per_page: z.coerce.number().int().min(1).max(1000).optional(),
        }),
      },
      responses: answer(projectListShape, 'Projects'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { page = 1, per_page } = c.req.valid('query');
      const all = findVisible(caller, listProjectSummaries(ctx));
      const size = per_page ?? Math.max(all.length, 1);
      return c.json({
        projects: all.slice((page - 1) * size, page * size).map(toSummaryJson),
        total: all.length,
        page,
        per_page: size,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/statistics',
      ...actSomewhere('projects_read'),
      responses: answer(projectStatisticsShape, 'Number of projects'),
    }),
    (c) => {
      const caller = c.get('caller');
      return c.json({ total_count: findVisible(caller, listProjects(ctx)).length });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects',
      ...act('projects_create', 'variables_change'),
      request: body(projectBody),
      responses: answer(projectShape, 'The project'),
    }),
    (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const variables = request.environment_variables ?? [];
      if (variables.length > 0) requireAct(caller, 'variables_change', ctx.clock.now());
      const fields = { ...toFields(request), name: request.name };
      return c.json(toProjectJson(createProject(ctx, caller, fields, variables, request.secret)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/sample',
      ...act('projects_create', 'variables_change'),
      responses: answer(
        projectShape,
        'The project "Sample project", created with environments, variables and notes that show what a project has',
      ),
    }),
    (c) => {
      const caller = c.get('caller');
      requireAct(caller, 'variables_change', ctx.clock.now());
      return c.json(toProjectJson(createSampleProject(ctx, caller)));
    },
  );

  for (const path of ['/projects/by-slug/{project}', '/projects/{project}'] as const) {
    app.openapi(
      createRoute({
        method: 'get',
        path,
        ...act('projects_read'),
        request: { params: projectParam },
        responses: answer(projectShape, 'The project'),
      }),
      (c) => {
        return c.json(toProjectJson(getProjectOf(ctx, c)));
      },
    );
  }

  const change = (caller: Caller, project: Project, fields: ReturnType<typeof toFields>) => {
    const isRenamed =
      (fields.name ?? project.name) !== project.name || (fields.slug ?? project.slug) !== project.slug;
    if (isRenamed) requireAct(caller, 'projects_rename', ctx.clock.now());
    return toProjectJson(updateProject(ctx, caller, project.id, fields));
  };
  app.openapi(
    createRoute({
      method: 'put',
      path: '/projects/{project}',
      ...act('projects_change', 'projects_rename'),
      request: { params: projectParam, ...body(projectChange) },
      responses: answer(projectShape, 'The project'),
    }),
    (c) => c.json(change(c.get('caller'), getProjectOf(ctx, c), toFields(c.req.valid('json')))),
  );
  for (const path of ['/projects/{project}/settings', '/projects/{project}/git'] as const) {
    app.openapi(
      createRoute({
        method: 'post',
        path,
        ...act('projects_change', 'projects_rename'),
        request: { params: projectParam, ...body(settingsBody) },
        responses: answer(projectShape, 'The project'),
      }),
      (c) => c.json(change(c.get('caller'), getProjectOf(ctx, c), toFields(c.req.valid('json')))),
    );
  }
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/projects/{project}/deployment-config',
      ...act('projects_change'),
      request: { params: projectParam, ...body(deploymentConfigChange) },
      responses: answer(projectShape, 'The project'),
    }),
    (c) => {
      const fields = toFields({ deployment_config: c.req.valid('json') });
      return c.json(change(c.get('caller'), getProjectOf(ctx, c), fields));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/projects/{project}',
      ...act('projects_delete'),
      request: { params: projectParam },
      responses: noContent(
        'In the trash, from which it can be restored for 30 days, without its deployment tokens and the roles of its members',
      ),
    }),
    (c) => {
      deleteProject(ctx, c.get('caller'), getProjectOf(ctx, c).id);
      return c.body(null, 204);
    },
  );

  return app;
}
