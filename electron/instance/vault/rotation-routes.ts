import { createRoute, z } from '@hono/zod-openapi';
import { answer, body, createRoutes } from '../http/api.ts';
import { type Caller, requireConfirmed, requireOwner, requirePermission } from '../http/caller.ts';
import {
  listLostValues,
  reenterLostValue,
  regenerateLostValue,
  rescueWithKey,
  startOver,
} from './recovery.ts';
import { beginSealing, proveWithoutCopy, stageRotation, undoRotation } from './rotation.ts';
import { getRotationIn } from './rotation-record.ts';
import { toRotationJson, toStatusJson } from './route-shapes.ts';
import type { VaultRouteDeps } from './routes.ts';
import { parseFingerprint } from './sealing/master-key.ts';
import { SecretText } from './secret-text.ts';
import { handedCopyBody, toHandedCopy } from './status-routes.ts';
import { getKeyFromCopy } from './unlock.ts';
import { custodyNames } from './vocabulary.ts';

const anyJson = z.record(z.string(), z.unknown());
const passphrase = z.string().min(1).max(1024).optional();
const waitQuery = z.object({ wait: z.enum(['true', 'false']).default('false') });

export function rotationRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();
  const rotation = () => ({ rotation: toRotationJson(core, jobs) });

  function requireRotator(caller: Caller): void {
    requirePermission(caller, 'vault:write');
    requireConfirmed(caller, ctx.clock.now());
  }

  /** Sealing goes on in the background; with `wait` the answer comes at its end. */
  async function runSealing(wait: boolean): Promise<void> {
    const run = jobs.rotation.run().then(() => {
      ctx.audit.append({ operation: 'KEY_ROTATION_FINISHED', caller: null, data: { ...rotation() } });
    });
    if (wait) await run;
    else run.catch(() => ctx.log.error({}, 'the rotation stopped; resume it with key rotate --resume'));
  }

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/rotation',
      responses: answer(anyJson, 'The newest rotation'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(rotation());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation',
      request: body(z.object({ passphrase })),
      responses: answer(anyJson, 'Staged: the new key is in custody beside the old', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      const given = c.req.valid('json').passphrase;
      const staged = await stageRotation(core, given ? { passphrase: new SecretText(given) } : {});
      ctx.audit.append({
        operation: 'KEY_ROTATION_STAGED',
        caller,
        data: { from: staged.oldFingerprint, to: staged.newFingerprint },
      });
      return c.json(rotation(), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/prove',
      request: body(z.object({ override_fingerprint: z.string().max(64) })),
      responses: answer(anyJson, 'Proven without a copy'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      proveWithoutCopy(core, parseFingerprint(c.req.valid('json').override_fingerprint));
      ctx.audit.append({ operation: 'KEY_ROTATION_WITHOUT_COPY', caller });
      return c.json(rotation());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/seal',
      request: { query: waitQuery },
      responses: answer(anyJson, 'Sealing under the new key', 202),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      const started = await beginSealing(core);
      ctx.audit.append({ operation: 'KEY_ROTATION_SEALING', caller, data: { total: started.total } });
      await runSealing(c.req.valid('query').wait === 'true');
      return c.json(rotation(), 202);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/rotation/resume',
      request: { query: waitQuery },
      responses: answer(anyJson, 'Sealing goes on', 202),
    }),
    async (c) => {
      requireRotator(c.get('caller'));
      getRotationIn(core.store, 'sealing');
      await runSealing(c.req.valid('query').wait === 'true');
      return c.json(rotation(), 202);
    },
  );

  app.openapi(
    createRoute({ method: 'post', path: '/vault/key/rotation/undo', responses: answer(anyJson, 'Undone') }),
    async (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      await undoRotation(core);
      ctx.audit.append({ operation: 'KEY_ROTATION_UNDONE', caller });
      return c.json(rotation());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/start-over',
      request: body(
        z.object({
          instance_name: z.string().max(200),
          custody: z.enum(custodyNames).optional(),
          passphrase,
        }),
      ),
      responses: answer(anyJson, 'A new key; the old values stay, unreadable', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireOwner(caller);
      requireConfirmed(caller, ctx.clock.now());
      const request = c.req.valid('json');
      await startOver(core, {
        typedName: request.instance_name,
        ...(request.custody ? { custody: request.custody } : {}),
        ...(request.passphrase ? { passphrase: new SecretText(request.passphrase) } : {}),
      });
      ctx.audit.append({ operation: 'KEY_STARTED_OVER', caller });
      return c.json(toStatusJson(core, jobs), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/recovery',
      responses: answer(anyJson, 'Values lost with a key'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      const list = listLostValues(core);
      return c.json({
        total: list.total,
        remaining: list.remaining,
        groups: list.groups.map(({ group, values }) => ({
          group,
          values: values.map(({ canReenter, canRegenerate, ...value }) => ({
            ...value,
            can_reenter: canReenter,
            can_regenerate: canRegenerate,
          })),
        })),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/{id}/reenter',
      request: { params: z.object({ id: z.uuid() }), ...body(z.object({ value: z.string() })) },
      responses: { 204: { description: 'Sealed' } },
    }),
    (c) => {
      const caller = c.get('caller');
      requirePermission(caller, 'vault:write');
      const { id } = c.req.valid('param');
      reenterLostValue(core, id, new SecretText(c.req.valid('json').value));
      ctx.audit.append({ operation: 'SECRET_REENTERED', caller, data: { id } });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/{id}/regenerate',
      request: { params: z.object({ id: z.uuid() }) },
      responses: answer(
        z.object({ value: z.string().nullable() }),
        'What must be kept now: it is shown once',
      ),
    }),
    (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      const { id } = c.req.valid('param');
      const shown = regenerateLostValue(core, id);
      ctx.audit.append({ operation: 'SECRET_REGENERATED', caller, data: { id } });
      return c.json({ value: shown?.reveal() ?? null });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/recovery/rescue',
      request: body(handedCopyBody),
      responses: answer(anyJson, 'How many values came back'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireRotator(caller);
      const request = c.req.valid('json');
      if (request.method === 'path') requireOwner(caller);
      const key = await getKeyFromCopy(toHandedCopy(request));
      const outcome = await rescueWithKey(core, key);
      ctx.audit.append({
        operation: 'SECRETS_RESCUED',
        caller,
        data: { fingerprint: key.fingerprint, rescued: outcome.rescued },
      });
      return c.json({ rescued: outcome.rescued, unreadable: outcome.unreadable });
    },
  );

  return app;
}
