import type { TrayVault } from '../../../../electron/desktop/tray/tray-model.ts';

/** A vault of which there is nothing to tell. */
export const calmVault: TrayVault = {
  state: 'running',
  case: 'running',
  refused: false,
  idle_minutes: null,
  custody: { name: 'keychain' },
  database: { state: 'ok' },
  health: { level: 'ok', attention: false },
  rotation: null,
};
