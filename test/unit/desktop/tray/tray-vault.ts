import type { TrayVault } from '../../../../electron/desktop/tray/tray-model.ts';

/** A vault of which there is nothing to tell. */
export const calmVault: TrayVault = {
  state: 'running',
  case: 'running',
  refused: false,
  idle_minutes: null,
  custody: { name: 'keychain' },
  database: { state: 'ok' },
  health: {
    level: 'ok',
    attention: false,
    reasons: [],
    recovery: { has_destinations: true, is_running: false, destinations: [] },
  },
  rotation: null,
};

/** Health with one reason. */
export const healthOf = (
  code: TrayVault['health']['reasons'][number]['code'],
  level: TrayVault['health']['level'],
  snoozed_until: number | null = null,
): TrayVault['health'] => ({
  level,
  attention: snoozed_until === null,
  reasons: [{ code, level, snoozed_until }],
  recovery: null,
});
