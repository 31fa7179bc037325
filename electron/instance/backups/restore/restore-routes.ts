import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { type ApiEnv, act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { clientOf } from '../../http/client.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Job } from '../../jobs/job.ts';
import { handedCopyBody, toHandedCopy } from '../../vault/key/unlock-body.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { BackupsCore } from '../backups-core.ts';
import { backupOperations } from '../operations.ts';
import { openGivenBucket } from './find-stored-backups.ts';
import { deleteFormerDatabase, listFormerDatabases } from './former-database.ts';
import { answerOldComputer, findRestoredBackup, isOldComputerGone } from './old-computer.ts';
import {
  begunRestoreShape,
  currentRestoreShape,
  preparedRestoreShape,
  restoredShape,
  restoreOutcomeShape,
  toPreparedJson,
  toProgressJson,
} from './restore-shapes.ts';
import type { RestoreRequest, Restores } from './running-restore.ts';

/** Whether the link of a set-up is good; throws where it is not, or the instance is set up. */
export type RequireSetUpLink = (
  token: string,
  client: { ip: string | null; userAgent: string | null },
) => void;

/** The same for a request. */
export type RequireLink = (c: HonoContext<ApiEnv>, token: string) => void;

export const requireLinkOf =
  (requireSetUpLink: RequireSetUpLink): RequireLink =>
  (c, token) =>
    requireSetUpLink(token, clientOf(c));

const restoreId = z.object({ id: z.uuid() });
const formerName = z.object({ name: z.string().max(100) });
const setUpToken = z.string().max(100);
const place = z.string().min(1).max(4096);
const text = z.string().min(1).max(1024);
/** SECURITY: used for this restore, and stored nowhere. */
const bucketBody = z
  .object({
    endpoint: text.nullish(),
    region: text.optional(),
    bucket: text,
    prefix: z.string().max(1024).optional(),
    path_style: z.boolean().optional(),
    access_key_id: text,
    secret_access_key: text,
  })
  .openapi('GivenBucket');
const keyBody = {
  /** Of the key that the backup names, where it is not here; or an identity of age that it is encrypted for. */
  copy: handedCopyBody.optional(),
  /** Of passphrase custody. */
  passphrase: z.string().max(1024).optional(),
};
const placeBody = {
  path: place.optional(),
  store: bucketBody.optional(),
  /** A file that was uploaded whole. */
  upload: z.uuid().optional(),
};
const isOne = (...given: unknown[]) => given.filter((each) => each !== undefined).length === 1;
const restoreBody = z
  .object({ ...keyBody, ...placeBody, backup: z.uuid().optional() })
  .refine(({ backup, path, store, upload }) => isOne(backup, path, store, upload), {
    message: 'give a backup of the list, a path, a store, or an upload',
    path: ['path'],
  });
const firstRestoreBody = z
  .object({ ...keyBody, ...placeBody, token: setUpToken })
  .refine(({ path, store, upload }) => isOne(path, store, upload), {
    message: 'give a path, a store, or an upload',
    path: ['path'],
  });
const firstBody = z.object({ token: setUpToken });

function toStore({ access_key_id, secret_access_key, path_style, ...given }: z.infer<typeof bucketBody>) {
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  return openGivenBucket({ ...given, isPathStyle: path_style }, credentials);
}

function toRequest({
  copy,
  passphrase,
  backup,
  path,
  store,
  upload,
}: z.infer<typeof restoreBody>): RestoreRequest {
  return {
    ...(backup === undefined ? {} : { backup }),
    ...(path === undefined ? {} : { path }),
    ...(store === undefined ? {} : { store: toStore(store) }),
    ...(upload === undefined ? {} : { upload }),
    ...(copy === undefined ? {} : { copy: toHandedCopy(copy) }),
    ...(passphrase === undefined ? {} : { passphrase: new SecretText(passphrase) }),
  };
}

/** `/backups/restores` and what follows a restore; `/setup/restores` for an instance that nobody uses yet. */
export function restoreRoutes(
  core: BackupsCore,
  restores: Restores,
  { comparing, requireLink }: { comparing: Job; requireLink: RequireLink },
) {
  const app = createRoutes();
  const { ctx } = core;

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/restores',
      ...act('backups_restore'),
      request: body(restoreBody),
      responses: answer(
        preparedRestoreShape,
        'What it would do; nothing is replaced before it is applied',
        201,
      ),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const prepared = await restores.prepare(c.get('caller'), toRequest(c.req.valid('json')));
      return c.json(toPreparedJson(prepared), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/restores',
      ...act('backups_restore_follow'),
      responses: answer(currentRestoreShape, 'The restore that is being prepared, if one is'),
    }),
    (c) => {
      const progress = restores.find();
      return c.json({ current: progress && toProgressJson(progress) });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/restores/{id}/apply',
      ...act('backups_restore'),
      request: { params: restoreId },
      responses: answer(
        begunRestoreShape,
        'The database is being exchanged, and the instance begins anew',
        202,
      ),
    }),
    (c) => {
      const { id } = c.req.valid('param');
      restores.apply(id);
      return c.json({ id }, 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/restores/{id}',
      ...act('backups_restore_follow'),
      request: { params: restoreId },
      responses: noContent('Cancelled; nothing was changed'),
    }),
    async (c) => {
      await restores.cancel(c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/restores/{id}/outcome',
      ...act('backups_restore_outcome'),
      request: { params: restoreId },
      responses: answer(restoreOutcomeShape, 'What came of a restore that was applied, or undone'),
    }),
    (c) => c.json(toAnswer(restoreOutcomeShape, restores.getOutcome(c.req.valid('param').id))),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/restores/undo',
      ...act('backups_restore'),
      responses: answer(begunRestoreShape, 'The former database is being put back', 202),
    }),
    (c) => c.json({ id: restores.undo(c.get('caller')) }, 202),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/restored',
      ...act('backups_read'),
      responses: answer(restoredShape, 'What was restored here, and what is kept of before'),
    }),
    (c) =>
      c.json(
        toAnswer(restoredShape, {
          restored: findRestoredBackup(ctx.store),
          waitsForOldComputer: !isOldComputerGone(core),
          formerDatabases: listFormerDatabases(ctx.dataDir),
        }),
      ),
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/backups/old-computer',
      ...act('backups_old_computer'),
      request: body(z.object({ answer: z.enum(['gone', 'runs']) })),
      responses: noContent('What became of the computer that made the restored backup is known'),
    }),
    (c) => {
      answerOldComputer(core, c.get('caller'), c.req.valid('json').answer, comparing);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/former-databases/{name}/restore',
      ...act('backups_restore'),
      request: { params: formerName },
      responses: answer(begunRestoreShape, 'This former database is being put back', 202),
    }),
    (c) => c.json({ id: restores.undo(c.get('caller'), c.req.valid('param').name) }, 202),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/former-databases/{name}',
      ...act('backups_former_delete'),
      request: { params: formerName },
      responses: noContent('The former database is deleted for good'),
    }),
    (c) => {
      const { name } = c.req.valid('param');
      deleteFormerDatabase(ctx.dataDir, name);
      ctx.store.transaction(() =>
        ctx.audit.append(backupOperations.FORMER_DATABASE_DELETED, c.get('caller'), { name }),
      );
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/restores',
      ...act('backups_restore_first'),
      request: body(firstRestoreBody),
      responses: answer(
        preparedRestoreShape,
        'What it would bring back, for the holder of a set-up link',
        201,
      ),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { token, ...request } = c.req.valid('json');
      requireLink(c, token);
      return c.json(toPreparedJson(await restores.prepare(c.get('caller'), toRequest(request))), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/restores/{id}/apply',
      ...act('backups_restore_first'),
      request: { params: restoreId, ...body(firstBody) },
      responses: answer(begunRestoreShape, 'The instance begins anew with what was restored', 202),
    }),
    (c) => {
      requireLink(c, c.req.valid('json').token);
      const { id } = c.req.valid('param');
      restores.apply(id);
      return c.json({ id }, 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/restores/{id}/cancel',
      ...act('backups_restore_first'),
      request: { params: restoreId, ...body(firstBody) },
      responses: noContent('Cancelled; nothing was changed'),
    }),
    async (c) => {
      requireLink(c, c.req.valid('json').token);
      await restores.cancel(c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
