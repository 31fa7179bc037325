import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { getKeysFromCopy } from '../key/unlock.ts';
import { handedCopyBody, toHandedCopy } from '../key/unlock-body.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { SecretText } from '../secret-text.ts';
import { statusShape, toStatusJson } from '../status/status-shapes.ts';
import { custodyNames } from '../vocabulary.ts';
import { listLostValues, removeLostVersions } from './lost-values.ts';
import { reenterLostValue, regenerateLostValue, rescueWithCopy, startOver } from './recovery.ts';
import {
  recoveryShape,
  regeneratedValueShape,
  removedVersionsShape,
  rescueShape,
  toRecoveryJson,
} from './recovery-shapes.ts';

const passphrase = z.string().min(1).max(1024).optional();

/** `/vault/start-over` and `/vault/recovery`: when the key is gone. */
export function recoveryRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/start-over',
      ...act('key_start_over'),
      request: body(
        z.object({
          instance_name: z.string().max(200),
          custody: z.enum(custodyNames).optional(),
          passphrase,
        }),
      ),
      responses: answer(statusShape, 'A new key; the old values stay, unreadable', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      await startOver(core, caller, {
        typedName: request.instance_name,
        ...(request.custody ? { custody: request.custody } : {}),
        ...(request.passphrase ? { passphrase: new SecretText(request.passphrase) } : {}),
      });
      return c.json(toStatusJson(core, jobs), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/recovery',
      ...act('vault_read'),
      responses: answer(recoveryShape, 'Values lost with a key'),
    }),
    (c) => {
      return c.json(toRecoveryJson(listLostValues(core)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/{id}/reenter',
      ...act('recovery_enter'),
      request: { params: z.object({ id: z.uuid() }), ...body(z.object({ value: z.string() })) },
      responses: { 204: { description: 'Saved' } },
    }),
    (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      reenterLostValue(core, caller, id, new SecretText(c.req.valid('json').value));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/{id}/regenerate',
      ...act('recovery_regenerate'),
      request: { params: z.object({ id: z.uuid() }) },
      responses: answer(regeneratedValueShape, 'The new value to store: shown only once'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      const shown = regenerateLostValue(core, caller, id);
      return c.json({ value: shown?.reveal() ?? null });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/rescue',
      ...act('recovery_rescue', 'recovery_rescue_from_path'),
      request: body(handedCopyBody),
      responses: answer(rescueShape, 'Number of recovered values'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      if (request.method === 'path') requireAct(caller, 'recovery_rescue_from_path', ctx.clock.now());
      const keys = await getKeysFromCopy(core.copyReader, toHandedCopy(request));
      return c.json(toAnswer(rescueShape, await rescueWithCopy(core, caller, keys)));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/vault/recovery/versions',
      ...act('recovery_remove_versions'),
      responses: answer(removedVersionsShape, 'Number of removed versions'),
    }),
    async (c) => {
      return c.json({ removed: await removeLostVersions(core, c.get('caller')) });
    },
  );

  return app;
}
