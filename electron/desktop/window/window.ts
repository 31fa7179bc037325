import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen, session } from 'electron';
import type { WindowDoor } from '../../instance/instance.ts';
import type { Log } from '../../instance/kernel/log.ts';
import { type BridgeEvent, type BridgeMessage, EVENT_CHANNEL } from '../bridge/bridge-contract.ts';
import type { PreferencesFile } from '../preferences.ts';
import { SCHEME, toConsoleUrl } from './app-origin.ts';
import { answerAppRequest } from './app-protocol.ts';
import { guardSession } from './guards.ts';
import { choosePlace, isReachable, MINIMUM, type Place } from './window-place.ts';

/** A page that keeps crashing is not reloaded forever. */
const MAX_RELOADS = 3;
const RELOAD_SPAN_MS = 60_000;
const SAVE_PLACE_MS = 400;

export interface ConsoleWindowOptions {
  door: WindowDoor;
  preferences: PreferencesFile;
  log: Log;
  /** Called when the user closes it; true keeps it open. */
  onClose: () => boolean;
  /** Called when its page crashed too often to be reloaded. */
  onGivenUp: () => void;
}

/** The console's window; there is only one. */
export interface ConsoleWindow {
  readonly native: BrowserWindow;
  /** Brings it to the front, at this path if given. */
  show(path?: string): void;
  hide(): void;
  /** The path given to `show` that its page has not opened yet; it is given once. */
  takePath(): string | null;
  send<Event extends BridgeEvent>(event: Event, message: BridgeMessage<Event>): void;
  /** Closes it for good, whatever `onClose` returns. */
  destroy(): void;
}

export function createConsoleWindow(options: ConsoleWindowOptions): ConsoleWindow {
  const { door, preferences, log } = options;
  // SECURITY: in memory only: nothing the console showed is stored in a profile on disk.
  const pages = session.fromPartition('console');
  guardSession(pages);
  if (!pages.protocol.isProtocolHandled(SCHEME))
    pages.protocol.handle(SCHEME, (request) => answerAppRequest(door, request));
  nativeTheme.themeSource = preferences.value.theme;
  const native = new BrowserWindow({
    ...choosePlace(preferences.value.place, findWorkAreas()),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: 'Temps',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#11120E' : '#EEEFEB',
    webPreferences: {
      preload: join(app.getAppPath(), 'dist', 'desktop', 'preload.cjs'),
      session: pages,
      contextIsolation: true,
      // Not by app.enableSandbox(), after which no page comes where the program has to run with --no-sandbox.
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // The spell checker stores words and downloads dictionaries.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  followScreens(native);
  rememberPlace(native, preferences);
  reloadWhenGone(native, log, options.onGivenUp);
  native.on('close', (event) => {
    if (options.onClose()) event.preventDefault();
  });
  native.on('page-title-updated', (event) => event.preventDefault());

  let isLoaded = false;
  let wantedPath: string | null = null;
  const load = (path: string) => {
    isLoaded = true;
    void native
      .loadURL(toConsoleUrl(path))
      .catch((error: Error) => log.warn({ error: error.message }, 'the console did not load'));
  };
  const send: ConsoleWindow['send'] = (event, message) => {
    if (!native.isDestroyed()) native.webContents.send(EVENT_CHANNEL, event, message);
  };
  return {
    native,
    send,
    show(path) {
      if (native.isDestroyed()) return;
      const isFirst = !isLoaded;
      if (isFirst) load(path ?? '/');
      // An open page navigates itself, and may ask about unsaved input.
      else if (path !== undefined) {
        wantedPath = path;
        send('navigate', { path });
      }
      if (native.isMinimized()) native.restore();
      // Not earlier, because this shows the window.
      if (isFirst && preferences.value.isMaximized) native.maximize();
      native.show();
      native.focus();
    },
    hide: () => native.hide(),
    takePath() {
      const path = wantedPath;
      wantedPath = null;
      return path;
    },
    destroy: () => native.destroy(),
  };
}

/** Without panels, the main one first. */
function findWorkAreas(): Place[] {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  return [main, ...others].map(({ workArea }) => workArea);
}

/** When a screen is removed, the system moves visible windows, but not a hidden one. One that can be reached stays. */
function followScreens(native: BrowserWindow): void {
  const bringBack = () => {
    if (native.isDestroyed() || native.isMaximized()) return;
    const place = native.getNormalBounds();
    const workAreas = findWorkAreas();
    // Screens also change when a panel is hidden, or one is added elsewhere.
    if (!isReachable(place, workAreas)) native.setBounds(choosePlace(place, workAreas));
  };
  screen.on('display-removed', bringBack);
  screen.on('display-metrics-changed', bringBack);
}

function rememberPlace(native: BrowserWindow, preferences: PreferencesFile): void {
  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    if (native.isDestroyed() || native.isMinimized() || !native.isVisible()) return;
    preferences.set({ isMaximized: native.isMaximized(), place: native.getNormalBounds() });
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_PLACE_MS);
  };
  native.on('resize', saveSoon);
  native.on('move', saveSoon);
  native.on('close', save);
}

function reloadWhenGone(native: BrowserWindow, log: Log, onGivenUp: () => void): void {
  let crashes: number[] = [];
  native.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || native.isDestroyed()) return;
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < RELOAD_SPAN_MS), now];
    log.error({ reason, exitCode }, "the window's page crashed");
    if (crashes.length > MAX_RELOADS) onGivenUp();
    else native.webContents.reload();
  });
}
