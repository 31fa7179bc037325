import { Hono } from 'hono';
import type { Context } from '../kernel/context.ts';

/**
 * `/healthz`: this process answers. `/readyz`: it has its database, and can write to it. For what restarts a container or
 * sends visitors to it.
 *
 * A locked vault is ready: people reach the console to unlock it, which nothing must take from them, and a restart would
 * not unlock it. Where a locked vault matters, `temps-desktop status` says so by its exit code.
 *
 * SECURITY: before anyone is identified and under any host name, as probes have neither; so they say one word, the same to
 * everyone, and nothing of the vault, the version or the reason, which is in the log and at `/api/vault/status`.
 */
export function probeRoutes(ctx: Context): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.text('ok', 200, { 'cache-control': 'no-store' }));
  app.get('/readyz', (c) => {
    const isReady = canRead(ctx) && ctx.store.findTrouble() === null && ctx.store.findFailure() === null;
    return c.text(isReady ? 'ready' : 'not ready', isReady ? 200 : 503, { 'cache-control': 'no-store' });
  });
  return app;
}

function canRead({ store }: Context): boolean {
  try {
    return store.sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').pluck().get() === 1;
  } catch {
    return false;
  }
}
