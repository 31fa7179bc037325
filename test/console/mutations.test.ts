import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';

/** What every form and button that changes something does, shown by the form of a new API key. */
describe('a change', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;
  const dialog = () => page.getByRole('dialog', { name: 'New API key' });
  const create = () => dialog().getByRole('button', { name: 'Create key' });
  const name = () => dialog().getByRole('textbox', { name: 'Name' });
  const fill = async (text: string) => {
    await page.getByRole('button', { name: 'New API key' }).first().click();
    await name().fill(text);
  };
  const store = async (text: string) => {
    const panel = page.getByRole('alertdialog', { name: `API key ${text}, shown only once` });
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: new RegExp(text) }).waitFor();
  };
  const listKeys = async (): Promise<string[]> =>
    (await opened.api('GET', '/api-keys')).api_keys.map((key: { name: string }) => key.name).sort();

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/people/keys'));
  });

  it('is sent once, however often its button is pressed', async () => {
    await fill('once');
    let sent = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/api-keys')) sent += 1;
    });
    await create().evaluate((button: HTMLButtonElement) => {
      button.click();
      button.click();
    });
    await store('once');
    expect(sent).toBe(1);
    expect(await listKeys()).toEqual(['once']);
  });

  it('is sent while the browser thinks that it is offline: the instance may be on this machine', async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('offline')));
    await fill('offline');
    await create().click();
    await store('offline');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    expect(await listKeys()).toEqual(['offline', 'once']);
  });

  it('is no failure where someone declines to confirm it, and keeps what was typed', async () => {
    await page.route('**/api/api-keys', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            contentType: 'application/problem+json',
            body: JSON.stringify({ error_code: 'confirmation_required', detail: 'Confirm your identity.' }),
          })
        : route.fallback(),
    );
    await fill('declined');
    await create().click();
    const question = page.getByRole('dialog', { name: 'Confirm your identity' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => create().isEnabled()).toBe(true);
    expect(await name().inputValue()).toBe('declined');
    expect(await dialog().getByRole('alert').count()).toBe(0);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('says what is wrong beside the field, stays as it is, and is sent again by hand alone', async () => {
    await name().fill('once');
    await create().click();
    await dialog().getByText('An API key with this name already exists.').waitFor();
    expect(await dialog().getByRole('alert').count()).toBe(1);
    expect(await name().inputValue()).toBe('once');
    await name().fill('again');
    await create().click();
    await store('again');
    expect(await listKeys()).toEqual(['again', 'offline', 'once']);
  });
});
