import type { Context } from '../context.ts';

export type SettingsDocument = Record<string, unknown>;

/** Every section, defaults filled in. */
export function getSettings(_ctx: Context): SettingsDocument {
  return {};
}
