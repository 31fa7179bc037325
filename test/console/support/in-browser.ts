import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { requires } from '../../requires.ts';
import { hasChromium, launchBrowser } from './browser.ts';
import { startConsole, type TestConsole } from './console.ts';

/** A test of the console as a browser shows it. */
export const it = requires(
  'the console in a browser',
  hasChromium(),
  'needs chromium (Debian: apt-get install chromium)',
);

/** A browser for the `describe` this is called in, ended after its tests; `take` is not called where there is no chromium. */
export function launchForTests(take: (browser: Browser) => void): void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!hasChromium()) return;
    browser = await launchBrowser();
    take(browser);
  });
  afterAll(() => browser?.close());
}

/**
 * A console and a browser for the `describe` this is called in, ended after its tests.
 *
 * @param prepare gets both before the first test; not called where there is no chromium.
 * @param timeoutMs how long all that may take, where it is not the usual time of a hook.
 */
export function startInBrowser(
  prepare: (started: { opened: TestConsole; browser: Browser }) => Promise<void>,
  timeoutMs?: number,
): void {
  let opened: TestConsole | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!hasChromium()) return;
    [opened, browser] = await Promise.all([startConsole(), launchBrowser()]);
    await prepare({ opened, browser });
  }, timeoutMs);
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
  });
}
