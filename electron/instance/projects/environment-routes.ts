import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import { deploymentConfigChange, environmentConfigChange, toConfigChange } from './deployment-config.ts';
import { listEnvironmentChanges } from './environment-history.ts';
import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from './environments.ts';
import { getProjectOf } from './project-of.ts';
import { environmentShape, toEnvironmentJson } from './project-shapes.ts';
import { environmentHistoryShape } from './variables/variable-shapes.ts';

const name = displayName(500);
const branch = z.string().max(500).nullish();
const projectParam = z.object({ project: z.string() });
const environmentParam = projectParam.extend({ environment: z.string() });

/** Environments of a project, and what happened in them. */
export function environmentRoutes(ctx: Context) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/environments',
      ...act('variables_read'),
      request: { params: projectParam },
      responses: answer(z.array(environmentShape), 'Environments'),
    }),
    (c) => {
      return c.json(listEnvironments(ctx, getProjectOf(ctx, c).id).map(toEnvironmentJson));
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/environments',
      ...act('environments_change'),
      request: {
        params: projectParam,
        ...body(z.object({ name, branch, set_as_preview: z.boolean().optional() })),
      },
      responses: answer(environmentShape, 'The environment', 201),
    }),
    (c) => {
      const caller = c.get('caller');
      const project = getProjectOf(ctx, c);
      const request = c.req.valid('json');
      const environment = createEnvironment(ctx, caller, project, {
        name: request.name,
        branch: request.branch,
        isPreview: request.set_as_preview,
      });
      return c.json(toEnvironmentJson(environment), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/environments/{environment}',
      ...act('variables_read'),
      request: { params: environmentParam },
      responses: answer(environmentShape, 'The environment'),
    }),
    (c) => {
      const params = c.req.valid('param');
      return c.json(toEnvironmentJson(getEnvironment(ctx, getProjectOf(ctx, c).id, params.environment)));
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/environments/{environment}/history',
      ...act('variables_read'),
      request: {
        params: environmentParam,
        query: z.object({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          /** `next` of the page before, or a time. */
          before: z
            .string()
            .regex(/^\d{1,15}(\.[012]\.\d{1,15})?$/, 'neither a time nor the `next` of a page')
            .optional(),
        }),
      },
      responses: answer(environmentHistoryShape, 'Changes of its variables, newest first; no values'),
    }),
    (c) => {
      const params = c.req.valid('param');
      const { limit, before } = c.req.valid('query');
      const { id } = getEnvironment(ctx, getProjectOf(ctx, c).id, params.environment);
      return c.json(toAnswer(environmentHistoryShape, listEnvironmentChanges(ctx, id, limit, before)));
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/projects/{project}/environments/{environment}/settings',
      ...act('environments_change'),
      request: {
        params: environmentParam,
        ...body(
          environmentConfigChange.extend({ branch, deployment_config: deploymentConfigChange.nullish() }),
        ),
      },
      responses: answer(environmentShape, 'The environment'),
    }),
    (c) => {
      const caller = c.get('caller');
      const params = c.req.valid('param');
      const project = getProjectOf(ctx, c);
      const environment = getEnvironment(ctx, project.id, params.environment);
      const { branch: wanted, deployment_config: config, ...sent } = c.req.valid('json');
      const change = toConfigChange(sent);
      const isSent = Object.keys(change).length > 0;
      const updated = updateEnvironment(ctx, caller, project, environment.id, {
        branch: wanted,
        deploymentConfig: isSent ? { ...config, ...change } : config,
      });
      return c.json(toEnvironmentJson(updated));
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/projects/{project}/environments/{environment}',
      ...act('environments_delete'),
      request: { params: environmentParam },
      responses: noContent('In the trash, from which it can be restored for 30 days'),
    }),
    (c) => {
      const caller = c.get('caller');
      const params = c.req.valid('param');
      const project = getProjectOf(ctx, c);
      const environment = getEnvironment(ctx, project.id, params.environment);
      deleteEnvironment(ctx, caller, project, environment.id);
      return c.body(null, 204);
    },
  );

  return app;
}
