import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { it, launchForTests } from './support/in-browser.ts';
import { seedShop, startOver } from './support/lost-key.ts';
import { expectNoOverflow } from './support/visitors.ts';

describe('the list of secrets', () => {
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
    await seedShop(opened, { API_TOKEN: 'sk-planted-1', MAP_TOKEN: 'sk-planted-2' });
    await opened.api('POST', '/api-keys', { name: 'nightly', role_type: 'reader' });
    return opened;
  }
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

  it('names plain values that look like secrets, here and on Home, and encrypts them with one button', async () => {
    const c = await openShop();
    for (const key of ['PLAIN_PASSWORD', 'PLAIN_TOKEN'])
      await c.api('POST', '/projects/shop/env-vars', { key, value: 'canary-plain' });
    const { page } = await c.open(browser, '/');
    await page.getByText('2 plain variables look like secrets').waitFor();
    await page.getByRole('link', { name: 'Show and encrypt' }).click();
    const card = page.getByRole('region', { name: 'Plain variables that look like secrets' });
    await card.getByText('PLAIN_PASSWORD').waitFor();
    expect(await card.textContent()).not.toContain('canary');
    await expectAccessible(page, 'plain values that look like secrets');
    await expectNoOverflow(page, 'plain values that look like secrets');
    await card.getByRole('button', { name: 'Encrypt all 2' }).click();
    await card.waitFor({ state: 'detached' });
    await row(page, 'PLAIN_TOKEN').waitFor();
    expect((await c.api('GET', '/plain-secrets')).variables).toEqual([]);
  });

  it('leaves one plain on purpose, lists it, and asks about it again', async () => {
    const c = await openShop();
    await c.api('POST', '/projects/shop/env-vars', { key: 'FIRST_TOKEN', value: 'a word of it' });
    const seen = await c.api('POST', '/projects/shop/env-vars', { key: 'SEEN_TOKEN', value: 'canary-plain' });
    const { page } = await c.open(browser, '/secrets');
    const card = page.getByRole('region', { name: 'Plain variables that look like secrets' });
    await card.getByText('2 plain variables look like secrets').waitFor();
    const leave = (key: string) => card.getByRole('button', { name: `Leave it plain: ${key}` });
    await leave('FIRST_TOKEN').click();
    await card.getByText('1 plain variable looks like a secret').waitFor();
    const toggle = card.getByRole('button', { name: '1 variable left plain on purpose' });
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');
    expect(await card.getByText('FIRST_TOKEN').isVisible()).toBe(false);
    await toggle.click();
    await card.getByText('FIRST_TOKEN').waitFor();
    await expectAccessible(page, 'left plain on purpose');
    await expectNoOverflow(page, 'left plain on purpose');
    // Home asks about the other one alone; with none left there is nothing to do.
    await leave('SEEN_TOKEN').click();
    await card.getByRole('button', { name: '2 variables left plain on purpose' }).waitFor();
    expect(await card.getByRole('button', { name: /^Encrypt/ }).count()).toBe(0);
    // A new value was seen by nobody.
    await c.api('PUT', `/projects/shop/env-vars/${seen.id}`, { value: 'canary-new' });
    await card.getByText('1 plain variable looks like a secret').waitFor();
    expect(await card.textContent()).not.toContain('canary');
    await card.getByRole('button', { name: 'Ask again about FIRST_TOKEN' }).click();
    await card.getByText('2 plain variables look like secrets').waitFor();
    await toggle.waitFor({ state: 'detached' });
  });

  it('does not leave plain what changed since it was shown, and says so', async () => {
    const c = await openShop();
    const { id } = await c.api('POST', '/projects/shop/env-vars', { key: 'SEEN_TOKEN', value: 'canary-1' });
    const { page } = await c.open(browser, '/secrets');
    const leave = page.getByRole('button', { name: 'Leave it plain: SEEN_TOKEN' });
    await leave.waitFor();
    // This page hears of the change only after the click.
    await page.route('**/api/plain-secrets/leave', async (route) => {
      await c.api('PUT', `/projects/shop/env-vars/${id}`, { value: 'canary-2' });
      await route.continue();
    });
    await leave.click();
    await page.getByText('Changed in the meantime: SEEN_TOKEN').waitFor();
    expect((await c.api('GET', '/plain-secrets/left')).variables).toEqual([]);
  });

  it('filters, searches, checks every value, and exports a report without values', async () => {
    const c = await openShop();
    const { page } = await c.open(browser, '/secrets');
    await row(page, 'API_TOKEN').getByText('Not checked').waitFor();
    await page.getByText('Not checked since startup.').waitFor();
    await expectAccessible(page, 'secrets, not checked');

    await page.getByRole('button', { name: 'Access 1' }).click();
    await row(page, 'nightly').waitFor();
    await expect.poll(() => row(page, 'API_TOKEN').count()).toBe(0);
    await page.getByRole('button', { name: /^All/ }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('map shop');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.keyboard.type(' nowhere');
    await page.getByText('No secrets found').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();

    await page.getByRole('button', { name: 'Verify all' }).click();
    await row(page, 'API_TOKEN').getByText('Opens').waitFor();
    await page.getByText('Every value can be decrypted').waitFor();
    await page.getByText(/Checked today/).waitFor();
    await expectAccessible(page, 'secrets, checked');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export report' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^temps-secrets-\d{4}-\d\d-\d\d\.json$/);
    const text = readFileSync(await download.path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ failed: 0, failures: [] });
    expect(text).not.toContain('sk-planted');

    await row(page, 'API_TOKEN').getByRole('link', { name: 'shop, production' }).click();
    await page.waitForURL('**/projects/shop');
  });

  it('puts a row first that was damaged while the instance was stopped, with the way to mend it', async () => {
    const c = await openShop();
    await c.served.stop();
    const database = new Database(join(c.dataDir, 'temps.db'));
    database
      .prepare(
        `UPDATE secrets SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || (CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END) AS BLOB)
         WHERE id IN (SELECT secret_id FROM env_vars WHERE key = 'MAP_TOKEN')`,
      )
      .run();
    database.close();
    await c.restart();
    const { page } = await c.open(browser, '/secrets', { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('1 cannot be decrypted: MAP_TOKEN of shop (production)').waitFor();
    await expectNoOverflow(page, 'secrets, one damaged');
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await page.getByRole('row').nth(1).textContent()).toContain('MAP_TOKEN');
    await page.getByRole('row').nth(1).getByText('Cannot decrypt').waitFor();
    await expectAccessible(page, 'secrets, one damaged');
    await page.getByRole('link', { name: 'Home' }).first().click();
    await page.getByText('1 secret cannot be decrypted').waitFor();
    await page.getByRole('link', { name: 'Show them' }).click();
    await page.getByRole('link', { name: 'Enter it again' }).click();
    await page.waitForURL('**/projects/shop');

    const variables = await c.api('GET', '/projects/shop/env-vars');
    const { id } = variables.find(({ key }: { key: string }) => key === 'MAP_TOKEN');
    await c.api('PUT', `/projects/shop/env-vars/${id}`, { value: 'typed again' });
    await page.goto('/secrets');
    await page.getByRole('button', { name: 'Verify all' }).click();
    // The damaged version went when the secret was set anew: nothing is left that does not open.
    await page.getByText('Every value can be decrypted').waitFor();
    await expect.poll(() => row(page, 'MAP_TOKEN').first().textContent()).toContain('Opens');
    expect(await page.getByText('Cannot decrypt').count()).toBe(0);
  });

  it('keeps its rows while locked, and follows when it opens', async () => {
    const c = await openShop();
    await c.api('POST', '/vault/lock');
    const { page } = await c.open(browser, '/secrets');
    await row(page, 'API_TOKEN').getByText('Locked').waitFor();
    expect(await page.getByRole('button', { name: 'Verify all' }).isEnabled()).toBe(false);
    await page.getByText('No values can be decrypted while the vault is locked').waitFor();
    await expectAccessible(page, 'secrets, locked');
    await c.api('POST', '/vault/unlock', { method: 'custody' });
    await row(page, 'API_TOKEN').getByText('Not checked').waitFor();
  });

  it('leads from values whose key was given up to the recovery list', async () => {
    const c = await openShop();
    await startOver(c);
    const { page } = await c.open(browser, '/secrets');
    await row(page, 'API_TOKEN').getByText('Key lost').waitFor();
    await page.getByText(/^3 secrets cannot be decrypted, first/).waitFor();
    await page.getByRole('link', { name: 'Recovery list' }).click();
    await page.waitForURL('**/recovery');
  });
});
