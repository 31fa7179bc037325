import { createRoute, z } from '@hono/zod-openapi';
import type { TypedResponse } from 'hono';
import { act, answer, createRoutes } from '../http/api.ts';
import { pathId, queryInteger } from '../http/parameters.ts';
import type { Context } from '../kernel/context.ts';
import type { AuditFilter } from './audit-log.ts';
import { auditLineShape, auditOperationsShape, toLineJson } from './audit-shapes.ts';
import type { LineWords } from './line-words.ts';
import { auditOperations } from './operations.ts';

const TOTAL_HEADER = 'x-total-count';
/** Lines read at once for an export: a few milliseconds of work. */
const LINES_PER_READ = 500;

const filterQuery = z.object({
  operation_type: z.string().optional(),
  user_id: queryInteger,
  actor: z.string().optional(),
  search: z.string().max(500).optional(),
  from: queryInteger,
  to: queryInteger,
});

/** `/audit`. */
export function auditRoutes(ctx: Context, words: LineWords) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs',
      ...act('activity_read'),
      request: {
        query: filterQuery.extend({
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          offset: z.coerce.number().int().min(0).default(0).openapi({ type: 'integer' }),
        }),
      },
      responses: {
        200: {
          description: 'Newest first',
          headers: {
            [TOTAL_HEADER]: {
              description: 'Number of lines that match',
              schema: { type: 'integer' as const },
            },
          },
          content: { 'application/json': { schema: z.array(auditLineShape) } },
        },
      },
    }),
    (c) => {
      const { limit, offset, ...query } = c.req.valid('query');
      const filter = toFilter(query);
      c.header(TOTAL_HEADER, String(ctx.audit.count(filter)));
      return c.json(
        ctx.audit.list(filter, { limit, offset }).map((line) => toLineJson(line, words)),
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/logs/{id}',
      ...act('activity_read'),
      request: { params: z.object({ id: pathId }) },
      responses: answer(auditLineShape, 'One line'),
    }),
    (c) => {
      return c.json(toLineJson(ctx.audit.get(c.req.valid('param').id), words));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/operations',
      ...act('activity_read'),
      responses: answer(auditOperationsShape, 'Operations in the log, for filters'),
    }),
    (c) => {
      const operations = ctx.audit.listOperations();
      const titles = operations.map((name) => [name, words.operations.get(name)?.title ?? name] as const);
      return c.json({ operations, titles: Object.fromEntries(titles) });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/audit/export',
      ...act('activity_read'),
      request: { query: filterQuery },
      responses: {
        200: {
          description: 'All matching lines, newest first, as JSON lines',
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    }),
    (c) => {
      const caller = c.get('caller');
      const lines = streamLines(ctx, words, toFilter(c.req.valid('query')));
      ctx.audit.record(auditOperations.AUDIT_EXPORTED, caller);
      const day = new Date(ctx.clock.now()).toISOString().slice(0, 10);
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="audit-${day}.jsonl"`,
      };
      // The types know texts that are whole; this one may be larger than memory.
      return c.body(lines, 200, headers) as unknown as TypedResponse<string, 200, 'text'>;
    },
  );
  return app;
}

function toFilter(query: z.infer<typeof filterQuery>): AuditFilter {
  const { operation_type: operation, user_id: userId, actor, search, from, to } = query;
  return { operation, userId, actor, search, from, to };
}

/** From the newest line of now to the oldest, read as fast as they are taken. */
function streamLines(ctx: Context, words: LineWords, filter: AuditFilter): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before = Number.MAX_SAFE_INTEGER;
  return new ReadableStream({
    pull(controller) {
      const lines = ctx.audit.listBefore(filter, before, LINES_PER_READ);
      const last = lines.at(-1);
      if (!last) return controller.close();
      before = last.id;
      controller.enqueue(
        encoder.encode(lines.map((line) => `${JSON.stringify(toLineJson(line, words))}\n`).join('')),
      );
    },
  });
}
