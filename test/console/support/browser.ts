import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { WAIT_MS } from '../../child.ts';
import { CHROMIUM, QUIET } from './chromium.ts';

export function hasChromium(): boolean {
  return existsSync(CHROMIUM);
}

interface Running {
  browser: Browser;
  end(): Promise<void>;
}
let running: Promise<Running> | null = null;

/**
 * Debian's chromium without a window, one for all files of a worker: `close` ends the profiles that a file opened in
 * it, and leaves it to the next. `endBrowser` ends it, where a script is done with it.
 */
export async function launchBrowser(): Promise<Browser> {
  running ??= launch();
  return (await running).browser;
}

export async function endBrowser(): Promise<void> {
  await (await running)?.end();
}

async function launch(): Promise<Running> {
  // Its sandbox cannot work for root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...asRoot] });
  // The next file gets another one after a crash.
  browser.once('disconnected', () => {
    running = null;
  });
  const open = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await open(options);
    context.setDefaultTimeout(WAIT_MS);
    return context;
  };
  const end = browser.close.bind(browser);
  browser.close = async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  };
  return { browser, end };
}
