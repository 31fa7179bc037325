import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { QUIET } from '../../console/browser.ts';
import { folder, noteChange, state } from './control.ts';
import { type Devtools, type DevtoolsSession, speakDevtools } from './devtools.ts';

/** A camera that shows a test picture, and a pipe to be spoken to by. */
const FLAGS = [
  ...QUIET,
  '--headless',
  '--hide-scrollbars=false',
  '--use-fake-device-for-media-stream',
  '--no-startup-window',
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
];
const PORT_MS = 20_000;

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
  readonly #meetings: Meet[] = [];

  constructor(devtools: Devtools) {
    this.#devtools = devtools;
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

  /** A new page in a context, met before anything runs in it. */
  async openPage(browserContextId: string, meet: Meet): Promise<void> {
    const met = new Promise<void>((resolve, reject) => {
      this.#meetings.push((found) => meet(found).then(resolve, reject));
    });
    // It answers when the page may go on, which is when it was met.
    const created = this.browser.send('Target.createTarget', { url: 'about:blank', browserContextId });
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
  const child = spawn(
    process.env.TEMPS_CHROMIUM ?? '/usr/bin/chromium',
    [...FLAGS, ...asRoot, `--user-data-dir=${profile}`],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  process.on('exit', () => child.kill('SIGKILL'));
  const devtools = speakDevtools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const chromium = new Chromium(devtools);
  await devtools.browser.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
  });
  state.debugAddress = `http://127.0.0.1:${await readPort(profile)}`;
  noteChange();
  return chromium;
}

async function readPort(profile: string): Promise<string> {
  const file = join(profile, 'DevToolsActivePort');
  const end = Date.now() + PORT_MS;
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
    if (Date.now() > end) throw new Error('the browser has no port for its DevTools');
    await wait(20);
  }
  return readFileSync(file, 'utf8').split('\n')[0] as string;
}
