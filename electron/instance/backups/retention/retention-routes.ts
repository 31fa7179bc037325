import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import type { BackupsCore } from '../backups-core.ts';
import { destinationShape, toDestinationJson } from '../destinations/destination-shapes.ts';
import { previewRetention, pruneDestination, setRetention } from './prune.ts';
import {
  givenRetention,
  prunedShape,
  retentionPreviewShape,
  toPolicy,
  toPreviewJson,
} from './retention-shapes.ts';

const destinationId = z.object({ id: pathId });

/** How many backups are kept at a destination, and removing the others. */
export function retentionRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'put',
      path: '/backups/destinations/{id}/retention',
      ...act('backups_delete'),
      request: {
        params: destinationId,
        ...body(z.object({ retention: z.union([givenRetention, z.null()]) })),
      },
      responses: answer(destinationShape, 'The destination, which keeps so many from the next backup on'),
    }),
    (c) => {
      const { retention } = c.req.valid('json');
      const policy = retention === null ? null : toPolicy(retention);
      return c.json(
        toDestinationJson(core, setRetention(core, c.get('caller'), c.req.valid('param').id, policy)),
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/destinations/{id}/retention/preview',
      ...act('backups_make'),
      request: { params: destinationId, ...body(z.object({ retention: givenRetention })) },
      responses: answer(
        retentionPreviewShape,
        'What would be kept of the backups there, why, and what removed',
      ),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const policy = toPolicy(c.req.valid('json').retention);
      const { stopping } = core.ctx;
      return c.json(toPreviewJson(await previewRetention(core, c.req.valid('param').id, policy, stopping)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/destinations/{id}/prune',
      ...act('backups_delete'),
      request: { params: destinationId },
      responses: answer(prunedShape, 'What was removed; nothing where all are kept'),
    }),
    async (c) =>
      c.json(await pruneDestination(core, c.get('caller'), c.req.valid('param').id, core.ctx.stopping)),
  );

  return app;
}
