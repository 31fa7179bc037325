import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes, noContent } from '../../http/api.ts';
import { backupRunsShape, toBackupRunsJson } from '../backup-shapes.ts';
import type { BackupsCore } from '../backups-core.ts';
import { cancelRun } from './runs.ts';

/** `/backups/runs`: backups that are being made. */
export function runRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/runs',
      ...act('backups_read'),
      responses: answer(backupRunsShape, 'Backups that are being made, and how far each has come'),
    }),
    (c) => c.json(toBackupRunsJson(core)),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/runs/{id}',
      ...act('backups_make'),
      request: { params: z.object({ id: z.uuid() }) },
      responses: noContent('It is being ended: what it wrote is removed, and earlier backups stay'),
    }),
    (c) => {
      cancelRun(core, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
