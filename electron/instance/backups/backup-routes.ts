import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../http/api.ts';
import { pathId } from '../http/parameters.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Job } from '../jobs/job.ts';
import {
  backupIdentityShape,
  backupListShape,
  backupShape,
  toBackupJson,
  toBackupsJson,
  verifiedFolderShape,
} from './backup-shapes.ts';
import { deleteBackup, getBackup, listBackups } from './backups.ts';
import { type BackupsCore, getSigningKey } from './backups-core.ts';
import { deriveBackupIdentity } from './format/backup-identity.ts';
import { type BackupPayload, runBackup } from './making/backup-job.ts';
import { backupOperations } from './operations.ts';
import { type Drills, verifyBackup, verifyFolder } from './reading/drill.ts';
import { foreseeKeptUntil } from './schedules/kept-until.ts';

const MAX_PATH = 4096;
const destinationId = z.object({ id: pathId });
const backupId = z.object({ id: z.uuid() });

/** `/backups`: where they go, those there are, and making another. */
export function backupRoutes(core: BackupsCore, job: Job<BackupPayload>, drills: Drills) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups',
      ...act('backups_read'),
      responses: answer(backupListShape, 'Backups that this instance made, the newest first'),
    }),
    (c) => {
      return c.json({ backups: toBackupsJson(core, listBackups(core), foreseeKeptUntil(core)) });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/destinations/{id}/run',
      ...act('backups_make'),
      request: { params: destinationId },
      responses: answer(backupShape, 'The backup, once it was read back', 201),
    }),
    async (c) => {
      const destination = c.req.valid('param').id;
      const backup = await runBackup(core, job, c.get('caller'), { destination, why: 'by_hand' });
      return c.json(toBackupJson(core, backup), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/verify-folder',
      ...act('backups_verify_folder'),
      request: body(z.object({ path: z.string().min(1).max(MAX_PATH) })),
      responses: answer(
        verifiedFolderShape,
        'Every stored byte of the newest backup there is what was signed',
      ),
    }),
    async (c) => {
      c.set('isQuestion', true);
      return c.json(toAnswer(verifiedFolderShape, await verifyFolder(core, c.req.valid('json').path)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/identity',
      ...act('backup_identity'),
      responses: answer(backupIdentityShape, 'What decrypts backups, and no secret in them'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { identity, recipient } = await deriveBackupIdentity(
        getSigningKey(core),
        core.ctx.store.identity.id,
      );
      core.ctx.store.transaction(() =>
        core.ctx.audit.append(backupOperations.BACKUP_IDENTITY_SHOWN, c.get('caller'), { recipient }),
      );
      return c.json({ identity, recipient });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/{id}',
      ...act('backups_read'),
      request: { params: backupId },
      responses: answer(backupShape, 'A backup'),
    }),
    (c) => {
      const backup = getBackup(core, c.req.valid('param').id);
      return c.json(toBackupJson(core, backup, foreseeKeptUntil(core)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/{id}/verify',
      ...act('backups_make'),
      request: { params: backupId },
      responses: answer(backupShape, 'Every stored byte is what was signed'),
    }),
    async (c) => {
      const backup = await verifyBackup(core, c.get('caller'), c.req.valid('param').id);
      return c.json(toBackupJson(core, backup));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/{id}/drill',
      ...act('backups_make'),
      request: { params: backupId },
      responses: answer(backupShape, 'It would come back: everything that a restore does was tried out'),
    }),
    async (c) => {
      const backup = await drills.drill(c.get('caller'), c.req.valid('param').id);
      return c.json(toBackupJson(core, backup));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/{id}',
      ...act('backups_delete'),
      request: { params: backupId },
      responses: noContent('Deleted, at its destination too'),
    }),
    async (c) => {
      await deleteBackup(core, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
