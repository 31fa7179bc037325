import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';

/** The instance is really stopped, and started again where it was. */
describe('an instance that is gone and comes back', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/people/keys'));
  });

  it('keeps what was typed, says what is known, and offers to send it again once it is back', async () => {
    await page.getByRole('button', { name: 'New API key' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('before');
    await opened.restart(async () => {
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await dialog.getByText('It is not known whether this was done').waitFor();
      expect(await dialog.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      expect(await page.getByText('trying again').count()).toBe(0);
    });
    const again = dialog.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    // What is typed now is sent, not what was sent before.
    await dialog.getByRole('textbox', { name: 'Name' }).fill('after');
    await again.click();
    await page.getByRole('alertdialog', { name: 'API key after, shown only once' }).waitFor();
    const keys = (await opened.api('GET', '/api-keys')).api_keys;
    expect(keys.map(({ name }: { name: string }) => name)).toEqual(['after']);
  });

  it('loads by itself what did not load', async () => {
    await page.goto('/activity');
    await page.getByRole('row', { name: /Created the API key after/ }).waitFor();
    await page
      .getByRole('row', { name: /Created the environment|Started/ })
      .first()
      .waitFor();
    await opened.restart(async () => {
      await page.getByText('The instance is not responding').waitFor();
      await page.getByLabel('Operation').selectOption({ label: 'API key created' });
    });
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('row', { name: /Created the API key after/ }).waitFor();
    await expect.poll(() => page.getByText('The instance is not responding').count()).toBe(0);
  });
});
