import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow, PASSWORD } from '../support/visitors.ts';

const OWN = 'a staple for the battery horse';

describe('who comes in, and from where', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/people'));
    await opened.api('POST', '/projects', { name: 'shop' });
  });

  const visit = async (path: string) => {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: opened.served.url,
      viewport: { width: 1280, height: 800 },
    });
    const visitor = await context.newPage();
    await visitor.goto(path);
    return visitor;
  };
  const invite = async (email: string, name = '') => {
    await page.getByRole('button', { name: 'Invite person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite person' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByLabel('E-mail').fill(email);
    await dialog.getByLabel('Role').selectOption('reader');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    const panel = page.getByRole('alertdialog', { name: `Invitation for ${email}, shown only once` });
    const link = await panel.getByRole('status').innerText();
    return { panel, link };
  };

  it('invites someone by a link, who chooses a password and is asked about a second factor', async () => {
    const { panel, link } = await invite('mia@example.org', 'Mia');
    expect(link.startsWith(`${opened.served.url}/invite#token=`)).toBe(true);
    await expectAccessible(page, 'the link of an invitation');
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await page
      .getByRole('table', { name: 'Invitations' })
      .getByRole('row', { name: /Mia.*Reader/ })
      .waitFor();
    expect(await page.content()).not.toContain(link.split('token=')[1]);
    await expectAccessible(page, 'people with an invitation');
    for (const width of [900, 360]) {
      await page.setViewportSize({ width, height: 740 });
      await expectNoOverflow(page, `people with an invitation at ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });

    const guest = await visit(link);
    await guest.getByRole('heading', { name: /^Join / }).waitFor();
    expect(guest.url()).toBe(`${opened.served.url}/invite`);
    await guest.getByText('You were invited as reader by Ada Keller.').waitFor();
    await expectAccessible(guest, 'an invitation');
    await guest.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(guest, 'an invitation at 360');
    await guest.setViewportSize({ width: 1280, height: 800 });
    const create = guest.getByRole('button', { name: 'Create account' });
    await guest.getByLabel('Password', { exact: true }).fill('short');
    expect(await create.isDisabled()).toBe(true);
    await guest.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await create.click();
    await guest.getByRole('heading', { name: 'Your account is ready' }).waitFor();
    await guest.getByRole('button', { name: 'Set up' }).waitFor();
    await expectAccessible(guest, 'an account that is ready');
    await guest.getByRole('button', { name: 'Continue' }).click();
    await guest.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.getByRole('table', { name: 'Invitations' }).waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Mia.*mia@example.org.*Reader/ }).waitFor();

    await guest.goto(link);
    await guest.getByText('This invitation was used already.').waitFor();
    await guest.goto('/invite');
    await guest.getByRole('heading', { name: 'There is no invitation here' }).waitFor();
    await expectAccessible(guest, 'no invitation');
    await guest.context().close();
  });

  it('revokes an invitation, whose link says so', async () => {
    const { panel, link } = await invite('jo@example.org');
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('button', { name: 'Revoke the invitation of jo@example.org' }).click();
    await expectAccessible(page, 'revoke an invitation');
    await page.getByRole('button', { name: 'Revoke invitation' }).click();
    await page.getByText('Invitation revoked').waitFor();
    const guest = await visit(link);
    await guest.getByText('This invitation was revoked. Ask for a new one.').waitFor();
    await guest.context().close();
  });

  it('lets someone with a first password choose their own, and nothing before', async () => {
    await opened.api('POST', '/users', { email: 'noor@example.org', name: 'Noor', password: PASSWORD });
    await page.getByRole('row', { name: /Noor.*first password/ }).waitFor();
    const noor = await visit('/projects');
    await noor.getByLabel('E-mail').fill('noor@example.org');
    await noor.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await noor.getByRole('button', { name: 'Sign in' }).click();
    await noor.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    await expectAccessible(noor, 'a first password');
    await noor.goto('/people');
    await noor.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    expect(await noor.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
    const change = noor.getByRole('button', { name: 'Change password' });
    await noor.getByLabel('Password you were given').fill(PASSWORD);
    await noor.getByLabel('New password').fill(PASSWORD);
    await change.click();
    await noor.getByText('The current one').waitFor();
    await noor.getByLabel('New password').fill(OWN);
    await noor.getByLabel('Password you were given').fill('not the one');
    await change.click();
    await noor.getByText('Wrong password.').waitFor();
    await noor.getByLabel('Password you were given').fill(PASSWORD);
    await change.click();
    await noor.getByRole('navigation', { name: 'Pages' }).waitFor();
    await noor.context().close();
    await page.getByRole('row', { name: /first password/ }).waitFor({ state: 'detached' });
  });

  it('keeps a page below while a first password is changed, and sends what waited', async () => {
    const noor = await visit('/projects');
    await noor.getByLabel('E-mail').fill('noor@example.org');
    await noor.getByLabel('Password', { exact: true }).fill(OWN);
    await noor.getByRole('button', { name: 'Sign in' }).click();
    // Not while it is on its way: going elsewhere would cut it off.
    await noor.getByRole('navigation', { name: 'Pages' }).waitFor();
    await noor.goto('/secrets');
    await noor.getByLabel('Search secrets').fill('half a wo');
    await opened.api('POST', '/users/reset-password', { email: 'noor@example.org', password: PASSWORD });
    await noor.getByRole('heading', { name: 'Sign in again' }).waitFor();
    await noor.getByLabel('E-mail').fill('noor@example.org');
    await noor.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await noor.getByRole('button', { name: 'Sign in' }).click();
    await noor.getByLabel('Password you were given').fill(PASSWORD);
    await noor.getByLabel('New password').fill(OWN);
    await noor.getByRole('button', { name: 'Change password' }).click();
    await noor.getByRole('heading', { name: 'Choose your own password' }).waitFor({ state: 'detached' });
    expect(await noor.getByLabel('Search secrets').inputValue()).toBe('half a wo');
    await noor.context().close();
  });

  it('limits a key to addresses, and shows lines that use it without it', async () => {
    await page.goto('/people/keys');
    await page.getByRole('button', { name: 'New API key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('nas');
    const addresses = page.getByLabel('Only from these addresses');
    await addresses.fill('192.168.1.5/24');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByText('which is 192.168.1.0/24').waitFor();
    await addresses.fill('192.168.1.0/24, fd00::/8');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const panel = page.getByRole('alertdialog', { name: 'API key nas, shown only once' });
    const key = await panel.getByRole('status').innerText();
    await panel.getByText('Use it with curl and the command line').click();
    const lines = await panel.getByRole('listitem').allInnerTexts();
    expect(lines.join('\n')).toContain(`'${opened.served.url}/api/user/me'`);
    expect(lines.join('\n')).not.toContain(key);
    await expectAccessible(page, 'a new key with lines that use it');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a new key at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await panel.getByRole('button', { name: 'Copy: Call the API with curl' }).click();
    await panel.getByRole('button', { name: 'Copied: Call the API with curl' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('curl -fsS --cacert');
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /nas.*only from 192\.168\.1\.0\/24, fd00::\/8/ }).waitFor();

    await page.getByRole('button', { name: 'Actions for nas' }).click();
    await page.getByRole('menuitem', { name: 'Addresses…' }).click();
    expect(await addresses.inputValue()).toBe('192.168.1.0/24\nfd00::/8');
    await expectAccessible(page, 'the addresses of a key');
    await addresses.fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The addresses of nas were changed').waitFor();
    expect((await opened.api('GET', '/api-keys')).api_keys[0].allowed_from).toBeNull();
  });

  it('limits a deployment token, too', async () => {
    await page.goto('/projects/shop/tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('runner');
    await page.getByLabel('Only from these addresses').fill('10.0.0.7');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('Use it with curl and the command line').click();
    await page.getByText('/api/projects/shop/variables/export?environment=production').waitFor();
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /runner.*only from 10\.0\.0\.7\/32/ }).waitFor();
    await page.getByRole('button', { name: 'Actions for runner' }).click();
    await page.getByRole('menuitem', { name: 'Addresses…' }).click();
    await page.getByLabel('Only from these addresses').fill('10.0.0.0/24');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /runner.*only from 10\.0\.0\.0\/24/ }).waitFor();
  });

  it('says of a session with what it was opened, and from where', async () => {
    const visitor = await visit('/account');
    await visitor.getByLabel('E-mail').fill('mia@example.org');
    await visitor.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await visitor.getByRole('button', { name: 'Sign in' }).click();
    await visitor
      .getByText(/(127\.0\.0\.1|::1), this machine · signed in/)
      .first()
      .waitFor();
    await visitor.getByText('Chrome on Linux').first().waitFor();
    await visitor.context().close();
  });
});
