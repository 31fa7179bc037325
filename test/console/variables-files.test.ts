import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

/** What a trip through a text must not change. */
const HARD_VALUES: Record<string, string> = {
  QUOTES: `it's "both" \`three\``,
  DOLLARS: '$HOME ${HOME} $$ $1 $${{NAME}}',
  HASH: 'before # after',
  JSON_TEXT: '{"a": "b\\n", "c": [1, 2]}',
  PEM: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  CRLF: 'one\r\ntwo\r\n',
  SPACES: '  both ends  ',
  BACKSLASHES: 'C:\\new\\table',
  UNICODE: 'Zürich 日本 🔑 שלום',
  EMPTY: '',
};
const MANY = 10_000;

describe('.env files, locked and large lists', () => {
  let browser: Browser;
  let console: TestConsole;
  let context: BrowserContext;
  let page: Page;

  const list = (project: string): Promise<{ key: string; value: string | null; is_secret: boolean }[]> =>
    console.api('GET', `/projects/${project}/env-vars`);
  const keysOf = async (project: string) => (await list(project)).map(({ key }) => key).sort();
  const add = (project: string, key: string, value: string, is_secret: boolean) =>
    console.api('POST', `/projects/${project}/env-vars`, { key, value, is_secret });
  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const part = (name: string) => dialog().getByRole('region', { name, exact: true });
  const table = () => page.getByRole('table', { name: 'Variables' });

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    for (const name of ['blank', 'shop', 'trip', 'large']) await console.api('POST', '/projects', { name });
    ({ context, page } = await console.open(browser));
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  it('begins an empty project with a pasted .env, and clears the clipboard', async () => {
    await page.goto('/projects/blank');
    await page.getByText('No variables yet').waitFor();
    await expectAccessible(page, 'no variables');
    const text = '# ours\nAPI_KEY=k-canary\nPORT=3000\n\n2FA=x\nnot a line\nURL=http://a:b@c\n';
    await page.evaluate((env) => navigator.clipboard.writeText(env), text);
    await page.keyboard.press('Control+v');
    await dialog().getByText('7 lines from the clipboard. Nothing is saved yet.').waitFor();
    await part('Refused').getByText('A name starts with a letter').waitFor();
    await expectAccessible(page, 'a pasted .env');
    expect(await part('New').getByRole('listitem').count()).toBe(3);
    expect(await part('Refused').getByRole('listitem').count()).toBe(2);
    expect(await dialog().textContent()).not.toContain('k-canary');
    await dialog().getByRole('checkbox', { name: 'Import URL' }).click();
    await dialog().getByLabel('Kind of PORT').selectOption('Secret');
    await dialog().getByText('you chose it').waitFor();
    await button('Add 2').click();
    await button('API_KEY').waitFor();
    await page.getByText('The clipboard is cleared.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('');
    expect(await list('blank')).toMatchObject([
      { key: 'API_KEY', is_secret: true },
      { key: 'PORT', is_secret: true },
    ]);
    // What is no .env text is not taken, and says so; in a field, pasting is the field's.
    await page.evaluate(() => navigator.clipboard.writeText('hello'));
    await page.keyboard.press('Control+v');
    await page.getByText('It has no line of the form NAME=value.').waitFor();
  });

  it('compares a dropped file, and removes what it does not name only when told to', async () => {
    for (const [key, value] of [
      ['KEPT', 'same'],
      ['CHANGED', 'old'],
      ['GONE_1', 'x'],
      ['GONE_2', 'x'],
    ] as const)
      await add('shop', key, value, false);
    await page.goto('/projects/shop');
    await table().waitFor();
    await page.evaluate(() => {
      const files = new DataTransfer();
      files.items.add(new File(['KEPT=same\nCHANGED=new\nADDED=1\n'], '.env'));
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer: files, cancelable: true }));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }));
    });
    await dialog().getByText('Keep the 2 variables that this text does not name.').waitFor();
    await part('Changed').getByText('old').waitFor();
    await button('Add 1, change 1').waitFor();
    await dialog()
      .getByRole('radio', { name: /Replace/ })
      .click();
    await dialog().getByText('Remove GONE_1 and GONE_2 from production.').waitFor();
    await expectAccessible(page, 'replace');
    await dialog().getByRole('checkbox', { name: 'Remove GONE_2' }).click();
    await button('Add 1, change 1, remove 1').click();
    await button('ADDED').waitFor();
    expect(await keysOf('shop')).toEqual(['ADDED', 'CHANGED', 'GONE_2', 'KEPT']);
  });

  it('takes the last of a name that is there twice, says so, and takes the first where that is chosen', async () => {
    await page.goto('/projects/shop');
    await table().waitFor();
    await page.evaluate(() => {
      const files = new DataTransfer();
      files.items.add(new File(['TWICE=first\nTWICE=last\n'], '.env'));
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer: files, cancelable: true }));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }));
    });
    await dialog().getByText('TWICE is there twice, on lines 1 and 2: line 2 counts.').waitFor();
    await part('New').getByText('last', { exact: true }).waitFor();
    await dialog().getByRole('checkbox', { name: 'Take the first TWICE, not the last' }).click();
    await dialog().getByText('line 1 counts').waitFor();
    await part('New').getByText('first', { exact: true }).waitFor();
    await button('Add 1').click();
    await button('TWICE').waitFor();
    expect(await page.getByRole('row', { name: /TWICE/ }).innerText()).toContain('first');
  });

  it('undoes an import from its message, unless something of it was changed since', async () => {
    await console.api('POST', '/projects', { name: 'undone' });
    await add('undone', 'STAYS', 'same', false);
    await add('undone', 'CHANGES', 'before', false);
    await add('undone', 'GOES', 'canary-secret', true);
    const values = async () =>
      Object.fromEntries(
        (await console.api('GET', '/projects/undone/variables/resolved')).variables.map(
          ({ key, value }: { key: string; value: string }) => [key, value],
        ),
      );
    const before = await values();
    const replace = async () => {
      await page.goto('/projects/undone');
      await table().waitFor();
      await button('Paste .env').click();
      await dialog().getByRole('textbox').fill('STAYS=same\nCHANGES=after\nCOMES=1\n');
      await button('Compare').click();
      await dialog()
        .getByRole('radio', { name: /Replace/ })
        .click();
      await button('Add 1, change 1, remove 1').click();
      await button('COMES').waitFor();
      expect(await values()).toEqual({ STAYS: 'same', CHANGES: 'after', COMES: '1' });
    };
    const message = page.locator('.toast', { hasText: 'production: 1 added, 1 changed, 1 removed' });

    await replace();
    await expectAccessible(page, 'the message of an import');
    await button('Undo', message).click();
    await page.getByText('The import is undone').waitFor();
    await message.waitFor({ state: 'detached' });
    await button('GOES').waitFor();
    expect(await values()).toEqual(before);
    expect((await list('undone')).find(({ key }) => key === 'GOES')).toMatchObject({ is_secret: true });

    await replace();
    const { id } = (await console.api('GET', '/projects/undone/env-vars')).find(
      ({ key }: { key: string }) => key === 'CHANGES',
    );
    await console.api('PUT', `/projects/undone/env-vars/${id}`, { value: 'someone else' });
    await button('Undo', message).click();
    const refusal = page.locator('.toast', { hasText: 'The import was not undone' });
    await refusal.getByText('CHANGES').waitFor();
    await message.waitFor({ state: 'detached' });
    await expectAccessible(page, 'an import that was not undone');
    expect(await values()).toEqual({ STAYS: 'same', CHANGES: 'someone else', COMES: '1' });
  });

  it('refuses a file that is no text, whole', async () => {
    await button('Paste .env').click();
    await dialog()
      .getByLabel('A .env file')
      .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from([0xff, 0xfe, 0x41]) });
    await dialog().getByText('This text cannot be imported').waitFor();
    await dialog().getByText('not UTF-8').waitFor();
    expect(await button('Save', dialog()).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('come with the banner above them, so that nothing moves under a click', async () => {
    await page.route('**/api/vault/status', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await page.goto('/projects/trip');
    const raw = page.getByRole('radio', { name: 'Raw' });
    await raw.waitFor();
    const place = await raw.boundingBox();
    await page.getByText('Key at risk.').waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    expect(await raw.boundingBox()).toEqual(place);
  });

  it('changes nothing on the trip through the raw text, but what was changed there', async () => {
    for (const [key, value] of Object.entries(HARD_VALUES)) await add('trip', key, value, true);
    await page.goto('/projects/trip');
    await page.getByRole('radio', { name: 'Raw' }).click();
    await button('Show the text').click();
    const text = page.getByLabel('Text of production');
    await text.waitFor();
    await expectAccessible(page, 'raw');
    await text.press('Control+End');
    await text.pressSequentially('ADDED=one');
    await text.press('Control+s');
    await part('New').getByText('ADDED').waitFor();
    await dialog()
      .getByText(`${Object.keys(HARD_VALUES).length}`, { exact: true })
      .waitFor();
    expect(await part('Changed').count()).toBe(0);
    await button('Add 1').click();
    await page.getByText('production: 1 added').waitFor();
    for (const [key, value] of Object.entries(HARD_VALUES))
      expect((await console.api('GET', `/projects/trip/env-vars/${key}/value`)).value).toBe(value);
    expect(await page.content()).not.toContain('BEGIN CERTIFICATE');
    await button('Show the text').click();
    await text.waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await text.waitFor({ state: 'detached' });
  });

  it('downloads an environment as a file', async () => {
    await page.getByRole('radio', { name: 'Table' }).click();
    await button('Export').click();
    await dialog().getByText('11 variables in plain text, including 10 secrets').waitFor();
    await expectAccessible(page, 'export');
    const [download] = await Promise.all([page.waitForEvent('download'), button('Download').click()]);
    expect(download.suggestedFilename()).toBe('trip.production.env');
    expect(readFileSync(await download.path(), 'utf8')).toContain('ADDED=one\n');
  });

  it('keeps a value of a mebibyte usable', async () => {
    const value = 'x'.repeat(1024 * 1024);
    await add('trip', 'HUGE', value, true);
    await page.goto('/projects/trip');
    await button('Reveal HUGE').click();
    await page.getByText('The first 4,000 characters of 1 MB').waitFor();
    await button('Copy HUGE').click();
    await page.getByText('HUGE copied').waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).length).toBe(value.length);
    await button('Clear now').click();
  });

  it('draws only the rows in sight of ten thousand, and tells a screen reader of all', async () => {
    const lines = Array.from({ length: MANY }, (_, at) => `V_${String(at).padStart(5, '0')}=${at}\n`);
    await console.api('POST', '/projects/large/variables/import', {
      content_base64: Buffer.from(lines.join('')).toString('base64'),
    });
    await page.goto('/projects/large');
    await table().waitFor();
    expect(await table().getAttribute('aria-rowcount')).toBe(String(MANY + 1));
    expect(await table().getByRole('row').count()).toBeLessThan(80);
    await page.evaluate(() => document.getElementById('page')?.scrollTo(0, 1e9));
    const last = page.getByRole('row').filter({ hasText: 'V_09999' });
    await last.waitFor();
    expect(await last.getAttribute('aria-rowindex')).toBe(String(MANY + 1));
    expect(await table().getByRole('row').count()).toBeLessThan(80);
    await page.keyboard.press('/');
    await page.keyboard.type('V_04321');
    await button('V_04321').waitFor();
    expect(await table().getAttribute('aria-rowcount')).toBe('2');
  });

  it('offers a reader nothing that is not theirs', async () => {
    const reader = await signInAs(console, browser, { email: 'rita@example.org', role: 'reader' });
    await reader.page.goto('/projects/trip');
    await reader.page.getByRole('table', { name: 'Variables' }).waitFor();
    await reader.page.getByText('QUOTES').first().waitFor();
    for (const name of ['Add variable', 'Paste .env', 'Export', 'Reveal QUOTES', 'Copy QUOTES'])
      expect(await reader.page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    expect(await reader.page.getByRole('checkbox').count()).toBe(0);
    expect(await reader.page.getByRole('radio', { name: 'Raw' }).count()).toBe(0);
    await reader.page.getByRole('button', { name: 'More for QUOTES' }).click();
    expect(await reader.page.getByRole('menuitem').allTextContents()).toEqual(['History', 'Used by']);
    await reader.page.keyboard.press('Escape');
    await expectAccessible(reader.page, 'as a reader');
    await reader.context.close();
  });

  it('marks a value that does not open, and takes it entered again', async () => {
    // One sealed with a key that is not there, one damaged.
    spoil('HASH', (sealed) => sealed.fill(0xee, 1, 9));
    spoil('SPACES', (sealed) =>
      sealed.writeUInt8(sealed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1),
    );
    await page.goto('/projects/trip');
    const bad = page.getByRole('row').filter({ hasText: 'Cannot decrypt' });
    await bad.waitFor();
    await expectAccessible(page, 'a value that does not open');
    await bad.getByRole('button', { name: 'Enter again' }).click();
    await dialog().getByLabel('Value').fill('entered again');
    await button('Save', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    await bad.waitFor({ state: 'detached' });
    expect((await console.api('GET', '/projects/trip/env-vars/HASH/value')).value).toBe('entered again');
    await button('Reveal SPACES').click();
    await button('Enter again').click();
    await dialog().getByText('SPACES', { exact: false }).first().waitFor();
    await page.keyboard.press('Escape');
  });

  function spoil(key: string, change: (sealed: Buffer) => unknown): void {
    const database = new Database(join(console.dataDir, 'temps.db'));
    try {
      const { id, sealed } = database
        .prepare('SELECT s.id, s.sealed FROM secrets s JOIN env_vars v ON v.secret_id = s.id WHERE v.key = ?')
        .get(key) as { id: string; sealed: Buffer };
      change(sealed);
      database.prepare('UPDATE secrets SET sealed = ? WHERE id = ?').run(sealed, id);
    } finally {
      database.close();
    }
  }

  it('keeps its rows while the vault is locked, and fits a phone', async () => {
    await add('trip', 'PLAIN', 'readable', false);
    await page.goto('/projects/trip');
    await button('Reveal QUOTES').click();
    await page.getByText(HARD_VALUES.QUOTES ?? '').waitFor();
    await console.api('POST', '/vault/lock');
    await page.getByText('Secret values are not available.').waitFor();
    await page.getByText(HARD_VALUES.QUOTES ?? '').waitFor({ state: 'detached' });
    await expectAccessible(page, 'locked');
    expect(await button('Reveal QUOTES').count()).toBe(0);
    await button('Copy PLAIN').waitFor();
    await button('PLAIN').click();
    await dialog().getByLabel('Value').fill('changed');
    await button('Save', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    await button('Add variable').click();
    await dialog().getByLabel('Name').fill('NEW_SECRET');
    await dialog().getByLabel('Value').fill('not-kept');
    await button('Add variable', dialog()).click();
    await dialog().getByText('The vault is locked').waitFor();
    expect(await dialog().getByLabel('Name').inputValue()).toBe('NEW_SECRET');
    await page.keyboard.press('Escape');
    for (const width of [360, 700, 1000]) {
      await page.setViewportSize({ width, height: 740 });
      await expectNoOverflow(page, `variables at ${width}`);
    }
  });
});
