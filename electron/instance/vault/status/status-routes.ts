import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import type { Caller } from '../../access/caller.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { unlock } from '../key/unlock.ts';
import { toUnlocking, unlockBody } from '../key/unlock-body.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { lockVault } from '../vault-core.ts';
import { healthShape, statusShape, toStatusJson, unlockedShape } from './status-shapes.ts';
import { snoozeDays, snoozeWarning } from './vault-status.ts';

/** `/vault/status`, locking and unlocking, and quieting a warning. */
export function statusRoutes({ core, jobs, ctx, limitGuesses }: VaultRouteDeps) {
  const app = createRoutes();
  const status = () => toStatusJson(core, jobs);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/status',
      ...act('vault_read'),
      responses: answer(statusShape, 'Status of the vault'),
    }),
    (c) => {
      return c.json(status());
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/lock',
      ...act('vault_lock'),
      responses: noContent('Locked'),
    }),
    (c) => {
      lockVault(core, c.get('caller'));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/unlock',
      ...act('vault_unlock', 'vault_unlock_from_custody', 'vault_unlock_from_path'),
      request: body(unlockBody),
      responses: answer(unlockedShape, 'Status of the vault'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      if (request.method === 'path') requireAct(caller, 'vault_unlock_from_path', ctx.clock.now());
      if (request.method === 'custody') requireMayAskCustody(caller, ctx.clock.now());
      const note = await limitGuesses(caller, request.method, () =>
        unlock(core, caller, toUnlocking(request)),
      );
      await jobs.resume();
      return c.json({ ...status(), note });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/warnings/{reason}/snooze',
      ...act('vault_snooze'),
      request: {
        params: z.object({ reason: z.string() }),
        ...body(z.object({ days: z.union(snoozeDays.map((days) => z.literal(days))) })),
      },
      responses: answer(healthShape, 'The current health of the key'),
    }),
    (c) => {
      const { reason } = c.req.valid('param');
      const { days } = c.req.valid('json');
      return c.json(toAnswer(healthShape, snoozeWarning(core, c.get('caller'), reason, days)));
    },
  );

  return app;
}

/** As the act, with what works instead. */
function requireMayAskCustody(caller: Caller, nowMs: number): void {
  try {
    requireAct(caller, 'vault_unlock_from_custody', nowMs);
  } catch (error) {
    if (!hasCode(error, 'owner_only')) throw error;
    throw new AppError(
      'owner_only',
      'Only the owner of this machine may unlock with the stored key: in the desktop window, or with temps-desktop key unlock. A copy of the key works here too, or the passphrase where it has one.',
    );
  }
}
