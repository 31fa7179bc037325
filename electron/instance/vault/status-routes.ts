import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { answer, body, createRoutes, noContent } from '../http/api.ts';
import { requireOwner, requirePermission } from '../http/caller.ts';
import { toDoctorJson, toHealthJson, toStatusJson } from './route-shapes.ts';
import type { VaultRouteDeps } from './routes.ts';
import { SecretText } from './secret-text.ts';
import { healthShape, statusShape, unlockedShape } from './status-shapes.ts';
import { unlockFromCustody, unlockWithCopy } from './unlock.ts';
import { toHandedCopy, unlockBody } from './unlock-body.ts';
import { lockVault } from './vault-core.ts';
import { snoozeDays, snoozeWarning } from './vault-status.ts';

/** How often a stream of events looks for changes to send; many changes become one message. */
const EVENT_INTERVAL_MS = 250;

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

  app.get('/vault/events', (c) => {
    requirePermission(c.get('caller'), 'vault:read');
    return streamSSE(c, (stream) => sendEvents(stream));
  });

  async function sendEvents(stream: Parameters<Parameters<typeof streamSSE>[1]>[0]): Promise<void> {
    const changed = new Set<string>(['vault', 'rotation', 'doctor']);
    const note = (event: Event) => changed.add(event.type);
    for (const name of ['vault', 'rotation', 'doctor', 'copies']) ctx.events.addEventListener(name, note);
    const ended = new Promise<void>((resolve) => {
      stream.onAbort(resolve);
      ctx.stopping.addEventListener('abort', () => resolve(), { once: true });
    });
    let open = true;
    ended.then(() => {
      open = false;
    });
    try {
      while (open) {
        // Taken before anything is awaited: what changes while a slow reader is written to is sent next time.
        const due = [...changed];
        changed.clear();
        for (const event of due) {
          const data = event === 'doctor' ? toDoctorJson(jobs.doctorReport) : status();
          await stream.writeSSE({ event, data: JSON.stringify(data) });
        }
        await Promise.race([ended, stream.sleep(EVENT_INTERVAL_MS)]);
      }
    } finally {
      for (const name of ['vault', 'rotation', 'doctor', 'copies'])
        ctx.events.removeEventListener(name, note);
    }
  }

  return app;
}
