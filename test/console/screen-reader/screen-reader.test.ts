import type { Browser, Page } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { ADA, startConsole, type TestConsole } from '../support/console.ts';
import { it, launchForTests } from '../support/in-browser.ts';
import { answerThree } from '../support/key-steps.ts';
import { proveWords } from '../support/lost-key.ts';
import { readTree } from './read-tree.ts';

describe('what a screen reader finds', () => {
  let browser: Browser;
  let opened: TestConsole;
  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(() => opened?.stop());

  const expectTree = async (page: Page, name: string) => {
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .skeleton'));
    await expect(`${await readTree(page)}\n`).toMatchFileSnapshot(`trees/${name}.txt`);
  };

  it('in every step of the first run', async () => {
    opened = await startConsole({ isSetUp: false });
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: opened.served.url });
    const page = await context.newPage();
    const click = (name: string) => page.getByRole('button', { name }).click();
    await page.goto(opened.served.setupUrl as string);
    await page.getByRole('heading', { name: 'Your key was created' }).waitFor();
    await expectTree(page, '1-your-key');
    await click('Start new');
    await page.getByLabel('E-mail').fill(ADA.email);
    await expectTree(page, '2-you');
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await click('Continue');
    await page.getByRole('radio', { name: 'Paper' }).click();
    await page.getByRole('radio', { name: '24 words', exact: true }).click();
    await expectTree(page, '3-a-copy');
    await click('Continue');
    await click('Show the word');
    await expectTree(page, '3-a-word');
    const words: string[] = [];
    for (let at = 1; at <= 24; at++) {
      words.push((await page.getByLabel(`Word ${at}`, { exact: true }).textContent()) ?? '');
      await click(at < 24 ? 'Next word' : 'I wrote them down');
    }
    await page.getByRole('button', { name: 'Check the words' }).waitFor();
    await expectTree(page, '3-check');
    await answerThree(page, words);
    await page.getByRole('heading', { name: 'And where does the database go?' }).waitFor();
    await expectTree(page, '4-database');
    await click('Later');
    await page.getByRole('heading', { name: 'Your first project' }).waitFor();
    // Whose copy it is, as the subject of a sentence.
    await page.getByText(/^Your copy “on paper” can decrypt every secret you add in this database/).waitFor();
    await expectTree(page, 'first-project');
    await page.getByRole('link', { name: 'Not now' }).click();
    await page.getByRole('heading', { name: 'Get started' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Done: A copy of the key: verified' }).waitFor();
    await expectTree(page, 'home');
  });

  it('on the pages of variables and of the key, each figure once', async () => {
    opened = await startConsole();
    await opened.api('POST', '/projects/sample');
    await proveWords(opened);
    const { page } = await opened.open(browser, '/projects/sample-project');
    await page.getByRole('button', { name: 'Add variable' }).waitFor();
    await expectTree(page, 'variables');
    await page.goto('/key');
    await page.getByText('One copy counts').waitFor();
    await expectTree(page, 'key');
    const whole = await page.locator('main').ariaSnapshot();
    const { fingerprint } = await opened.api('GET', '/vault/key');
    // The drawing's name, and the list of key versions.
    expect(whole.split(fingerprint).length - 1).toBeLessThanOrEqual(4);
    expect(whole).toContain('img "Verified today.');
    expect(whole).not.toMatch(/img "Verified today[^"]*":/);
  });
});
