import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { compileCache } from '../command-line-env.ts';
import { buildPreload } from './preload-build.ts';
import type { ControlMessage, StandInCommands, StandInState } from './stand-in/control-contract.ts';

const root = join(import.meta.dirname, '../..');
const PATIENCE_MS = 30_000;

export interface LaunchOptions {
  /** The program's words. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** Where it keeps its things; a home of its own that goes with it when none is given. */
  home?: string;
}

/** The desktop in a process of its own, and everything a person or the system could do to it. */
export interface LaunchedDesktop {
  readonly pid: number;
  readonly home: string;
  /** Everything it printed. */
  readonly output: string;
  /** Resolves with its exit code, null when a signal ended it. */
  readonly exit: Promise<number | null>;
  state(): StandInState;
  /** Rejects with the last state when it does not come to it within 30 seconds. */
  waitForState(is: (state: StandInState) => boolean): Promise<StandInState>;
  tell<Name extends keyof StandInCommands>(name: Name, said: StandInCommands[Name]): Promise<void>;
  /** Presses a line of the tray's menu. */
  click(label: string): Promise<void>;
  /** A button by its label or index, or the paths chosen. */
  answerDialog(answer: string | number | string[]): Promise<void>;
  /** The page of the window; null while none is shown. After a crash it is another one. */
  page(): Promise<Page | null>;
  waitForPage(): Promise<Page>;
  /** Asks it to end, as the session's end does; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it on the spot, as a crash does. */
  kill(): Promise<void>;
}

export async function launchStandIn(options: LaunchOptions = {}): Promise<LaunchedDesktop> {
  await buildPreload();
  const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
  const home = options.home ?? join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const control = await listen(join(folder, 'control.sock'));
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import',
      join(import.meta.dirname, 'stand-in/register.ts'),
      join(root, 'electron/main.ts'),
      ...(options.args ?? []),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        XDG_CACHE_HOME: compileCache,
        ...options.env,
        HOME: home,
        STAND_IN_FOLDER: folder,
      },
    },
  );
  return follow(child, control, folder, home);
}

function listen(path: string): Promise<{ server: Server; socket: Promise<Socket> }> {
  const connected = Promise.withResolvers<Socket>();
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => connected.resolve(socket));
    server.on('error', reject);
    server.listen(path, () => resolve({ server, socket: connected.promise }));
  });
}

async function follow(
  child: ChildProcess,
  control: { server: Server; socket: Promise<Socket> },
  folder: string,
  home: string,
): Promise<LaunchedDesktop> {
  let state: StandInState | null = null;
  let output = '';
  let count = 0;
  let connected: { browser: Browser; page: Page } | null = null;
  const asked = new Map<number, PromiseWithResolvers<void>>();
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void exit.then(async () => {
    for (const { reject } of asked.values()) reject(new Error(`the desktop ended:\n${output}`));
    for (const watch of watchers) watch();
    control.server.close();
    await connected?.browser.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const hear = (message: ControlMessage) => {
    if ('state' in message) {
      state = message.state;
      for (const watch of watchers) watch();
      return;
    }
    const { id, error } = message;
    if (error === null) asked.get(id)?.resolve();
    else asked.get(id)?.reject(new Error(error));
    asked.delete(id);
  };
  const socket = await Promise.race([control.socket, exit.then(() => null)]);
  if (!socket) throw new Error(`the desktop did not start:\n${output}`);
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => hear(JSON.parse(line) as ControlMessage));

  const waitForState: LaunchedDesktop['waitForState'] = (is) =>
    new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        watchers.delete(watch);
        settle();
      };
      const fail = (why: string) =>
        end(() => reject(new Error(`${why}: ${JSON.stringify(state, null, 2)}\n${output}`)));
      const watch = () => {
        if (state && is(state)) end(() => resolve(state as StandInState));
        else if (child.exitCode !== null) fail('the desktop ended');
      };
      const timer = setTimeout(() => fail('the desktop did not come to it'), PATIENCE_MS);
      watchers.add(watch);
      watch();
    });
  const tell: LaunchedDesktop['tell'] = (name, said) => {
    const id = ++count;
    const answer = Promise.withResolvers<void>();
    asked.set(id, answer);
    socket.write(`${JSON.stringify({ id, name, said })}\n`);
    return answer.promise;
  };
  const first = await waitForState(() => true);
  const page = async () => {
    const shown = (state ?? first).windows.find(({ isVisible, targetId }) => isVisible && targetId !== null);
    if (!shown) return null;
    if (connected && (await isAlive(connected.page))) return connected.page;
    await connected?.browser.close();
    connected = await connect((state ?? first).debugAddress as string);
    return connected.page;
  };
  return {
    pid: child.pid as number,
    home,
    get output() {
      return output;
    },
    exit,
    state: () => state ?? first,
    waitForState,
    tell,
    click: (label) => tell('clickMenu', { label }),
    answerDialog: (answer) =>
      tell('answerDialog', Array.isArray(answer) ? { paths: answer } : { button: answer }),
    page,
    async waitForPage() {
      await waitForState(({ windows }) =>
        windows.some(({ isVisible, targetId }) => isVisible && targetId !== null),
      );
      return (await page()) as Page;
    },
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

/** The one page there is; the browser keeps everything as the desktop set it. */
async function connect(address: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [page] = browser.contexts().flatMap((context) => context.pages());
  if (!page) throw new Error('the browser shows no page');
  let isCrashed = false;
  page.on('crash', () => {
    isCrashed = true;
  });
  crashed.set(page, () => isCrashed);
  return { browser, page };
}

const crashed = new WeakMap<Page, () => boolean>();

async function isAlive(page: Page): Promise<boolean> {
  return !page.isClosed() && !crashed.get(page)?.();
}
