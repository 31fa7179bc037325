import type * as Electron from 'electron';
import { flushState, noteChange, obey, state } from '../control/control.ts';
import type { Bounds, WindowState } from '../control/control-contract.ts';
import { OfferedEvents, offerClass, StandInEvent } from '../offered.ts';
import { requireEvent } from '../platform/platform-tags.ts';
import { type ContentsParts, createWebContents } from './web-contents.ts';
import { addWindow, type OpenWindow, removeWindow } from './windows.ts';

/** What tests do to a window, by its place in the list. */
interface Handles extends OpenWindow {
  place(bounds: Bounds): void;
  crash(): void;
  endSession(): void;
}
const handles = new Map<WindowState, Handles>();

class StandInBrowserWindow extends OfferedEvents {
  readonly #shown: WindowState;
  readonly #parts: ContentsParts;
  #isDestroyed = false;
  readonly webContents: Electron.WebContents;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow', [
      'close',
      'closed',
      'resize',
      'move',
      'page-title-updated',
      'query-session-end',
      'session-end',
    ]);
    const { x = 0, y = 0, width = 800, height = 600, show = true, title = '', webPreferences = {} } = options;
    const { session: _session, ...preferences } = webPreferences;
    const shown: WindowState = {
      title,
      url: '',
      isVisible: show,
      isFocused: show,
      isMinimized: false,
      isMaximized: false,
      bounds: { x, y, width, height },
      isProtected: false,
      printed: 0,
      crashes: 0,
      targetId: null,
      webPreferences: preferences as Record<string, unknown>,
    };
    this.#shown = shown;
    const handle: Handles = {
      askToClose: () => this.#ask('close') && this.#end(),
      end: () => void this.#end(),
      crash: () => this.#parts.crash(),
      endSession: () => {
        this.#ask('query-session-end');
        this.#ask('session-end');
      },
      place: (bounds) => this.#place(bounds),
    };
    handles.set(shown, handle);
    state.windows.push(shown);
    addWindow(handle);
    this.#parts = createWebContents(shown, webPreferences, (said) => {
      if (said !== '' && this.#ask('page-title-updated', said)) this.#change({ title: said });
    });
    this.webContents = this.#parts.contents;
    noteChange();
  }

  loadURL = (url: string): Promise<void> => this.#parts.load(url);

  show(): void {
    this.#change({ isVisible: true, isFocused: true });
  }
  hide(): void {
    this.#change({ isVisible: false, isFocused: false });
  }
  focus(): void {
    this.#change({ isFocused: true });
  }
  maximize(): void {
    this.#change({ isMaximized: true, isVisible: true });
  }
  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#place({ ...this.#shown.bounds, ...bounds });
  }
  restore(): void {
    this.#change({ isMinimized: false });
  }
  setContentProtection(isProtected: boolean): void {
    this.#change({ isProtected });
  }

  isVisible = (): boolean => this.#shown.isVisible;
  isMinimized = (): boolean => this.#shown.isMinimized;
  isMaximized = (): boolean => this.#shown.isMaximized;
  isDestroyed = (): boolean => this.#isDestroyed;
  getNormalBounds = (): Electron.Rectangle => ({ ...this.#shown.bounds });

  destroy(): void {
    this.#end();
  }

  #change(change: Partial<WindowState>): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    Object.assign(this.#shown, change);
    noteChange();
  }

  #ask(name: string, ...said: unknown[]): boolean {
    const event = new StandInEvent();
    this.emit(name, event, ...said);
    return !event.defaultPrevented;
  }

  #place(bounds: Bounds): void {
    const { x, y, width, height } = this.#shown.bounds;
    this.#change({ bounds });
    if (bounds.width !== width || bounds.height !== height) {
      this.#parts.resize();
      this.emit('resize');
    }
    if (bounds.x !== x || bounds.y !== y) this.emit('move');
  }

  #end(): true {
    if (this.#isDestroyed) return true;
    this.#isDestroyed = true;
    this.#parts.close();
    state.windows = state.windows.filter((shown) => shown !== this.#shown);
    noteChange();
    this.emit('closed');
    const handle = handles.get(this.#shown);
    handles.delete(this.#shown);
    if (handle) removeWindow(handle);
    return true;
  }
}

export const BrowserWindow = offerClass<typeof Electron.BrowserWindow>()(
  'BrowserWindow',
  StandInBrowserWindow,
);

function find(at: number): Handles {
  const shown = state.windows[at];
  const handle = shown && handles.get(shown);
  if (!handle) throw new Error(`there is no window ${at}`);
  return handle;
}
obey('closeWindow', ({ window }) => void find(window).askToClose());
obey('placeWindow', ({ window, bounds }) => find(window).place(bounds));
obey('crashPage', ({ window }) => find(window).crash());
// Windows tells each window that the session ends, and waits for no one: neither `close` nor `before-quit` comes.
obey('endSession', async () => {
  requireEvent('BrowserWindow', 'session-end');
  for (const { endSession } of handles.values()) endSession();
  await flushState();
  process.kill(process.pid, 'SIGKILL');
});
