import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { ADA, startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';

describe('the first run, reloaded', () => {
  let browser: Browser;
  let opened: TestConsole;

  beforeAll(async () => {
    if (hasChromium()) browser = await launchBrowser();
  });
  afterEach(async () => {
    await browser?.close();
    await opened?.stop();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: opened.served.url,
      viewport: { width: 1280, height: 800 },
    });
    return await context.newPage();
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  async function createAccount(page: Page): Promise<void> {
    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  it('goes on where it was, in this tab alone, and keeps nothing of a link that was used', async () => {
    opened = await startConsole({ isSetUp: false });
    const link = opened.served.setupUrl as string;
    const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token') as string;
    const page = await newPage();
    await page.goto(link);
    await heading(page, 'Your key was created');
    // Neither the address nor what the browser remembers of it has the token.
    expect(page.url()).toBe(`${opened.served.url}/link`);
    expect(await page.evaluate(() => JSON.stringify(history.state))).not.toContain(token);
    await page.reload();
    await heading(page, 'Your key was created');
    await page.getByRole('button', { name: 'Start new' }).click();
    await heading(page, 'Create your account');
    await page.reload();
    await heading(page, 'Create your account');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.reload();
    await heading(page, 'Your key was created');

    // A second tab with the link is as good; one without it has nothing of this one's.
    const second = await page.context().newPage();
    await second.goto('/link');
    await heading(second, 'There is no link here');
    await expectAccessible(second, 'no link');
    await second.goto(link);
    await second.getByRole('button', { name: 'Start new' }).click();
    await page.getByRole('button', { name: 'Start new' }).click();
    await createAccount(page);
    await heading(page, 'Keep a second copy of your key');
    expect(await keptOf(page)).not.toContain(token);

    // The account is there: for the second tab, and for whoever else has the link, it is over.
    await second.reload();
    await heading(second, 'This instance is already set up');
    expect(await keptOf(second)).not.toContain(token);
    await second.reload();
    await heading(second, 'There is no link here');
    const stranger = await newPage();
    await stranger.goto(link);
    await heading(stranger, 'This instance is already set up');
    expect(await keptOf(stranger)).not.toContain(token);
    const body = { token, email: 'eve@example.org', name: 'Eve', password: ADA.password };
    const answer = await stranger.request.post('/api/setup', { data: body });
    expect(answer.status()).toBe(409);
    expect(await opened.api('GET', '/users')).toHaveLength(1);
  });

  it('lets a wrong or damaged link in the tab open nothing', async () => {
    opened = await startConsole({ isSetUp: false });
    const page = await newPage();
    await page.goto('/link#purpose=setup&token=wrong');
    await heading(page, 'This link no longer works');
    await page.reload();
    await heading(page, 'There is no link here');
    for (const kept of ['{', '[]', '{"token":"x"}', '{"token":7,"purpose":"setup"}']) {
      await page.evaluate((text) => sessionStorage.setItem('one-time-link', text), kept);
      await page.reload();
      await heading(page, 'There is no link here');
    }
    // A step that somebody wrote there opens no account without a link.
    await page.evaluate(() =>
      sessionStorage.setItem('one-time-link', '{"token":"x","purpose":"setup","step":1}'),
    );
    await page.reload();
    await heading(page, 'This link no longer works');
  });

  it('keeps the link of an owner until it is used, once', async () => {
    opened = await startConsole();
    const link = await opened.ownerLink();
    const page = await newPage();
    await page.goto(link);
    await heading(page, 'Continue as the owner of this machine');
    await page.reload();
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'Home');
    const stranger = await newPage();
    await stranger.goto(link);
    await stranger.getByRole('button', { name: 'Continue' }).click();
    await stranger.getByText('This link was used or has expired').waitFor();
    await stranger.reload();
    await heading(stranger, 'There is no link here');
  });

  it('asks for no copy and no backup again that are there', async () => {
    opened = await startConsole();
    const nas = mkdtempSync(join(tmpdir(), 'temps-reload-'));
    try {
      const { page } = await opened.open(browser, '/first-run');
      await page.getByRole('radio', { name: 'Paper' }).click();
      await page.getByRole('radio', { name: '24 words', exact: true }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Show the word' }).click();
      const words: string[] = [];
      for (let at = 1; at <= 24; at++) {
        words.push((await page.getByLabel(`Word ${at}`, { exact: true }).textContent()) ?? '');
        await page.getByRole('button', { name: at < 24 ? 'Next word' : 'I wrote them down' }).click();
      }
      // Not verified, so it does not count: the step is not over.
      await page.getByRole('button', { name: 'Check the words' }).waitFor();
      await page.reload();
      await heading(page, 'Keep a second copy of your key');
      await page.goto('/first-run?step=project');
      await heading(page, 'Keep a second copy of your key');
      await opened.api('POST', '/vault/key/copies/verify', { text: words.join(' ') });
      await page.goto('/first-run');
      await heading(page, 'And where does the database go?');
      await page.getByRole('button', { name: 'Later' }).click();
      await heading(page, 'Your first project');
      await page.reload();
      await heading(page, 'Your first project');
    } finally {
      rmSync(nas, { recursive: true, force: true });
    }
  });
});

/** What this tab keeps. */
const keptOf = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href]));
