import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { listScratch } from '../../folders.ts';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { ADA, startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

/** One person's way: a backup, another computer, and back again. */
describe('restoring in the console', () => {
  let original: TestConsole;
  let fresh: TestConsole;
  let browser: Browser;
  let page: Page;
  let root: string;
  let words: string;
  let identity: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'temps-restoring-'));
    mkdirSync(join(root, 'stick'));
    if (!hasChromium()) return;
    [original, fresh, browser] = await Promise.all([
      startConsole(),
      startConsole({ isSetUp: false }),
      launchBrowser(),
    ]);
    identity = await generateX25519Identity();
    await original.api('POST', '/projects', { name: 'shop' });
    const { id } = await original.api('POST', '/backups/destinations', {
      kind: 'folder',
      name: 'stick',
      path: join(root, 'stick'),
      recipients: [await identityToRecipient(identity)],
    });
    await original.api('POST', `/backups/destinations/${id}/run`);
    ({ words } = await original.api('POST', '/vault/key/copies', { format: 'words' }).then((made) => ({
      words: made.words.join(' '),
    })));
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([original?.stop(), fresh?.stop()]);
    rmSync(root, { recursive: true, force: true });
  });

  async function paste(text: string): Promise<void> {
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByLabel('The copy as text').fill(text);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  it('brings everything back where there is nothing yet, by the words on paper', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: fresh.served.url });
    page = await context.newPage();
    await page.goto(fresh.served.setupUrl as string);
    await page.getByRole('button', { name: 'Restore from a backup' }).click();
    await page.getByLabel('Where the backup is').fill(join(root, 'nowhere'));
    await page.getByRole('button', { name: 'Check this backup' }).click();
    await page.getByText(/There is no folder .*nowhere/).waitFor();
    await expectAccessible(page, 'a backup that is not there');
    await page.getByLabel('Where the backup is').fill(join(root, 'stick'));
    await page.getByRole('button', { name: 'Check this backup' }).click();

    await page.getByRole('heading', { name: 'Give a copy of the key' }).waitFor();
    const { fingerprint } = await original.api('GET', '/vault/status');
    await page.getByText(`needs the key ${fingerprint}`).waitFor();
    await expectAccessible(page, 'the key of a backup');
    const other = MasterKey.generate();
    await paste(formatWords(other));
    await page.getByText(other.fingerprint).waitFor();
    await paste(words);

    await page.getByRole('heading', { name: /^Bring .* back$/ }).waitFor();
    await page.getByRole('row', { name: /^Projects 1$/ }).waitFor();
    await page.getByText('Whether there are newer ones elsewhere is not known here.').waitFor();
    await expectAccessible(page, 'what a restore would do');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'what a restore would do, on a telephone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: /^Restore 1 project and/ }).click();
    await page.getByRole('heading', { name: /^Everything of .* is back$/ }).waitFor();
    await expectAccessible(page, 'what was restored');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByLabel('E-mail').fill(ADA.email);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Is the old computer gone?').waitFor();
    await page.getByRole('link', { name: 'shop' }).first().waitFor();
    await expectAccessible(page, 'the question about the old computer');
    await page.getByRole('button', { name: 'It still runs' }).click();
    await page.getByText('The old computer still runs.').waitFor();
    await page.getByRole('button', { name: 'It is gone' }).click();
    await page.getByText('The old computer still runs.').waitFor({ state: 'detached' });
  });

  it('takes a file of the computer of the browser, says how far it is, and can be cancelled', async () => {
    const { backups } = await original.api('GET', '/backups');
    const path = join(root, 'exported.tar');
    await original.api('POST', `/backups/${backups[0].id}/export`, { path });
    ({ page } = await original.open(browser, '/restore'));
    await page.getByRole('radio', { name: 'Upload', exact: true }).click();
    const send = page.getByRole('button', { name: 'Upload and check' });
    expect(await send.isDisabled()).toBe(true);
    await expectAccessible(page, 'a file to upload');
    const choose = async (name: string, bytes: Buffer) => {
      writeFileSync(join(root, name), bytes);
      await page.getByLabel('Choose a file', { exact: true }).setInputFiles(join(root, name));
      await page.getByText(name).waitFor();
      await send.click();
    };
    await choose('picture.tar', Buffer.alloc(5000, 7));
    await page.getByText(/picture\.tar is damaged: it is not one file with a backup/).waitFor();
    expect(listScratch(original.dataDir).includes('upload')).toBe(false);

    // It begins well, and has more pieces than one: the second is lost once, and the third is held.
    const long = Buffer.concat([readFileSync(path), Buffer.alloc(4 * 1024 * 1024)]);
    const held = Promise.withResolvers<void>();
    const asked: string[] = [];
    await page.route(/uploads\/.*offset=/, async (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('offset') ?? '');
      if (asked.length === 2) return await route.abort('connectionreset');
      if (asked.length === 4) await held.promise;
      // Of one that was cancelled there is nothing to continue.
      await route.continue().catch(() => undefined);
    });
    await choose('long.tar', long);
    await page.getByText(/^Uploading long\.tar: .* 49 %$/).waitFor();
    expect(asked).toEqual(['0', '1048576', '1048576', '2097152']);
    await expectAccessible(page, 'an upload');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'an upload, on a telephone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Cancel' }).click();
    // At once, also while a piece is on its way.
    await page.getByText('The upload was cancelled. Nothing of it was kept.').waitFor();
    held.resolve();
    await expect.poll(() => listScratch(original.dataDir).includes('upload')).toBe(false);
    await page.unrouteAll({ behavior: 'wait' });

    await choose('whole.tar', readFileSync(path));
    await page.getByRole('heading', { name: /^Bring .* back$/ }).waitFor();
    expect(listScratch(original.dataDir).includes('upload')).toBe(false);
    await page.getByRole('button', { name: 'Choose another backup' }).click();
    await page.getByRole('heading', { name: 'Restore from a backup' }).waitFor();
    await expect.poll(async () => (await original.api('GET', '/backups/restores')).current).toBe(null);
  });

  it('brings back what is plain by a recovery key alone, not verified, and opens by the words later', async () => {
    const bare = await startConsole({ isSetUp: false });
    try {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: bare.served.url });
      page = await context.newPage();
      const urls: string[] = [];
      page.on('request', (request) => urls.push(request.url()));
      await page.goto(bare.served.setupUrl as string);
      await page.getByRole('button', { name: 'Restore from a backup' }).click();
      await page.getByLabel('Where the backup is').fill(join(root, 'stick'));
      await page.getByRole('button', { name: 'Check this backup' }).click();
      await page.getByRole('heading', { name: 'Give a copy of the key' }).waitFor();
      const other = await generateX25519Identity();
      await page.getByRole('radio', { name: 'Paste' }).click();
      await page.getByLabel('The copy as text').fill(other);
      await page.getByText('An identity of age').waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText(await identityToRecipient(other)).waitFor();
      await expectAccessible(page, 'an identity that a backup is not encrypted for');
      await page.getByLabel('The copy as text').fill(`# created: today\n${identity}\n`);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Not verified.').waitFor();
      await page.getByText(await identityToRecipient(identity)).waitFor();
      await page.getByRole('row', { name: /^Projects 1$/ }).waitFor();
      await expectAccessible(page, 'a backup that nobody vouches for');
      await page.setViewportSize({ width: 360, height: 740 });
      await expectNoOverflow(page, 'a backup that nobody vouches for, on a telephone');
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: /^Restore 1 project/ }).click();
      await page.getByRole('heading', { name: /^The backup of .* is back, not verified$/ }).waitFor();
      expect(urls.join('\n')).not.toContain(identity);
      expect(bare.served.output()).not.toContain(identity.slice(16));
      const { fingerprint } = await original.api('GET', '/vault/status');
      const status = await bare.api('GET', '/vault/status');
      expect(status).toMatchObject({ state: 'locked', detail: expect.stringContaining(fingerprint) });
      await bare.api('POST', '/vault/unlock', { method: 'words', words });
      expect(await bare.api('GET', '/vault/status')).toMatchObject({ state: 'running', fingerprint });
    } finally {
      await bare.stop();
    }
  });

  it('replaces the database of one that is in use, keeps that beside, and puts it back', async () => {
    await original.api('POST', '/projects', { name: 'made since' });
    ({ page } = await original.open(browser, '/backups'));
    await page.getByRole('button', { name: /^More for the backup of/ }).click();
    await page.getByRole('menuitem', { name: 'Restore…' }).click();
    await page.getByRole('button', { name: 'Check this backup' }).click();
    await page.getByText('Not in the backup: 1 project: made since.').waitFor();
    await page.getByRole('row', { name: /^Projects 2 1 1 fewer$/ }).waitFor();
    await expectAccessible(page, 'what a restore would replace');
    await page.getByRole('button', { name: /^Restore 1 project/ }).click();
    await page.getByRole('heading', { name: /^Everything of .* is back$/ }).waitFor();

    ({ page } = await original.open(browser, '/backups'));
    await page.getByText('Former databases').waitFor();
    // This computer made it.
    expect(await page.getByText('Is the old computer gone?').count()).toBe(0);
    await expectAccessible(page, 'a former database');
    await page.getByRole('button', { name: 'Put it back…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Put it back' }).click();
    await expect
      .poll(async () => (await original.api('GET', '/projects').catch(() => null))?.projects.length)
      .toBe(2);
  });
});
