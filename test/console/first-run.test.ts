import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { hasKeyring, startKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import { expectAccessible } from './support/accessibility.ts';
import { hasChromium } from './support/browser.ts';
import { ADA, startConsole, type TestConsole } from './support/console.ts';
import { it, launchForTests } from './support/in-browser.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

const withKeyring = requires(
  'a real Secret Service',
  hasChromium() && hasKeyring(),
  'needs chromium, dbus, gnome-keyring and gdbus',
);

describe('setting up in a browser', () => {
  let browser: Browser;
  let opened: TestConsole | null = null;
  let nas: string;

  beforeEach(() => {
    nas = mkdtempSync(join(tmpdir(), 'temps-first-run-'));
  });
  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(async () => {
    rmSync(nas, { recursive: true, force: true });
    await opened?.stop();
    opened = null;
  });

  async function openSetUp(
    options: Parameters<typeof startConsole>[0] = {},
  ): Promise<{ c: TestConsole; page: Page }> {
    opened = await startConsole({ ...options, isSetUp: false });
    const page = await newPage(browser, opened);
    await page.goto(opened.served.setupUrl as string);
    return { c: opened, page };
  }

  it('goes from the link to a proven copy of words and a first project, by keyboard alone', async () => {
    const { c, page } = await openSetUp();
    const { keyboard } = page;
    await page.getByRole('heading', { name: 'Your key was created' }).waitFor();
    const { fingerprint } = await c.api('GET', '/vault/key');
    await page.getByText(fingerprint, { exact: true }).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    await expectAccessible(page, 'your key');
    await keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Create your account' }).waitFor();
    await expect.poll(() => focusedLabel(page)).toBe('E-mail');
    await keyboard.type(ADA.email);
    await keyboard.press('Tab');
    await keyboard.type(ADA.name);
    await keyboard.press('Tab');
    await keyboard.type(ADA.password);
    await keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Keep a second copy of your key' }).waitFor();
    await expectAccessible(page, 'a copy you keep');
    await tabTo(page, 'USB stick');
    // Held as fingers hold it: a choice moves with the key down.
    await keyboard.press('ArrowDown', { delay: 60 });
    await expect.poll(() => focusedLabel(page)).toMatch(/^Password manager/);
    await keyboard.press('ArrowDown', { delay: 60 });
    await expect.poll(() => focusedLabel(page)).toMatch(/^Paper/);
    await tabTo(page, 'Paper kit');
    await keyboard.press('ArrowRight', { delay: 60 });
    await expect.poll(() => focusedLabel(page)).toMatch(/^24 words/);
    await keyboard.press('Space');
    await tabTo(page, 'Continue');
    await keyboard.press('Enter');

    await page.getByText('Word 1 of 24').waitFor();
    expect(await page.getByRole('status', { name: 'Word 1' }).count()).toBe(0);
    await tabTo(page, 'Show the word');
    await keyboard.press('Enter');
    await expectAccessible(page, 'one word');
    const words: string[] = [];
    for (let at = 1; at <= 24; at++) {
      words.push((await page.getByLabel(`Word ${at}`, { exact: true }).textContent()) ?? '');
      await tabTo(page, at < 24 ? 'Next word' : 'I wrote them down');
      await keyboard.press('Enter');
    }
    expect(new Set(words.filter((word) => /^[a-z]{3,8}$/.test(word))).size).toBeGreaterThan(15);

    await page.getByRole('button', { name: 'Check the words' }).waitFor();
    expect(await holdsAny(page, words)).toEqual([]);
    await answerThree(page, words);
    await page.getByRole('heading', { name: 'And where does the database go?' }).waitFor();
    await expectAccessible(page, 'a place for the database');
    await tabTo(page, 'A folder on another drive');
    await tabTo(page, 'Choose the folder…');
    await keyboard.press('Enter');
    await expect.poll(() => focusedLabel(page)).toBe('Name');
    await keyboard.type('NAS');
    await keyboard.press('Tab');
    await keyboard.type(nas);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'How often, and the first one now' }).waitFor();
    await page.getByText('every day at 03:00').waitFor();
    await expectAccessible(page, 'how often');
    await tabTo(page, 'Back up now');
    await keyboard.press('Enter');
    await page.getByText('The drill passed').waitFor();
    expect((await c.api('GET', '/backups')).backups).toMatchObject([
      { destination: 'NAS', state: 'confirmed', drill_result: 'passed' },
    ]);
    expect(await c.api('GET', '/backups/schedules')).toMatchObject([
      { name: 'Nightly', schedule_expression: '0 3 * * *', enabled: true },
    ]);
    await page.getByRole('heading', { name: 'All set' }).waitFor();
    // What the instance says of both halves, and no more.
    const { recovery } = (await c.api('GET', '/vault/status')).health;
    await page.getByText(recovery.sentence).waitFor();
    await expectAccessible(page, 'a first project');
    const { copies } = await c.api('GET', '/vault/key/copies');
    expect(copies).toMatchObject([{ format: 'words', fingerprint, separate: true }]);
    expect(copies[0].verified_at).not.toBeNull();

    await expect.poll(() => focusedLabel(page)).toBe('Project name');
    await keyboard.type('Shop');
    await page.getByLabel('Paste your .env').focus();
    await keyboard.insertText('PORT=3000\nSTRIPE_SECRET_KEY=sk_live_4242424242424242\n');
    await tabTo(page, 'Create project with 2 variables');
    await keyboard.press('Enter');
    await page.waitForURL('**/projects/shop');
    const variables = await c.api('GET', '/projects/shop/env-vars');
    expect(JSON.stringify(variables)).toContain('STRIPE_SECRET_KEY');
  });

  it('claims nothing of a database that has no place yet', async () => {
    const { page } = await openSetUp();
    await page.getByRole('button', { name: 'Start new' }).click();
    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radio', { name: 'Paper' }).click();
    await page.getByRole('radio', { name: '24 words', exact: true }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Show the word' }).click();
    const words: string[] = [];
    for (let at = 1; at <= 24; at++) {
      words.push((await page.getByLabel(`Word ${at}`, { exact: true }).textContent()) ?? '');
      await page.getByRole('button', { name: at < 24 ? 'Next word' : 'I wrote them down' }).click();
    }
    await page.getByRole('button', { name: 'Check the words' }).waitFor();
    await answerThree(page, words);
    await page.getByRole('button', { name: 'Later' }).click();
    await page.getByRole('heading', { name: 'Your first project' }).waitFor();
    await page.getByText(/The database itself is on this computer only/).waitFor();
    await page.getByText('Left for later.').waitFor();
    await page.getByText('Done: A copy you keep').waitFor();
    await page.getByText('Now: A place for the database').waitFor();
    await expectAccessible(page, 'a first project, without a place for the database');
  });

  it('leaves the place of the database for later, says what that means, and is led back to by Home', async () => {
    opened = await startConsole();
    await opened.api('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'sk-1']],
    });
    const { page } = await opened.open(browser, '/');
    await page
      .getByRole('region', { name: /^Health/ })
      .getByRole('link', { name: 'Choose a place' })
      .click();
    await page.getByRole('heading', { name: 'And where does the database go?' }).waitFor();
    await page.getByText(/Until then the database is on this computer only/).waitFor();
    await page.getByRole('radio', { name: 'A bucket (S3)' }).click();
    await page.getByRole('button', { name: 'Choose the bucket…' }).click();
    await page.getByRole('dialog', { name: 'Add a bucket' }).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Later' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    expect((await opened.api('GET', '/backups/destinations')).destinations).toEqual([]);

    await page.goto('/first-run/database');
    await page.getByRole('button', { name: 'Choose the folder…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a folder' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('NAS');
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(nas);
    await dialog.getByRole('button', { name: 'Add folder' }).click();
    await page.getByRole('radio', { name: 'Every 6 hours' }).click();
    // It is gone when it is to be written to: what was done until then stays, and is not done twice.
    renameSync(nas, `${nas}-away`);
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('No backup was made at NAS.').waitFor();
    await expectAccessible(page, 'a first backup that failed');
    await page.getByText('A backup every 6 hours').waitFor();
    renameSync(`${nas}-away`, nas);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The drill passed').waitFor();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    expect(await opened.api('GET', '/backups/schedules')).toMatchObject([
      { schedule_expression: '0 */6 * * *' },
    ]);
    // There is a place now.
    expect(await page.getByRole('link', { name: 'Choose a place' }).count()).toBe(0);
  });

  it('sends those who may make no backup, and the owner of a locked vault, where they can do something', async () => {
    opened = await startConsole();
    const { page: reader } = await signInAs(opened, browser, { email: 'rhea@example.org', role: 'reader' });
    await reader.goto('/first-run/database');
    await reader.getByRole('heading', { name: 'Home' }).waitFor();
    const { page } = await opened.open(browser, '/');
    await opened.api('POST', '/vault/lock');
    await page.goto('/first-run/database');
    await page.getByText('Waits for the key.').waitFor();
  });

  it('asks where the key is kept where no custody took it, or makes it later', async () => {
    // A file from outside that nobody named: as a keychain that is not there, without waiting for one.
    const { c, page } = await openSetUp({ args: ['--custody', 'external'] });
    await page.getByRole('heading', { name: 'Where should your key be stored?' }).waitFor();
    await expectAccessible(page, 'where the key is kept');
    await page.getByRole('button', { name: 'Continue without a key for now' }).click();
    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Name').fill(ADA.name);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Continue' }).click();

    // Signed in, without a key: the page of the key makes it.
    await page.getByRole('heading', { name: /^Locked/ }).waitFor();
    await expectAccessible(page, 'locked, before the first key');
    expect((await c.api('GET', '/vault/status')).fingerprint).toBeNull();
    await page.getByRole('radio', { name: 'A file in the data directory' }).click();
    await page.getByRole('button', { name: 'Create the key' }).click();
    await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
    expect(await c.api('GET', '/vault/status')).toMatchObject({
      state: 'running',
      custody: { name: 'file' },
    });
  });

  withKeyring('goes on by itself once a locked keyring is opened, and keeps the key there', async () => {
    const keyring = await startKeyring();
    try {
      keyring.lock();
      const { c, page } = await openSetUp({ args: ['--custody', 'keychain'], env: keyring.env });
      await page.getByRole('heading', { name: 'Where should your key be stored?' }).waitFor();
      expect((await c.api('GET', '/vault/status')).fingerprint).toBeNull();
      await keyring.unlock();
      await page.getByRole('heading', { name: 'Your key was created' }).waitFor();
      await page.getByText('GNOME Keyring').first().waitFor();
    } finally {
      await opened?.stop();
      opened = null;
      keyring.stop();
    }
  });

  it('says what is wrong with a password while it is typed, and keeps the rest', async () => {
    const { page } = await openSetUp();
    await page.getByRole('button', { name: 'Start new' }).click();
    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Name').fill(ADA.name);
    const password = page.getByLabel('Password', { exact: true });
    // The dictionaries are half a megabyte: nobody fetches them who does not choose a password.
    const loaded = () =>
      page.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('passphrase-strength')),
      );
    expect(await loaded()).toBe(false);
    await password.focus();
    await expect.poll(loaded).toBe(true);
    await password.fill('short');
    await page.getByText('7 more characters').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').filter({ hasText: 'At least 12 characters' }).waitFor();
    await password.fill('ä'.repeat(37));
    await page.getByRole('alert').filter({ hasText: '74 bytes; at most 72 are allowed' }).waitFor();
    await password.fill('passwordpassword');
    await page.getByText('Easy to guess').waitFor();
    await password.fill('velvet kitchen tulip');
    await page.getByText('Good', { exact: true }).waitFor();
    await password.fill(`${ADA.name} ${ADA.email}`);
    await page.getByText('Easy to guess').waitFor();
    await password.fill('brisk lantern under seven quiet boats');
    await page.getByText('Strong', { exact: true }).waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(ADA.email);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Keep a second copy of your key' }).waitFor();

    // Later leaves at once, and the key page says what is missing.
    await page.getByRole('link', { name: 'Later' }).click();
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Encryption key' })
      .click();
    await page.getByText('No copies yet').waitFor();
  });

  it('takes no link that was used, and says how to get another', async () => {
    const { c, page } = await openSetUp();
    await page.getByRole('heading', { name: 'Your key was created' }).waitFor();
    await page.goto('/link#purpose=setup&token=wrong');
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await page.getByText('temps-desktop console').waitFor();
    await expectAccessible(page, 'a link that is over');
    await c.api('POST', '/users/administrator', ADA);
    await page.goto(c.served.setupUrl as string);
    await page.getByRole('heading', { name: 'This instance is already set up' }).waitFor();
  });

  it('fits a telephone', async () => {
    const { c, page } = await openSetUp();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Start new' }).click();
    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Name').fill(ADA.name);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Keep a second copy of your key' }).waitFor();
    for (const way of ['Password manager', 'Paper', 'File elsewhere', 'USB stick']) {
      await page.getByRole('radio', { name: way }).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
    await page.goto('/first-run/database');
    await page.getByRole('heading', { name: 'And where does the database go?' }).waitFor();
    await expectNoOverflow(page, 'a place for the database');
    await c.api('POST', '/backups/destinations', { kind: 'folder', name: 'NAS'.repeat(30), path: nas });
    await page.reload();
    await page.getByText('every day at 03:00').waitFor();
    await expectNoOverflow(page, 'how often');
  });
});

async function newPage(browser: Browser, c: TestConsole): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    baseURL: c.served.url,
    viewport: { width: 1280, height: 800 },
  });
  return await context.newPage();
}

/** The accessible name, near enough, of what has the focus. */
async function focusedLabel(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement)) return '';
    const labels = at instanceof HTMLInputElement || at instanceof HTMLButtonElement ? at.labels : null;
    return (at.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? at.textContent ?? '').trim();
  });
}

/** Tabs until something whose name begins like this has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await focusedLabel(page)).startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not reach ${name}; it is at ${await focusedLabel(page)}`);
}

/** Types the three words asked for. */
async function answerThree(page: Page, words: readonly string[]): Promise<void> {
  const labels = await page.locator('label', { hasText: /^Word \d+$/ }).allTextContents();
  expect(labels).toHaveLength(3);
  for (const label of labels) {
    await tabTo(page, label);
    await page.keyboard.type(words[Number(label.slice(5)) - 1] ?? '');
  }
  await page.keyboard.press('Enter');
}

/** Which of these words the page still holds, as a text or in a field. */
async function holdsAny(page: Page, words: readonly string[]): Promise<string[]> {
  return await page.evaluate((list) => {
    const held = new Set<string>();
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) held.add(walker.currentNode.textContent?.trim() ?? '');
    for (const field of document.querySelectorAll('input, textarea'))
      held.add((field as HTMLInputElement).value.trim());
    return list.filter((word) => held.has(word));
  }, words);
}
