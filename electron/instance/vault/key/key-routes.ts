import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import { placesShape } from '../copies/copy-shapes.ts';
import { placeContext } from '../copies/key-copies.ts';
import { listPlaces } from '../copies/places.ts';
import { moveCustody } from '../custody/custody-move.ts';
import { watchCustody } from '../custody/custody-watch.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { parseFingerprint } from '../sealing/master-key.ts';
import { SecretText } from '../secret-text.ts';
import { custodyNames } from '../vocabulary.ts';
import { firstCustodyBody, toFirstCustody } from './first-custody-body.ts';
import { keepFirstKey } from './first-key.ts';
import { listEpochs, shredKey } from './key-history.ts';
import { keyEpochsShape, keyShape, movedKeyShape, toKeyJson } from './key-shapes.ts';

const passphrase = z.string().min(1).max(1024).optional();

/** `/vault/key`, its history and its custody, and the places a copy may go. */
export function keyRoutes({ core, jobs }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key',
      ...act('vault_read'),
      responses: answer(keyShape, 'The active key, never the key itself'),
    }),
    async (c) => {
      await watchCustody(core, true);
      return c.json(toKeyJson(core));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key',
      ...act('key_create'),
      request: body(firstCustodyBody),
      responses: answer(keyShape, 'The first key, created where the owner chose'),
    }),
    async (c) => {
      const caller = c.get('caller');
      await keepFirstKey(core, caller, toFirstCustody(c.req.valid('json')));
      return c.json(toKeyJson(core));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/epochs',
      ...act('vault_read'),
      responses: answer(keyEpochsShape, 'All keys this instance had'),
    }),
    (c) => {
      return c.json(toAnswer(keyEpochsShape, { epochs: listEpochs(core) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/epochs/{fingerprint}/shred',
      ...act('key_shred'),
      request: {
        params: z.object({ fingerprint: z.string() }),
        ...body(z.object({ confirm: z.string().max(64) })),
      },
      responses: noContent('Shredded'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const fingerprint = parseFingerprint(c.req.valid('param').fingerprint);
      if (!fingerprint) throw new AppError('not_found', 'This is not a fingerprint.');
      await shredKey(core, caller, fingerprint, parseFingerprint(c.req.valid('json').confirm));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/custody',
      ...act('key_move'),
      request: body(z.object({ custody: z.enum(custodyNames), passphrase })),
      responses: answer(movedKeyShape, 'The key and where it is now'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const note = await moveCustody(
        core,
        caller,
        request.custody,
        request.passphrase ? new SecretText(request.passphrase) : undefined,
      );
      await jobs.resume();
      return c.json({ ...toKeyJson(core), note });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/places',
      ...act('places_read'),
      responses: answer(placesShape, 'Drives and folders of this machine'),
    }),
    async (c) => {
      return c.json(toAnswer(placesShape, { places: await listPlaces(placeContext(core)) }));
    },
  );

  return app;
}
