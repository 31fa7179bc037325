import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { flushState, noteChange, obey, state } from './control/control.ts';
import { guardMembers, OfferedEvents, offer, StandInEvent } from './offered.ts';
import { lockInstance, waitForHandOver } from './single-instance.ts';
import { onLastClosed, openWindows } from './window/windows.ts';

const root = join(import.meta.dirname, '../../..');
const manifest = (await import('../../../package.json', { with: { type: 'json' } })).default;

/** What the process is known by where it keeps its things; Electron makes the folder, where it can. */
let userData = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), manifest.name);
try {
  mkdirSync(userData, { recursive: true });
} catch {
  // A home that takes no writes.
}

const ready = Promise.withResolvers<void>();

/** Throws, as Electron does, where something comes too late to have its effect. */
export function checkNotReady(what: string): void {
  if (state.isReady) throw new Error(`${what} should be called before app is ready`);
}

class StandInApp extends OfferedEvents {
  #isQuitting = false;
  /** Electron runs until it is told to end, whatever else there is to do. */
  readonly #life = setInterval(() => undefined, 2 ** 30);

  readonly isPackaged = process.env.STAND_IN_PACKAGED === '1';

  /** Chromium reads switches up to `--`. */
  readonly commandLine = guardMembers('app.commandLine', {
    hasSwitch: (name: string): boolean => {
      const words = process.argv.slice(2);
      const end = words.indexOf('--') >>> 0;
      return words.slice(0, end).some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    },
  }) as Electron.CommandLine;

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`The stand-in for Electron knows no path of ${name}.`);
    return userData;
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData') throw new Error(`The stand-in for Electron knows no path of ${name}.`);
    userData = path;
  }

  getAppPath = (): string => root;
  getVersion = (): string => manifest.version;
  whenReady = (): Promise<void> => ready.promise;

  requestSingleInstanceLock(): boolean {
    return lockInstance(userData, ({ argv, workingDirectory }) => {
      void ready.promise.then(() => this.emit('second-instance', new StandInEvent(), argv, workingDirectory));
    });
  }

  enableSandbox(): void {
    checkNotReady('app.enableSandbox()');
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
    return { openAtLogin } as Electron.LoginItemSettings;
  }

  setLoginItemSettings({ openAtLogin = false, args = [] }: Electron.Settings): void {
    state.loginItem = { openAtLogin, args };
    noteChange();
  }

  /** Asks the program, then each window; any of them may refuse. */
  quit(): void {
    if (this.#isQuitting) return;
    void waitForHandOver().then(() => {
      if (this.#isQuitting || !this.#ask('before-quit')) return;
      this.#isQuitting = true;
      if (!openWindows().every((window) => window.askToClose())) this.#isQuitting = false;
      else if (this.#ask('will-quit')) this.exit(0);
      else this.#isQuitting = false;
    });
  }

  exit(code = 0): void {
    this.#isQuitting = true;
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

// Without a listener, a program ends with its last window.
onLastClosed(() => void (made.emit('window-all-closed') || made.quit()));
obey('openUrl', ({ url }) => void made.emit('open-url', new StandInEvent(), url));
obey('activate', () => void made.emit('activate', new StandInEvent(), openWindows().length > 0));
// After the program's own module has run.
setImmediate(() => {
  state.isReady = true;
  noteChange();
  ready.resolve();
});
