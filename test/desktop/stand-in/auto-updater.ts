import type * as Electron from 'electron';
import { app } from './app.ts';
import { obey } from './control/control.ts';
import { OfferedEvents, offer } from './offered.ts';
import { platform } from './platform/platform-tags.ts';
import { onLastClosed, openWindows } from './window/windows.ts';

const made = new OfferedEvents('autoUpdater', ['before-quit-for-update', 'error']);

/** Electron's own (shell/browser/api/electron_api_auto_updater.cc): windows first, and only then `before-quit`. */
function quitAndInstall(): void {
  made.emit('before-quit-for-update');
  const windows = openWindows();
  // What relaunches the program ends it as its user does.
  if (windows.length === 0) app.quit();
  else onLastClosed(() => app.quit());
  for (const window of windows) window.askToClose();
}

export const autoUpdater = offer<Electron.AutoUpdater>()(
  'autoUpdater',
  Object.assign(made, { quitAndInstall }),
);

/**
 * An update is installed, in the order of each system: on macOS electron-updater leaves it to Electron; elsewhere it starts
 * the installer, emits the event in Electron's name and quits (out/BaseUpdater.js).
 */
obey('installUpdate', () => {
  if (platform === 'darwin') return quitAndInstall();
  made.emit('before-quit-for-update');
  app.quit();
});
