import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { listReads } from './read-list.ts';
import type { ReadRecorder } from './read-recorder.ts';
import { unusualReadsShape, variableReadsShape } from './read-shapes.ts';
import { dismissUnusualRead, listUnusualReads } from './unusual-reads.ts';

/** `/secret-reads`: who read encrypted variables, and what of it is unusual. */
export function readRoutes(ctx: Context, reads: ReadRecorder) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/secret-reads/variables/{id}',
      ...act('reads_read'),
      request: {
        params: z.object({ id: pathId }),
        query: z.object({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z
            .string()
            .regex(/^\d{1,16}\.\d{1,16}$/)
            .optional(),
        }),
      },
      responses: answer(variableReadsShape, 'Who read a variable, newest first'),
    }),
    (c) => {
      const { limit, before } = c.req.valid('query');
      // What was only counted so far.
      reads.flush();
      return c.json(toAnswer(variableReadsShape, listReads(ctx, c.req.valid('param').id, limit, before)));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/secret-reads/unusual',
      ...act('reads_read'),
      responses: answer(unusualReadsShape, 'Unusual readings that nobody dismissed, newest first'),
    }),
    (c) => {
      return c.json(toAnswer(unusualReadsShape, { unusual: listUnusualReads(ctx) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/secret-reads/unusual/{id}/dismiss',
      ...act('reads_dismiss'),
      request: { params: z.object({ id: pathId }) },
      responses: noContent('Dismissed, this one only'),
    }),
    (c) => {
      dismissUnusualRead(ctx, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
