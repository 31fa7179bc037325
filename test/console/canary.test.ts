import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../requires.ts';
import { hasChromium, launchBrowser } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';

const it = requires(
  'the console in a browser',
  hasChromium(),
  'needs chromium (Debian: apt-get install chromium)',
);
/** Split, so that this very file's text in a stack trace is no hit. */
const CANARY = ['canary', '7d1f0c', 'plaintext'].join('-');

describe('a revealed value', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;
  const said: string[] = [];
  const urls: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
    console = await startConsole();
    await console.api('POST', '/projects', { name: 'shop' });
    await console.api('POST', '/projects/shop/env-vars', {
      key: 'API_SECRET',
      value: CANARY,
      is_secret: true,
    });
    ({ page } = await console.open(browser));
    page.on('console', (message) => said.push(message.text()));
    page.on('request', (request) => urls.push(request.url()));
    await page.goto('/projects/shop');
    await page.getByText('API_SECRET').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await console?.stop();
  });

  it('is nowhere before it is asked for', async () => {
    expect(await findInHeap(page)).toEqual([]);
    expect(await page.content()).not.toContain(CANARY);
  });

  it('is on the page while shown, so that this test could find it', async () => {
    await page
      .getByRole('button', { name: /^Reveal/ })
      .first()
      .click();
    await page.getByText(CANARY).waitFor();
    expect(await findInHeap(page)).not.toEqual([]);
  });

  it('is in no part of the page, its memory, its stores, its log or any address once hidden', async () => {
    await page.getByRole('button', { name: /^Hide/ }).first().click();
    await page.getByText(CANARY).waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(CANARY);
    expect(await findInHeap(page)).toEqual([]);
    const stored = await page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        await caches.keys(),
        await indexedDB.databases(),
        history.state,
        location.href,
      ]),
    );
    expect(stored).not.toContain(CANARY);
    expect(said.join('\n')).not.toContain(CANARY);
    expect(urls.join('\n')).not.toContain(CANARY);
    expect(console.served.output()).not.toContain(CANARY);
  });
});

/** Where the canary is in what a full collection leaves of the page's memory: the strings that hold it. */
async function findInHeap(page: Page): Promise<string[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  await session.detach();
  const { strings } = JSON.parse(chunks.join('')) as { strings: string[] };
  return strings.filter((text) => text.includes(CANARY)).map((text) => text.slice(0, 200));
}
