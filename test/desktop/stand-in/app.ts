import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { flushState, noteChange, obey, state } from './control/control.ts';
import { showErrorBox } from './dialog.ts';
import { OfferedEvents, offer, StandInEvent } from './offered.ts';
import { keepOwnOptions, requireEvent } from './platform/platform-tags.ts';
import { isRefusedByElectron, readSwitches } from './platform/switches.ts';
import { lockInstance, releaseInstance, waitForHandOver } from './single-instance.ts';
import { onLastClosed, openWindows } from './window/windows.ts';

const root = join(import.meta.dirname, '../../..');
const manifest = (await import('../../../package.json', { with: { type: 'json' } })).default;

/** What the process is known by where it keeps its things; Electron makes the folder, where it can. */
let userData = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), manifest.productName);
try {
  mkdirSync(userData, { recursive: true });
} catch {
  // A home that takes no writes.
}

const words = process.argv.slice(2);
if (isRefusedByElectron(words)) process.exit(1);
const switches = readSwitches(words);

const ready = Promise.withResolvers<void>();

/** Throws, as Electron does, where something comes too late to have its effect. */
export function checkNotReady(what: string): void {
  if (state.isReady) throw new Error(`${what} should be called before app is ready`);
}

let isQuitting = false;

class StandInApp extends OfferedEvents {
  /** Electron runs until it is told to end, whatever else there is to do. */
  readonly #life = setInterval(() => undefined, 2 ** 30);

  readonly isPackaged = process.env.STAND_IN_PACKAGED === '1';

  readonly commandLine = offer<Electron.CommandLine>()('app.commandLine', {
    hasSwitch: (name: string): boolean => switches.has(name),
  });

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`The stand-in for Electron knows no path of ${name}.`);
    return userData;
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData') throw new Error(`The stand-in for Electron knows no path of ${name}.`);
    userData = path;
  }

  getAppPath = (): string => root;
  getVersion = (): string => process.env.STAND_IN_VERSION ?? manifest.version;
  whenReady = (): Promise<void> => ready.promise;

  releaseSingleInstanceLock(): void {
    releaseInstance();
  }

  requestSingleInstanceLock(handedOver?: unknown): boolean {
    return lockInstance(userData, handedOver, ({ argv, workingDirectory, additionalData }) => {
      void ready.promise.then(() =>
        this.emit('second-instance', new StandInEvent(), argv, workingDirectory, additionalData),
      );
    });
  }

  /**
   * Electron takes the switch out again here, too late: the process that starts pages has no sandbox by then, and no page
   * ever comes. This one says so.
   */
  enableSandbox(): void {
    checkNotReady('app.enableSandbox()');
    if (switches.has('no-sandbox'))
      throw new Error('app.enableSandbox() with --no-sandbox: the window is dead');
    state.isSandboxed = true;
    noteChange();
  }

  setAppUserModelId(id: string): void {
    state.appUserModelId = id;
    noteChange();
  }

  setDesktopName(name: string): void {
    state.desktopName = name;
    noteChange();
  }

  getLoginItemSettings(_options?: Electron.LoginItemSettingsOptions): Electron.LoginItemSettings {
    const { openAtLogin } = state.loginItem;
    const wasOpenedAtLogin = process.env.STAND_IN_OPENED_AT_LOGIN === '1';
    return keepOwnOptions('LoginItemSettings', {
      openAtLogin,
      wasOpenedAtLogin,
    }) as Electron.LoginItemSettings;
  }

  setLoginItemSettings(settings: Electron.Settings): void {
    const { openAtLogin = false, args = [] } = keepOwnOptions('Settings', settings);
    state.loginItem = { openAtLogin, args };
    noteChange();
  }

  relaunch(): void {
    state.isRelaunched = true;
    noteChange();
  }

  /** Asks the program, then each window; any of them may refuse. */
  quit(): void {
    if (isQuitting) return;
    void waitForHandOver().then(() => {
      if (isQuitting || !this.#ask('before-quit')) return;
      isQuitting = true;
      if (!openWindows().every((window) => window.askToClose())) isQuitting = false;
      else if (this.#ask('will-quit')) this.exit(0);
      else isQuitting = false;
    });
  }

  exit(code = 0): void {
    isQuitting = true;
    void Promise.all([waitForHandOver(), flushState()]).then(() => {
      for (const window of openWindows()) window.end();
      this.emit('quit', new StandInEvent(), code);
      clearInterval(this.#life);
      process.exit(code);
    });
  }

  #ask(name: string): boolean {
    const event = new StandInEvent();
    this.emit(name, event);
    return !event.defaultPrevented;
  }
}

const made = new StandInApp('app', [
  'second-instance',
  'open-url',
  'activate',
  'window-all-closed',
  'before-quit',
  'will-quit',
  'quit',
  'web-contents-created',
  'certificate-error',
  'select-client-certificate',
  'login',
]);
export const app = offer<Electron.App>()('app', made);

// lib/browser/init.ts: shown, and the program goes on, unless it listens itself.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  process.stderr.write(`${error.stack}\n`);
  showErrorBox('A JavaScript error occurred in the main process', `Uncaught Exception:\n${error.stack}`);
});
obey('throwInMain', ({ message }) => {
  setImmediate(() => {
    throw new Error(message);
  });
});
// Without a listener, a program ends with its last window. One that is ending hears nothing of it.
onLastClosed(() => void (isQuitting || made.emit('window-all-closed') || made.quit()));
obey('openUrl', ({ url }) => {
  requireEvent('app', 'open-url');
  made.emit('open-url', new StandInEvent(), url);
});
obey('activate', () => {
  requireEvent('app', 'activate');
  made.emit('activate', new StandInEvent(), openWindows().length > 0);
});
// After the program's own module has run.
setImmediate(() => {
  state.isReady = true;
  noteChange();
  ready.resolve();
});
