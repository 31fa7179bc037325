import { app, dialog, powerMonitor } from 'electron';
import type { Doors, Instance } from '../instance/instance.ts';
import type { Log } from '../instance/kernel/log.ts';
import { notify } from './notifications.ts';
import type { PreferencesFile } from './preferences.ts';
import type { TrayIcon } from './tray/tray.ts';
import type { TrayVault } from './tray/tray-model.ts';
import type { ConsoleWindow } from './window/window.ts';

/** A stop that hangs is abandoned: the database survives it, and the computer's shutdown does not wait. */
const STOP_MS = 10_000;

/** Facts needed for closing the window and quitting. */
export interface Leaving {
  instance: Instance;
  doors: Doors;
  window: ConsoleWindow;
  tray: TrayIcon | null;
  preferences: PreferencesFile;
  vault: TrayVault | null;
}

let isStopping = false;

/** Closing the window leaves Temps in the tray and says so once; without a tray it asks. */
export function keepOnClose(desktop: Leaving): boolean {
  const { preferences, window, tray } = desktop;
  if (isStopping) return false;
  if (tray) {
    window.hide();
    if (!preferences.value.wasToldOfTray) {
      preferences.set({ wasToldOfTray: true });
      notify(
        { title: 'Temps is still running in the tray', body: 'To quit it, use its icon next to the clock.' },
        window.show,
      );
    }
    return true;
  }
  if (preferences.value.onClose === 'keep') window.hide();
  else if (preferences.value.onClose === 'quit') void quit(desktop);
  else void askOnClose(desktop);
  return true;
}

async function askOnClose(desktop: Leaving): Promise<void> {
  const { response, checkboxChecked } = await dialog.showMessageBox(desktop.window.native, {
    type: 'question',
    message: 'Keep Temps running without its window?',
    detail:
      'This desktop shows no tray icons. While Temps keeps running, browsers, the command line and other tools can use it. Start it again to reopen the window.',
    buttons: ['Keep it running', 'Quit Temps', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    checkboxLabel: 'Do not ask again',
    noLink: true,
  });
  if (response === 2) return;
  if (checkboxChecked) desktop.preferences.set({ onClose: response === 0 ? 'keep' : 'quit' });
  if (response === 0) desktop.window.hide();
  else await quit(desktop);
}

/** Says what will stop, and asks. */
export async function quit(desktop: Leaving): Promise<void> {
  const { vault, window } = desktop;
  const address = desktop.doors.httpsUrl;
  const stops = [
    vault?.rotation?.state === 'sealing'
      ? `The rotation stops at ${vault.rotation.moved.toLocaleString('en')} of ${vault.rotation.total.toLocaleString('en')} values and continues at the next start.`
      : '',
    address === null ? '' : `${address} and the command line's socket stop responding.`,
    'Your secrets stay encrypted on the disk.',
  ].filter(Boolean);
  const options: Electron.MessageBoxOptions = {
    type: 'question',
    message: 'Quit Temps?',
    detail: stops.join('\n'),
    buttons: ['Quit Temps', 'Keep it running'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
  const { response } = await (window.native.isVisible()
    ? dialog.showMessageBox(window.native, options)
    : dialog.showMessageBox(options));
  if (response === 0) app.quit();
}

/**
 * The only way to quit, for the user, the session's end and signals alike: the instance stops first, within a time
 * limit.
 */
export function stopInOrder(find: () => Leaving | null, log: Log): void {
  app.on('before-quit', (event) => {
    const desktop = find();
    if (!desktop || isStopping) return;
    event.preventDefault();
    isStopping = true;
    void withinBound(desktop.instance.stop(), STOP_MS)
      .catch((error: Error) => log.error({ error: error.message }, 'the stop was cut short'))
      .finally(() => {
        desktop.tray?.destroy();
        desktop.window.destroy();
        app.exit(0);
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  if (process.platform !== 'win32') void app.whenReady().then(quitOnShutdown);
}

function quitOnShutdown(): void {
  // On Linux the first listener of all makes Electron count those of `shutdown`, itself not among them.
  powerMonitor.on('resume', () => undefined);
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    app.quit();
  });
}

function withinBound<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms).unref(),
  );
  return Promise.race([work, late]);
}
