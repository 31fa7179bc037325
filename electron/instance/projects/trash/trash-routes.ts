import { createRoute, z } from '@hono/zod-openapi';
import { type Act, requireAct } from '../../access/acts.ts';
import { type Caller, enterPlace } from '../../access/caller.ts';
import { actSomewhere, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId, queryInteger } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { eraseFromTrash } from './erase-trash.ts';
import { restoreFromTrash } from './restore-from-trash.ts';
import type { TrashKind } from './trash-kind.ts';
import { getTrashEntry, listTrash } from './trash-list.ts';
import { trashEntryShape } from './trash-shapes.ts';

const idParam = z.object({ id: pathId });

/** `/trash`: what was deleted and can be restored. */
export function trashRoutes(ctx: Context) {
  const app = createRoutes();

  /** Asks for these acts where the entry was. Throws `not_found` for what is not there for the caller. */
  const requireInTrash = (caller: Caller, id: number, acts: Record<TrashKind, readonly Act[]>) => {
    const { kind, project } = getTrashEntry(ctx, caller, id);
    const actor = enterPlace(caller, project?.id ?? null);
    for (const act of acts[kind]) requireAct(actor, act, ctx.clock.now());
    return { actor, projectIds: project === null ? [] : [project.id] };
  };

  app.openapi(
    createRoute({
      method: 'get',
      path: '/trash',
      ...actSomewhere('variables_read'),
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
      ...actSomewhere('variables_change', 'environments_change', 'projects_restore'),
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
      const { actor, projectIds } = requireInTrash(caller, id, {
        variables: ['variables_change'],
        environment: ['variables_change', 'environments_change'],
        project: ['variables_change', 'projects_restore'],
      });
      c.set('changedProjects', projectIds);
      return c.json(toAnswer(trashEntryShape, restoreFromTrash(ctx, actor, id, c.req.valid('json').name)));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/trash/{id}',
      ...actSomewhere('trash_delete', 'environments_delete', 'projects_delete'),
      request: { params: idParam },
      responses: noContent('Deleted for good'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      const { actor, projectIds } = requireInTrash(caller, id, {
        variables: ['trash_delete'],
        environment: ['trash_delete', 'environments_delete'],
        project: ['trash_delete', 'projects_delete'],
      });
      c.set('changedProjects', projectIds);
      await eraseFromTrash(ctx, actor, id);
      return c.body(null, 204);
    },
  );

  return app;
}
