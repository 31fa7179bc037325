import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import type { BackupsCore } from '../backups-core.ts';
import { addBucket, describeBucket } from './buckets.ts';
import {
  addedDestinationShape,
  bucketFactsShape,
  changedDestinationShape,
  destinationListShape,
  destinationShape,
  toBucketFactsJson,
  toDestinationJson,
} from './destination-shapes.ts';
import {
  addFolder,
  changeRecipients,
  listDestinations,
  removeDestination,
  testDestination,
} from './destinations.ts';
import { listCopyPlaces } from './key-copy-there.ts';
import { explainKeyAlone, MAX_RECIPIENTS } from './recipients.ts';
import { s3Encryptions } from './s3/s3-place.ts';

const MAX_PATH = 4096;
const destinationId = z.object({ id: pathId });
const recipientList = z.array(z.string().max(200)).max(MAX_RECIPIENTS);
const common = {
  name: displayName(100),
  readable_without_key: z.boolean().default(false),
  recipients: recipientList.default([]),
};
const text = z.string().min(1).max(1024);

const newDestination = z.discriminatedUnion('kind', [
  z
    .object({ ...common, kind: z.literal('folder'), path: z.string().min(1).max(MAX_PATH) })
    .openapi('NewFolder'),
  z
    .object({
      ...common,
      kind: z.literal('s3'),
      endpoint: text.nullish(),
      region: text.optional(),
      bucket: text,
      prefix: z.string().max(1024).optional(),
      path_style: z.boolean().optional(),
      server_side_encryption: z.enum(s3Encryptions).nullish(),
      access_key_id: text,
      secret_access_key: text,
      accept_plain_http: z.boolean().default(false),
    })
    .openapi('NewBucket'),
]);

/** `/backups/destinations`: where backups go. */
export function destinationRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/destinations',
      ...act('backups_read'),
      responses: answer(destinationListShape, 'Where backups go'),
    }),
    (c) => {
      const copies = listCopyPlaces(core);
      return c.json({
        destinations: listDestinations(core).map((known) => toDestinationJson(core, known, copies)),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/destinations',
      ...act('backup_destinations_change'),
      request: body(newDestination),
      responses: answer(addedDestinationShape, 'The new destination, which was tried out', 201),
    }),
    async (c) => {
      const given = c.req.valid('json');
      const { destination, note } = await add(core, c.get('caller'), given);
      const notes = [note, explainKeyAlone(destination)].filter((each) => each !== null);
      return c.json({ ...toDestinationJson(core, destination), note: notes.join(' ') || null }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/backups/destinations/{id}',
      ...act('backup_destinations_change'),
      request: { params: destinationId, ...body(z.object({ recipients: recipientList })) },
      responses: answer(
        changedDestinationShape,
        'Who decrypts its backups from the next one on; those before stay as they are',
      ),
    }),
    async (c) => {
      const { recipients } = c.req.valid('json');
      const changed = await changeRecipients(core, c.get('caller'), c.req.valid('param').id, recipients);
      return c.json({ ...toDestinationJson(core, changed), note: explainKeyAlone(changed) });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/destinations/{id}/test',
      ...act('backups_make'),
      request: { params: destinationId },
      responses: answer(destinationShape, 'It took, gave back, listed and deleted a file'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      return c.json(toDestinationJson(core, await testDestination(core, c.req.valid('param').id)));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/destinations/{id}/bucket',
      ...act('backups_read'),
      request: { params: destinationId },
      responses: answer(bucketFactsShape, 'What can be read of a bucket'),
    }),
    async (c) => c.json(toBucketFactsJson(await describeBucket(core, c.req.valid('param').id))),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backups/destinations/{id}',
      ...act('backup_destinations_change'),
      request: { params: destinationId },
      responses: noContent('Removed; its backups stay there'),
    }),
    (c) => {
      removeDestination(core, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}

function add(
  core: BackupsCore,
  actor: Parameters<typeof addFolder>[1],
  given: z.infer<typeof newDestination>,
) {
  const { name, readable_without_key: isReadable, recipients } = given;
  if (given.kind === 'folder')
    return addFolder(core, actor, { name, path: given.path, isReadable, recipients });
  return addBucket(core, actor, {
    name,
    isReadable,
    recipients,
    acceptsPlainHttp: given.accept_plain_http,
    place: {
      endpoint: given.endpoint,
      region: given.region,
      bucket: given.bucket,
      prefix: given.prefix,
      isPathStyle: given.path_style,
      encryption: given.server_side_encryption,
    },
    credentials: { accessKeyId: given.access_key_id, secretAccessKey: given.secret_access_key },
  });
}
