import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { readQr } from '../read-qr.ts';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { addSecrets, overflow } from './support/key-steps.ts';

describe('a split key in a browser', () => {
  let browser: Browser;
  let c: TestConsole;
  let context: BrowserContext;
  let page: Page;
  /** As they were on the page. */
  const shares: string[] = [];
  /** The code of share 2. */
  let picture: Buffer = Buffer.alloc(0);
  const urls: string[] = [];
  const said: string[] = [];

  startInBrowser(async (started) => {
    ({ opened: c, browser } = started);
    await addSecrets(c);
    ({ context, page } = await c.open(browser, '/key'));
    page.on('request', (request) => urls.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const readShare = async () =>
    (await page.locator('.share-words b').allTextContents()).map((word) => word.trim());
  const findSplit = async () => (await c.api('GET', '/vault/key/splits')).splits[0];
  const shareOf = (number: number) => shares[number - 1] ?? '';

  it('is made share by share, each hidden until it is asked for', async () => {
    await page.getByRole('region', { name: 'Split key' }).waitFor();
    await page.getByRole('link', { name: 'Split the key' }).click();
    await page.getByRole('heading', { level: 1, name: 'Split the key' }).waitFor();
    await page.getByLabel('Shares', { exact: true }).selectOption('4');
    await page.getByLabel('Needed to open the key').selectOption('3');
    await page.getByText('You may lose 1 share and still open the key.').waitFor();
    await expectAccessible(page, 'choosing a scheme');
    await button('Split the key').click();
    for (let number = 1; number <= 4; number++) {
      await page.getByRole('region', { name: `Share ${number} of 4` }).waitFor();
      const next = button(/^I have it on paper/);
      expect(await next.isDisabled()).toBe(true);
      expect(new Set(await readShare())).toEqual(new Set(['••••••']));
      await button('Show the share').click();
      await page.getByRole('img', { name: `QR code of share ${number}` }).waitFor();
      const words = await readShare();
      expect(words).toHaveLength(33);
      shares.push(words.join(' '));
      const code = await page.getByRole('img', { name: `QR code of share ${number}` }).screenshot();
      expect(readQr(code)).toBe(shareOf(number));
      if (number === 2) picture = code;
      if (number === 1) await expectAccessible(page, 'a share');
      expect(await page.locator('.share-words').count()).toBe(1);
      // So that the search at the end could find it.
      if (number === 1) expect((await takeHeap(page)).includes(words.slice(-2).join(' '))).toBe(true);
      await page.getByLabel(`Where share ${number} will be kept`).fill(`place ${number}`);
      await next.click();
    }
    expect(await findSplit()).toMatchObject({
      state: 'unverified',
      shares: [1, 2, 3, 4].map((number) => ({ number, place: `place ${number}`, verified_at: null })),
    });
  });

  it('is verified by the shares that are asked for, and the others one by one', async () => {
    const asked = (await page.getByText(/^Take shares/).innerText()).match(/\d/g)?.map(Number) ?? [];
    expect(asked).toHaveLength(3);
    const field = page.getByLabel(/^(First|Next) share$/);
    await field.fill(shareOf(asked[0] ?? 0).replace(/^\w+ \w+/, (words) => `${words}zz`));
    await page.getByText(/Word 2 is not on the list\. Nearest: /).waitFor();
    for (const [at, number] of asked.entries()) {
      await field.fill(shareOf(number));
      await page.getByText(`Share ${number} of 4`, { exact: true }).waitFor();
      expect(await page.getByRole('list', { name: 'Shares that were entered' }).locator('li').count()).toBe(
        at + 1,
      );
      if (at === 0) {
        await field.fill(shareOf(number));
        await page.getByText(`Share ${number} is already there.`).waitFor();
        await expectAccessible(page, 'entering shares');
      }
    }
    await page.getByText('of this instance.').waitFor();
    await button('Compare the keys').click();
    const last = [1, 2, 3, 4].find((number) => !asked.includes(number)) ?? 0;
    await page.getByText(`share ${last} is left`).waitFor();
    expect(await findSplit()).toMatchObject({ state: 'unverified', combined_at: expect.any(Number) });
    await page.getByLabel(`Words of share ${last}`).fill(shareOf(asked[0] ?? 0));
    await button('Verify').click();
    await page.getByText(`Share ${last} is asked for.`).waitFor();
    await page.getByLabel(`Words of share ${last}`).fill(shareOf(last));
    await button('Verify').click();
    await page.getByText('It counts as one copy of the key').waitFor();
    await expectAccessible(page, 'the verified split');
    expect(await findSplit()).toMatchObject({ state: 'counts' });
    expect((await c.api('GET', '/vault/status')).health.halves.key).toBe('ok');
  });

  it('is on the page of the key, where one share is checked alone', async () => {
    await page.getByRole('link', { name: 'Done' }).click();
    const card = page.getByRole('region', { name: 'Any 3 of 4 shares' });
    await card.getByText('It counts as one copy of the key').waitFor();
    await card.getByText('place 4').waitFor();
    await page.getByText('One copy counts', { exact: true }).waitFor();
    await button('Verify a share').click();
    const dialog = page.getByRole('dialog', { name: 'Verify a share' });
    await dialog.getByLabel('Words of the share').fill(shareOf(2).split(' ').reverse().join(' '));
    await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
    await dialog.getByText('together they are not a share').waitFor();
    await expectAccessible(page, 'verifying a share');
    await dialog.getByLabel('Words of the share').fill(shareOf(2));
    await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
    await dialog.getByText('Share 2 of 4 is right').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  it('is in no memory, store, address or log once it was verified', async () => {
    // A word list holds every word, so what is searched for are two words of a share in a row.
    const canaries = shares.map((share) => share.split(' ').slice(-2).join(' '));
    const heap = await takeHeap(page);
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
    const content = await page.content();
    for (const canary of canaries)
      for (const [where, text] of Object.entries({
        heap,
        stored,
        content,
        urls: urls.join('\n'),
        said: said.join('\n'),
        log: c.served.output(),
      }))
        expect(text.includes(canary), where).toBe(false);
  });

  it('is named where a copy is expected, by its words and its code', async () => {
    await page.goto('/key/verify');
    await page.getByRole('radio', { name: '24 words' }).click();
    await paste(page, 'Word 1', shareOf(2));
    const said = 'This is share 2 of a split key, any 3 shares of which open the key together.';
    await page.getByRole('alert').getByText(said).waitFor();
    expect(await page.getByLabel('Word 1', { exact: true }).inputValue()).toBe('');
    await expectAccessible(page, 'a share where a copy is expected');
    await page.getByRole('radio', { name: 'QR' }).click();
    await page.getByLabel('Choose a picture').setInputFiles({
      name: 'share.png',
      mimeType: 'image/png',
      buffer: picture,
    });
    await page.getByText('Code read: one share of a split key').waitFor();
    await button('Verify').click();
    await page.getByText('It cannot be used here').waitFor();
    await page.getByText(/because it is share 2 of a split key, any 3 shares/).waitFor();
  });

  it('opens the vault from the locked page, with enough shares that belong together', async () => {
    await c.api('POST', '/vault/lock');
    renameSync(join(c.dataDir, 'encryption_key'), join(c.dataDir, 'kept'));
    await page.goto('/key');
    await page.getByRole('radio', { name: 'Shares' }).click();
    const unlock = page
      .getByRole('region', { name: 'Unlock with a copy' })
      .getByRole('button', { name: 'Unlock' });
    await page.getByLabel('First share').fill(shareOf(4));
    await page.getByText('1 share entered, 2 more needed.').waitFor();
    await page.getByLabel('Next share').fill(shareOf(1));
    await page.getByText('2 shares entered, 1 more needed.').waitFor();
    expect(await unlock.isDisabled()).toBe(true);
    await expectAccessible(page, 'recovery from shares');
    await button('Remove share 4').click();
    await page.getByText('1 share entered, 2 more needed.').waitFor();
    for (const number of [2, 3]) {
      await page.getByLabel('Next share').fill(shareOf(number));
      await page.getByText(`Share ${number} of 4`, { exact: true }).waitFor();
    }
    await page.getByText('of this instance.').waitFor();
    await unlock.click();
    await page.getByText('Unlocked', { exact: true }).waitFor();
    expect((await c.api('GET', '/vault/status')).state).toBe('running');
  });

  it('fits a telephone at every step', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto('/key');
    await page.getByRole('region', { name: 'Any 3 of 4 shares' }).waitFor();
    expect(await overflow(page)).toBe(0);
    await page.goto('/key/split');
    await button('Split the key').click();
    await button('Show the share').waitFor();
    expect(await overflow(page)).toBe(0);
    await button('Show the share').click();
    expect(await overflow(page)).toBe(0);
    await button('Cancel').click();
    await page.getByRole('alertdialog', { name: 'Drop this split?' }).waitFor();
    await expectAccessible(page, 'dropping a split');
    await button('Drop the split').click();
    await page.getByRole('region', { name: 'Any 3 of 4 shares' }).waitFor();
    expect((await c.api('GET', '/vault/key/splits')).splits).toHaveLength(1);
    await context.close();
  });
});

/** As a person pastes it. */
async function paste(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Every string of what a full collection leaves of the page's memory. */
async function takeHeap(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  await session.detach();
  return (JSON.parse(chunks.join('')) as { strings: string[] }).strings.join('\n');
}
