import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, bytesBody, createRoutes, noContent } from '../../http/api.ts';
import { shownText } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { RequireLink } from './restore-routes.ts';
import type { Upload, Uploads } from './uploads.ts';

const uploadId = z.object({ id: z.uuid() });
const setUpToken = z.string().max(100);
const fileBody = { name: shownText(1, 255), size_bytes: z.int().min(1) };
/** Its type is said here: a coerced number would look nullable. */
const pieceQuery = z.object({ offset: z.coerce.number().int().min(0).openapi({ type: 'integer' }) });
/** A piece is no JSON, so the token of the link comes beside it. SECURITY: not in the address, which may be kept. */
const linkHeader = z.object({ 'x-set-up-token': setUpToken });

const uploadShape = z
  .object({ id: z.uuid(), name: z.string(), size_bytes: z.int(), received_bytes: z.int() })
  .openapi('RestoreUpload');
const toJson = (upload: Upload) => toAnswer(uploadShape, { ...upload });

const BEGUN = 'It is received in pieces, each at most 2 MiB; the first has all of the manifest';
const RECEIVED = 'How much of it is here; the last piece may be sent again';

/** `/backups/restores/uploads`, and `/setup/restores/uploads` for an instance that nobody uses yet. */
export function uploadRoutes(uploads: Uploads, requireLink: RequireLink) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/restores/uploads',
      ...act('backups_restore'),
      request: body(z.object(fileBody)),
      responses: answer(uploadShape, BEGUN, 201),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { name, size_bytes } = c.req.valid('json');
      return c.json(toJson(await uploads.begin(name, size_bytes)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/backups/restores/uploads/{id}',
      ...act('backups_restore_follow'),
      request: { params: uploadId, query: pieceQuery, ...bytesBody },
      responses: answer(uploadShape, RECEIVED),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const piece = new Uint8Array(await c.req.arrayBuffer());
      return c.json(
        toJson(await uploads.append(c.req.valid('param').id, c.req.valid('query').offset, piece)),
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/restores/uploads/{id}',
      ...act('backups_restore_follow'),
      request: { params: uploadId },
      responses: noContent('Nothing of it is kept'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      await uploads.drop(c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/restores/uploads',
      ...act('backups_restore_first'),
      request: body(z.object({ token: setUpToken, ...fileBody })),
      responses: answer(uploadShape, BEGUN, 201),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { token, name, size_bytes } = c.req.valid('json');
      requireLink(c, token);
      return c.json(toJson(await uploads.begin(name, size_bytes)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/setup/restores/uploads/{id}',
      ...act('backups_restore_first'),
      request: { params: uploadId, query: pieceQuery, headers: linkHeader, ...bytesBody },
      responses: answer(uploadShape, RECEIVED),
    }),
    async (c) => {
      c.set('isQuestion', true);
      requireLink(c, c.req.valid('header')['x-set-up-token']);
      const piece = new Uint8Array(await c.req.arrayBuffer());
      return c.json(
        toJson(await uploads.append(c.req.valid('param').id, c.req.valid('query').offset, piece)),
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/restores/uploads/{id}/cancel',
      ...act('backups_restore_first'),
      request: { params: uploadId, ...body(z.object({ token: setUpToken })) },
      responses: noContent('Nothing of it is kept'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      requireLink(c, c.req.valid('json').token);
      await uploads.drop(c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
