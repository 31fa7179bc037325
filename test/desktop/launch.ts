import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launchElectron } from './launch-electron.ts';
import type { LaunchedDesktop, LaunchOptions } from './launched-desktop.ts';
import { launchStandIn } from './stand-in/launch.ts';

/**
 * Whether tests run in Electron itself: where its binary is. Its window is the same to a test there; what a person does
 * outside of it (tray, dialogs, the system) is the stand-in's alone, and `tell` and `state` throw.
 */
export const usesRealElectron =
  Boolean(process.env.ELECTRON_OVERRIDE_DIST_PATH) ||
  existsSync(join(import.meta.dirname, '../../node_modules/electron/dist'));

/** Starts `electron/main.ts`, unmodified. Resolves once its process runs; the window may come later, or never. */
export function launchDesktop(options: LaunchOptions = {}): Promise<LaunchedDesktop> {
  return usesRealElectron ? launchElectron(options) : launchStandIn(options);
}
