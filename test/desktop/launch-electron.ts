import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import type { LaunchedDesktop, LaunchOptions } from './launched-desktop.ts';
import { buildPreload } from './stand-in/page/preload-build.ts';

const root = join(import.meta.dirname, '../..');

/** The desktop in Electron itself, by Playwright: its window alone. */
export async function launchElectron({ args = [], env = {}, home }: LaunchOptions): Promise<LaunchedDesktop> {
  await buildPreload();
  const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
  const ownHome = home ?? join(folder, 'home');
  mkdirSync(ownHome, { recursive: true });
  // Chromium's sandbox cannot work for root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const { PATH = '', DISPLAY = '', WAYLAND_DISPLAY = '', XDG_RUNTIME_DIR = '' } = process.env;
  const given = { PATH, DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR, ...env, HOME: ownHome };
  const app = await _electron.launch({
    cwd: root,
    args: [...asRoot, root, ...args],
    env: Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as Record<string, string>,
  });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void exit.then(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const lacks = (): never => {
    throw new Error('in Electron itself a test has the window alone');
  };
  return {
    pid: child.pid as number,
    get output() {
      return output;
    },
    exit,
    state: lacks,
    waitForState: async () => lacks(),
    tell: async () => lacks(),
    click: async () => lacks(),
    answerDialog: async () => lacks(),
    async page() {
      const isShown = await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().some((window) => window.isVisible()),
      );
      return isShown ? await app.firstWindow() : null;
    },
    waitForPage: () => app.firstWindow(),
    async stop() {
      child.kill('SIGTERM');
      return await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
