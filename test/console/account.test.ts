import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow, PASSWORD, signInAs } from './support/visitors.ts';

const EMAIL = 'jonas@example.org';

describe('your account', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await signInAs(opened, browser, { email: EMAIL, role: 'reader' }));
    await page.goto('/account');
  });

  it('changes the name, and says when an address is somebody else’s', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Jonas Keller');
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Someone else uses this e-mail address.').waitFor();
    await page.getByLabel('E-mail').fill(EMAIL);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Jonas Keller' }).waitFor();
    await expectAccessible(page, 'account');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'account at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('sets the second factor up, proves it, and shows recovery codes once', async () => {
    await page.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set up the second factor' });
    await dialog.getByRole('img', { name: 'QR code for your authenticator' }).waitFor();
    const secret = (await dialog.getByRole('status').innerText()).replaceAll(' ', '');
    await expectAccessible(page, 'set up the second factor');
    await dialog.getByLabel('Code from the authenticator').fill('000000');
    await dialog.getByRole('button', { name: 'Turn it on' }).click();
    await dialog.getByText('That is not the current code.').waitFor();
    await dialog
      .getByLabel('Code from the authenticator')
      .fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
    await dialog.getByRole('button', { name: 'Turn it on' }).click();
    const panel = page.getByRole('alertdialog', { name: 'Your recovery codes, shown only once' });
    await panel.waitFor();
    const codes = await panel.getByRole('listitem').allInnerTexts();
    expect(codes).toHaveLength(10);
    await expectAccessible(page, 'recovery codes');
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Turn off…' }).waitFor();
    const left = await page.content();
    for (const shown of [secret, ...codes]) expect(left).not.toContain(shown);

    await page.getByRole('button', { name: 'Turn off…' }).click();
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await page.getByRole('button', { name: 'Set up' }).waitFor();
  });

  it('lists where one is signed in and ends it there, with what was typed there kept', async () => {
    const elsewhere = await signInAs(opened, browser, { email: EMAIL, role: 'reader', isKnown: true });
    const third = await signInAs(opened, browser, { email: EMAIL, role: 'reader', isKnown: true });
    for (const { page: other } of [elsewhere, third]) {
      await other.goto('/secrets');
      await other.getByLabel('Search secrets').fill('half a wo');
    }
    await page.reload();
    await page.getByText('this session').waitFor();
    const ends = page.getByRole('button', { name: /^End the session/ });
    await expect.poll(() => ends.count()).toBe(2);
    await ends.first().click();
    await expect.poll(() => ends.count()).toBe(1);
    await expectAccessible(page, 'sessions');
    await page.getByRole('button', { name: 'End all others…' }).click();
    await page.getByRole('button', { name: 'End 1 session' }).click();
    await expect.poll(() => ends.count()).toBe(0);
    for (const { page: other, context } of [elsewhere, third]) {
      await other.getByRole('heading', { name: 'Sign in again' }).waitFor();
      expect(await other.getByLabel('Search secrets').inputValue()).toBe('half a wo');
      await context.close();
    }
  });

  it('changes the password and stays signed in here', async () => {
    const renewed = 'a staple for the battery horse';
    await page.getByLabel('New password').fill('12345678901');
    await page.getByText('1 more character').waitFor();
    expect(await page.getByRole('button', { name: 'Change password' }).isDisabled()).toBe(true);
    await page.getByLabel('New password').fill(renewed);
    await page.getByLabel('Current password').fill('not the one');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Wrong password.').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed').waitFor();
    for (const label of ['New password', 'Current password'])
      expect(await page.getByLabel(label).inputValue()).toBe('');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail').fill(EMAIL);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Wrong e-mail or password.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(renewed);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  });

  it('says while locked that authenticators do not work', async () => {
    await opened.api('POST', '/vault/lock');
    // Its connections end with the certificate. Once the page says so it has others: what goes out on those that ended fails.
    await page.getByText('Locked', { exact: true }).first().waitFor();
    await page.goto('/account');
    await page.getByText('The new secret could not be encrypted.').waitFor();
    expect(await page.getByRole('button', { name: 'Set up' }).isDisabled()).toBe(true);
    await expectAccessible(page, 'account, locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
  });
});
