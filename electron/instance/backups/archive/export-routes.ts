import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import type { BackupsCore } from '../backups-core.ts';
import { exportBackup, exportTo } from './export.ts';

const backupId = z.object({ id: z.uuid() });

const exportedShape = z.object({ path: z.string(), size_bytes: z.int() }).openapi('ExportedBackup');

/** `/backups/{id}/file` and `/backups/{id}/export`: a backup as one file. */
export function exportRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/{id}/file',
      ...act('backups_export'),
      request: { params: backupId },
      responses: {
        200: {
          description: 'The backup as one tar; one that is damaged on the way ends early',
          content: { 'application/x-tar': { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      const { signal } = c.req.raw;
      const { id } = c.req.valid('param');
      const { name, sizeBytes, content } = await exportBackup(core, c.get('caller'), id, signal);
      return c.body(Readable.toWeb(content) as ReadableStream, 200, {
        'content-type': 'application/x-tar',
        'content-length': String(sizeBytes),
        'content-disposition': `attachment; filename="${name}"`,
      }) as never;
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/{id}/export',
      ...act('backups_export_to_path'),
      request: { params: backupId, ...body(z.object({ path: z.string().min(1).max(4096) })) },
      responses: answer(exportedShape, 'Written to a new file of this machine', 201),
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { path } = c.req.valid('json');
      const exported = await exportTo(core, c.get('caller'), id, path, core.ctx.stopping);
      return c.json({ path: exported.path, size_bytes: exported.sizeBytes }, 201);
    },
  );

  return app;
}
