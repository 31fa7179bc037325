import type { Browser, CDPSession, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';

/** Split, so that this very file's text in a stack trace is no hit. */
const CANARY = ['canary', '7d1f0c', 'plaintext'].join('-');
const TYPED = ['canary', '39ab52', 'typed'].join('-');

describe('a value', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;
  const said: string[] = [];
  const urls: string[] = [];
  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
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

  it('is nowhere before it is asked for', async () => {
    expect(await findInHeap(page, CANARY)).toEqual([]);
    expect(await page.content()).not.toContain(CANARY);
  });

  it('is on the page while shown, so that this test could find it', async () => {
    await page
      .getByRole('button', { name: /^Reveal/ })
      .first()
      .click();
    await page.getByText(CANARY).waitFor();
    expect(await findInHeap(page, CANARY)).not.toEqual([]);
  });

  it('is in no part of the page, its memory, its stores, its log or any address once hidden', async () => {
    await page.getByRole('button', { name: /^Hide/ }).first().click();
    await page.getByText(CANARY).waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(CANARY);
    expect(await findInHeap(page, CANARY)).toEqual([]);
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

  it('is in no cache once it was sent, neither refused, with its form still open, nor taken', async () => {
    await page.getByRole('button', { name: 'Add variable' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a variable' });
    const save = dialog.getByRole('button', { name: 'Add variable' });
    await dialog.getByLabel('Name').fill('API_SECRET');
    await dialog.getByLabel('Value').fill(TYPED);
    await save.click();
    await dialog.getByText('already exists in').waitFor();
    await dialog.getByLabel('Value').fill('');
    expect(await findInHeap(page, TYPED)).toEqual([]);

    await dialog.getByLabel('Name').fill('OTHER_SECRET');
    await dialog.getByRole('radio', { name: 'Secret' }).click();
    await dialog.getByLabel('Value').fill(TYPED);
    const list = await holdBack(page, '**/api/projects/shop/env-vars');
    await save.click();
    await dialog.waitFor({ state: 'detached' });
    await list.asked;
    expect(await findInHeap(page, TYPED), 'while the list is fetched').toEqual([]);
    list.release();
    await page.getByText('OTHER_SECRET', { exact: true }).first().waitFor();
    expect(await findInHeap(page, TYPED)).toEqual([]);
  });

  it('is in no cache once it was answered and stored: a new API key', async () => {
    await page.goto('/people/keys');
    await page.getByRole('button', { name: 'New API key' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('canary');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const panel = page.getByRole('alertdialog', { name: 'API key canary, shown only once' });
    const text = await panel.getByRole('status').innerText();
    expect(await findInHeap(page, text)).not.toEqual([]);
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /canary/ }).waitFor();
    expect(await findInHeap(page, text)).toEqual([]);
  });

  it('is in no cache, address or store once a recovery key was kept, and once it was given back', async () => {
    await page.goto('/backups');
    await page.getByRole('button', { name: 'Add a folder' }).first().click();
    await page.getByRole('button', { name: 'Create a recovery key…' }).click();
    const keep = page.getByRole('alertdialog', { name: 'Your recovery key, shown only once' });
    const text = await keep.getByRole('status', { name: 'Recovery key' }).innerText();
    expect(await findInHeap(page, text)).not.toEqual([]);
    await keep.getByRole('button', { name: 'I have kept it' }).click();
    const verify = page.getByRole('dialog', { name: 'Verify the recovery key' });
    await verify.getByLabel('Its last 8 letters and digits').waitFor();
    expect(await findInHeap(page, text), 'once it was kept').toEqual([]);
    await verify.getByLabel('Its last 8 letters and digits').fill(text);
    await verify.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('list', { name: 'Recovery keys' }).waitFor();
    expect(await findInHeap(page, text), 'once it was given back').toEqual([]);
    expect(urls.join('\n')).not.toContain(text);
    expect(said.join('\n')).not.toContain(text);
    expect(console.served.output()).not.toContain(text);
  });
});

/** Lets no answer to a reading request through until it is released. */
async function holdBack(page: Page, url: string) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  // It stays: a page that forgets it takes its waiting requests for answered.
  await page.route(url, async (route) => {
    if (route.request().method() === 'GET') {
      asked.resolve();
      await released.promise;
    }
    await route.continue();
  });
  return { asked: asked.promise, release: released.resolve };
}

/** Where a canary is in what a full collection leaves of the page's memory: the strings that hold it. */
async function findInHeap(page: Page, canary: string): Promise<string[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  await session.detach();
  const { strings } = JSON.parse(chunks.join('')) as { strings: string[] };
  return strings.filter((text) => text.includes(canary)).map((text) => text.slice(0, 200));
}
