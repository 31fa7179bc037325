import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../http/api.ts';
import { AppError } from '../kernel/app-error.ts';
import { getProjectOf } from '../projects/project-of.ts';
import {
  deploymentListShape,
  deploymentLogShape,
  deploymentShape,
  toDeploymentJson,
} from './deployment-shapes.ts';
import type { DeploymentsCore } from './deployments-core.ts';
import { type Enqueue, requestRollback } from './releases/app-actions.ts';
import { findPlace } from './releases/deploy-job.ts';
import {
  cancelDeployment,
  type Deployment,
  getDeployment,
  listDeployments,
  listLines,
} from './releases/deployments.ts';
import { phases } from './vocabulary.ts';

const projectParam = z.object({ project: z.string() });
const deploymentParam = projectParam.extend({ deployment: z.coerce.number().int().positive() });

/** Deployments of a project: what was tried, how it went, back and stop. */
export function deploymentRoutes(core: DeploymentsCore, enqueue: Enqueue) {
  const app = createRoutes();
  const { ctx } = core;

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/deployments',
      ...act('apps_read'),
      request: {
        params: projectParam,
        query: z.object({
          page: z.coerce.number().int().min(1).default(1),
          per_page: z.coerce.number().int().min(1).max(200).default(20),
          environment_id: z.coerce.number().int().positive().optional(),
        }),
      },
      responses: answer(deploymentListShape, 'Deployments, newest first'),
    }),
    (c) => {
      const { page, per_page, environment_id } = c.req.valid('query');
      const found = listDeployments(ctx, getProjectOf(ctx, c).id, {
        environmentId: environment_id ?? null,
        limit: per_page,
        offset: (page - 1) * per_page,
      });
      return c.json({
        deployments: found.deployments.map((one) => toDeploymentJson(core, one)),
        total: found.total,
        page,
        per_page,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/last-deployment',
      ...act('apps_read'),
      request: { params: projectParam },
      responses: answer(deploymentShape, 'The last deployment'),
    }),
    (c) => {
      const { deployments } = listDeployments(ctx, getProjectOf(ctx, c).id, {
        environmentId: null,
        limit: 1,
        offset: 0,
      });
      const [last] = deployments;
      if (!last) throw new AppError('not_found', 'Nothing was deployed yet in this project.');
      return c.json(toDeploymentJson(core, last));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/deployments/{deployment}',
      ...act('apps_read'),
      request: { params: deploymentParam },
      responses: answer(deploymentShape, 'The deployment'),
    }),
    (c) => {
      const found = getDeployment(ctx, getProjectOf(ctx, c).id, c.req.valid('param').deployment);
      return c.json(toDeploymentJson(core, found));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/deployments/{deployment}/log',
      ...act('apps_read'),
      request: {
        params: deploymentParam,
        query: z.object({
          phase: z.enum(phases).optional(),
          after: z.coerce
            .number()
            .int()
            .min(1)
            .optional()
            .openapi({ description: 'Only lines with a larger number' }),
        }),
      },
      responses: answer(deploymentLogShape, 'What it said as it went, without values of secrets'),
    }),
    (c) => {
      const { id } = getDeployment(ctx, getProjectOf(ctx, c).id, c.req.valid('param').deployment);
      const { phase: wanted, after = 0 } = c.req.valid('query');
      const lines = listLines(ctx, id, wanted ?? null);
      const numbered = lines.map(({ at, text, level, phase }, index) => ({
        line: index + 1,
        timestamp: new Date(at).toISOString(),
        level,
        phase,
        message: text,
      }));
      return c.json(numbered.slice(after));
    },
  );

  const stateShape = z
    .object({ id: z.int(), state: z.string(), message: z.string() })
    .openapi('DeploymentState');
  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/deployments/{deployment}/cancel',
      ...act('apps_control'),
      request: { params: deploymentParam },
      responses: answer(stateShape, 'It is being ended; what served before goes on serving'),
    }),
    (c) => {
      const found = getDeployment(ctx, getProjectOf(ctx, c).id, c.req.valid('param').deployment);
      cancelDeployment(core, c.get('caller'), getPlace(core, found), found);
      return c.json({
        id: found.id,
        state: 'cancelled',
        message: 'Cancelled. Nothing was replaced.',
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/deployments/{deployment}/rollback',
      ...act('apps_control'),
      request: { params: deploymentParam },
      responses: answer(
        deploymentShape,
        'A deployment that goes back to the release of this one, with the variables of now',
      ),
    }),
    async (c) => {
      const found = getDeployment(ctx, getProjectOf(ctx, c).id, c.req.valid('param').deployment);
      if (found.releaseId === null)
        throw new AppError('conflict', 'This deployment left no release that could be gone back to.');
      const place = getPlace(core, found);
      const asked = await requestRollback(core, enqueue, c.get('caller'), place, found.releaseId);
      return c.json(toDeploymentJson(core, asked));
    },
  );

  return app;
}

function getPlace(core: DeploymentsCore, deployment: Deployment) {
  const place = findPlace(core, deployment);
  if (!place) throw new AppError('not_found', 'The environment of this deployment does not exist.');
  return place;
}
