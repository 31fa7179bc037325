import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { parseFingerprint } from '../sealing/master-key.ts';
import { SecretText } from '../secret-text.ts';
import { beginSealing, proveWithoutCopy, stageRotation, undoRotation } from './rotation.ts';
import { getRotationIn } from './rotation-record.ts';
import { rotationAnswer, toRotationJson } from './rotation-shapes.ts';

const passphrase = z.string().min(1).max(1024).optional();
const waitQuery = z.object({ wait: z.enum(['true', 'false']).default('false') });

/** `/vault/key/rotation`: its steps, and how far it has come. */
export function rotationRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();
  const rotation = () => toRotationJson(core, jobs);

  /** Sealing goes on in the background; with `wait` the answer comes at its end. */
  async function runSealing(wait: boolean): Promise<void> {
    const run = jobs.runRotation();
    if (wait) await run;
    else run.catch(() => ctx.log.error({}, 'the rotation stopped; resume it with key rotate --resume'));
  }

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/rotation',
      ...act('vault_read'),
      responses: answer(rotationAnswer, 'The latest rotation'),
    }),
    (c) => {
      return c.json(rotation());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation',
      ...act('key_rotate'),
      request: body(z.object({ passphrase })),
      responses: answer(rotationAnswer, 'Staged: the new key is in custody next to the old one', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const given = c.req.valid('json').passphrase;
      await stageRotation(core, caller, given ? { passphrase: new SecretText(given) } : {});
      return c.json(rotation(), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/prove',
      ...act('key_rotate'),
      request: body(z.object({ override_fingerprint: z.string().max(64) })),
      responses: answer(rotationAnswer, 'Confirmed without a copy'),
    }),
    (c) => {
      const caller = c.get('caller');
      proveWithoutCopy(core, caller, parseFingerprint(c.req.valid('json').override_fingerprint));
      return c.json(rotation());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/seal',
      ...act('key_rotate'),
      request: { query: waitQuery },
      responses: answer(rotationAnswer, 'Encrypting with the new key', 202),
    }),
    async (c) => {
      const caller = c.get('caller');
      await beginSealing(core, caller);
      await runSealing(c.req.valid('query').wait === 'true');
      return c.json(rotation(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/resume',
      ...act('key_rotate'),
      request: { query: waitQuery },
      responses: answer(rotationAnswer, 'Encryption continues', 202),
    }),
    async (c) => {
      getRotationIn(core.store, 'sealing');
      await runSealing(c.req.valid('query').wait === 'true');
      return c.json(rotation(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/undo',
      ...act('key_rotate'),
      responses: answer(rotationAnswer, 'Undone'),
    }),
    async (c) => {
      const caller = c.get('caller');
      await undoRotation(core, caller);
      return c.json(rotation());
    },
  );

  return app;
}
