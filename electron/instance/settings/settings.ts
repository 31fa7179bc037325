import type { Caller } from '../access/caller.ts';
import { isLocalName, LOCAL_DOMAINS, listMachineNames } from '../certificates/local-names.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import type { AutoLock, LockStrength } from './auto-lock.ts';
import { settingsOperations } from './operations.ts';
import type { PlatformSettings } from './platform-settings.ts';

export interface Settings {
  /** Shown in the console and on key copies; typed to confirm starting over. */
  instanceName: string;
  /** Further DNS names and addresses the HTTPS certificate answers to, beside this machine's own. */
  httpsNames: string[];
  /** How long sessions last. The owner's sessions are always shorter. */
  sessionDays: number;
  /** How long lines of the audit log are kept. */
  activityDays: number;
  autoLock: AutoLock;
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const MAX_SESSION_DAYS = 90;
const DEFAULT_SESSION_DAYS = 7;
export const MIN_ACTIVITY_DAYS = 30;
export const MAX_ACTIVITY_DAYS = 3650;
const DEFAULT_ACTIVITY_DAYS = 730;

export function getSettings(ctx: Context): Settings {
  return {
    instanceName: ctx.store.identity.name,
    httpsNames: readSection(ctx, 'https_names') ?? [],
    sessionDays: readSection(ctx, 'session_days') ?? DEFAULT_SESSION_DAYS,
    activityDays: readSection(ctx, 'activity_days') ?? DEFAULT_ACTIVITY_DAYS,
    autoLock: getAutoLock(ctx),
  };
}

/** Epoch ms: what happened before is not kept. */
export const findActivityStart = (ctx: Context): number =>
  ctx.clock.now() - getSettings(ctx).activityDays * DAY_MS;

export function getAutoLock(ctx: Context): AutoLock {
  return {
    minutes: readSection(ctx, 'auto_lock_minutes'),
    strength: readSection(ctx, 'auto_lock_strength') ?? 'console',
    withScreen: readSection(ctx, 'lock_with_screen') ?? false,
  };
}

type Stored = Sections & PlatformSettings;

/** By the names that rows and audit lines have kept. */
interface Sections {
  https_names: string[];
  session_days: number;
  activity_days: number;
  /** Null is off. */
  auto_lock_minutes: number | null;
  auto_lock_strength: LockStrength;
  lock_with_screen: boolean;
}

/** What is to be changed. */
export type SettingsChange = { [Name in keyof Stored]?: Stored[Name] | undefined } & {
  instance_name?: string | undefined;
};

/**
 * Changes what is given and leaves the rest. Throws `invalid_request` for a name that someone elsewhere may own.
 * `https_names` count from the next start, `session_days` for sessions opened from now on.
 */
export function updateSettings(ctx: Context, actor: Caller | null, change: SettingsChange): Settings {
  const { instance_name: name, ...sections } = change;
  requireLocalNames(sections.https_names ?? []);
  ctx.store.transaction(() => {
    ctx.audit.append(settingsOperations.SETTINGS_UPDATED, actor, change);
    if (name !== undefined) ctx.store.rename(name);
    for (const [section, value] of Object.entries(sections))
      if (value !== undefined) writeSection(ctx, section as keyof typeof sections, value);
  });
  return getSettings(ctx);
}

/** SECURITY: the local authority is trusted by this home's devices; it vouches for nothing that is someone else's. */
function requireLocalNames(names: readonly string[]): void {
  const machineNames = listMachineNames();
  const [at, foreign] = [...names.entries()].find(([, name]) => !isLocalName(name, machineNames)) ?? [];
  if (foreign === undefined) return;
  throw new AppError(
    'invalid_request',
    `${foreign} is a public name: the local authority vouches for ${LOCAL_DOMAINS.join(', ')}, this machine's name, and private addresses only.`,
    { fields: { [`https_names.${at}`]: 'a public name' } },
  );
}

function readSection<Name extends keyof Sections>(ctx: Context, name: Name): Sections[Name] | null {
  const value = ctx.store.sqlite.prepare('SELECT value FROM settings WHERE section = ?').pluck().get(name);
  return typeof value === 'string' ? (JSON.parse(value) as Sections[Name]) : null;
}

function writeSection<Name extends keyof Stored>(ctx: Context, name: Name, value: Stored[Name]): void {
  ctx.store.sqlite
    .prepare(
      'INSERT INTO settings (section, value, updated_at) VALUES (@name, @value, @now) ON CONFLICT (section) DO UPDATE SET value = @value, updated_at = @now',
    )
    .run({ name, value: JSON.stringify(value), now: ctx.clock.now() });
}
