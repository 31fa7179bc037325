import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import { getProjectOf } from '../../projects/project-of.ts';
import { findConsoleBase } from '../console-base.ts';
import type { Identity } from '../identity.ts';
import {
  createDeploymentToken,
  deleteDeploymentToken,
  getDeploymentToken,
  getDeploymentTokenToChange,
  limitDeploymentToken,
  listDeploymentTokens,
} from './deployment-tokens.ts';
import {
  allowedFrom,
  deploymentTokenListShape,
  deploymentTokenShape,
  expiry,
  newDeploymentTokenShape,
  toMs,
  toTokenJson,
} from './token-shapes.ts';
import { listUsageExamples } from './usage-examples.ts';

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
      const { id: projectId } = getProjectOf(ctx, c);
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
            allowed_from: allowedFrom,
          }),
        ),
      },
      responses: answer(newDeploymentTokenShape, 'The token, shown only once', 201),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id: projectId, slug } = getProjectOf(ctx, c);
      const request = c.req.valid('json');
      const { row, text, notGiven } = createDeploymentToken(ctx, caller, projectId, {
        name: request.name,
        permissions: request.permissions ?? null,
        expiresAt: toMs(request.expires_at),
        allowedFrom: request.allowed_from,
      });
      // The values of an environment, or without that permission the names.
      const path = row.permissions.includes('environments:reveal')
        ? `/projects/${slug}/variables/export?environment=production`
        : `/projects/${slug}`;
      const examples = listUsageExamples(ctx, findConsoleBase(identity, c), path);
      return c.json(
        { ...toTokenJson(row), token: text.reveal(), examples, permissions_not_given: notGiven },
        201,
      );
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
      return c.json(toTokenJson(getDeploymentToken(ctx, getProjectOf(ctx, c).id, params.id)));
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/projects/{project}/deployment-tokens/{id}',
      ...act('tokens_limit', 'tokens_of_others'),
      request: { params: tokenId, ...body(z.object({ allowed_from: allowedFrom.unwrap() })) },
      responses: answer(deploymentTokenShape, 'The token, with where it may be used from'),
    }),
    (c) => {
      const params = c.req.valid('param');
      const { id: projectId } = getProjectOf(ctx, c);
      const wanted = c.req.valid('json').allowed_from;
      return c.json(toTokenJson(limitDeploymentToken(ctx, c.get('caller'), projectId, params.id, wanted)));
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
      const { id: projectId } = getProjectOf(ctx, c);
      getDeploymentTokenToChange(ctx, caller, projectId, params.id);
      identity.revocations.revoke('deployment_tokens', params.id, () =>
        deleteDeploymentToken(ctx, caller, projectId, params.id),
      );
      return c.body(null, 204);
    },
  );

  return app;
}
