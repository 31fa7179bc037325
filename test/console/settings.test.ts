import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

describe('settings', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/settings'));
  });

  it('says what is wrong beside the field, then saves what changed', async () => {
    await page.getByLabel('Sign out after').fill('400');
    await page.getByText('A whole number from 1 to 90.').waitFor();
    await page.getByLabel('HTTPS names').fill('attic.home.arpa\nnot a/name');
    await page.getByText('a/name is not a host name or address.').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await expectAccessible(page, 'settings that are wrong');
    await page.getByLabel('Name', { exact: true }).fill('homelab');
    await page.getByLabel('Sign out after').fill('30');
    await page.getByLabel('HTTPS names').fill('attic.home.arpa\n192.168.1.20');
    await page.keyboard.press('Control+s');
    await page.getByText('The HTTPS names take effect at the next start.').waitFor();
    await page.locator('.instance', { hasText: 'homelab' }).waitFor();
    expect(await opened.api('GET', '/settings')).toMatchObject({
      instance_name: 'homelab',
      session_days: 30,
      https_names: ['attic.home.arpa', '192.168.1.20'],
    });
    await expectAccessible(page, 'settings');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'settings at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('follows what is changed elsewhere, and never what is being typed', async () => {
    await opened.api('PUT', '/settings', { session_days: 3 });
    await expect.poll(() => page.getByLabel('Sign out after').inputValue()).toBe('3');
    await page.getByLabel('Sign out after').fill('5');
    await opened.api('PUT', '/settings', { instance_name: 'elsewhere' });
    await page.locator('.instance', { hasText: 'elsewhere' }).waitFor();
    expect(await page.getByLabel('Sign out after').inputValue()).toBe('5');
    await page.reload();
  });

  it('keeps the theme in this browser', async () => {
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.locator('html[data-theme="dark"]').waitFor();
    await page.reload();
    await page.locator('html[data-theme="dark"]').waitFor();
    await page.getByRole('radio', { name: 'System' }).click();
    await page.locator('html:not([data-theme])').waitFor();
  });

  it('tells the owner where it answers and hands out the authority', async () => {
    const { certificate } = await opened.api('GET', '/doors');
    await page.getByText(certificate.sha256).waitFor();
    await page.getByRole('radio', { name: 'Windows' }).click();
    await page.getByText('certutil -addstore').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Authority' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  it('shows the diagnostics before they are taken', async () => {
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Diagnostics' });
    const shown = await dialog.locator('pre').innerText();
    await expectAccessible(page, 'diagnostics');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(JSON.parse(shown));
  });

  it('stores what only deployments use, says that it is not applied, and clears it', async () => {
    const section = page.getByRole('list', { name: 'For deployments' });
    const item = (title: string) => section.getByRole('listitem').filter({ hasText: title });
    const dialog = (title: string) => page.getByRole('dialog', { name: title });
    const save = (title: string) => dialog(title).getByRole('button', { name: 'Save' });
    expect(await section.getByText('not applied').count()).toBe(0);
    await section.getByRole('button', { name: 'Set External URL' }).click();
    expect(await save('External URL').isDisabled()).toBe(true);
    await dialog('External URL').getByLabel('URL').fill('javascript:alert(1)');
    await save('External URL').click();
    await dialog('External URL').getByRole('alert').first().waitFor();
    await dialog('External URL').getByLabel('URL').fill('https://temps.example.com');
    await save('External URL').click();
    await page.getByText('Kept, and not applied here yet: external_url.').waitFor();
    await item('External URL').getByText('Stored, not applied yet. https://temps.example.com').waitFor();

    await section.getByRole('button', { name: 'Set Rate limiting' }).click();
    const rate = dialog('Rate limiting');
    await rate.getByLabel('Requests a minute').fill('many');
    await rate.getByText('A whole number.').waitFor();
    await rate.getByLabel('Requests a minute').fill('5');
    await rate.getByLabel('Enabled').selectOption('On');
    await rate.getByLabel('Addresses without a limit').fill('10.0.0.1\n10.0.0.2');
    await expectAccessible(page, 'a stored setting');
    await save('Rate limiting').click();
    await rate.waitFor({ state: 'detached' });
    await item('Rate limiting').getByText('Enabled: on').waitFor();
    expect(await opened.api('GET', '/settings')).toMatchObject({
      external_url: 'https://temps.example.com',
      rate_limiting: {
        enabled: true,
        max_requests_per_minute: 5,
        max_requests_per_hour: 1000,
        whitelist_ips: ['10.0.0.1', '10.0.0.2'],
      },
      not_applied: ['external_url', 'rate_limiting'],
    });
    await expectAccessible(page, 'stored settings');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'stored settings at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const title of ['External URL', 'Rate limiting']) {
      await section.getByRole('button', { name: `Clear ${title}` }).click();
      await item(title).getByText('Not set').waitFor();
    }
    expect((await opened.api('GET', '/settings')).not_applied).toEqual([]);
  });

  it('offers a reader nothing that would be refused', async () => {
    const { page: reader, context } = await signInAs(opened, browser, {
      email: 'reader@example.org',
      role: 'reader',
    });
    await reader.goto('/settings');
    await reader.getByLabel('Sign out after').waitFor();
    expect(await reader.getByLabel('Sign out after').getAttribute('readonly')).toBe('');
    expect(await reader.getByRole('button', { name: /Save|Preview/ }).count()).toBe(0);
    const stored = reader.getByRole('list', { name: 'For deployments' });
    await stored.getByText('External URL').waitFor();
    expect(await stored.getByRole('button').count()).toBe(0);
    await expectAccessible(reader, 'settings of a reader');
    await context.close();
  });
});
