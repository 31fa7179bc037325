import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow } from './support/visitors.ts';

const DATABASE_URL = 'postgres://photos:vT9-kq2Lw0Xr7b@db:5432/photos';
describe('variables', () => {
  let browser: Browser;
  let console: TestConsole;
  let context: BrowserContext;
  let page: Page;
  const environments: Record<string, number> = {};

  const add = (key: string, value: string, where: string[], is_secret: boolean, project = 'photos') =>
    console.api('POST', `/projects/${project}/env-vars`, {
      key,
      value,
      is_secret,
      environment_ids: where.map((name) => environments[name]),
      allow_unresolved: true,
    });
  const list = (project = 'photos'): Promise<{ id: number; key: string; value: string | null }[]> =>
    console.api('GET', `/projects/${project}/env-vars`);
  const find = async (key: string, project = 'photos') =>
    (await list(project)).find((variable) => variable.key === key);
  const readValue = async (key: string, project = 'photos') =>
    (await console.api('GET', `/projects/${project}/env-vars/${key}/value`)).value as string;
  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });
  const row = (name: string) => page.getByRole('row').filter({ has: button(name) });
  const dialog = () => page.getByRole('dialog');
  const go = async (path = '/projects/photos') => {
    await page.goto(path);
    await page.getByRole('table', { name: 'Variables' }).waitFor();
  };

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    for (const name of ['staging', 'preview'])
      await console.api('POST', '/projects/photos/environments', { name });
    for (const { name, id } of await console.api('GET', '/projects/photos/environments'))
      environments[name] = id;
    const everywhere = ['production', 'staging', 'preview'];
    await add('APP_URL', 'https://photos.example', ['production'], false);
    await add('APP_URL', 'https://albums.example', ['staging', 'preview'], false);
    await add('AUTH_SECRET', 'auth-canary', ['production'], true);
    await add('DATABASE_URL', DATABASE_URL, ['production'], true);
    await add('LOG_LEVEL', 'info', everywhere, false);
    await add('MAIL_URL', '${{shared.SMTP_URL}}', everywhere, false);
    await console.api('POST', '/shared-variables', {
      key: 'SMTP_URL',
      value: 'smtp-canary',
      is_secret: true,
    });
    ({ context, page } = await console.open(browser, '/projects/photos'));
  });

  describe('the table', () => {
    beforeEach(() => go());

    it('shows every environment, masks secrets, and finds by name and plain value', async () => {
      await expectAccessible(page, 'variables');
      const table = page.getByRole('table', { name: 'Variables' });
      expect(await table.getAttribute('aria-rowcount')).toBe('7');
      expect(await row('LOG_LEVEL').textContent()).toContain('All environments');
      expect(await row('MAIL_URL').locator('.chip-ref').first().textContent()).toBe('${{shared.SMTP_URL}}');
      expect(await row('DATABASE_URL').textContent()).toContain('Masked');
      await page.keyboard.press('/');
      await page.keyboard.type('albums');
      await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('2');
      await page.keyboard.press('Escape');
      await page.keyboard.type('vT9-kq2');
      await page.getByText('Nothing found').waitFor();
      await button('Clear the search').click();
      await page.getByRole('radio', { name: 'staging' }).click();
      await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('4');
      expect(await button('AUTH_SECRET').count()).toBe(0);
    });

    it('shows one value at a time, and hides it when the window loses the focus', async () => {
      await button('Reveal AUTH_SECRET').click();
      await page.getByText('auth-canary').waitFor();
      await expectAccessible(page, 'a revealed value');
      await button('Reveal DATABASE_URL').click();
      await page.getByText(DATABASE_URL).waitFor();
      expect(await page.content()).not.toContain('auth-canary');
      await page.evaluate(() => window.dispatchEvent(new Event('blur')));
      await page.getByText(DATABASE_URL).waitFor({ state: 'detached' });
      expect(await page.content()).not.toContain(DATABASE_URL);
      await button('Reveal AUTH_SECRET').click();
      await page.getByText('auth-canary').waitFor();
      await page.getByRole('link', { name: 'Environments' }).click();
      await page.getByText('auth-canary').waitFor({ state: 'detached' });
    });

    it('hides a value after half a minute, and takes a copied one off the clipboard after 45 seconds', async () => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.clock.install();
      await go();
      await button('Reveal AUTH_SECRET').click();
      await page.getByText('Hides in 30 s').waitFor();
      await page.clock.fastForward(31_000);
      await page.getByText('auth-canary').waitFor({ state: 'detached' });
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      await button('Copy DATABASE_URL').click();
      await page.getByText('DATABASE_URL copied').waitFor();
      expect(await clipboard()).toBe(DATABASE_URL);
      expect(await page.content()).not.toContain(DATABASE_URL);
      await page.clock.fastForward(46_000);
      await page.getByText('DATABASE_URL copied').waitFor({ state: 'detached' });
      expect(await clipboard()).toBe('');
      // What someone copied meanwhile is theirs.
      await button('Copy AUTH_SECRET').click();
      await page.getByText('AUTH_SECRET copied').waitFor();
      await page.evaluate(() => navigator.clipboard.writeText('something else'));
      await page.clock.fastForward(46_000);
      await page.getByText('AUTH_SECRET copied').waitFor({ state: 'detached' });
      expect(await clipboard()).toBe('something else');
      await button('Copy AUTH_SECRET').click();
      await button('Clear now').click();
      await page.getByText('Clipboard cleared').waitFor();
      expect(await clipboard()).toBe('');
    });

    it('says that a copy stays where the browser does not let the page look', async () => {
      // What is not granted is refused.
      await context.clearPermissions();
      await context.grantPermissions(['clipboard-write']);
      await button('Copy AUTH_SECRET').click();
      await page.getByText('It stays there').waitFor();
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    });
  });

  describe('adding and changing', () => {
    beforeEach(() => go());

    it('says what is wrong beside the field, guesses the kind, and saves with Ctrl S', async () => {
      await button('Add variable').click();
      await dialog().getByLabel('Name').fill('2FA');
      await button('Add variable', dialog()).click();
      await dialog().getByText('Letters, digits and underscores').waitFor();
      await expectAccessible(page, 'a wrong name');
      await dialog().getByLabel('Name').fill('STRIPE_KEY');
      await dialog().getByLabel('Value').fill('line one\nline two');
      await dialog().getByText('The name suggests it.').waitFor();
      expect(await dialog().getByRole('radio', { name: 'Secret' }).getAttribute('aria-checked')).toBe('true');
      await dialog().getByRole('checkbox', { name: 'staging' }).click();
      await page.keyboard.press('Control+s');
      await button('STRIPE_KEY').waitFor();
      expect(await readValue('STRIPE_KEY')).toBe('line one\nline two');
      expect(await find('STRIPE_KEY')).toMatchObject({
        is_secret: true,
        environments: [{ name: 'production' }, { name: 'preview' }],
      });
      await button('Add variable').click();
      await dialog().getByLabel('Name').fill('STRIPE_KEY');
      await button('Add variable', dialog()).click();
      await dialog().getByRole('alert').getByText('already exists in').waitFor();
      expect(await dialog().getByLabel('Name').inputValue()).toBe('STRIPE_KEY');
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
    });

    it('makes a value that nobody can guess, as a secret', async () => {
      await button('Add variable').click();
      await dialog().getByLabel('Name').fill('GREETING');
      await button('Generate a value', dialog()).click();
      await expectAccessible(page, 'a value to be made');
      await dialog().getByLabel('Characters').fill('8');
      await button('Generate', dialog()).click();
      await dialog().getByText('characters takes 16 to 1024 characters').waitFor();
      await dialog().getByLabel('Characters').fill('40');
      await button('Generate', dialog()).click();
      const box = dialog().getByLabel('Value', { exact: true });
      await page.waitForFunction(
        (field) => (field as HTMLTextAreaElement).value !== '',
        await box.elementHandle(),
      );
      const made = await box.inputValue();
      expect(made).toMatch(/^[A-Za-z0-9]{40}$/);
      expect(await dialog().getByRole('radio', { name: 'Secret' }).getAttribute('aria-checked')).toBe('true');
      await dialog().getByLabel('Made of').selectOption('words');
      await button('Generate', dialog()).click();
      await page.waitForFunction(
        (field) => (field as HTMLTextAreaElement).value.split('-').length === 6,
        await box.elementHandle(),
      );
      const words = await box.inputValue();
      await button('Add variable', dialog()).click();
      await button('GREETING').waitFor();
      expect(await readValue('GREETING')).toBe(words);
      expect(await find('GREETING')).toMatchObject({ is_secret: true });
    });

    it('shows no kind before one is known, and keeps the one that is chosen, whatever is guessed later', async () => {
      await button('Add variable').click();
      const secret = dialog().getByRole('radio', { name: 'Secret' });
      await dialog().getByText('Decided by name and value, unless you choose.').waitFor();
      expect(await dialog().getByRole('radio', { checked: true }).count()).toBe(0);
      await dialog().getByLabel('Name').fill('STRIPE_KEY');
      await dialog().getByLabel('Value').fill('any');
      await dialog().getByText('The name suggests it.').waitFor();
      // It is shown already: to click it is to choose it.
      await secret.click();
      const guessed = page.waitForResponse('**/api/secret-guess');
      await dialog().getByLabel('Name').fill('PAGE_SIZE');
      await dialog().getByLabel('Value').fill('20');
      expect(await (await guessed).json()).toMatchObject({ is_secret: false });
      await dialog().getByText('The name suggests it.').waitFor({ state: 'detached' });
      expect(await secret.getAttribute('aria-checked')).toBe('true');
      await button('Add variable', dialog()).click();
      await button('PAGE_SIZE').waitFor();
      expect(await find('PAGE_SIZE')).toMatchObject({ is_secret: true });
    });

    it('asks before it saves what refers to nothing', async () => {
      await button('Add variable').click();
      await dialog().getByLabel('Name').fill('DANGLING');
      await dialog().getByLabel('Value').fill('${{NOWHERE}}');
      await button('Add variable', dialog()).click();
      await dialog().getByText('refers to NOWHERE').waitFor();
      expect(await find('DANGLING')).toBeUndefined();
      await button('Save anyway').click();
      await button('DANGLING').waitFor();
    });

    it('keeps a secret whose box is left empty, and brings it in to be edited', async () => {
      await button('AUTH_SECRET').click();
      expect(await dialog().getByLabel('Value').inputValue()).toBe('');
      await dialog().getByRole('checkbox', { name: 'staging' }).click();
      await button('Save', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
      expect(await readValue('AUTH_SECRET')).toBe('auth-canary');
      await button('AUTH_SECRET').click();
      await button('Load the value to edit it').click();
      await expect.poll(() => dialog().getByLabel('Value').inputValue()).toBe('auth-canary');
      await dialog().getByLabel('Value').fill('auth-canary-2');
      await button('Save', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
      expect(await readValue('AUTH_SECRET')).toBe('auth-canary-2');
      expect(await page.content()).not.toContain('auth-canary');
    });

    it('says which references a new name breaks, and changes them with it', async () => {
      await console.api('POST', '/projects', { name: 'renamed' });
      const put = (key: string, value: string, is_secret = false) =>
        console.api('POST', '/projects/renamed/env-vars', { key, value, is_secret });
      await put('HOST', 'db.local');
      await put('URL', '${{HOST}}/x');
      await put('HIDDEN_URL', '${{HOST}}/canary', true);
      await put('ALONE', '1');
      await go('/projects/renamed');
      await button('ALONE').click();
      const name = dialog().getByLabel('Name');
      await name.fill('LONELY');
      await dialog().getByText('No variable refers to ALONE.').waitFor();
      await button('Save', dialog()).click();
      await button('LONELY').waitFor();

      await button('HOST').click();
      await name.fill('DB_HOST');
      await dialog().getByText('URL and HIDDEN_URL refer to HOST.').waitFor();
      const change = dialog().getByRole('checkbox', { name: 'Change the references to DB_HOST' });
      expect(await change.getAttribute('aria-checked')).toBe('true');
      await change.click();
      await dialog().getByText('They would not resolve any more').waitFor();
      await change.click();
      await expectAccessible(page, 'a rename with references');
      await expectNoOverflow(page, 'a rename with references');
      // Nothing of a change that is refused is saved, the name neither.
      await dialog().getByLabel('Value').fill('${{NOWHERE}}');
      await button('Save', dialog()).click();
      await dialog().getByText('refers to NOWHERE').waitFor();
      expect(await find('HOST', 'renamed')).toMatchObject({ value: 'db.local' });
      await dialog().getByLabel('Value').fill('db2.local');
      await button('Save', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
      const values = Object.fromEntries(
        (await console.api('GET', '/projects/renamed/variables/resolved')).variables.map(
          ({ key, value }: { key: string; value: string }) => [key, value],
        ),
      );
      expect(values).toMatchObject({
        DB_HOST: 'db2.local',
        URL: 'db2.local/x',
        HIDDEN_URL: 'db2.local/canary',
      });

      // One that is broken already holds up nothing for who wants it so.
      await console.api('POST', '/projects/renamed/env-vars', {
        ...{ key: 'BROKEN', value: '${{DB_HOST}} ${{NOWHERE}}', is_secret: false, allow_unresolved: true },
      });
      await button('DB_HOST').click();
      await name.fill('DB');
      await dialog().getByText('BROKEN').waitFor();
      await button('Save', dialog()).click();
      await button('Save anyway').click();
      await dialog().waitFor({ state: 'detached' });
      const broken = await find('BROKEN', 'renamed');
      expect(broken).toMatchObject({ value: '${{DB}} ${{NOWHERE}}' });
      await console.api('DELETE', `/projects/renamed/env-vars/${broken?.id}`);

      // Left, where that is chosen.
      await button('DB').click();
      await name.fill('ELSEWHERE');
      await dialog().getByRole('checkbox', { name: 'Change the references to ELSEWHERE' }).click();
      await button('Save', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
      expect(await find('URL', 'renamed')).toMatchObject({ value: '${{DB}}/x' });
    });

    it('counts what a person may not read, and renames only when they say that references are left', async () => {
      await console.api('POST', '/vault/lock');
      try {
        await go('/projects/renamed');
        await button('LONELY').click();
        await dialog().getByLabel('Name').fill('LONE');
        await dialog().getByText('1 value cannot be read now and may refer to LONELY').waitFor();
        expect(await dialog().textContent()).not.toContain('HIDDEN_URL');
        await button('Save', dialog()).click();
        await dialog().getByText('Choose this, or keep the name.').waitFor();
        expect(await find('LONELY', 'renamed')).toBeDefined();
        await expectAccessible(page, 'a rename with references that cannot be read');
        await dialog().getByRole('checkbox', { name: 'Rename it, and leave references as they are' }).click();
        await button('Save', dialog()).click();
        await button('LONE').waitFor();
      } finally {
        await console.api('POST', '/vault/unlock', { method: 'custody' });
      }
    });

    it('changes references to a shared variable in every project, and names them with theirs', async () => {
      await console.api('POST', '/shared-variables', { key: 'OLD_SHARED', value: 'x', is_secret: false });
      const uses = { key: 'FROM_SHARED', value: '${{shared.OLD_SHARED}}', is_secret: false };
      await console.api('POST', '/projects/renamed/env-vars', { ...uses, allow_unresolved: true });
      await go('/shared');
      await button('OLD_SHARED').click();
      await dialog().getByLabel('Name').fill('NEW_SHARED');
      await dialog().getByText('FROM_SHARED of renamed refers to OLD_SHARED.').waitFor();
      await button('Save', dialog()).click();
      await button('NEW_SHARED').waitFor();
      expect(await find('FROM_SHARED', 'renamed')).toMatchObject({ value: '${{shared.NEW_SHARED}}' });
      await console.api('DELETE', '/projects/renamed');
    });

    it('names what refers to a variable before it is deleted', async () => {
      await add('LINKED', 'x', ['production'], false);
      await add('LINKS', '${{LINKED}}', ['production'], true);
      await go();
      await button('More for LINKED').click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      const danger = page.getByRole('alertdialog');
      await danger.getByText('LINKS refers to it and would not resolve any more').waitFor();
      await expectAccessible(page, 'delete a variable that others refer to');
      await button('Keep it').click();
      expect(await find('LINKED')).toBeDefined();
      // Nothing is said of one that nothing refers to.
      await button('More for LINKS').click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await danger.getByText('It can be restored from the trash').waitFor();
      expect(await danger.textContent()).not.toContain('would not resolve');
      await button('Delete LINKS').click();
      await danger.waitFor({ state: 'detached' });
      await button('More for LINKED').click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await button('Delete LINKED').click();
      await button('LINKED').waitFor({ state: 'detached' });
    });

    it('shows both versions when someone else saved first, and lets one choose', async () => {
      const { id } = (await find('LOG_LEVEL')) as { id: number };
      await button('LOG_LEVEL').click();
      await dialog().getByLabel('Value').fill('debug');
      await console.api('PUT', `/projects/photos/env-vars/${id}`, { value: 'warn' });
      await button('Save', dialog()).click();
      await dialog().getByRole('columnheader', { name: 'Theirs' }).waitFor();
      await expectAccessible(page, 'a lost race');
      const values = dialog().getByRole('row', { name: /^Value/ });
      expect(await values.getByRole('cell').allTextContents()).toEqual(['debug', 'warn']);
      await button('Overwrite with mine').click();
      await dialog().waitFor({ state: 'detached' });
      expect(await readValue('LOG_LEVEL')).toBe('debug');
    });

    it('shows history, puts a version back, and says who refers to what', async () => {
      await button('More for LOG_LEVEL').click();
      await page.getByRole('menuitem', { name: 'History' }).click();
      await dialog().getByText('info').waitFor();
      await expectAccessible(page, 'history');
      await button('Restore version 1').click();
      await page.getByText('LOG_LEVEL was restored to version 1').waitFor();
      expect(await readValue('LOG_LEVEL')).toBe('info');
      await button('Close', dialog()).last().click();
      await button('Environment history').click();
      await dialog().getByText('Restored').first().waitFor();
      expect(await dialog().textContent()).not.toContain('auth-canary');
      await page.keyboard.press('Escape');
      await go('/shared');
      await expectAccessible(page, 'shared variables');
      await button('More for SMTP_URL').click();
      await page.getByRole('menuitem', { name: 'Used by' }).click();
      await dialog().getByText('MAIL_URL').waitFor();
      await dialog().getByRole('link', { name: 'photos' }).click();
      await page.waitForURL('**/projects/photos');
    });

    it('moves and deletes several, after saying what goes', async () => {
      for (const name of ['GOES_1', 'GOES_2']) await add(name, 'x', ['production'], name === 'GOES_2');
      for (const name of ['GOES_1', 'GOES_2'])
        await page.getByRole('checkbox', { name: `Select ${name}` }).click();
      await button(/^Move/).click();
      await dialog().getByRole('checkbox', { name: 'staging' }).click();
      await button('Move 2').click();
      await dialog().waitFor({ state: 'detached' });
      expect(await find('GOES_1')).toMatchObject({
        environments: [{ name: 'production' }, { name: 'staging' }],
      });
      await button('Delete 2…').click();
      const danger = page.getByRole('alertdialog');
      await danger.getByText('They can be restored from the trash for 30 days').waitFor();
      await danger.getByText('GOES_2').waitFor();
      await expectAccessible(page, 'delete');
      await button('Keep them').click();
      expect(await find('GOES_1')).toBeDefined();
      await button('Delete 2…').click();
      await button('Delete 2 variables').click();
      await danger.waitFor({ state: 'detached' });
      await button('GOES_1').waitFor({ state: 'detached' });
      expect(await find('GOES_2')).toBeUndefined();
    });
  });
});
