import { createRoute, z } from '@hono/zod-openapi';
import { noSuchProject } from '../access/caller.ts';
import { act, answer, createRoutes } from '../http/api.ts';
import type { Context } from '../kernel/context.ts';
import { createNaming } from './actors.ts';
import { projectLinesShape, toProjectLineJson } from './audit-shapes.ts';
import { type LineWords, listProjectFields } from './line-words.ts';

/**
 * What was done in one project, for those who manage it. SECURITY: the project is the one that the act let the caller into, and no
 * parameter says another; there is no search, which would find what a line has besides what is shown of it.
 */
export function projectActivityRoutes(ctx: Context, words: LineWords) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/activity',
      ...act('project_activity_read'),
      request: {
        params: z.object({ project: z.string() }),
        query: z.object({
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          before: z.coerce
            .number()
            .int()
            .min(1)
            .max(Number.MAX_SAFE_INTEGER)
            .optional()
            .openapi({ type: 'integer' }),
        }),
      },
      responses: answer(projectLinesShape, 'Newest first'),
    }),
    (c) => {
      const projectId = c.get('projectId');
      if (projectId === undefined) throw noSuchProject();
      const { limit, before } = c.req.valid('query');
      const naming = createNaming(ctx);
      const fields = listProjectFields(words);
      const found = ctx.audit.listOfProject(projectId, fields, { before, limit: limit + 1 });
      const lines = found.slice(0, limit);
      return c.json({
        lines: lines.map((line) => toProjectLineJson(line, words, naming)),
        next: found.length > limit ? (lines.at(-1)?.id ?? null) : null,
      });
    },
  );
  return app;
}
