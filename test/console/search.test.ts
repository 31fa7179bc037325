import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow } from './support/visitors.ts';

describe('finding things', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    for (const [name, variables] of [
      [
        'shop',
        [
          ['SMTP_HOST', 'mail.example.org'],
          ['STRIPE_KEY', 'sk_test_Jd92mXlq02nfkTTs8Q'],
        ],
      ],
      ['blog', [['SMTP_PORT', '587']]],
    ] as const)
      await opened.api('POST', '/projects', { name, secret: 'guess', environment_variables: variables });
    await opened.api('POST', '/projects/shop/environments', { name: 'staging' });
    await opened.api('POST', '/users', {
      email: 'grace@example.org',
      name: 'Grace Hopper',
      password: 'brisk lantern under',
    });
    ({ page } = await opened.open(browser, '/'));
  });

  const palette = () => page.getByRole('combobox', { name: 'Search names, pages and commands' });
  const options = () => page.getByRole('listbox', { name: 'Results' }).getByRole('option');
  const address = () => new URL(page.url());

  async function find(typed: string) {
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.keyboard.press('Control+k');
    await palette().fill(typed);
  }

  it('goes from the palette to a variable, an environment, a person and a setting', async () => {
    await find('smtp');
    await options().filter({ hasText: 'SMTP_PORT' }).waitFor();
    expect(await options().filter({ hasText: 'SMTP_HOST' }).innerText()).toContain('shop');
    await expectAccessible(page, 'palette');
    await options().filter({ hasText: 'SMTP_HOST' }).click();
    await page.waitForURL('**/projects/shop?search=SMTP_HOST');
    await page.getByRole('row', { name: /SMTP_HOST/ }).waitFor();
    expect(await page.getByRole('row', { name: /STRIPE_KEY/ }).count()).toBe(0);

    await find('staging');
    await options().filter({ hasText: 'staging' }).first().click();
    await page.waitForURL('**/projects/shop?environment=staging');

    await find('hopper');
    await options().filter({ hasText: 'Grace Hopper' }).click();
    await page.waitForURL('**/people?search=**');
    await page.getByRole('row', { name: /Grace Hopper/ }).waitFor();

    await find('https names');
    await options().filter({ hasText: 'HTTPS names' }).click();
    await page.waitForURL('**/settings#this-instance');
    await page.getByRole('region', { name: 'This instance' }).waitFor();

    await find('rate limiting');
    await options().filter({ hasText: 'Rate limiting' }).click();
    await page.waitForURL('**/settings#for-deployments');
    await page.getByRole('region', { name: 'For deployments' }).getByText('Rate limiting').waitFor();
  });

  it('names every setting by the section where it is', async () => {
    await page.goto('/settings');
    await page.getByRole('region', { name: 'This instance' }).waitFor();
    await page.goto('/search?search=e&kind=Settings');
    const links = page.getByRole('table', { name: 'Results' }).getByRole('link');
    await links.filter({ hasText: 'Name of the instance' }).waitFor();
    const hashes = await links.evaluateAll((found) =>
      found.map((link) => new URL((link as HTMLAnchorElement).href).hash),
    );
    expect(hashes.length).toBeGreaterThan(5);
    expect(hashes).toContain('#for-deployments');
    await page.goto('/settings');
    for (const hash of new Set(hashes)) await page.locator(`section${hash}`).waitFor();
  });

  it('has a page with everything that is found, by kind, in an address of its own', async () => {
    await find('smtp');
    // The row is below what is found, and moves until all of that is there.
    await options().filter({ hasText: 'SMTP_PORT' }).waitFor();
    await options().filter({ hasText: 'Show all results' }).click();
    await page.waitForURL('**/search?search=smtp');
    const rows = page.getByRole('table', { name: 'Results' }).getByRole('row');
    await rows.filter({ hasText: 'SMTP_PORT' }).waitFor();
    await page.getByLabel('Search names and plain values').fill('sho');
    await rows.filter({ hasText: 'Projects' }).waitFor();
    await page.getByRole('button', { name: /^Projects/ }).click();
    await page.reload();
    await rows.filter({ hasText: 'shop' }).waitFor();
    expect(await rows.filter({ hasText: 'Environments' }).count()).toBe(0);
    await expectAccessible(page, 'search');
    await expectNoOverflow(page, 'search');
    await page.getByRole('link', { name: 'shop' }).click();
    await page.waitForURL('**/projects/shop');
    await page.goBack();
    await page.waitForURL('**/search?search=sho&kind=Projects');
    await rows.filter({ hasText: 'shop' }).waitFor();
    // By its plain value, and never by an encrypted one.
    await page.getByLabel('Search names and plain values').fill('mail.example.org');
    await page.getByRole('button', { name: /^All/ }).click();
    await rows.filter({ hasText: 'SMTP_HOST' }).waitFor();
    await page.getByLabel('Search names and plain values').fill('sk_test_Jd92mXlq02nfkTTs8Q');
    await page.getByText('Nothing found').waitFor();
  });

  it('shows a list as it was after a reload, after Back, and in a link', async () => {
    await page.goto('/projects/shop');
    await page.getByRole('row', { name: /STRIPE_KEY/ }).waitFor();
    await page.getByRole('radio', { name: 'production' }).click();
    await page.getByLabel('Search variables').pressSequentially('stripe');
    await page.waitForURL('**/projects/shop?environment=production&search=stripe');
    await page.reload();
    await page.getByRole('row', { name: /STRIPE_KEY/ }).waitFor();
    expect(await page.getByLabel('Search variables').inputValue()).toBe('stripe');
    expect(await page.getByRole('row', { name: /SMTP_HOST/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Secrets', exact: true }).click();
    await page.getByRole('heading', { name: 'Secrets', level: 1 }).waitFor();
    // The page before it was left with what it showed, and by one step.
    await page.goBack();
    await page.getByRole('row', { name: /STRIPE_KEY/ }).waitFor();
    expect(await page.getByLabel('Search variables').inputValue()).toBe('stripe');

    await page.goto('/activity?time=week&operation=USER_CREATED');
    await page
      .getByRole('row', { name: /grace|Grace/ })
      .first()
      .waitFor();
    expect(await page.getByRole('combobox', { name: 'Time' }).inputValue()).toBe('week');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.waitForURL(/\/activity$/);
  });

  it('leaves no value that is searched for in the address', async () => {
    for (const path of ['/projects/shop', '/search', '/secrets', '/activity']) {
      await page.goto(path);
      const field = page.getByRole('searchbox').first();
      await field.fill('postgres://u:p%40ss@db/x?ssl=1');
      expect(await field.inputValue()).toBe('postgres://u:p%40ss@db/x?ssl=1');
      await field.fill('ghp_abcdefghijklmnopqrstuvwxyz0123456789');
      await page.waitForFunction(() => !window.location.search.includes('postgres'));
      expect(address().search).toBe('');
      expect(await field.inputValue()).toBe('ghp_abcdefghijklmnopqrstuvwxyz0123456789');
    }
  });
});
