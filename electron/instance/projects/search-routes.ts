import { createRoute, z } from '@hono/zod-openapi';
import { enterProject, listReached } from '../access/caller.ts';
import { createNaming } from '../audit/actors.ts';
import { actSomewhere, answer, createRoutes } from '../http/api.ts';
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
      ...actSomewhere('variables_read'),
      request: {
        query: z.object({
          q: z.string().min(1).max(500),
          limit: z.coerce.number().int().min(1).max(MAX_RESULTS).default(MAX_RESULTS),
        }),
      },
      responses: answer(searchResultsShape, 'Variables of every project, by name, note and plain value'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { q, limit } = c.req.valid('query');
      const projects = new Map(listProjects(ctx).map(({ id, name, slug }) => [id, { id, name, slug }]));
      const reached = listReached(caller, 'environments:read');
      const projectIds = reached === null ? [...projects.keys()] : (JSON.parse(reached) as number[]);
      return await searching(async () => {
        const found = await searchVariables(ctx, q, projectIds, limit);
        const naming = createNaming(ctx);
        return c.json({
          results: found.flatMap((variable) => {
            const project = projects.get(variable.projectId ?? 0);
            return project
              ? [{ project, ...toVariableJson(variable, sightOf(enterProject(caller, project.id)), naming) }]
              : [];
          }),
        });
      });
    },
  );
  return app;
}
