import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { it, launchForTests } from './support/in-browser.ts';
import { proveWords, seedShop, takeWords } from './support/lost-key.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

describe('home', () => {
  let browser: Browser;
  let opened: TestConsole | null = null;

  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(async () => {
    await opened?.stop();
    opened = null;
  });

  it('leads a first start to a project and a copy of the key', async () => {
    opened = await startConsole();
    const { page } = await opened.open(browser);
    await page.getByRole('heading', { name: 'Get started' }).waitFor();
    await page.getByText('There are no secrets to lose yet.').waitFor();
    await page.getByText('Nothing needs your attention.').waitFor();
    await expectAccessible(page, 'home, first start');
    expect(await page.getByRole('link', { name: 'Make a copy now' }).getAttribute('href')).toBe('/key/copy');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByLabel('Name').fill('Shop');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('button', { name: 'Later' }).click();
    await page.getByRole('row').filter({ hasText: 'Shop' }).waitFor();
    // The first secret, by another door, changes what is said here.
    await opened.api('POST', '/projects/shop/env-vars', { key: 'API_TOKEN', value: 'sk-1', is_secret: true });
    await page.getByText('If this computer died today, 1 variable would be lost.').waitFor();
  });

  it('asks where the database goes once there is a copy of the key, also before the first project', async () => {
    opened = await startConsole();
    await proveWords(opened);
    const { page } = await opened.open(browser);
    const start = page.getByRole('region', { name: 'Get started' });
    await start.getByText('And where does the database go?').waitFor();
    await start.getByRole('link', { name: 'Choose a place' }).click();
    await page.getByRole('heading', { name: 'And where does the database go?' }).waitFor();
  });

  it('counts what would be lost, puts a warning off, and says which copy decrypts it', async () => {
    opened = await startConsole();
    await seedShop(opened, { API_TOKEN: 'sk-1', MAP_TOKEN: 'sk-2' });
    await opened.api('POST', '/api-keys', { name: 'nightly', role_type: 'reader' });
    const { page } = await opened.open(browser);
    await page.getByText('If this computer died today, 2 variables and 1 API key would be lost.').waitFor();
    const needs = page.getByRole('region', { name: 'Needs attention' });
    await needs.getByText('No verified copy of the key', { exact: true }).waitFor();
    await expectAccessible(page, 'home, at risk');
    const copy = needs.getByRole('listitem').filter({ hasText: 'No verified copy of the key' });
    await copy.getByRole('button', { name: 'Remind me later' }).click();
    await page.getByRole('menuitem', { name: 'In 7 days' }).click();
    const backup = needs.getByRole('listitem').filter({ hasText: 'And where does the database go?' });
    expect(await backup.getByRole('link', { name: 'Choose a place' }).getAttribute('href')).toBe(
      '/first-run/database',
    );
    await backup.getByRole('button', { name: 'Remind me later' }).click();
    await page.getByRole('menuitem', { name: 'Tomorrow' }).click();
    await needs.getByText('Nothing needs your attention.').waitFor();
    // Put off, and no less true.
    const health = page.getByRole('region', { name: 'Health: key copy and backup' });
    await health.getByText('No backup yet').waitFor();
    await health.getByText('And where does the database go?').waitFor();
    await health.getByRole('link', { name: 'Choose a place' }).waitFor();
    expect(await page.locator('.main .btn-main').allTextContents()).toEqual(['Make a copy']);

    await proveWords(opened);
    await page
      .getByText(
        /^The 24 words “desk drawer” can decrypt \d+ secrets in this database, wherever you still have it\./,
      )
      .waitFor();
    await takeWords(opened);
    await needs.getByText('It does not count: it is not verified yet.').waitFor();
    await expectAccessible(page, 'home, OK');
    await needs.getByRole('link', { name: 'Verify' }).click();
    await page.waitForURL(/\/key\/verify#copy-\d+$/);
  });

  it('says what the start noticed once, and that the vault is locked, on a telephone too', async () => {
    opened = await startConsole();
    await seedShop(opened, { API_TOKEN: 'sk-1' });
    await opened.api('POST', '/projects', { name: `${'long-name-'.repeat(40)} שלום 🚀` });
    await proveWords(opened);
    await opened.served.stop();
    chmodSync(join(opened.dataDir, 'encryption_key'), 0o644);
    await opened.restart();
    const { page } = await opened.open(browser, '/', { viewport: { width: 360, height: 740 } });
    const needs = page.getByRole('region', { name: 'Needs attention' });
    await needs.getByText('Noticed at startup').waitFor();
    await expectNoOverflow(page, 'home');
    await opened.api('POST', '/vault/warnings/backup_never/snooze', { days: 7 });
    await needs.getByRole('button', { name: 'Got it' }).click();
    await needs.getByText('Nothing needs your attention.').waitFor();
    await opened.api('POST', '/vault/lock');
    await page.getByText(/cannot be decrypted until the key is available\.$/).waitFor();
    await expectNoOverflow(page, 'home, locked');
    await expectAccessible(page, 'home, locked');
    await page.getByRole('link', { name: 'Unlock…' }).click();
    await page.getByRole('button', { name: 'Unlock', exact: true }).first().click();
    await page.getByText(/in this database, wherever you still have it\./).waitFor();
  });

  it('offers a reader what a reader may do', async () => {
    opened = await startConsole();
    await seedShop(opened, { API_TOKEN: 'sk-1' });
    const { page } = await signInAs(opened, browser, { email: 'rhea@example.org', role: 'reader' });
    await page.getByText('1 variable would be lost').waitFor();
    await page.getByRole('row').filter({ hasText: 'shop' }).waitFor();
    expect(await page.getByRole('button', { name: 'New project' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Make a copy' }).count()).toBe(0);
    expect(await page.getByText('Recent activity').count()).toBe(0);
    await expectAccessible(page, 'home, for a reader');
  });
});
