import { createRoute, z } from '@hono/zod-openapi';
import { createNaming } from '../audit/actors.ts';
import { act, answer, createRoutes } from '../http/api.ts';
import type { Context } from '../kernel/context.ts';
import { createQueue } from '../kernel/queue.ts';
import { listProjects } from './projects.ts';
import { sightOf } from './variables/variable-notes.ts';
import { searchResultsShape, toVariableJson } from './variables/variable-shapes.ts';
import { searchVariables } from './variables/variables.ts';

const MAX_RESULTS = 1000;

/** `/search`. */
export function searchRoutes(ctx: Context) {
  const app = createRoutes();
  /** SECURITY: what one search keeps is bounded, so what all of them keep is bounded too. */
  const searching = createQueue();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/search',
      ...act('variables_read'),
      request: {
        query: z.object({
          q: z.string().min(1).max(500),
          limit: z.coerce.number().int().min(1).max(MAX_RESULTS).default(MAX_RESULTS),
        }),
      },
      responses: answer(searchResultsShape, 'Variables of every project, by name and plain value'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { q, limit } = c.req.valid('query');
      const projects = new Map(listProjects(ctx).map(({ id, name, slug }) => [id, { id, name, slug }]));
      const projectIds = caller.kind === 'token' ? [caller.projectId] : [...projects.keys()];
      return await searching(async () => {
        const found = await searchVariables(ctx, q, projectIds, limit);
        const naming = createNaming(ctx);
        return c.json({
          results: found.flatMap((variable) => {
            const project = projects.get(variable.projectId ?? 0);
            return project ? [{ project, ...toVariableJson(variable, sightOf(caller), naming) }] : [];
          }),
        });
      });
    },
  );
  return app;
}
