import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type Child, startChild } from '../../../child.ts';
import { CHROMIUM, QUIET, SHOWN_CHROMIUM } from '../../../console/support/chromium.ts';
import { folder, noteChange, state } from '../control/control.ts';
import { type Devtools, type DevtoolsSession, speakDevtools } from './devtools.ts';

/** The X display that windows are shown on, such as `:97`, for who takes pictures of them; null: nowhere. */
export const shownOn = process.env.STAND_IN_SHOWN_ON ?? null;

/** A camera that shows a test picture, and a pipe to be spoken to by. */
const FLAGS = [
  ...QUIET,
  ...(shownOn === null ? ['--headless', '--hide-scrollbars=false'] : []),
  '--use-fake-device-for-media-stream',
  '--no-startup-window',
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
];

/** Shown, it keeps nothing either, so that it offers to keep no password; and says nothing of its flags. */
const SHOWN_FLAGS = ['--incognito', '--test-type'];

/** A page as it begins: nothing has run in it. */
export interface NewPage {
  session: DevtoolsSession;
  targetId: string;
}

type Meet = (page: NewPage) => Promise<void>;

/**
 * Debian's chromium, started with the first window. Without a screen: what a headless window lacks against a shown
 * one (a frame, a place, being hidden) is the stand-in's to tell in any case, and no test needs a display server.
 * It ends with this process, however that ends: its pipe closes.
 */
export class Chromium {
  readonly #devtools: Devtools;
  readonly #start: (words: string[]) => void;
  readonly #meetings: Meet[] = [];

  /** `start` runs the browser's program once more: it hands its words to the one that runs. */
  constructor(devtools: Devtools, start: (words: string[]) => void) {
    this.#devtools = devtools;
    this.#start = start;
    devtools.browser.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const { type, targetId } = targetInfo;
      if (type !== 'page') return;
      const page = { session: devtools.session(sessionId), targetId };
      const meet = this.#meetings.shift();
      void (meet ? meet(page) : this.#turnAway(page));
    });
  }

  get browser(): DevtoolsSession {
    return this.#devtools.browser;
  }

  /**
   * A page opened it, which no page of this program may: nothing is loaded in it and it closes. It goes on before
   * that, because one that waits holds up the page that opened it.
   */
  async #turnAway({ session, targetId }: NewPage): Promise<void> {
    const steps = [
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      session.send('Runtime.runIfWaitingForDebugger'),
      this.browser.send('Target.closeTarget', { targetId }),
    ];
    // It may be closed before the others are answered.
    await Promise.allSettled(steps);
  }

  /** A context of its own, in memory; undefined is the browser's one, where windows are shown. */
  async openContext(): Promise<string | undefined> {
    if (shownOn !== null) return undefined;
    return (await this.browser.send('Target.createBrowserContext')).browserContextId;
  }

  /** A new page in a context, met before anything runs in it. */
  async openPage(browserContextId: string | undefined, meet: Meet): Promise<void> {
    const met = new Promise<void>((resolve, reject) => {
      this.#meetings.push((found) => meet(found).then(resolve, reject));
    });
    if (shownOn !== null) {
      // The one way to a window without tabs and an address bar.
      this.#start(['--app=data:text/html,']);
      await met;
      return;
    }
    // It answers when the page may go on, which is when it was met.
    const created = this.browser.send('Target.createTarget', {
      url: 'about:blank',
      ...(browserContextId === undefined ? {} : { browserContextId }),
    });
    await Promise.all([created, met]);
  }
}

let started: Promise<Chromium> | null = null;

export function startChromium(): Promise<Chromium> {
  started ??= launch();
  return started;
}

async function launch(): Promise<Chromium> {
  const profile = folder === null ? mkdtempSync(join(tmpdir(), 'stand-in-')) : join(folder, 'chromium');
  // The browser's sandbox cannot work for root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const program = shownOn === null ? CHROMIUM : SHOWN_CHROMIUM;
  const words = [...asRoot, ...(shownOn === null ? [] : SHOWN_FLAGS), `--user-data-dir=${profile}`];
  const env = { ...process.env, ...(shownOn === null ? {} : { DISPLAY: shownOn }) };
  if (shownOn !== null) giveSystemFrame(profile);
  const child = startChild(program, [...FLAGS, ...words], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const { stdio } = child.process;
  process.on('exit', () => child.process.kill('SIGKILL'));
  // In Electron they are one: without its browser the program is gone too.
  void child.ended
    .then(
      ({ code, signal }) => `ended with ${signal ?? code}`,
      ({ message }: Error) => message,
    )
    .then((why) => {
      process.stderr.write(`The browser of the stand-in is gone: ${why}\n`);
      process.exit(1);
    });
  const devtools = speakDevtools(stdio[3] as Writable, stdio[4] as Readable);
  const chromium = new Chromium(devtools, (more) => {
    spawn(program, [...words, ...more], { env, stdio: 'ignore' });
  });
  await devtools.browser.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
  });
  state.debugAddress = `http://127.0.0.1:${await readPort(child, profile)}`;
  noteChange();
  return chromium;
}

/** Windows get the frame of the desktop's window manager, as Electron's do, instead of the browser's. */
function giveSystemFrame(profile: string): void {
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const preferences = { browser: { custom_chrome_frame: false } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
}

async function readPort(child: Child, profile: string): Promise<string> {
  const file = join(profile, 'DevToolsActivePort');
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await child.waitUntil(() => read() !== '');
  return read().split('\n')[0] as string;
}
