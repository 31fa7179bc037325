import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { hasKeyring, startKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import { expectAccessible } from './support/accessibility.ts';
import { hasChromium } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { it, launchForTests } from './support/in-browser.ts';
import { loseKey, seedShop, takeWords } from './support/lost-key.ts';
import { expectNoOverflow, PASSWORD, signInAs } from './support/visitors.ts';

const withKeyring = requires(
  'a real Secret Service',
  hasChromium() && hasKeyring(),
  'needs chromium, dbus, gnome-keyring and gdbus',
);

/** A passphrase is slow to try on purpose, and this tries four. */
const SLOW_MS = 180_000;

/** What someone with the kit in hand may take, from the locked page to a running vault. */
const STEPS_MS = 120_000;

describe('a locked vault', () => {
  let browser: Browser;
  let opened: TestConsole | null = null;

  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(async () => {
    await opened?.stop();
    opened = null;
  });

  async function openShop(options: Parameters<typeof startConsole>[0] = {}): Promise<TestConsole> {
    opened = await startConsole(options);
    await seedShop(opened, { API_TOKEN: 'sk-kept', OTHER_TOKEN: 'kept too' });
    return opened;
  }

  it('opens again with the 24 words typed by keyboard, finds the typo, and goes back where one was', async () => {
    const c = await openShop();
    const words = await takeWords(c);
    const keyFile = join(c.dataDir, 'encryption_key');
    const key = readFileSync(keyFile, 'utf8');
    await loseKey(c);
    const { page } = await c.open(browser, '/projects/shop');
    const startedAt = Date.now();
    await page.getByRole('alert').getByRole('link', { name: 'Unlock…' }).click();
    await page.getByRole('heading', { name: 'Locked: the key file is missing' }).waitFor();
    await page.getByText(`There is no key at ${keyFile}.`).waitFor();
    await expectAccessible(page, 'locked, the key is missing');

    await page.getByRole('textbox', { name: 'Word 1', exact: true }).focus();
    const meant = words[8] as string;
    for (const [at, word] of words.entries()) await page.keyboard.type(`${at === 8 ? `${meant}q` : word} `);
    await page.getByText('Word 9 is not on the list').waitFor();
    expect(await page.getByRole('button', { name: 'Unlock', exact: true }).isEnabled()).toBe(false);
    await expectAccessible(page, 'locked, a word to mend');
    await page.getByRole('button', { name: meant, exact: true }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'Unlock');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/projects/shop');
    expect(Date.now() - startedAt).toBeLessThan(STEPS_MS);

    await page.getByText('Unlocked', { exact: true }).waitFor();
    expect((await c.api('GET', '/vault/status')).case).toBe('running');
    expect(readFileSync(keyFile, 'utf8')).toBe(key);
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(`value="${meant}"`);
  });

  withKeyring('asks whether its directory was moved or copied, and opens with the answer', async () => {
    const keyring = await startKeyring();
    const c = await openShop({ args: ['--custody', 'keychain'], env: keyring.env });
    const original = `${c.dataDir}-original`;
    try {
      await c.served.stop();
      renameSync(c.dataDir, original);
      cpSync(original, c.dataDir, { recursive: true });
      await c.restart();
      const { page } = await c.open(browser, '/key');
      await page.getByRole('heading', { name: 'Locked: this directory was moved or copied' }).waitFor();
      await page.getByRole('heading', { name: 'Was this data directory moved or copied?' }).waitFor();
      await page.getByRole('button', { name: 'It was moved or restored' }).waitFor();
      await expectAccessible(page, 'locked, moved or copied');
      await page.getByRole('button', { name: 'It is a copy' }).click();
      await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
      expect(await c.api('GET', '/vault/status')).toMatchObject({ case: 'running', relocation: null });
    } finally {
      rmSync(original, { recursive: true, force: true });
      await opened?.stop();
      opened = null;
      keyring.stop();
    }
  });

  it('says of a wrong copy whose it is, and stays locked', async () => {
    const c = await openShop();
    await loseKey(c);
    const { page } = await c.open(browser, '/key');
    await page.getByRole('radio', { name: 'Paste' }).click();
    const field = page.getByRole('textbox').first();
    await field.fill('ab'.repeat(32));
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'never belonged to this instance' }).waitFor();
    await field.fill('zz'.repeat(32));
    expect(await page.getByRole('alert').filter({ hasText: 'never belonged' }).count()).toBe(0);
    expect((await c.api('GET', '/vault/status')).case).toBe('missing');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').filter({ hasText: 'No key at' }).waitFor();
    expect(existsSync(join(c.dataDir, 'encryption_key'))).toBe(false);
  });

  it('shows both fingerprints when another key was found, on a telephone too', async () => {
    const c = await openShop();
    const { fingerprint } = await c.api('GET', '/vault/key');
    await c.served.stop();
    writeFileSync(join(c.dataDir, 'encryption_key'), `${'ab'.repeat(32)}\n`);
    await c.restart();
    const { found_fingerprint } = await c.api('GET', '/vault/status');
    const { page } = await c.open(browser, '/key', { viewport: { width: 360, height: 740 } });
    await page.getByRole('heading', { name: 'Locked: the key file holds another key' }).waitFor();
    const needed = page.getByRole('region', { name: 'The key this instance needs' });
    await needed.getByText(fingerprint, { exact: true }).waitFor();
    await needed.getByText(found_fingerprint, { exact: true }).waitFor();
    await expectNoOverflow(page, 'locked, another key');
    await expectAccessible(page, 'locked, another key');
  });

  it('starts over only behind its name, and says what would be lost', async () => {
    const c = await openShop();
    await c.api('POST', '/api-keys', { name: 'nightly', role_type: 'reader' });
    await loseKey(c);
    const { instance } = await c.api('GET', '/vault/status');
    const { page } = await c.open(browser, '/key');
    await page.getByRole('button', { name: 'Start over…' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Start over and give up 3 secrets?' });
    await dialog.getByText('2 variables and 1 API key').waitFor();
    await expectAccessible(page, 'start over');
    const giveUp = dialog.getByRole('button', { name: 'Give up 3 secrets' });
    expect(await giveUp.isEnabled()).toBe(false);
    await dialog.getByRole('textbox', { name: /Type .* to start over/ }).fill(`${instance.name}s`);
    expect(await giveUp.isEnabled()).toBe(false);
    await dialog.getByRole('textbox', { name: /Type .* to start over/ }).fill(instance.name);
    await dialog.getByRole('radio', { name: 'A passphrase you type' }).click();
    expect(await giveUp.isEnabled()).toBe(false);
    await dialog.getByLabel('Passphrase', { exact: true }).fill('short');
    await dialog.getByLabel('Confirm passphrase').fill('short');
    await giveUp.click();
    await dialog.getByRole('alert').waitFor();
    expect((await c.api('GET', '/vault/status')).case).toBe('missing');
    await dialog.getByRole('radio', { name: 'A file in the data directory' }).click();
    await giveUp.click();
    await page.waitForURL('**/recovery');
    await page.getByText('lost secrets replaced').waitFor();
    expect(await c.api('GET', '/vault/status')).toMatchObject({ case: 'running', epoch: 2 });
  });

  it('opens with one press after it was locked on request', async () => {
    const c = await openShop();
    await c.api('POST', '/vault/lock');
    const { page } = await c.open(browser, '/key');
    await page.getByRole('heading', { name: 'Locked: someone locked it' }).waitFor();
    await page
      .getByRole('region', { name: 'Unlock with the stored key' })
      .getByRole('button', { name: 'Unlock' })
      .click();
    await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
  });

  it(
    'opens with the passphrase where that guards the key, and keeps what was typed when it is wrong',
    async () => {
      const c = await openShop();
      const passphrase = 'seven wet stones under moss';
      await c.api('POST', '/vault/custody', { custody: 'passphrase', passphrase });
      await c.restart();
      const { page } = await c.open(browser, '/key');
      await page.getByRole('heading', { name: 'Locked: your passphrase is needed' }).waitFor();
      const field = page.getByLabel('Passphrase of the key');
      await field.fill('seven wet stones under sand');
      await field.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'passphrase' }).waitFor();
      expect(await field.inputValue()).toBe('seven wet stones under sand');
      await expectAccessible(page, 'locked, passphrase wrong');
      await field.fill(passphrase);
      await field.press('Enter');
      await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
      // What that means for signing in is said before a second factor is on.
      await page.goto('/account');
      await page.getByRole('button', { name: 'Set up' }).click();
      await page
        .getByRole('dialog', { name: 'Set up the second factor' })
        .getByText('After each start the vault waits for its passphrase')
        .waitFor();
      await expectAccessible(page, 'set up the second factor, under a passphrase');
    },
    SLOW_MS,
  );

  it('tells those who may not unlock who can, and offers them nothing', async () => {
    const c = await openShop();
    await c.api('POST', '/vault/lock');
    const { page } = await signInAs(c, browser, { email: 'rhea@example.org', role: 'reader' });
    await page.goto('/secrets');
    await page.getByText('An administrator of this instance can fix it.').waitFor();
    expect(await page.getByRole('link', { name: 'Unlock…' }).count()).toBe(0);
    await page.goto('/key');
    await page.getByRole('heading', { name: 'An administrator can unlock it' }).waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    await expectAccessible(page, 'locked, for a reader');
    await c.api('POST', '/vault/unlock', { method: 'custody' });
    await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
  });

  it('is unlocked with a copy by someone whose second factor it keeps, and then takes the code', async () => {
    const c = await openShop();
    const words = await takeWords(c);
    const person = { email: 'mara@example.org', role: 'admin' } as const;
    const first = await signInAs(c, browser, person);
    const post = (path: string, data?: object) =>
      first.context.request.post(path, { data, headers: { origin: c.served.url } });
    const { secret_key: secret } = await (await post('/api/users/me/mfa/setup')).json();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await post('/api/users/me/mfa/verify', { code: totp.generate() });
    await first.context.close();
    await loseKey(c);

    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: c.served.url,
      viewport: { width: 360, height: 740 },
    });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 401) refused.push(new URL(response.url()).pathname);
    });
    await page.goto('/');
    await page.getByLabel('E-mail').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Unlock it first, with a copy of the key.').waitFor();
    const code = page.getByLabel('Code', { exact: true });
    await code.fill('123456');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').filter({ hasText: 'One of your recovery codes works.' }).waitFor();
    await page.getByRole('button', { name: 'Unlock with a copy of the key' }).click();
    const form = page.getByRole('region', { name: 'Unlock with a copy' });
    await form.waitFor();
    await expectAccessible(page, 'second factor, locked');
    await expectNoOverflow(page, 'second factor, locked');

    await form.getByRole('radio', { name: 'Paste' }).click();
    await form.getByRole('textbox').fill('ab'.repeat(32));
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'never belonged to this instance' }).waitFor();
    await form.getByRole('radio', { name: '24 words' }).click();
    for (const [at, word] of words.entries())
      await form.getByRole('textbox', { name: `Word ${at + 1}`, exact: true }).fill(word);
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByText('The vault is unlocked. Enter the current code to sign in.').waitFor();
    expect(await code.inputValue()).toBe('123456');
    expect(await form.count()).toBe(0);
    expect((await c.api('GET', '/vault/status')).case).toBe('running');
    expect(existsSync(join(c.dataDir, 'encryption_key'))).toBe(false);
    // Nothing was asked for that is not open yet.
    expect(refused).toEqual([]);
    // The one at set-up was taken; one step ahead is as well.
    await code.fill(totp.generate({ timestamp: Date.now() + 30_000 }));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await context.close();
  });

  it('offers an administrator a copy alone, and leaves the stored key to the owner', async () => {
    const c = await openShop();
    const { page, context } = await signInAs(c, browser, { email: 'mara@example.org', role: 'admin' });
    await page.goto('/key');
    await page.getByRole('button', { name: 'Lock now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lock the vault now?' });
    await dialog.getByText('To unlock it, you need a copy.').waitFor();
    await dialog.getByRole('button', { name: 'Lock now' }).click();
    await page.getByRole('heading', { name: 'Locked: someone locked it' }).waitFor();
    await page.getByText('Only the owner of this machine can unlock with the key stored there.').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByRole('textbox').fill(readFileSync(join(c.dataDir, 'encryption_key'), 'utf8'));
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByRole('heading', { name: 'Encryption key' }).waitFor();
    await context.close();
  });

  withKeyring('waits for a locked keyring, and runs by itself once it opens', async () => {
    const keyring = await startKeyring();
    try {
      const c = await openShop({ args: ['--custody', 'keychain'], env: keyring.env });
      await c.served.stop();
      keyring.lock();
      await c.restart();
      const { page } = await c.open(browser, '/projects/shop');
      await page.getByRole('alert').getByRole('link', { name: 'Unlock…' }).click();
      await page.getByRole('heading', { name: /^Locked: .* is locked$/ }).waitFor();
      await page.getByText(/It is checked automatically every few seconds, last at/).waitFor();
      await keyring.unlock();
      await page.waitForURL('**/projects/shop');
      expect((await c.api('GET', '/vault/status')).case).toBe('running');
    } finally {
      await opened?.stop();
      opened = null;
      keyring.stop();
    }
  });
});

/** Presses Tab until the focused control has this name. */
async function tabTo(page: Page, name: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Tab');
        return page.evaluate(() => document.activeElement?.textContent ?? '');
      },
      { interval: 0 },
    )
    .toBe(name);
}
