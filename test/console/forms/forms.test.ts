import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { ADA, type TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { chooseWay } from '../support/key-steps.ts';
import { seedShop, takeWords } from '../support/lost-key.ts';
import { signInAs } from '../support/visitors.ts';

describe('forms and dialogs', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;
  let words: string[];
  const focusedName = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
    });

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await seedShop(opened, { API_TOKEN: 'canary-value' });
    words = await takeWords(opened);
    ({ page } = await opened.open(browser, '/projects/shop'));
  });

  describe('a dialog with something typed in it', () => {
    const dialog = () => page.getByRole('dialog', { name: 'Add a variable' });
    const question = () => page.getByRole('alertdialog', { name: 'Discard what you typed?' });
    const open = async () => {
      // Within the console, to which Back leads.
      await page.goto('/projects');
      await page.getByRole('main').getByRole('link', { name: 'shop' }).first().click();
      await page.getByRole('button', { name: 'Add variable' }).click();
      await dialog().waitFor();
    };

    it('closes with Esc while nothing was, and gives the focus back', async () => {
      await open();
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'hidden' });
      expect(await question().count()).toBe(0);
      await expect.poll(focusedName).toContain('Add variable');
      // What was typed and removed again is nothing.
      await page.keyboard.press('Enter');
      await dialog().getByLabel('Name').pressSequentially('A');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'hidden' });
    });

    it('is asked about before Esc, its close button or Back throws that away', async () => {
      await open();
      await dialog().getByLabel('Value').fill('typed-secret');
      for (const leave of [
        () => page.keyboard.press('Escape'),
        () => dialog().getByRole('button', { name: 'Close' }).click(),
        () => page.evaluate(() => history.back()),
      ]) {
        await leave();
        await question().waitFor();
        await expect.poll(focusedName).toBe('Keep editing');
        await page.keyboard.press('Escape');
        await question().waitFor({ state: 'hidden' });
        expect(await dialog().getByLabel('Value').inputValue()).toBe('typed-secret');
      }
      await page.keyboard.press('Escape');
      await expectAccessible(page, 'discarding what was typed');
      await question().getByRole('button', { name: 'Discard it' }).click();
      await dialog().waitFor({ state: 'hidden' });
      // Nowhere but in its field.
      expect(await page.content()).not.toContain('typed-secret');
      const stored = () =>
        page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
      expect(await stored()).not.toContain('typed-secret');
    });

    it('is asked about by the browser before the page goes', async () => {
      await open();
      await dialog().getByLabel('Name').fill('TYPED');
      const asked = page.waitForEvent('dialog');
      const reloaded = page.reload().catch(() => undefined);
      expect((await asked).type()).toBe('beforeunload');
      await (await asked).accept();
      await reloaded;
    });

    it('is left without a question once it was saved', async () => {
      await page.goto('/projects');
      await page.getByRole('button', { name: 'New project' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Wiki');
      await page.keyboard.press('Enter');
      const made = page.getByRole('dialog', { name: 'Wiki was created' });
      await made.waitFor();
      await page.keyboard.press('Escape');
      await made.waitFor({ state: 'hidden' });
      expect(await question().count()).toBe(0);
    });
  });

  describe('a session that ends while a dialog is open', () => {
    const EMAIL = 'jonas@example.org';
    const cover = () => other.getByRole('dialog', { name: 'Sign in again' });
    const dialog = () => other.getByRole('dialog', { name: 'Add a variable' });
    const name = () => dialog().getByLabel('Name');
    let other: Page;
    let theirs: BrowserContext;
    const signIn = async (email: string, password: string) => {
      await cover().getByLabel('E-mail').fill(email);
      await cover().getByLabel('Password', { exact: true }).fill(password);
      await other.keyboard.press('Enter');
    };
    /** The browser has no session any more; the page is not told. */
    const endSession = () => theirs.clearCookies();

    it('has the sign-in as the top dialog, and what was typed after it', async () => {
      ({ context: theirs, page: other } = await signInAs(opened, browser, { email: EMAIL, role: 'admin' }));
      await other.goto('/projects/shop');
      await other.getByRole('button', { name: 'Add variable' }).click();
      await name().fill('TYPED_BEFORE');
      await dialog().getByLabel('Value').fill('typed-value');
      await endSession();
      // Refused, because nobody is signed in: it waits.
      await dialog().getByRole('button', { name: 'Add variable' }).click();
      await cover().waitFor();
      await expect
        .poll(() => other.evaluate(() => document.activeElement?.getAttribute('name')))
        .toBe('email');
      await expectAccessible(other, 'signing in again over a dialog');
      for (const keys of ['Escape', 'Control+k', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab'])
        await other.keyboard.press(keys);
      expect(await other.evaluate(() => document.activeElement?.closest('.cover') !== null)).toBe(true);
      expect(await name().isVisible()).toBe(false);

      await signIn(EMAIL, 'a wrong password');
      await cover().getByText('Wrong e-mail or password.').waitFor();
      // The error goes when what it is about changes.
      await cover().getByLabel('Password', { exact: true }).fill('correct');
      await cover().getByText('Wrong e-mail or password.').waitFor({ state: 'hidden' });
      await signIn(EMAIL, 'correct horse battery');
      await cover().waitFor({ state: 'hidden' });
      // What waited is sent.
      await other.getByText('TYPED_BEFORE', { exact: true }).first().waitFor();
      await dialog().waitFor({ state: 'hidden' });
    });

    it('keeps what was typed if nothing was sent', async () => {
      await other.getByRole('button', { name: 'Add variable' }).click();
      await name().fill('TYPED_AGAIN');
      await endSession();
      // Any request of the page finds it out.
      await other.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
      await cover().waitFor({ timeout: 60_000 });
      await signIn(EMAIL, 'correct horse battery');
      await cover().waitFor({ state: 'hidden' });
      expect(await name().inputValue()).toBe('TYPED_AGAIN');
      expect(await name().isVisible()).toBe(true);
    });

    it('shows nothing of it to someone else who signs in, and does nothing of it', async () => {
      await dialog().getByLabel('Value').fill('for-jonas-alone');
      await endSession();
      // By the page itself: the sign-in may be over it already.
      await other.locator('button[form="variable-form"]').evaluate((button: HTMLElement) => button.click());
      await cover().waitFor();
      await signIn(ADA.email, ADA.password);
      await other.getByRole('button', { name: 'Add variable' }).waitFor();
      expect(await dialog().count()).toBe(0);
      expect(await other.content()).not.toContain('for-jonas-alone');
      expect(JSON.stringify(await opened.api('GET', '/projects/shop/env-vars'))).not.toContain('TYPED_AGAIN');
      await theirs.close();
    });
  });

  describe('a copy of the key', () => {
    it('has its path checked before a passphrase is asked for, and offers only what can work', async () => {
      await page.goto('/key/copy');
      await chooseWay(page, 'USB stick or other drive');
      // The step before is gone with its button: the next one is where the keyboard is.
      await expect.poll(focusedName).toContain('Place');
      await page.getByRole('button', { name: 'Type a path…' }).click();
      const path = page.getByLabel('Path on the instance’s machine');
      const anyway = page.getByRole('button', { name: 'Keep it there anyway…' });
      const offered = await anyway.count();
      for (const [wrong, said] of [
        ['keys/mine', 'keys/mine is not a whole path.'],
        [join(opened.dataDir, 'none', 'key.age'), 'does not exist.'],
      ] as const) {
        await path.fill(wrong);
        await path.blur();
        await page.getByText(said).waitFor();
        expect(await anyway.count()).toBe(offered);
      }
      const folder = join(opened.dataDir, 'copies');
      mkdirSync(folder);
      await path.fill(folder);
      await page.keyboard.press('Enter');
      await page.getByText('is inside the data directory').waitFor();
      await expect.poll(() => anyway.count()).toBe(offered + 1);
      expect(await page.getByLabel('Passphrase', { exact: true }).count()).toBe(0);
      await anyway.last().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Keep it there anyway' }).click();
      await page.getByLabel('Passphrase', { exact: true }).waitFor();
    });

    it('keeps the words when one is wrong, and says which', async () => {
      await page.goto('/key/verify');
      await page.getByRole('radio', { name: 'Paste' }).click();
      const wrong = words.with(4, 'zzzzz');
      await page.getByLabel('The copy as text').fill(wrong.join(' '));
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      const result = page.getByRole('status', { name: 'Result' });
      await result.getByText('Word 5 is not on the list').waitFor();
      expect(await page.getByLabel('The copy as text').inputValue()).toBe(wrong.join(' '));
      await page.getByLabel('The copy as text').fill(words.join(' '));
      // What was said was about the text before.
      await result.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText('It works for this instance').waitFor();
    });

    it('is sent by Enter after the 24th word, which goes to a wrong one first', async () => {
      await page.goto('/key/verify');
      await page.getByRole('radio', { name: '24 words' }).click();
      const field = (at: number) => page.getByLabel(`Word ${at}`, { exact: true });
      for (const [at, word] of words.entries()) await field(at + 1).fill(at === 6 ? 'zzzz' : word);
      await field(24).press('Enter');
      await expect.poll(focusedName).toBe('Word 7');
      await field(7).fill(words[6] ?? '');
      await field(24).press('Enter');
      await page.getByText('It works for this instance').waitFor();
    });

    it('is chosen by the arrow keys, which select what they move to', async () => {
      await page.goto('/key/verify');
      const ways = page.getByRole('radio');
      await page.getByRole('radio', { name: 'File' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByLabel('Word 1', { exact: true }).waitFor();
      expect(await ways.nth(1).getAttribute('aria-checked')).toBe('true');
      await expect.poll(focusedName).toBe('24 words');
      await page.goto('/key/copy');
      await page.getByRole('radio', { name: 'USB stick or other drive' }).focus();
      await page.keyboard.press('ArrowDown');
      await expect
        .poll(() => page.getByRole('radio', { name: 'Password manager' }).getAttribute('aria-checked'))
        .toBe('true');
    });
  });
});
