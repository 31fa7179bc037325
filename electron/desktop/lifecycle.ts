import { join } from 'node:path';
import { app, clipboard, dialog, Menu, powerMonitor, shell } from 'electron';
import type { components } from '../api-types.d.ts';
import { createOwner, type Doors, type Instance, type WindowDoor } from '../instance/instance.ts';
import { forbidCoreFiles } from '../instance/kernel/core-files.ts';
import { describeError, type Log } from '../instance/kernel/log.ts';
import { backUpEverywhere } from './backups/back-up.ts';
import { openBridge } from './bridge/bridge.ts';
import { createSecretClipboard, type SecretClipboard } from './bridge/clipboard.ts';
import { laterBySystem } from './bus/followed-bus.ts';
import { openDesktopLog } from './desktop-log.ts';
import { brokenDown, describeFailure, type Failure, locateError } from './failure-model.ts';
import {
  guardExits,
  keepOnClose,
  leaveBroken,
  leaveWithSession,
  quit,
  type Running,
  stopInTime,
} from './leaving.ts';
import { wasStartedAtLogin } from './login-item.ts';
import { chooseNotification, type NotificationMemory } from './notification-model.ts';
import { notify } from './notifications.ts';
import { tellOfOtherVersion } from './other-version.ts';
import { openPreferences, type PreferencesFile } from './preferences.ts';
import { tellOfSandbox } from './sandbox-notice.ts';
import { watchScreen } from './screen-lock.ts';
import { readStartArguments, readWish, type StartArguments } from './start-arguments.ts';
import { logPath, type Started, startInstance } from './start-instance.ts';
import { logStages, reach } from './start-stages.ts';
import { createTrayIcon, type TrayIcon } from './tray/tray.ts';
import { watchTrayHost } from './tray/tray-host.ts';
import { pictureTray, type TrayAction, type TrayVault } from './tray/tray-model.ts';
import { type Unseen, watchUnseen } from './tray/unseen.ts';
import { createUpdates, type Updates } from './updates.ts';
import { preferencesPath } from './user-data.ts';
import { tellOfEnds } from './variables/end-notices.ts';
import { APP_ID, findLinkedPath } from './window/app-origin.ts';
import { guardApp } from './window/guards.ts';
import { type ConsoleWindow, createConsoleWindow } from './window/window.ts';

/** Batches many changes into one refresh. */
const LOOK_MS = 250;
/** Interval for what changes with time only: the age of the last verification. */
const LOOK_AGAIN_MS = 15 * 60_000;

/** The parts that run between start and stop. */
interface Desktop {
  instance: Instance;
  doors: Doors;
  door: WindowDoor;
  window: ConsoleWindow;
  tray: TrayIcon;
  clipboard: SecretClipboard;
  unseen: Unseen;
  updates: Updates;
  preferences: PreferencesFile;
  log: Log;
  vault: TrayVault | null;
  /** Unusual readings of secrets that nobody dismissed. */
  unusual: number;
  memory: NotificationMemory;
}

/**
 * Starts the desktop. Called once, before `ready`, by the process that holds the single-instance lock. What stops the start
 * is shown and ends the program: Electron ends nothing by itself, and would keep the lock without a window.
 */
export async function runDesktop(words: readonly string[]): Promise<void> {
  const log = openDesktopLog(logPath());
  // Electron prints these to a standard error that nobody sees.
  process.on('unhandledRejection', (error) =>
    log.error({ error: describeError(error) }, 'nobody expected this'),
  );
  const running: Running = { instance: null, window: null, tray: null, clipboard: null };
  guardExits(running, log);
  // Without a listener Electron shows a dialog with the error, and goes on.
  process.on('uncaughtException', (error) => void breakDown(running, log, error));
  try {
    await start(readStartArguments(words, process.env), running, log);
  } catch (error) {
    log.error({ error: describeError(error) }, 'the desktop did not start');
    // Before it is said: whoever reads it may use the command line meanwhile.
    await stopInTime(running.instance, log);
    await app.whenReady();
    await explainFailure(describeFailure(error, ''));
    app.exit(1);
  }
}

let isBroken = false;

/** Once: what else throws on the way out changes nothing. */
async function breakDown(running: Running, log: Log, error: unknown): Promise<void> {
  log.error(locateError(error), 'nobody caught this: the desktop ends');
  if (isBroken) return;
  isBroken = true;
  try {
    if (!(await leaveBroken(running, log))) return;
    await app.whenReady();
    await explainFailure(brokenDown);
  } finally {
    app.exit(1);
  }
}

async function explainFailure({ title, message, advice }: Failure): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title,
    message,
    detail: advice,
    buttons: ['Quit', 'Show the log'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (response === 1) await shell.openPath(join(logPath(), '..'));
}

async function start(wanted: StartArguments, running: Running, log: Log): Promise<void> {
  forbidCoreFiles();
  guardApp();
  let desktop: Desktop | null = null;
  let wantedPath: string | null = null;
  /** Remembered until there is a window: macOS passes the link it was started with. */
  const show = (path: string | null) => {
    if (desktop) desktop.window.show(path ?? undefined);
    else wantedPath = path ?? '/';
  };
  app.on('second-instance', (_event, args, _folder, handedOver) => {
    const { path, isHidden } = readWish(args);
    if (!isHidden) show(path);
    tellOfOtherVersion(handedOver, app.getVersion(), () => show(null));
  });
  if (process.platform === 'darwin') {
    app.on('open-url', (event, url) => {
      event.preventDefault();
      const path = findLinkedPath(url);
      if (path !== null) show(path);
    });
    app.on('activate', () => desktop?.window.show());
  }
  // The tray stays when the window is closed.
  app.on('window-all-closed', () => undefined);
  await app.whenReady();
  reach('ready');
  knowByName();
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate(macMenu) : null);

  const preferences = openPreferences(preferencesPath(), (error) =>
    log.warn({ error: describeError(error) }, 'the preferences were not written'),
  );
  const started = await startInstance(wanted, preferences, log, running);
  if (started === null) return app.exit(1);
  reach('instance');
  desktop = await compose(started, preferences, log);
  Object.assign(running, { window: desktop.window, tray: desktop.tray, clipboard: desktop.clipboard });
  leaveWithSession(running, desktop.window.native, log);
  tellOfSandbox(app.commandLine.hasSwitch('no-sandbox'), preferences, log, desktop.window.show);
  const isFirst = !started.instance.status().isSetUp;
  if (isFirst) desktop.window.show(await findSetUpPath(desktop));
  else if (wantedPath !== null || !wasStartedAtLogin(wanted))
    desktop.window.show(wantedPath ?? wanted.path ?? undefined);
  else desktop.unseen.check();
  reach('window');
  logStages(log);
}

/** The name by which the system's panels and notifications know the program: the one it was installed with. */
function knowByName(): void {
  if (process.platform === 'linux') app.setDesktopName('temps-desktop.desktop');
  // Windows shows no notifications of a program whose id differs from its Start menu entry.
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
}

async function compose(
  { instance, doors }: Started,
  preferences: PreferencesFile,
  log: Log,
): Promise<Desktop> {
  const door = instance.openWindowDoor();
  const updates = await createUpdates(process.env.TEMPS_UPDATE_FEED, log);
  const desktop: Desktop = {
    instance,
    doors,
    door,
    updates,
    preferences,
    log,
    tray: createTrayIcon({
      onAction: (action) => void act(desktop, action),
      findPanel: () => preferences.value.trayPanel,
      onFailure: (error) => log.warn({ error: describeError(error) }, 'there is no tray icon'),
    }),
    clipboard: createSecretClipboard(() => desktop.window.send('clipboardCleared', {})),
    unseen: watchUnseen(
      () => isSeen(desktop),
      () => sayUnseen(desktop),
      laterBySystem,
    ),
    vault: null,
    unusual: 0,
    memory: { riskToldAt: preferences.value.riskToldAt, last: null },
    window: createConsoleWindow({
      door,
      preferences,
      log,
      onClose: () => keepOnClose(desktop),
      onGivenUp: () => void explainCrash(desktop),
    }),
  };
  await watchTrayHost({
    platform: process.platform,
    env: process.env,
    onLook(isThere) {
      const wasThere = desktop.tray.isThere;
      desktop.tray.follow(isThere);
      // Closing the window left the program in a tray that is gone.
      if (wasThere) desktop.unseen.check();
    },
    later: laterBySystem,
  });
  reach('bus');
  openBridge({
    ...desktop,
    quit: () => quit(desktop),
  });
  updates.onChange((state) => {
    desktop.window.send('updates', state);
    draw(desktop);
  });
  watch(desktop);
  await look(desktop);
  reach('tray');
  return desktop;
}

/** Refreshes on every change, when the computer wakes, and periodically. */
function watch(desktop: Desktop): void {
  let isDue = false;
  const soon = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      void look(desktop);
    }, LOOK_MS);
  };
  for (const event of ['vault', 'rotation', 'copies', 'changed'] as const)
    desktop.instance.events.on(event, soon);
  setInterval(soon, LOOK_AGAIN_MS).unref();
  // Timers stop during sleep; one refresh catches up.
  powerMonitor.on('resume', soon);
  // SECURITY: after returning to the machine the identity must be confirmed again.
  powerMonitor.on('suspend', desktop.door.forgetConfirmation);
  void watchScreen({
    platform: process.platform,
    env: process.env,
    events: powerMonitor,
    onChange: desktop.door.noteScreen,
    onSource: desktop.door.noteScreenSource,
    later: laterBySystem,
  });
}

async function look(desktop: Desktop): Promise<void> {
  const answer = await ask(desktop.instance, 'GET', '/vault/status');
  if (!answer.ok) return;
  const vault = (await answer.json()) as TrayVault;
  desktop.vault = vault;
  desktop.unusual = await countUnusual(desktop);
  draw(desktop);
  const { due, memory } = chooseNotification(vault, desktop.memory, Date.now());
  if (memory.riskToldAt !== desktop.memory.riskToldAt)
    desktop.preferences.set({ riskToldAt: memory.riskToldAt });
  desktop.memory = memory;
  if (due) notify(due, () => desktop.window.show(due.path));
  else await lookAtEnds(desktop);
}

/** One notice at a time: these come once there is no other. */
async function lookAtEnds({ door, preferences, window }: Desktop): Promise<void> {
  const answer = await door.fetch(new Request('http://localhost/api/ending-variables'));
  if (!answer.ok) return;
  const { variables } = (await answer.json()) as components['schemas']['EndingVariables'];
  const now = Date.now();
  const due = tellOfEnds(variables, preferences.value.endsToldAt, now);
  if (!due) return;
  preferences.set({ endsToldAt: now });
  notify(due, () => window.show(due.path));
}

async function countUnusual({ door, unusual }: Desktop): Promise<number> {
  const answer = await door.fetch(new Request('http://localhost/api/secret-reads/unusual'));
  if (!answer.ok) return unusual;
  return ((await answer.json()) as components['schemas']['UnusualReads']).unusual.length;
}

function draw(desktop: Desktop): void {
  const { vault, unusual, doors, updates, tray } = desktop;
  if (!vault) return;
  const address = doors.httpsUrl;
  tray.draw(pictureTray({ vault, unusual, address, isPaused: address === null, updates: updates.state() }));
}

async function act(desktop: Desktop, action: TrayAction): Promise<void> {
  switch (action) {
    case 'open':
      return desktop.window.show();
    case 'copy_address':
      return await copyAddress(desktop);
    case 'back_up':
      return await backUp(desktop);
    case 'lock':
      return await lock(desktop);
    case 'unlock':
      return await unlock(desktop);
    case 'key':
      return desktop.window.show('/key');
    case 'pause':
    case 'resume':
      return await setPaused(desktop, action === 'pause');
    case 'check_for_updates':
      return void (await desktop.updates.check());
    case 'install_update':
      return desktop.updates.install();
    case 'quit':
      return await quit(desktop);
  }
}

/** A minimized window is in the list of windows. One that is gone belongs to a program that ends. */
function isSeen({ tray, window: { native } }: Desktop): boolean {
  return tray.isThere || native.isDestroyed() || native.isVisible() || native.isMinimized();
}

function sayUnseen({ window }: Desktop): void {
  const notice = {
    title: 'Temps is running without a tray icon',
    body: 'This desktop shows none now. Click here, or start Temps again, to open the window.',
  };
  if (!notify(notice, window.show)) window.show();
}

/** On Wayland a program without the keyboard's focus can put nothing on the clipboard, and is not told so. */
async function copyAddress({ doors, window }: Desktop): Promise<void> {
  const address = doors.httpsUrl ?? '';
  const isCopied = await clipboard
    .writeText(address)
    .then(() => clipboard.readText())
    .then((found) => found === address)
    .catch(() => false);
  if (isCopied) return;
  const showThere = () => window.show('/settings');
  if (!notify({ title: 'The console’s address was not copied', body: address }, showThere)) showThere();
}

/** Without a destination, the page that adds one. */
async function backUp({ instance, window }: Desktop): Promise<void> {
  if (!(await backUpEverywhere((method, path) => ask(instance, method, path)))) window.show('/backups');
}

async function lock({ instance }: Desktop): Promise<void> {
  await ask(instance, 'POST', '/vault/lock');
}

/**
 * For the tray, which shows the state of the vault, locks it and makes backups whether or not the window is locked. SECURITY: for nothing
 * that opens, reveals or lets in: that goes through the window's door.
 */
function ask(instance: Instance, method: string, path: string): Promise<Response> {
  return instance.fetch(
    new Request(`http://localhost/api${path}`, { method }),
    createOwner('window', Date.now()),
  );
}

/**
 * Unlocks with the keychain if that is possible and the identity was confirmed just now; else opens the page, which asks
 * for the password or a copy.
 */
async function unlock({ door, window }: Desktop): Promise<void> {
  const answer = await door.fetch(
    new Request('http://localhost/api/vault/unlock', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method: 'custody' }),
    }),
  );
  if (!answer.ok) window.show('/key');
}

/** While paused, the instance serves the window and the command line, but no browsers or other tools. */
async function setPaused(desktop: Desktop, isPaused: boolean): Promise<void> {
  await desktop.doors.setNetwork(!isPaused);
  draw(desktop);
}

/** The page of the first run: like a browser it needs a link, which the owner may create. */
async function findSetUpPath({ door }: Desktop): Promise<string> {
  const answer = await door.fetch(new Request('http://localhost/api/links', { method: 'POST' }));
  return ((await answer.json()) as { path: string }).path;
}

async function explainCrash(desktop: Desktop): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'The window crashed several times.',
    detail: 'The instance is still running. See the log for details.',
    buttons: ['Reload', 'Leave it closed'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response === 0) desktop.window.native.webContents.reload();
  else desktop.window.hide();
}

/** On macOS copy and paste work only through menu items. */
const macMenu: Electron.MenuItemConstructorOptions[] = [
  { role: 'appMenu' },
  { role: 'editMenu' },
  { role: 'windowMenu' },
];
