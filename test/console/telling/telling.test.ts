import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow, signInAs } from '../support/visitors.ts';

const BEN = 'ben@example.org';

describe('what the console says', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await opened.api('POST', '/projects', { name: 'shop' });
    ({ page } = await opened.open(browser, '/projects/shop'));
  });

  it('names one person by one name, with what they are, wherever they did something', async () => {
    const ben = await signInAs(opened, browser, { email: BEN, role: 'user' });
    const sent = await ben.page.request.post('/api/projects/shop/env-vars', {
      data: { key: 'PORT', value: '80' },
      headers: { origin: opened.served.url },
    });
    expect(sent.status()).toBe(201);
    const id = (await opened.api('GET', '/users')).find(
      (person: { user: { id: number; email: string } }) => person.user.email === BEN,
    ).user.id;
    await opened.api('PATCH', `/users/${id}`, { name: 'Ben Okafor' });
    await ben.context.close();

    const named = () => page.locator('.actor').filter({ hasText: /^Ben Okafor$/ });
    await page.reload();
    await named().first().waitFor();
    expect(await named().first().getAttribute('title')).toBe(`Ben Okafor, ${BEN}`);
    expect(await named().first().locator('svg').getAttribute('data-actor')).toBe('user');
    await page.getByRole('button', { name: 'More for PORT' }).click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    await page.getByRole('dialog', { name: 'History of PORT' }).getByText('Ben Okafor').waitFor();
    await page.keyboard.press('Escape');

    await page.goto('/activity');
    await page.getByRole('row', { name: /Created PORT of shop.*Ben Okafor/ }).waitFor();
    await page.getByRole('row', { name: /Signed in with password.*Ben Okafor/ }).waitFor();
    await page.getByLabel('Who').selectOption({ label: 'Ben Okafor' });
    await page.getByText('No earlier activity.').waitFor();
    await expect.poll(() => page.getByText('Created the project shop').count()).toBe(0);
    await page.getByText('Signed in with password').waitFor();
    expect(await page.locator('tbody').innerText()).not.toContain(BEN);

    await opened.api('DELETE', `/users/${id}`);
    await page.getByRole('row', { name: /Created PORT of shop.*Ben Okafor \(deleted\)/ }).waitFor();
    await expectAccessible(page, 'activity of someone deleted');
    await page.goto('/');
    await page.locator('.newest .actor').first().waitFor();
    expect(await page.locator('.newest .actor').first().innerText()).toBe('Owner of this machine');
  });

  it('tells in the history of an environment what came to it and went from it', async () => {
    const staging = await opened.api('POST', '/projects/shop/environments', { name: 'staging' });
    const [port] = await opened.api('GET', '/projects/shop/env-vars');
    await opened.api('PUT', `/projects/shop/env-vars/${port.id}`, { environment_ids: [staging.id] });
    await page.goto('/projects/shop');
    await page.getByRole('button', { name: 'Environment history' }).click();
    const dialog = page.getByRole('dialog', { name: 'Environment history' });
    await dialog.getByText(/Removed from this environment .* by Owner of this machine/).waitFor();
    await dialog.getByText(/Added .* by Ben Okafor \(deleted\)/).waitFor();
    await dialog.getByLabel('Environment').selectOption({ label: 'staging' });
    await dialog.getByText(/Came to this environment .* by Owner of this machine/).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'environment history at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.keyboard.press('Escape');
  });

  it('lists at ? the keys of the page, and of that page alone', async () => {
    await page.goto('/activity');
    await page.getByLabel('Search the activity').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.getByText('Search this page').waitFor();
    await dialog.getByText('Search names, pages and commands').waitFor();
    expect(await dialog.getByText('Save this page').count()).toBe(0);
    await expectAccessible(page, 'keyboard shortcuts');
    await page.keyboard.press('Escape');
    // It is text in a field.
    await page.getByLabel('Search the activity').fill('');
    await page.getByLabel('Search the activity').press('?');
    await expect.poll(() => page.getByLabel('Search the activity').inputValue()).toBe('?');
    expect(await dialog.count()).toBe(0);
    await page.goto('/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await expect
      .poll(async () => {
        await page.keyboard.press('?');
        return await dialog.getByText('Save this page').count();
      })
      .toBe(1);
    expect(await dialog.getByText('Search this page').count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  it('tells an administrator how to go on as the owner, where it is the owner’s alone', async () => {
    const admin = await signInAs(opened, browser, { email: 'eve@example.org', role: 'admin' });
    await admin.page.goto('/key/copy');
    const section = admin.page.getByRole('region', { name: 'How to become the owner of this machine' });
    await section.getByText('temps-desktop console').waitFor();
    await expectAccessible(admin.page, 'how to become the owner');
    await admin.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await section.getByRole('button', { name: 'Copy the command' }).click();
    await section.getByText('Copied').waitFor();
    expect(await admin.page.evaluate(() => navigator.clipboard.readText())).toBe('temps-desktop console');
    await admin.context.close();
    // The owner is told nothing of it.
    await page.goto('/key/copy');
    await page.getByRole('button', { name: 'Continue' }).waitFor();
    expect(await page.getByText('temps-desktop console').count()).toBe(0);
  });
});
