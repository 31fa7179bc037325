import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { it, launchForTests } from './support/in-browser.ts';
import { seedShop, startOver, takeWords } from './support/lost-key.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

const PEM = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n';

describe('the recovery list', () => {
  let browser: Browser;
  let opened: TestConsole | null = null;

  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(async () => {
    await opened?.stop();
    opened = null;
  });

  async function openShop(): Promise<TestConsole> {
    opened = await startConsole();
    await seedShop(opened, { API_TOKEN: 'sk-old', SIGNING_KEY: PEM });
    await opened.api('POST', '/api-keys', { name: 'nightly', role_type: 'reader' });
    return opened;
  }
  const read = async (c: TestConsole, key: string) =>
    (await c.api('GET', `/projects/shop/env-vars/${key}/value`)).value;

  it('is worked to its end: typed again, pasted in lines, made anew and shown once', async () => {
    const c = await openShop();
    await startOver(c);
    const { page } = await c.open(browser, '/recovery', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('region', { name: 'Variables and connections' }).getByText('2 left').waitFor();
    await expectAccessible(page, 'recovery list');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export list' }).click(),
    ]);
    const exported = readFileSync(await download.path(), 'utf8');
    expect(exported).toContain('API_TOKEN of shop');
    expect(exported).not.toContain('sk-old');

    const field = page.getByLabel('New value of API_TOKEN');
    await field.fill('sk-new');
    await field.press('Enter');
    await page.getByText(/^Entered again/).waitFor();
    expect(await read(c, 'API_TOKEN')).toBe('sk-new');
    expect(await page.content()).not.toContain('sk-new');

    const pem = page.getByLabel('New value of SIGNING_KEY');
    await pem.focus();
    await page.evaluate((text) => navigator.clipboard.writeText(text), PEM);
    await page.keyboard.press('ControlOrMeta+v');
    await expect.poll(() => pem.evaluate((element) => element.tagName)).toBe('TEXTAREA');
    await expect.poll(() => pem.inputValue()).toBe(PEM);
    await pem.press('ControlOrMeta+s');
    await expect.poll(() => page.getByText(/^Entered again/).count()).toBe(2);
    expect(await read(c, 'SIGNING_KEY')).toBe(PEM);
    await page.getByRole('region', { name: 'Variables and connections' }).getByText('all replaced').waitFor();

    await page.getByRole('button', { name: 'Create a new one: nightly' }).click();
    const shown = page.getByRole('alertdialog');
    const made = (await shown.locator('output').textContent()) ?? '';
    expect(made.length).toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    expect(await shown.isVisible()).toBe(true);
    await expectAccessible(page, 'a new value, shown once');
    await shown.getByRole('button', { name: 'I have stored it' }).click();
    await expect.poll(() => page.content()).not.toContain(made);
    await page.getByText('Every lost secret is replaced').waitFor();
    await expectAccessible(page, 'recovery list, done');
    expect((await c.api('GET', '/vault/recovery')).remaining).toBe(0);
  });

  it('takes the old words, and brings back what was not replaced', async () => {
    const c = await openShop();
    const words = await takeWords(c);
    await startOver(c);
    const { page } = await c.open(browser, '/recovery');
    const field = page.getByLabel('New value of API_TOKEN');
    await field.fill('sk-new');
    await field.press('Enter');
    await page.getByText(/^Entered again/).waitFor();

    await page.getByRole('button', { name: 'Rescue…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rescue with the old key' });
    await expectAccessible(page, 'rescue');
    await dialog.getByRole('radio', { name: 'Paste' }).click();
    await dialog.getByRole('textbox').first().fill('ab'.repeat(32));
    await dialog.getByRole('button', { name: 'Rescue' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'never belonged to this instance' }).waitFor();
    await dialog.getByRole('textbox').first().fill(words.join(' '));
    // What is said of the last copy goes once the next one is taken over.
    await dialog
      .getByRole('alert')
      .filter({ hasText: 'never belonged to this instance' })
      .waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Rescue' }).click();
    await page.getByRole('dialog', { name: /values? recovered$/ }).waitFor();
    await page.keyboard.press('Escape');
    expect(await read(c, 'API_TOKEN')).toBe('sk-new');
    expect(await read(c, 'SIGNING_KEY')).toBe(PEM);
    expect((await c.api('GET', '/vault/recovery')).remaining).toBe(0);
    await page.getByText('No lost secrets').waitFor();
  });

  it('is readable on a telephone, while locked, and by those who may not replace anything', async () => {
    const c = await openShop();
    await startOver(c);
    const { page } = await c.open(browser, '/recovery', { viewport: { width: 360, height: 740 } });
    await page.getByLabel('New value of API_TOKEN').waitFor();
    await expectNoOverflow(page, 'recovery list');
    await c.api('POST', '/vault/lock');
    await page.getByText('Secrets can be entered again once the vault is unlocked.').waitFor();
    expect(await page.getByLabel('New value of API_TOKEN').count()).toBe(0);
    await expectAccessible(page, 'recovery list, locked');
    await c.api('POST', '/vault/unlock', { method: 'custody' });
    await page.getByLabel('New value of API_TOKEN').waitFor();

    const reader = await signInAs(c, browser, { email: 'rhea@example.org', role: 'reader' });
    await reader.page.goto('/recovery');
    await reader.page.getByText('An administrator of this instance can replace these secrets.').waitFor();
    await reader.page.getByText('API_TOKEN').waitFor();
    expect(await reader.page.getByRole('main').getByRole('textbox').count()).toBe(0);
    expect(await reader.page.getByRole('button', { name: 'Rescue…' }).count()).toBe(0);
  });

  it('says so when nothing was ever lost', async () => {
    opened = await startConsole();
    const { page } = await opened.open(browser, '/recovery');
    await page.getByText('No lost secrets').waitFor();
    await expectAccessible(page, 'recovery list, nothing lost');
  });
});
