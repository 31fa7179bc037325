import { createRoute, z } from '@hono/zod-openapi';
import { requireConfirmed, requirePermission } from '../access/caller.ts';
import { answer, body, createRoutes } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import { getSettings, MAX_SESSION_DAYS, updateSettings } from './settings.ts';

const hostName = z.string().regex(/^[a-zA-Z0-9.:-]{1,253}$/, 'not a host name or address');
const settingsShape = z
  .object({ instance_name: z.string(), https_names: z.array(z.string()), session_days: z.int() })
  .openapi('Settings');
const change = z.strictObject({
  instance_name: displayName(100).optional(),
  https_names: z.array(hostName).max(50).optional(),
  session_days: z.int().min(1).max(MAX_SESSION_DAYS).optional(),
});

/** `/settings`. */
export function settingsRoutes(ctx: Context) {
  const app = createRoutes();
  app.openapi(
    createRoute({ method: 'get', path: '/settings', responses: answer(settingsShape, 'Settings') }),
    (c) => {
      requirePermission(c.get('caller'), 'settings:read');
      return c.json(toAnswer(settingsShape, getSettings(ctx)));
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/settings',
      request: body(change),
      responses: answer(settingsShape, 'Settings'),
    }),
    (c) => {
      const caller = c.get('caller');
      requirePermission(caller, 'settings:write');
      const wanted = c.req.valid('json');
      // SECURITY: browsers that trust this instance's authority believe every name in its certificate.
      if (wanted.https_names !== undefined) requireConfirmed(caller, ctx.clock.now());
      return c.json(toAnswer(settingsShape, updateSettings(ctx, caller, wanted)));
    },
  );
  return app;
}
