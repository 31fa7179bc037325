import { createRoute, z } from '@hono/zod-openapi';
import { requireProject } from '../../access/caller.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import { getProject } from '../../projects/projects.ts';
import type { Identity } from '../identity.ts';
import {
  createDeploymentToken,
  deleteDeploymentToken,
  getDeploymentToken,
  getDeploymentTokenToDelete,
  listDeploymentTokens,
} from './deployment-tokens.ts';
import {
  deploymentTokenListShape,
  deploymentTokenShape,
  expiry,
  newDeploymentTokenShape,
  toMs,
  toTokenJson,
} from './token-shapes.ts';

const name = displayName(100);

/** Deployment tokens of a project. */
export function deploymentTokenRoutes(identity: Identity) {
  const { ctx } = identity;
  const app = createRoutes();

  const project = z.object({ project: z.string() });
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/deployment-tokens',
      ...act('tokens_read'),
      request: { params: project },
      responses: answer(deploymentTokenListShape, 'Tokens, without the tokens'),
    }),
    (c) => {
      const { id: projectId } = getProject(ctx, c.req.valid('param').project);
      identity.lastUse.flush();
      const tokens = listDeploymentTokens(ctx, projectId);
      return c.json({ tokens: tokens.map(toTokenJson), total: tokens.length });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/projects/{project}/deployment-tokens',
      ...act('tokens_create'),
      request: {
        params: project,
        ...body(
          z.object({
            name,
            permissions: z
              .array(z.string())
              .min(1)
              .max(100)
              .nullish()
              .openapi({ description: 'Null and * mean all that a token can have' }),
            expires_at: expiry,
          }),
        ),
      },
      responses: answer(newDeploymentTokenShape, 'The token, shown only once', 201),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id: projectId } = getProject(ctx, c.req.valid('param').project);
      requireProject(caller, projectId);
      const request = c.req.valid('json');
      const { row, text, notGiven } = createDeploymentToken(ctx, caller, projectId, {
        name: request.name,
        permissions: request.permissions ?? null,
        expiresAt: toMs(request.expires_at),
      });
      return c.json({ ...toTokenJson(row), token: text.reveal(), permissions_not_given: notGiven }, 201);
    },
  );

  const tokenId = project.extend({ id: pathId });
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/deployment-tokens/{id}',
      ...act('tokens_read'),
      request: { params: tokenId },
      responses: answer(deploymentTokenShape, 'The token row'),
    }),
    (c) => {
      const params = c.req.valid('param');
      return c.json(toTokenJson(getDeploymentToken(ctx, getProject(ctx, params.project).id, params.id)));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/projects/{project}/deployment-tokens/{id}',
      ...act('tokens_withdraw', 'tokens_of_others'),
      request: { params: tokenId },
      responses: noContent('Deleted'),
    }),
    (c) => {
      const caller = c.get('caller');
      const params = c.req.valid('param');
      const { id: projectId } = getProject(ctx, params.project);
      getDeploymentTokenToDelete(ctx, caller, projectId, params.id);
      identity.revocations.revoke('deployment_tokens', params.id, () =>
        deleteDeploymentToken(ctx, caller, projectId, params.id),
      );
      return c.body(null, 204);
    },
  );

  return app;
}
