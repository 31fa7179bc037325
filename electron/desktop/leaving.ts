import { app, autoUpdater, type BrowserWindow, dialog, powerMonitor } from 'electron';
import { createOwner, type Doors, type Instance } from '../instance/instance.ts';
import { describeError, type Log } from '../instance/kernel/log.ts';
import { QUIT_WAIT_MS, waitForBackup } from './backups/quit-wait.ts';
import type { SecretClipboard } from './bridge/clipboard.ts';
import { notify } from './notifications.ts';
import type { PreferencesFile } from './preferences.ts';
import type { TrayIcon } from './tray/tray.ts';
import { isBackingUp, type TrayVault } from './tray/tray-model.ts';
import type { ConsoleWindow } from './window/window.ts';

/** A stop that hangs is abandoned: the database survives it, and the computer's shutdown does not wait. */
const STOP_MS = 10_000;
/** The clipboard may belong to a program that does not answer. */
const CLEAR_MS = 1000;

/** Facts needed for closing the window and quitting. */
export interface Leaving {
  instance: Instance;
  doors: Doors;
  window: ConsoleWindow;
  tray: TrayIcon;
  preferences: PreferencesFile;
  vault: TrayVault | null;
}

let isLeaving = false;
/** An update closes the window, which is not its user's doing: nothing is asked and nothing stays in the tray. */
let isUpdating = false;

/** Closing the window leaves Temps in the tray and says so once; without a tray it asks. */
export function keepOnClose(desktop: Leaving): boolean {
  const { preferences, window, tray } = desktop;
  if (isLeaving || isUpdating) return false;
  if (tray.isThere) {
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
    vault !== null && isBackingUp(vault)
      ? `A backup is being made: Temps waits for it, for ${QUIT_WAIT_MS / 1000} seconds at most. One that is cut short does not count.`
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

/** Why the program ends. */
type Reason = 'quit' | 'shutdown' | 'session end' | 'exit' | 'exception' | NodeJS.Signals;

/** What there is to end, so far. */
export interface Running {
  instance: Instance | null;
  window: ConsoleWindow | null;
  tray: TrayIcon | null;
  clipboard: SecretClipboard | null;
}

/**
 * The way out for the user, the system and signals alike, gone once: the instance stops within a time limit, then icon and
 * window go, and the process ends.
 */
async function leave(running: Running, log: Log, reason: Reason): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  log.info({ reason }, 'leaving');
  await Promise.allSettled([stopInTime(running.instance, log), clearClipboard(running)]);
  hide(running);
  app.exit(0);
}

/** SECURITY: a secret that was copied does not outlast the program, which would have cleared it. */
function clearClipboard({ clipboard }: Running): Promise<void> {
  return withinBound(clipboard?.clear() ?? Promise.resolve(), CLEAR_MS);
}

function hide({ tray, window }: Running): void {
  tray?.destroy();
  window?.destroy();
}

/**
 * After an exception that nobody caught, the state of the program is unknown, and Electron would go on in it. SECURITY: the
 * key is out of memory and the database closed when this returns its promise, and no code of the instance runs on. Resolves
 * with whether the program was not on its way out already. The process still runs, to say so; another start has all it needs.
 */
export async function leaveBroken(running: Running, log: Log): Promise<boolean> {
  const wasLeaving = isLeaving;
  leaveNow(running, log, 'exception');
  app.releaseSingleInstanceLock();
  await clearClipboard(running).catch(() => undefined);
  hide(running);
  return !wasLeaving;
}

/** Stops it; what has not stopped by then is stopped at once. */
export async function stopInTime(instance: Instance | null, log: Log, ms = STOP_MS): Promise<void> {
  if (!instance) return;
  try {
    await withinBound(instance.stop(), ms);
  } catch (error) {
    log.error({ error: describeError(error) }, 'the stop was cut short');
  } finally {
    instance.stopNow();
  }
}

/** The same where the system ends the process as soon as this returns. */
function leaveNow(running: Running, log: Log, reason: Reason): void {
  if (!isLeaving) log.info({ reason }, 'leaving');
  isLeaving = true;
  running.instance?.stopNow();
}

let isWaiting = false;

/** What its user ends waits for a backup that is being made. Asked again, it waits no longer; a signal and a shutdown never do. */
async function leaveAfterBackup(instance: Instance, running: Running, log: Log): Promise<void> {
  if (!isWaiting && !isLeaving) {
    isWaiting = true;
    await waitForBackup(instance.events, () => isMakingBackup(instance)).catch(() => undefined);
  }
  await leave(running, log, 'quit');
}

async function isMakingBackup(instance: Instance): Promise<boolean> {
  const request = new Request('http://localhost/api/vault/status');
  const answer = await instance.fetch(request, createOwner('window', Date.now()));
  return answer.ok && isBackingUp((await answer.json()) as TrayVault);
}

/** Sends every way out through `leave`. */
export function guardExits(running: Running, log: Log): void {
  app.on('before-quit', (event) => {
    if (!running.instance) return;
    event.preventDefault();
    void leaveAfterBackup(running.instance, running, log);
  });
  // Before the windows are closed; on macOS `before-quit` comes only after that.
  autoUpdater.on('before-quit-for-update', () => {
    isUpdating = true;
  });
  autoUpdater.on('error', () => restartWithoutWindow(running));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void leave(running, log, signal));
  // What ends the program without asking; where it has stopped already, this does nothing.
  process.on('exit', () => leaveNow(running, log, 'exit'));
  if (process.platform !== 'win32') void app.whenReady().then(() => leaveOnShutdown(running, log));
}

/** An update that fails after it has closed the window leaves nothing to open: the program starts anew, as it was. */
function restartWithoutWindow({ window }: Running): void {
  if (!isUpdating || isLeaving) return;
  isUpdating = false;
  if (!window?.native.isDestroyed()) return;
  app.relaunch();
  app.quit();
}

function leaveOnShutdown(running: Running, log: Log): void {
  // On Linux the first listener of all makes Electron count those of `shutdown`, itself not among them.
  powerMonitor.on('resume', () => undefined);
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    void leave(running, log, 'shutdown');
  });
}

/** Windows tells only windows that the session ends, and asks nobody: neither `close` nor `before-quit` comes. */
export function leaveWithSession(running: Running, native: BrowserWindow, log: Log): void {
  if (process.platform === 'win32') native.on('session-end', () => leaveNow(running, log, 'session end'));
}

function withinBound<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms).unref(),
  );
  return Promise.race([work, late]);
}
