import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { answer, createRoutes } from '../http/api.ts';
import { requirePermission } from '../http/caller.ts';
import { pathId, queryInteger } from '../http/parameters.ts';
import { auditLineShape, toLineJson } from './audit-shapes.ts';

/** `/audit/logs`. */
export function auditRoutes(ctx: Context) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs',
      request: {
        query: z.object({
          operation_type: z.string().optional(),
          user_id: queryInteger,
          from: queryInteger,
          to: queryInteger,
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          offset: z.coerce.number().int().min(0).default(0),
        }),
      },
      responses: answer(z.array(auditLineShape), 'Newest first'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'audit:read');
      const { operation_type, user_id, from, to, limit, offset } = c.req.valid('query');
      const lines = ctx.audit.list({
        limit,
        offset,
        ...(operation_type === undefined ? {} : { operation: operation_type }),
        ...(user_id === undefined ? {} : { userId: user_id }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      return c.json(lines.map(toLineJson));
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs/{id}',
      request: { params: z.object({ id: pathId }) },
      responses: answer(auditLineShape, 'One line'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'audit:read');
      return c.json(toLineJson(ctx.audit.get(c.req.valid('param').id)));
    },
  );
  return app;
}
