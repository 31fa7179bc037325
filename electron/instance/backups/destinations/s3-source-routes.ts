import { createRoute, z } from '@hono/zod-openapi';
import type { Caller } from '../../access/caller.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import type { Job } from '../../jobs/job.ts';
import type { BackupsCore } from '../backups-core.ts';
import { type BackupPayload, runBackup } from '../making/backup-job.ts';
import { addBucket, changeBucket, getBucket } from './buckets.ts';
import { listDestinations, removeDestination } from './destinations.ts';
import {
  MASKED,
  newS3SourceShape,
  s3BackupIndexShape,
  s3BackupShape,
  s3SourceChangeShape,
  s3SourceShape,
  toS3BackupIndexJson,
  toS3BackupsJson,
  toS3SourceJson,
} from './s3-source-shapes.ts';

const sourceId = z.object({ id: pathId });

/** `/backups/s3-sources`: destinations in S3 stores, as clients of Temps know them. */
export function s3SourceRoutes(core: BackupsCore, job: Job<BackupPayload>) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/s3-sources',
      ...act('backups_read'),
      responses: answer(z.array(s3SourceShape), 'Buckets that backups go to'),
    }),
    (c) =>
      c.json(listDestinations(core).flatMap((known) => (known.kind === 's3' ? [toS3SourceJson(known)] : []))),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/s3-sources',
      ...act('backup_destinations_change'),
      request: body(newS3SourceShape),
      responses: answer(s3SourceShape, 'The new bucket, which was tried out', 201),
    }),
    async (c) => {
      const given = c.req.valid('json');
      const { destination } = await addBucket(core, c.get('caller'), {
        name: given.name,
        isReadable: false,
        acceptsPlainHttp: given.accept_plain_http,
        place: {
          endpoint: given.endpoint,
          region: given.region,
          bucket: given.bucket_name,
          prefix: given.bucket_path,
          isPathStyle: given.force_path_style ?? undefined,
        },
        credentials: { accessKeyId: given.access_key_id, secretAccessKey: given.secret_key },
      });
      return c.json(toS3SourceJson(getBucket(core, destination.id)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/s3-sources/{id}',
      ...act('backups_read'),
      request: { params: sourceId },
      responses: answer(s3SourceShape, 'A bucket that backups go to'),
    }),
    (c) => c.json(toS3SourceJson(getBucket(core, c.req.valid('param').id))),
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/backups/s3-sources/{id}',
      ...act('backup_destinations_change'),
      request: { params: sourceId, ...body(s3SourceChangeShape) },
      responses: answer(s3SourceShape, 'The bucket, which was tried out so'),
    }),
    async (c) => {
      const given = c.req.valid('json');
      const changed = await changeBucket(core, c.get('caller'), c.req.valid('param').id, {
        name: given.name ?? undefined,
        place: leaveOut({
          // Null is Amazon's own.
          endpoint: given.endpoint,
          region: given.region ?? undefined,
          bucket: given.bucket_name ?? undefined,
          prefix: given.bucket_path ?? undefined,
          isPathStyle: given.force_path_style ?? undefined,
        }),
        credentials: leaveOut({
          accessKeyId: unmasked(given.access_key_id),
          secretAccessKey: unmasked(given.secret_key),
        }),
        acceptsPlainHttp: given.accept_plain_http,
      });
      return c.json(toS3SourceJson(changed));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/s3-sources/{id}',
      ...act('backup_destinations_change'),
      request: { params: sourceId },
      responses: noContent('Removed; its backups stay there'),
    }),
    (c) => {
      removeDestination(core, c.get('caller'), getBucket(core, c.req.valid('param').id).id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/s3-sources/{id}/run',
      ...act('backups_make'),
      request: { params: sourceId, ...body(z.object({ backup_type: z.string().max(100).default('full') })) },
      responses: answer(s3BackupShape, 'The backup, once it was read back'),
    }),
    async (c) => {
      const source = getBucket(core, c.req.valid('param').id);
      const backup = await runBackup(core, job, c.get('caller'), { destination: source.id, why: 'by_hand' });
      const [made] = toS3BackupsJson(core, source, [backup], { createdBy: findUser(c.get('caller')) });
      return c.json(made as NonNullable<typeof made>);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/s3-sources/{id}/backups',
      ...act('backups_read'),
      request: { params: sourceId },
      responses: answer(
        s3BackupIndexShape,
        'The backups of the list that are in the bucket, the newest first',
      ),
    }),
    (c) => c.json(toS3BackupIndexJson(core, getBucket(core, c.req.valid('param').id))),
  );

  return app;
}

const unmasked = (value: string | null | undefined) =>
  value === null || value === undefined || value === MASKED ? undefined : value;

/** Absent is what is undefined. */
function leaveOut<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** 0 where it is no user. */
function findUser(caller: Caller): number {
  return 'userId' in caller && typeof caller.userId === 'number' ? caller.userId : 0;
}
