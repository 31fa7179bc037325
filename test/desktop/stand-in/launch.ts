import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, startChild } from '../../child.ts';
import { compiledOnce } from '../../command-line-env.ts';
import { COMMAND_MS, type Ran } from '../../e2e/terminal.ts';
import type { LaunchedDesktop, LaunchOptions } from '../launched-desktop.ts';
import { type ControlServer, openControl } from './control/control-server.ts';
import { buildPreload } from './page/preload-build.ts';
import { createPageFinder } from './page/shown-page.ts';

const root = join(import.meta.dirname, '../../..');
const PATIENCE_MS = 30_000;
const BROWSER_MS = 5000;

/** What Node is told to run a program on the stand-in. */
export const ON_STAND_IN = [
  '--disable-warning=ExperimentalWarning',
  // As in Electron (shell/browser/electron_browser_main_parts.cc): such a rejection is printed, and ends nothing.
  '--unhandled-rejections=warn-with-error-code',
  ...['--import', join(import.meta.dirname, 'register.ts')],
];

/** The same, and `electron/main.ts`. */
export const PROGRAM = [
  ...ON_STAND_IN,
  ...['--import', join(root, 'test/quick-derivation.ts')],
  join(root, 'electron/main.ts'),
];
const baseEnv = () => ({ PATH: process.env.PATH, ...compiledOnce });

/** One command of the program on the stand-in, to its end. */
export function runOnStandIn(words: string[], env: NodeJS.ProcessEnv, home: string): Ran {
  const { error, status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { ...baseEnv(), ...env, HOME: home },
    timeout: COMMAND_MS,
  });
  if (error) throw error;
  return { code: status, out: stdout, err: stderr };
}

/** The desktop on the stand-in, in a process of its own. Throws with what it printed when it does not start. */
export async function launchStandIn({ args = [], env = {}, home }: LaunchOptions): Promise<LaunchedDesktop> {
  await buildPreload();
  const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
  const ownHome = home ?? join(folder, 'home');
  mkdirSync(ownHome, { recursive: true });
  const control = await openControl(join(folder, 'control.sock'));
  const child = startChild(process.execPath, [...PROGRAM, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...baseEnv(), ...env, HOME: ownHome, STAND_IN_FOLDER: folder },
  });
  return await follow(child, control, folder);
}

async function follow(child: Child, control: ControlServer, folder: string): Promise<LaunchedDesktop> {
  const pages = createPageFinder();
  const exit = child.ended.then(async ({ code }) => {
    control.close(`the desktop ended:\n${child.output}`);
    await pages.close();
    if (code === null) await waitForBrowser(join(folder, 'chromium', 'SingletonLock'));
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    return code;
  });
  const first = await Promise.race([control.started, exit.then(() => null)]);
  if (!first) throw new Error(`the desktop did not start:\n${child.output}`);
  const state = () => control.state() ?? first;
  const waitForState: LaunchedDesktop['waitForState'] = (is) =>
    new Promise((resolve, reject) => {
      const fail = (why: string) => {
        end();
        reject(new Error(`${why}: ${JSON.stringify(state(), null, 2)}\n${child.output}`));
      };
      const look = () => {
        if (is(state())) {
          end();
          resolve(state());
        } else if (child.process.exitCode !== null || child.process.signalCode !== null)
          fail('the desktop ended');
      };
      const timer = setTimeout(() => fail('the desktop did not come to it'), PATIENCE_MS);
      const unwatch = control.watch(look);
      const end = () => {
        clearTimeout(timer);
        unwatch();
      };
      look();
    });
  return {
    pid: child.process.pid as number,
    get output() {
      return child.output;
    },
    exit,
    state,
    waitForState,
    tell: control.tell,
    click: (label) => control.tell('clickMenu', { label }),
    answerDialog: (answer) =>
      control.tell('answerDialog', Array.isArray(answer) ? { paths: answer } : { button: answer }),
    page: () => pages.find(state()),
    async waitForPage() {
      await waitForState(({ windows }) =>
        windows.some(({ isVisible, targetId }) => isVisible && targetId !== null),
      );
      const page = await pages.find(state());
      if (!page) throw new Error('the window was closed again');
      return page;
    },
    async stop(signal = 'SIGTERM') {
      child.process.kill(signal);
      return await exit;
    },
    async kill() {
      child.process.kill('SIGKILL');
      await exit;
    },
  };
}

/** A browser whose program was killed closes by itself, and writes until then; its lock goes last. */
async function waitForBrowser(lock: string): Promise<void> {
  const end = Date.now() + BROWSER_MS;
  while (lstatSync(lock, { throwIfNoEntry: false }) && Date.now() < end) await wait(20);
}
