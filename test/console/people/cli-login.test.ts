import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow, PASSWORD, signInAs } from '../support/visitors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('signing in a command line', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/people/keys'));
  });

  const start = (client_name: string) => opened.api('POST', '/auth/cli/device/start', { client_name });
  const poll = (device_code: string) => opened.api('POST', '/auth/cli/device/poll', { device_code });
  const findKeys = async () => (await opened.api('GET', '/api-keys')).api_keys;

  it('asks for the code, shows who waits, and gives what was chosen', async () => {
    const { user_code, device_code } = await start('laptop.local');
    await page.getByRole('link', { name: 'Sign in a command line' }).click();
    await expectAccessible(page, 'the code of a command line');
    await page.getByLabel('Code').fill('BBBB-BBBB');
    await page.keyboard.press('Enter');
    await page.getByText('No program waits for this code.').waitFor();
    await expectAccessible(page, 'a wrong code');
    await page.getByLabel('Code').fill(user_code.toLowerCase());
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('laptop.local').waitFor();
    await page.getByText('The name is only a label').waitFor();
    await expectAccessible(page, 'who waits');
    // A program that signs in has an end.
    const lives = page.getByLabel('Expires').locator('option');
    expect(await lives.allInnerTexts()).toEqual(['In 30 days', 'In 90 days', 'In one year']);
    expect(await page.getByLabel('Expires').inputValue()).toBe('90');
    await page.getByLabel('Role', { exact: true }).selectOption('reader');
    await page.getByLabel('Expires').selectOption('30');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved', { exact: true }).waitFor();
    await expectAccessible(page, 'approved');
    expect(await poll(device_code)).toMatchObject({ status: 'approved', role: 'reader' });
    const [key] = await findKeys();
    expect(Math.round((Date.parse(key.expires_at) - Date.now()) / DAY_MS)).toBe(30);
    await page.getByRole('link', { name: 'Show API keys' }).click();
    await page.getByRole('row', { name: /Signed in from laptop\.local.*Reader/ }).waitFor();
  });

  it('takes no code from an address', async () => {
    const { user_code } = await start('elsewhere');
    await page.goto(`/cli-login?user_code=${user_code}#${user_code}`);
    await page.getByRole('button', { name: 'Continue' }).waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe('');
    await page.goto(`/cli-login/${user_code}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('button', { name: /Approve|Continue/ }).count()).toBe(0);
  });

  it('denies, and creates no key', async () => {
    const before = (await findKeys()).length;
    const { user_code, device_code } = await start('stranger');
    await page.goto('/cli-login');
    await page.getByLabel('Code').fill(user_code);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('The program was told so').waitFor();
    expect(await poll(device_code)).toEqual({ status: 'access_denied' });
    expect((await findKeys()).length).toBe(before);
  });

  it('denies, and does not approve, when a denial that got no response is sent again', async () => {
    const before = (await findKeys()).length;
    const { user_code, device_code } = await start('unlucky');
    await page.goto('/cli-login');
    await page.getByLabel('Code').fill(user_code);
    await page.keyboard.press('Enter');
    await page.route('**/api/auth/cli/device/deny', (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('It is not known whether this was done').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The program was told so').waitFor();
    expect(await poll(device_code)).toEqual({ status: 'access_denied' });
    expect((await findKeys()).length).toBe(before);
  });

  it('fits a phone, whatever the program calls itself', async () => {
    const { user_code } = await start('a-very-long-name-without-any-place-to-break-it-at-all-in-the-end');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto('/cli-login');
    await expectNoOverflow(page, 'the code at 360');
    await page.getByLabel('Code').fill(user_code);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await expectNoOverflow(page, 'the choice at 360');
    await expectAccessible(page, 'the choice at 360');
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('The program was told so').waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('approves nothing while the vault is locked, and says why', async () => {
    const { user_code, device_code } = await start('waits');
    await opened.api('POST', '/vault/lock');
    await page.goto('/cli-login');
    await page.getByLabel('Code').fill(user_code);
    await page.keyboard.press('Enter');
    await page.getByText('nothing can be approved now').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await expectAccessible(page, 'the choice, locked');
    expect(await poll(device_code)).toEqual({ status: 'authorization_pending' });
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('The program was told so').waitFor();
  });

  it('offers no role beyond the person’s own, and a reader nothing', async () => {
    const { user_code } = await start('of a user');
    const { page: user, context } = await signInAs(opened, browser, {
      email: 'user@example.org',
      role: 'user',
    });
    await user.goto('/cli-login');
    await user.getByLabel('Code').fill(user_code);
    await user.keyboard.press('Enter');
    await expect
      .poll(() => user.getByLabel('Role', { exact: true }).locator('option').allInnerTexts())
      .toEqual(['User', 'Reader']);
    await context.close();
    const reader = await signInAs(opened, browser, { email: 'reader@example.org', role: 'reader' });
    await reader.page.goto('/cli-login');
    await reader.page.getByText('You don’t have access').waitFor();
    await reader.context.close();
  });

  it('leads who is not signed in back to the page that they opened', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: opened.served.url });
    const visitor = await context.newPage();
    await visitor.goto('/cli-login');
    await visitor.getByLabel('E-mail').fill('user@example.org');
    await visitor.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await visitor.getByRole('button', { name: 'Sign in' }).click();
    await visitor.getByRole('heading', { level: 1, name: 'Sign in a command line' }).waitFor();
    await context.close();
  });
});
