import { createRoute, z } from '@hono/zod-openapi';
import { requireOwner, requirePermission } from '../../access/caller.ts';
import { answer, body, createRoutes, noContent } from '../../http/api.ts';
import { unlockFromCustody, unlockWithCopy } from '../key/unlock.ts';
import { toHandedCopy, unlockBody } from '../key/unlock-body.ts';
import { toHealthJson, toStatusJson } from '../route-shapes.ts';
import type { VaultRouteDeps } from '../routes.ts';
import { SecretText } from '../secret-text.ts';
import { lockVault } from '../vault-core.ts';
import { healthShape, statusShape, unlockedShape } from './status-shapes.ts';
import { snoozeDays, snoozeWarning } from './vault-status.ts';

/** `/vault/status`, locking and unlocking, and quieting a warning. */
export function statusRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();
  const status = () => toStatusJson(core, jobs);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/status',
      responses: answer(statusShape, 'How the vault stands'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(status());
    },
  );

  app.openapi(createRoute({ method: 'post', path: '/vault/lock', responses: noContent('Locked') }), (c) => {
    requirePermission(c.get('caller'), 'vault:write');
    ctx.audit.append({ operation: 'VAULT_LOCKED', caller: c.get('caller') });
    lockVault(core);
    return c.body(null, 204);
  });

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/unlock',
      request: body(unlockBody),
      responses: answer(unlockedShape, 'How the vault stands'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requirePermission(caller, 'vault:write');
      const request = c.req.valid('json');
      let note: string | null = null;
      if (request.method === 'custody') await unlockFromCustody(core);
      else if (request.method === 'passphrase')
        await unlockFromCustody(core, new SecretText(request.passphrase));
      else {
        if (request.method === 'path') requireOwner(caller);
        note = await unlockWithCopy(core, toHandedCopy(request), request.restore_custody ?? true);
      }
      ctx.audit.append({ operation: 'VAULT_UNLOCKED', caller, data: { method: request.method } });
      await jobs.resume();
      return c.json({ ...status(), note });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/warnings/{reason}/snooze',
      request: {
        params: z.object({ reason: z.string() }),
        ...body(z.object({ days: z.union(snoozeDays.map((days) => z.literal(days))) })),
      },
      responses: answer(healthShape, 'The warnings in force'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:write');
      const { reason } = c.req.valid('param');
      const { days } = c.req.valid('json');
      const health = snoozeWarning(core, reason, days);
      ctx.audit.append({ operation: 'WARNING_SNOOZED', caller: c.get('caller'), data: { reason, days } });
      return c.json(toHealthJson(health));
    },
  );

  return app;
}
