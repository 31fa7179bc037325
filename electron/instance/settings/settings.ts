import type { Context } from '../context.ts';

export interface Settings {
  /** Shown in the console and on key copies; typed to confirm starting over. */
  instance_name: string;
  /** Further DNS names and addresses the HTTPS certificate answers to, beside this machine's own. */
  https_names: string[];
}

export function getSettings(ctx: Context): Settings {
  const names = ctx.store.sqlite
    .prepare("SELECT value FROM settings WHERE section = 'https_names'")
    .pluck()
    .get();
  return {
    instance_name: ctx.store.identity.name,
    https_names: typeof names === 'string' ? (JSON.parse(names) as string[]) : [],
  };
}

/** Changes what is given and leaves the rest. `https_names` count from the next start. */
export function updateSettings(ctx: Context, change: Partial<Settings>): Settings {
  ctx.store.transaction(() => {
    if (change.instance_name !== undefined) {
      ctx.store.sqlite.prepare('UPDATE instance SET name = ?').run(change.instance_name);
      ctx.store.identity.name = change.instance_name;
    }
    if (change.https_names !== undefined) {
      ctx.store.sqlite
        .prepare(
          "INSERT INTO settings (section, value, updated_at) VALUES ('https_names', @value, @now) ON CONFLICT (section) DO UPDATE SET value = @value, updated_at = @now",
        )
        .run({ value: JSON.stringify(change.https_names), now: ctx.clock.now() });
    }
  });
  return getSettings(ctx);
}
