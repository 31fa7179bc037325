import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId, queryInteger } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { eraseFromTrash } from './erase-trash.ts';
import { restoreFromTrash } from './restore-from-trash.ts';
import { getTrashEntry, listTrash } from './trash-list.ts';
import { trashEntryShape } from './trash-shapes.ts';

const idParam = z.object({ id: pathId });

/** `/trash`: what was deleted and can be restored. */
export function trashRoutes(ctx: Context) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/trash',
      ...act('variables_read'),
      request: {
        query: z.object({
          project_id: queryInteger,
          environment_id: queryInteger,
          variable_id: queryInteger,
        }),
      },
      responses: answer(z.array(trashEntryShape), 'What was deleted, newest first; no values'),
    }),
    (c) => {
      const { project_id, environment_id, variable_id } = c.req.valid('query');
      const filter = { projectId: project_id, environmentId: environment_id, variableId: variable_id };
      return c.json(listTrash(ctx, c.get('caller'), filter).map((entry) => toAnswer(trashEntryShape, entry)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/trash/{id}/restore',
      ...act('variables_change', 'projects_change'),
      request: {
        params: idParam,
        ...body(
          z.object({
            name: displayName(500)
              .optional()
              .openapi({ description: 'Another name, where the old one is in use by now' }),
          }),
        ),
      },
      responses: answer(trashEntryShape, 'What was restored'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      const { kind } = getTrashEntry(ctx, caller, id);
      if (kind === 'project') requireAct(caller, 'projects_change', ctx.clock.now());
      return c.json(toAnswer(trashEntryShape, restoreFromTrash(ctx, caller, id, c.req.valid('json').name)));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/trash/{id}',
      ...act('trash_delete', 'projects_delete'),
      request: { params: idParam },
      responses: noContent('Deleted for good'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      const { kind } = getTrashEntry(ctx, caller, id);
      if (kind === 'project') requireAct(caller, 'projects_delete', ctx.clock.now());
      await eraseFromTrash(ctx, caller, id);
      return c.body(null, 204);
    },
  );

  return app;
}
