import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../access/acts.ts';
import { act, answer, body, createRoutes } from '../http/api.ts';
import { displayName } from '../http/shown-text.ts';
import { toAnswer } from '../http/to-answer.ts';
import { unusedFields } from '../http/unused-fields.ts';
import type { Context } from '../kernel/context.ts';
import { isLooser, lockStrengths, MAX_LOCK_MINUTES, MIN_LOCK_MINUTES } from './auto-lock.ts';
import { describeAutoLock, type Surroundings } from './auto-lock-words.ts';
import {
  findPlatformChanges,
  platformChangeFields,
  platformFields,
  readPlatformSettings,
} from './platform-settings.ts';
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
const ownShape = z.object({
  instance_name: z.string(),
  https_names: z.array(z.string()),
  session_days: z.int(),
  activity_days: z.int(),
  auto_lock_minutes: z.int().nullable(),
  auto_lock_strength: z.enum(lockStrengths).openapi('LockStrength'),
  lock_with_screen: z.boolean(),
});
const settingsShape = z.object({ ...ownShape.shape, ...platformFields }).openapi('Settings');
const settingsUpdateShape = settingsShape
  .extend({ message: z.string().openapi({ description: 'What became of the change, in words' }) })
  .openapi('SettingsUpdate');
const autoLockShape = z
  .object({
    minutes: z.int().nullable(),
    strength: z.enum(lockStrengths).openapi('LockStrength'),
    says: z.string().openapi({ description: 'When what locks, in words; true of the settings as they are' }),
    window: z.string().nullable().openapi({ description: 'Why the desktop window is not locked, or null' }),
    with_screen: z.boolean(),
    screen: z.string().openapi({ description: 'Whether the vault locks with the screen, or why it cannot' }),
    screen_available: z.boolean().openapi({ description: 'Whether the lock of the screen is heard here' }),
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
const change = z.object({
  ...unusedFields.settings.echoed,
  ...platformChangeFields,
  instance_name: displayName(100).optional(),
  https_names: z.array(hostName).max(50).optional(),
  session_days: z.int().min(1).max(MAX_SESSION_DAYS).optional(),
  activity_days: z.int().min(MIN_ACTIVITY_DAYS).max(MAX_ACTIVITY_DAYS).optional(),
  auto_lock_minutes: z.int().min(MIN_LOCK_MINUTES).max(MAX_LOCK_MINUTES).nullable().optional(),
  auto_lock_strength: z.enum(lockStrengths).optional(),
  lock_with_screen: z.boolean().optional(),
});

/** Upstream's are kept under the names of the API. */
const toSettingsJson = (ctx: Context, { autoLock, ...settings }: Settings) => ({
  ...toAnswer(ownShape, {
    ...settings,
    autoLockMinutes: autoLock.minutes,
    autoLockStrength: autoLock.strength,
    lockWithScreen: autoLock.withScreen,
  }),
  ...readPlatformSettings(ctx),
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
      return c.json(toSettingsJson(ctx, getSettings(ctx)));
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
      responses: answer(settingsUpdateShape, 'All settings, and what became of the change'),
    }),
    (c) => {
      const caller = c.get('caller');
      const asked = c.req.valid('json');
      const wanted = { ...findOwnChanges(ctx, asked), ...findPlatformChanges(ctx, asked) };
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
      const settings = toSettingsJson(ctx, updateSettings(ctx, caller, wanted));
      return c.json({ ...settings, message: sayUpdated(Object.keys(wanted), settings.not_applied) });
    },
  );
  return app;
}

/**
 * Of ours, what becomes different: clients of Temps send back all that they read, and what stays as it is needs no
 * confirmation.
 */
function findOwnChanges(ctx: Context, asked: z.output<typeof change>) {
  const before = toSettingsJson(ctx, getSettings(ctx));
  const names = Object.keys(ownShape.shape) as (keyof typeof ownShape.shape)[];
  return Object.fromEntries(
    names.flatMap((name) =>
      asked[name] === undefined || JSON.stringify(asked[name]) === JSON.stringify(before[name])
        ? []
        : [[name, asked[name]]],
    ),
  ) as Pick<z.output<typeof change>, keyof typeof ownShape.shape>;
}

function sayUpdated(changed: readonly string[], notApplied: readonly string[]): string {
  if (changed.length === 0) return 'Nothing was changed.';
  const idle = changed.filter((name) => notApplied.includes(name));
  if (idle.length === 0) return 'Settings saved.';
  return `Settings saved. Kept, and not applied here yet: ${idle.join(', ')}.`;
}
