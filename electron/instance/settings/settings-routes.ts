import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../access/acts.ts';
import { act, answer, body, createRoutes } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import {
  getSettings,
  MAX_ACTIVITY_DAYS,
  MAX_SESSION_DAYS,
  MIN_ACTIVITY_DAYS,
  updateSettings,
} from './settings.ts';

const hostName = z.string().regex(/^[a-zA-Z0-9.:-]{1,253}$/, 'not a host name or address');
const settingsShape = z
  .object({
    instance_name: z.string(),
    https_names: z.array(z.string()),
    session_days: z.int(),
    activity_days: z.int(),
  })
  .openapi('Settings');
const change = z.strictObject({
  instance_name: displayName(100).optional(),
  https_names: z.array(hostName).max(50).optional(),
  session_days: z.int().min(1).max(MAX_SESSION_DAYS).optional(),
  activity_days: z.int().min(MIN_ACTIVITY_DAYS).max(MAX_ACTIVITY_DAYS).optional(),
});

/** `/settings`. */
export function settingsRoutes(ctx: Context) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/settings',
      ...act('settings_read'),
      responses: answer(settingsShape, 'Settings'),
    }),
    (c) => {
      return c.json(toAnswer(settingsShape, getSettings(ctx)));
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/settings',
      ...act('settings_change', 'settings_sessions', 'settings_loosen'),
      request: body(change),
      responses: answer(settingsShape, 'Settings'),
    }),
    (c) => {
      const caller = c.get('caller');
      const wanted = c.req.valid('json');
      // SECURITY: a session that lasts longer is in reach for longer.
      if (wanted.session_days !== undefined) requireAct(caller, 'settings_sessions', ctx.clock.now());
      // SECURITY: browsers that trust this instance's authority believe every name in its certificate, and activity that
      // is removed sooner shows less.
      if (wanted.https_names !== undefined || wanted.activity_days !== undefined)
        requireAct(caller, 'settings_loosen', ctx.clock.now());
      return c.json(toAnswer(settingsShape, updateSettings(ctx, caller, wanted)));
    },
  );
  return app;
}
