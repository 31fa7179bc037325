import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../access/acts.ts';
import { act, answer, body, createRoutes } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import { isLooser, lockStrengths, MAX_LOCK_MINUTES, MIN_LOCK_MINUTES } from './auto-lock.ts';
import { describeAutoLock, type Surroundings } from './auto-lock-words.ts';
import {
  getAutoLock,
  getSettings,
  MAX_ACTIVITY_DAYS,
  MAX_SESSION_DAYS,
  MIN_ACTIVITY_DAYS,
  type Settings,
  updateSettings,
} from './settings.ts';

const hostName = z.string().regex(/^[a-zA-Z0-9.:-]{1,253}$/, 'not a host name or address');
const settingsShape = z
  .object({
    instance_name: z.string(),
    https_names: z.array(z.string()),
    session_days: z.int(),
    activity_days: z.int(),
    auto_lock_minutes: z.int().nullable(),
    auto_lock_strength: z.enum(lockStrengths).openapi('LockStrength'),
    lock_with_screen: z.boolean(),
  })
  .openapi('Settings');
const autoLockShape = z
  .object({
    minutes: z.int().nullable(),
    strength: z.enum(lockStrengths).openapi('LockStrength'),
    says: z.string().openapi({ description: 'When what locks, in words; true of the settings as they are' }),
    window: z.string().nullable().openapi({ description: 'Why the desktop window is not locked, or null' }),
    with_screen: z.boolean(),
    screen: z.string().openapi({ description: 'Whether the vault locks with the screen, or why it cannot' }),
    reopening: z
      .string()
      .openapi({ description: 'What it takes to unlock the vault again, with its custody' }),
    waits: z
      .array(
        z.object({
          title: z.string(),
          schedule: z.string().nullable(),
          next_at: z.int().nullable(),
        }),
      )
      .openapi({ description: 'What is not done while the vault is locked, as declared' }),
  })
  .openapi('AutoLock');
const change = z.strictObject({
  instance_name: displayName(100).optional(),
  https_names: z.array(hostName).max(50).optional(),
  session_days: z.int().min(1).max(MAX_SESSION_DAYS).optional(),
  activity_days: z.int().min(MIN_ACTIVITY_DAYS).max(MAX_ACTIVITY_DAYS).optional(),
  auto_lock_minutes: z.int().min(MIN_LOCK_MINUTES).max(MAX_LOCK_MINUTES).nullable().optional(),
  auto_lock_strength: z.enum(lockStrengths).optional(),
  lock_with_screen: z.boolean().optional(),
});

const toSettingsJson = ({ autoLock, ...settings }: Settings) =>
  toAnswer(settingsShape, {
    ...settings,
    autoLockMinutes: autoLock.minutes,
    autoLockStrength: autoLock.strength,
    lockWithScreen: autoLock.withScreen,
  });

/** `/settings`. */
export function settingsRoutes(ctx: Context, surroundings: Surroundings) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/settings',
      ...act('settings_read'),
      responses: answer(settingsShape, 'Settings'),
    }),
    (c) => {
      return c.json(toSettingsJson(getSettings(ctx)));
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/settings/auto-lock',
      ...act('settings_read'),
      responses: answer(autoLockShape, 'What locks because nobody is there, and what that means'),
    }),
    (c) => c.json(toAnswer(autoLockShape, describeAutoLock(ctx, surroundings))),
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
      // is removed sooner shows less; what locks later is in reach for longer.
      const before = getAutoLock(ctx);
      const after = {
        minutes: wanted.auto_lock_minutes === undefined ? before.minutes : wanted.auto_lock_minutes,
        strength: wanted.auto_lock_strength ?? before.strength,
        withScreen: wanted.lock_with_screen ?? before.withScreen,
      };
      if (wanted.https_names !== undefined || wanted.activity_days !== undefined || isLooser(before, after))
        requireAct(caller, 'settings_loosen', ctx.clock.now());
      return c.json(toSettingsJson(updateSettings(ctx, caller, wanted)));
    },
  );
  return app;
}
