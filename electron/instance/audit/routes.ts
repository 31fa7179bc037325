import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { answer, createRoutes } from '../http/api.ts';
import { requirePermission } from '../http/caller.ts';
import type { AuditLine } from './audit-log.ts';

const line = z.record(z.string(), z.unknown());
const time = z.coerce.number().int().optional();

/** As upstream's clients read it. `user` is who it was then, by name. */
function toJson(entry: AuditLine) {
  return {
    id: entry.id,
    operation_type: entry.operation,
    audit_date: entry.at,
    user_id: entry.userId ?? 0,
    user: { id: entry.userId ?? 0, name: entry.actor, email: entry.actor.includes('@') ? entry.actor : '' },
    actor: entry.actor,
    actor_kind: entry.actorKind,
    ip_address: entry.ip === null ? null : { ip: entry.ip },
    data: entry.data,
  };
}

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
          user_id: z.coerce.number().int().optional(),
          from: time,
          to: time,
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          offset: z.coerce.number().int().min(0).default(0),
        }),
      },
      responses: answer(z.array(line), 'Newest first'),
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
      return c.json(lines.map(toJson));
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs/{id}',
      request: { params: z.object({ id: z.coerce.number().int() }) },
      responses: answer(line, 'One line'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'audit:read');
      return c.json(toJson(ctx.audit.get(c.req.valid('param').id)));
    },
  );
  return app;
}
