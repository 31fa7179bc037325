import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { ADA, type TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow, PASSWORD, signInAs } from '../support/visitors.ts';

describe('people and access', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/people'));
  });

  it('adds someone with a first password that must be good, and lets them in', async () => {
    await page.getByRole('row', { name: /Ada Keller.*Administrator/ }).waitFor();
    await page.getByRole('button', { name: 'Add person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add person' });
    const add = dialog.getByRole('button', { name: 'Add person' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Jonas');
    await dialog.getByLabel('E-mail').fill(ADA.email);
    await dialog.getByLabel('First password').fill('short');
    await dialog.getByText('7 more characters').waitFor();
    expect(await add.isDisabled()).toBe(true);
    await dialog.getByLabel('First password').fill('ü'.repeat(40));
    await dialog.getByText('80 bytes; at most 72 are allowed.').waitFor();
    expect(await add.isDisabled()).toBe(true);
    await dialog.getByLabel('First password').fill(PASSWORD);
    await add.click();
    await dialog.getByText('Taken').waitFor();
    await expectAccessible(page, 'address taken');
    expect(await dialog.getByLabel('First password').inputValue()).toBe(PASSWORD);
    await dialog.getByLabel('E-mail').fill('jonas@example.org');
    await add.click();
    await page.getByRole('row', { name: /Jonas.*jonas@example.org.*User/ }).waitFor();
    await expectAccessible(page, 'people');
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: opened.served.url });
    const jonas = await context.newPage();
    await jonas.goto('/');
    await jonas.getByLabel('E-mail').fill('jonas@example.org');
    await jonas.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await jonas.getByRole('button', { name: 'Sign in' }).click();
    await jonas.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    await context.close();
  });

  it('gives and takes roles, and keeps the last administrator', async () => {
    await page.getByRole('button', { name: 'Actions for Jonas' }).click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.getByRole('checkbox', { name: /Reader/ }).check();
    await page.getByRole('checkbox', { name: /^User/ }).uncheck();
    await expectAccessible(page, 'edit person');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Jonas.*Reader/ }).waitFor();

    await page.getByRole('button', { name: 'Actions for Ada Keller' }).click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.getByRole('checkbox', { name: /Administrator/ }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This is the last administrator: add another one first.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('says which keys end, before someone loses rights or their account', async () => {
    const email = 'mia@example.org';
    const mia = await signInAs(opened, browser, { email, role: 'user' });
    const made = await mia.context.request.post('/api/api-keys', {
      headers: { origin: opened.served.url },
      data: { name: 'nightly build', role_type: 'user' },
    });
    expect(made.status()).toBe(201);
    await mia.context.close();
    for (const act of ['Edit…', 'Set a new password…', 'Delete…']) {
      await page.getByRole('button', { name: `Actions for ${email}` }).click();
      await page.getByRole('menuitem', { name: act }).click();
      if (act === 'Edit…') {
        expect(await page.getByText('nightly build').count()).toBe(0);
        await page.getByRole('checkbox', { name: /^User/ }).uncheck();
      }
      await page.getByText('1 API key they created will stop working:').waitFor();
      await page.getByRole('listitem').filter({ hasText: 'nightly build' }).waitFor();
      await expectAccessible(page, `keys that end: ${act}`);
      await page.getByRole('button', { name: act === 'Delete…' ? 'Keep them' : 'Cancel' }).click();
    }
    await opened.api('DELETE', `/users/${(await opened.api('GET', '/users')).at(-1).user.id}`);
    expect((await opened.api('GET', '/api-keys')).api_keys).toMatchObject([{ is_active: false }]);
    await opened.api('DELETE', `/api-keys/${(await opened.api('GET', '/api-keys')).api_keys[0].id}`);
  });

  it('deletes someone and restores them', async () => {
    await page.getByRole('button', { name: 'Actions for Jonas' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await expectAccessible(page, 'delete person');
    await page.getByRole('button', { name: 'Delete person' }).click();
    await page.getByRole('row', { name: /Jonas/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Deleted/ }).click();
    await page.getByRole('button', { name: 'Actions for Jonas' }).click();
    await page.getByRole('menuitem', { name: 'Restore…' }).click();
    await page.getByRole('button', { name: 'Restore person' }).click();
    // Someone else is still under Deleted, so this list stays in view without them.
    await page.getByRole('row', { name: /Jonas/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^With access/ }).click();
    await page.getByRole('row', { name: /Jonas/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nobody at all');
    await page.getByText('No one matches this search').waitFor();
    await page.keyboard.press('Escape');
  });

  it('makes a narrowed API key, shows it once, switches it off and deletes it', async () => {
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByText('No API keys yet').waitFor();
    await expectAccessible(page, 'no API key');
    await page.getByRole('button', { name: 'New API key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('backup');
    await dialog.getByLabel('Role', { exact: true }).selectOption('user');
    await dialog.getByRole('checkbox', { name: 'Only some of the role’s permissions' }).check();
    await dialog.getByRole('checkbox', { name: 'Read secret values' }).uncheck();
    await expectAccessible(page, 'new API key');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const panel = page.getByRole('alertdialog', { name: 'API key backup, shown only once' });
    const text = await panel.getByRole('status').innerText();
    expect(text).toMatch(/^tk_/);
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    const key = (await opened.api('GET', '/api-keys')).api_keys[0];
    await page
      .getByRole('row', { name: new RegExp(`backup.*${key.permissions.length} permissions`) })
      .waitFor();
    expect(await page.content()).not.toContain(text);
    expect(key.permissions).not.toContain('environments:reveal');
    expect(Date.parse(key.expires_at) - Date.now()).toBeGreaterThan(364 * 24 * 60 * 60 * 1000);

    await page.getByRole('button', { name: 'Actions for backup' }).click();
    await page.getByRole('menuitem', { name: 'Turn off' }).click();
    await page.getByRole('row', { name: /turned off/ }).waitFor();
    await expectAccessible(page, 'API keys');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'API keys at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Actions for backup' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete API key' }).click();
    await page.getByText('No API keys yet').waitFor();
  });

  it('makes an API key that manages people for at most 90 days, and gives it a new text', async () => {
    await page.getByRole('button', { name: 'New API key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('sync');
    const manage = dialog.getByRole('checkbox', { name: 'Manage people below administrator' });
    expect(await manage.count()).toBe(0);
    await dialog.getByLabel('Role', { exact: true }).selectOption('admin');
    await manage.check();
    await dialog.getByText('For at most 90 days').waitFor();
    expect(await dialog.getByLabel('Expires').locator('option').allInnerTexts()).toEqual([
      'In 30 days',
      'In 90 days',
    ]);
    const hide = dialog.getByRole('checkbox', { name: /Hide secret values/ });
    await hide.check();
    expect(await manage.isChecked()).toBe(false);
    await manage.check();
    expect(await hide.isChecked()).toBe(false);
    await expectAccessible(page, 'an API key that manages people');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const panel = page.getByRole('alertdialog', { name: 'API key sync, shown only once' });
    const first = await panel.getByRole('status').innerText();
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    const [key] = (await opened.api('GET', '/api-keys')).api_keys;
    expect(key.permissions).toContain('users:manage');
    expect(Date.parse(key.expires_at) - Date.parse(key.created_at)).toBe(90 * 24 * 60 * 60 * 1000);

    await page.getByRole('button', { name: 'Actions for sync' }).click();
    await page.getByRole('menuitem', { name: 'New text…' }).click();
    await expectAccessible(page, 'a new text for an API key');
    await page.getByRole('button', { name: 'Create a new text' }).click();
    const second = await panel.getByRole('status').innerText();
    expect(second).toMatch(/^tk_/);
    expect(second).not.toBe(first);
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await opened.api('DELETE', `/api-keys/${key.id}`);
    await page.getByText('No API keys yet').waitFor();
  });

  it('makes no API key while locked', async () => {
    await opened.api('POST', '/vault/lock');
    await page.getByText('New keys cannot be encrypted').waitFor();
    expect(await page.getByRole('button', { name: 'New API key' }).isDisabled()).toBe(true);
    await expectAccessible(page, 'API keys, locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
  });

  it('shows a reader their own place and a user no role beyond their own', async () => {
    const { page: reader, context } = await signInAs(opened, browser, {
      email: 'reader@example.org',
      role: 'reader',
    });
    await reader.goto('/people');
    await reader.getByText('What you may do').waitFor();
    expect(await reader.getByRole('link', { name: 'API keys' }).count()).toBe(0);
    expect(await reader.getByRole('button', { name: /Add|New|Actions/ }).count()).toBe(0);
    await expectAccessible(reader, 'a reader among people');
    await reader.goto('/people/keys');
    await reader.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    await reader.getByText('You don’t have access').waitFor();
    await reader.goto('/key/rotate');
    await reader.getByRole('heading', { level: 1, name: 'Rotate the key' }).waitFor();
    await reader.getByText('You don’t have access').waitFor();
    await context.close();

    const { page: user, context: other } = await signInAs(opened, browser, {
      email: 'user@example.org',
      role: 'user',
    });
    await user.goto('/people/keys');
    await user.getByRole('button', { name: 'New API key' }).click();
    await user.getByText('For a program that uses this instance.').waitFor();
    await expect
      .poll(() => user.getByLabel('Role', { exact: true }).locator('option').allInnerTexts())
      .toEqual(['User', 'Reader']);
    await other.close();
  });
});
