import { app } from 'electron';
import type { Log } from '../instance/kernel/log.ts';
import type { UpdateState } from './bridge/bridge-contract.ts';

export interface Updates {
  state(): UpdateState;
  check(): Promise<UpdateState>;
  /** Quits, installs, starts again. */
  install(): void;
  onChange(listener: (state: UpdateState) => void): void;
}

/**
 * Updates by electron-updater, which checks the publisher's signature (macOS, Windows) or the feed's SHA-512. The
 * feed is TEMPS_UPDATE_FEED, an https address; without it there are no checks, and checks happen only on request.
 */
export async function createUpdates(feed: string | undefined, log: Log): Promise<Updates> {
  let state: UpdateState = { state: 'off' };
  const listeners: ((state: UpdateState) => void)[] = [];
  const set = (next: UpdateState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  const off: Updates = {
    state: () => state,
    check: async () => state,
    install: () => undefined,
    onChange: (listener) => listeners.push(listener),
  };
  if (!feed || !app.isPackaged) return off;
  // SECURITY: only over TLS; anything else could be tampered with.
  if (URL.parse(feed)?.protocol !== 'https:') {
    log.warn({}, 'TEMPS_UPDATE_FEED is not an https address: updates stay off');
    return off;
  }
  const { autoUpdater } = (await import('electron-updater')).default;
  autoUpdater.setFeedURL({ provider: 'generic', url: feed });
  autoUpdater.autoDownload = true;
  autoUpdater.autoInstallOnAppQuit = true;
  state = { state: 'idle', checkedAt: null };
  autoUpdater.on('update-available', ({ version }) => set({ state: 'loading', version, percent: 0 }));
  autoUpdater.on('download-progress', ({ percent }) => {
    if (state.state === 'loading') set({ ...state, percent });
  });
  autoUpdater.on('update-downloaded', ({ version }) => set({ state: 'ready', version }));
  autoUpdater.on('update-not-available', () => set({ state: 'idle', checkedAt: Date.now() }));
  autoUpdater.on('error', (error) => set({ state: 'failed', detail: error.message }));
  return {
    ...off,
    async check() {
      if (state.state === 'loading' || state.state === 'ready' || state.state === 'checking') return state;
      set({ state: 'checking' });
      await autoUpdater
        .checkForUpdates()
        .catch((error: Error) => set({ state: 'failed', detail: error.message }));
      return state;
    },
    install: () => autoUpdater.quitAndInstall(),
  };
}
