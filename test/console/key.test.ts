import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { makeCopy } from '../../electron/instance/vault/copies/make-copy.ts';
import { StrongPassphrase } from '../../electron/instance/vault/custody/strong-passphrase.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { requires } from '../requires.ts';
import { facts, key as foreignKey } from '../security/crafted-containers.ts';
import { openSticks, whyNoSticks } from '../sticks.ts';
import { expectAccessible } from './support/accessibility.ts';
import { hasChromium, launchBrowser } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { it } from './support/in-browser.ts';
import {
  addSecrets,
  answerThree,
  chooseWay,
  makeForeignKit,
  overflow,
  PASSPHRASE,
  typePassphrase,
} from './support/key-steps.ts';

const whyNot = hasChromium() ? whyNoSticks() : 'needs chromium';
const plugs = requires('sticks in a browser', whyNot === null, whyNot ?? '');
const ZBARIMG = '/usr/bin/zbarimg';
const scans = requires(
  'another program that reads QR codes',
  hasChromium() && existsSync(ZBARIMG),
  'needs zbarimg',
);

describe('the encryption key in a browser', () => {
  let browser: Browser;
  let c: TestConsole;
  let context: BrowserContext;
  let page: Page;
  const folder = mkdtempSync(join(tmpdir(), 'temps-key-pages-'));

  beforeAll(async () => {
    if (!hasChromium()) return;
    [browser, c] = await Promise.all([launchBrowser(), startConsole()]);
    await addSecrets(c);
  });
  afterEach(async () => context?.close());
  afterAll(async () => {
    await browser?.close();
    await c?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(path: string): Promise<void> {
    ({ context, page } = await c.open(browser, path));
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  const listCopies = async () => (await c.api('GET', '/vault/key/copies')).copies;
  const verify = () => page.getByRole('button', { name: 'Verify', exact: true }).click();
  const verdict = () => page.getByRole('status', { name: 'Result' });

  it('says that there is no copy, puts the warning off, and locks only after a second word', async () => {
    await open('/key');
    await page.getByText('Key at risk').first().waitFor();
    await page.getByText('No copies yet').waitFor();
    const { fingerprint } = await c.api('GET', '/vault/key');
    await page
      .getByRole('img', { name: `Key ${fingerprint}` })
      .first()
      .waitFor();
    await expectAccessible(page, 'the key page');

    await page.getByRole('button', { name: 'Remind me later' }).click();
    await page.getByRole('menuitem', { name: 'In 7 days' }).click();
    await page.getByText(/Reminder /).waitFor();

    await page.getByRole('button', { name: 'Lock now' }).click();
    await page.getByRole('dialog', { name: 'Lock the vault now?' }).waitFor();
    await expectAccessible(page, 'lock now');
    await page.getByRole('button', { name: 'Leave it unlocked' }).click();
    expect((await c.api('GET', '/vault/status')).state).toBe('running');
  });

  it('writes a protected file where it is refused at first, and reads it back', async () => {
    await open('/key/copy');
    await expectAccessible(page, 'choosing a format');
    await chooseWay(page, 'USB stick or other drive');
    await page.getByRole('button', { name: 'Type a path…' }).click();
    await page.getByLabel('Path on the instance’s machine').fill(folder);
    await page.getByRole('button', { name: 'Use this path' }).click();
    await page.getByText('on the same physical disk as the database').last().waitFor();
    await page.getByRole('button', { name: 'Keep it there anyway…' }).last().click();
    await expectAccessible(page, 'keep it anyway');
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it there anyway' }).click();

    const write = page.getByRole('button', { name: 'Write and verify' });
    await page.getByLabel('Passphrase', { exact: true }).fill('too short');
    await page.getByText('3 more characters').waitFor();
    expect(await write.isDisabled()).toBe(true);
    await typePassphrase(page, 'correct horse battery staple');
    await page.getByText('Easy to guess').waitFor();
    expect(await write.isDisabled()).toBe(true);
    await typePassphrase(page);
    await page.getByLabel('Confirm passphrase').fill(`${PASSPHRASE}x`);
    expect(await write.isDisabled()).toBe(true);
    await typePassphrase(page);
    await expectAccessible(page, 'the passphrase');
    expect(await listCopies()).toEqual([]);
    await write.click();

    await page.getByText('They match. It does not count: it is not in a separate place.').waitFor();
    expect(await page.getByText('It counts').count()).toBe(0);
    const [copy] = await listCopies();
    expect(copy).toMatchObject({ format: 'age', separate: false });
    expect(await page.getByRole('img', { name: `Key ${copy.fingerprint}` }).count()).toBe(2);
    expect(await page.content()).not.toContain(PASSPHRASE);
  });

  plugs('offers no stick that is write-protected, and sees it unplugged and unlocked by itself', async () => {
    const sticks = openSticks();
    try {
      const stick = sticks.make('exfat');
      await stick.plugIn({ readOnly: true });
      await open('/key/copy');
      await chooseWay(page, 'USB stick or other drive');
      const more = page.getByRole('button', { name: /more places…$/ });
      const listed = page.locator('.choice', { has: page.getByTitle(stick.at, { exact: true }) });
      await listed.or(more).first().waitFor();
      if (!(await listed.isVisible())) await more.click();
      await listed.getByText(/write-protected.*Unlock the switch/).waitFor();
      expect(await listed.getByRole('button').count()).toBe(0);

      await stick.eject();
      await listed.waitFor({ state: 'detached' });
      await stick.plugIn();
      // Its image lies on the disk of the database, which is said; a second yes is all it needs now.
      await listed.getByRole('button', { name: 'Keep it there anyway…' }).waitFor();
    } finally {
      await sticks.close();
    }
  });

  it('says of a file or a text what it opens, or what is wrong with it', async () => {
    const path = join(folder, 'mine.age');
    await c.api('POST', '/vault/key/copies', {
      format: 'age',
      path,
      passphrase: PASSPHRASE,
      keep_anyway: true,
    });
    await open('/key/verify');
    await expectAccessible(page, 'verify');
    await page.getByLabel('Choose a file').setInputFiles(path);
    await page.getByText('Encrypted file (age)').waitFor();
    await page.getByLabel('Passphrase of the copy').fill('not the passphrase');
    await verify();
    await page.getByRole('alert').filter({ hasText: 'passphrase is wrong' }).waitFor();
    await page.getByLabel('Passphrase of the copy').fill(PASSPHRASE);
    await verify();
    await verdict().getByText('It works for this instance').waitFor();

    await page.getByRole('button', { name: 'Verify another' }).click();
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByLabel('The copy as text').fill(makeForeignKit());
    await page.getByText('The text of a key copy.').waitFor();
    await verify();
    await verdict().getByText('It belongs to another instance').waitFor();
    await page.getByText('They are different keys.').waitFor();
    await expectAccessible(page, 'a verdict');

    const damaged = join(folder, 'damaged.age');
    writeFileSync(damaged, readFileSync(path).subarray(0, -9));
    await page.getByRole('button', { name: 'Verify another' }).click();
    await page.getByLabel('Choose a file').setInputFiles(damaged);
    await page.getByLabel('Passphrase of the copy').fill(PASSPHRASE);
    await verify();
    await verdict().getByText('It is damaged').waitFor();

    // A KeePass file takes as long as it asks for, which is shown.
    const passphrase = await StrongPassphrase.from(new SecretText(PASSPHRASE), []);
    const keepass = join(folder, 'key.kdbx');
    writeFileSync(keepass, await makeCopy('kdbx', foreignKey, facts, { passphrase, argon2Mib: 12 }));
    // What is wrong can be put right where it was entered.
    await page.getByLabel('Choose a file').setInputFiles(keepass);
    await page.getByLabel('Passphrase of the copy').fill(PASSPHRASE);
    await verify();
    const progress = page.getByRole('progressbar', { name: 'Decrypting the copy with your passphrase' });
    await progress.waitFor();
    expect(Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    await progress.waitFor({ state: 'detached' });
    await verdict().getByText('It belongs to another instance').waitFor();
  });

  it('takes all the words at once, names the one that is wrong, and proves the copy they are', async () => {
    const mine = await c.api('POST', '/vault/key/copies', { format: 'words', place: 'Words in the safe' });
    await c.api('POST', `/vault/key/copies/${mine.copy.id}/finish`);
    const words: string[] = mine.words;
    const slipped = words.with(8, `${words[8]?.slice(0, 2)}q${words[8]?.slice(2)}`);
    await open('/key');
    await page.getByRole('link', { name: 'Verify now: Words in the safe' }).click();
    await page.getByRole('heading', { name: 'Verify: Words in the safe' }).waitFor();
    await page.getByLabel('Word 1', { exact: true }).focus();
    await page.evaluate(
      (text) => {
        const data = new DataTransfer();
        data.setData('text', text);
        document.activeElement?.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      },
      slipped.map((word, at) => `${at + 1}. ${word}`).join('\n'),
    );
    await page.getByText('24 of 24 words, 1 to fix').waitFor();
    await page.getByText('Word 9 is not on the list').waitFor();
    await expectAccessible(page, 'a word that is wrong');
    await page.getByRole('button', { name: words[8] as string, exact: true }).click();
    await page.getByText(/of this instance\./).waitFor();
    await verify();
    await verdict().getByText('It works for this instance').waitFor();
    for (const word of words.slice(0, 3)) expect(await page.getByText(word, { exact: true }).count()).toBe(0);
    const proven = (await listCopies()).find((copy: { id: number }) => copy.id === mine.copy.id);
    expect(proven.verified_at).not.toBeNull();
  });

  scans('draws a kit whose code a stranger and the page itself can read', async () => {
    await open('/key/copy');
    await chooseWay(page, 'Paper One page', 'Paper kit');
    await page.getByRole('article', { name: 'Paper kit' }).waitFor();
    const hidden = await page.content();
    expect(hidden).not.toMatch(/temps-key:|[0-9a-f]{64}|AGE-SECRET-KEY/);
    await page.getByRole('button', { name: 'Show the key' }).click();
    await page
      .getByRole('article', { name: 'Page of the backups' })
      .getByText(/^AGE-SECRET-KEY-1/)
      .waitFor();
    const code = page.getByRole('img', { name: 'QR code of the key' });
    await code.waitFor();
    await expectAccessible(page, 'the kit');
    const picture = join(folder, 'kit.png');
    await code.scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture });
    const { fingerprint } = await c.api('GET', '/vault/key');
    const read = execFileSync(ZBARIMG, ['--quiet', '--raw', picture], { encoding: 'utf8' });
    expect(read.trim()).toMatch(/^temps-key:v1:[0-9a-f-]{36}:1:[0-9a-f]{64}:/);
    expect(read.trim().endsWith(fingerprint)).toBe(true);

    // Only the sheet is on paper.
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
    expect(await page.getByRole('article', { name: 'Paper kit' }).isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });

    // Another window in front hides it.
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await expect.poll(() => page.content()).not.toMatch(/[0-9a-f]{64}|AGE-SECRET-KEY/);

    await page.getByRole('button', { name: 'I have it on paper' }).click();
    await page.getByRole('radio', { name: 'The QR code' }).click();
    await page.getByLabel('Choose a picture').setInputFiles({
      name: 'cat.png',
      mimeType: 'image/png',
      buffer: await page.locator('.copy-cols').first().screenshot(),
    });
    await page.getByText('No QR code was found in this picture').waitFor();
    await page.getByLabel('Choose a picture').setInputFiles(picture);
    await page.getByText(`Code read: key ${fingerprint}`).waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('They match. It counts.').waitFor();
    expect(await page.content()).not.toMatch(/temps-key:|[0-9a-f]{64}/);
    const kit = (await listCopies()).find((copy: { format: string }) => copy.format === 'pdf');
    expect(kit.verified_at).not.toBeNull();
  });

  it('hands words out one at a time, asks three of them, and other three after a wrong answer', async () => {
    await open('/key/copy');
    await chooseWay(page, 'Paper One page', '24 words');
    await page.getByText('Word 1 of 24').waitFor();
    const words: string[] = [];
    for (let at = 1; at <= 24; at++) {
      const shown = page.getByLabel(`Word ${at}`, { exact: true });
      if (!(await shown.isVisible())) await page.getByRole('button', { name: 'Show the word' }).click();
      words.push((await shown.textContent()) ?? '');
      if (at === 3) {
        await page.evaluate(() => window.dispatchEvent(new Event('blur')));
        await page.getByText('Hidden', { exact: true }).waitFor();
        expect(await page.getByText(words[2] as string, { exact: true }).count()).toBe(0);
        await page.getByRole('button', { name: 'Show the word' }).click();
      }
      await page.getByRole('button', { name: at < 24 ? 'Next word' : 'I wrote them down' }).click();
    }
    await answerThree(page, words.toReversed());
    await page.getByRole('alert').filter({ hasText: 'Now enter these other words' }).waitFor();
    await answerThree(page, words);
    await page.getByText('They match. It counts.').waitFor();
    expect((await c.api('GET', '/vault/status')).health.halves.key).toBe('ok');
  });

  it('copies text for a password manager without drawing it, and takes it pasted back', async () => {
    await open('/key/copy');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await chooseWay(page, 'Password manager', 'Text to paste');
    await page.getByRole('button', { name: 'Copy the text' }).click();
    await page.getByText('Key entry copied').waitFor();
    expect(await page.content()).not.toMatch(/temps-key:|[0-9a-f]{64}/);
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^temps-key:/m);
    // What this page put on the clipboard is gone before it is asked back.
    await page.getByRole('button', { name: 'I saved it' }).click();
    await page.getByLabel('The copy as text').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('');

    // Leaving half way says what remains.
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Leave without verifying the copy?' }).waitFor();
    await expectAccessible(page, 'stopping');
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('The copy as text').fill('nothing of the kind');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('alert').filter({ hasText: 'not a copy of a key' }).waitFor();
    await page.getByLabel('The copy as text').fill(text);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('They match. It counts.').waitFor();
  });

  it('downloads a protected file, which counts by the word of who reads it back, and forgets one', async () => {
    await open('/key/copy');
    await chooseWay(page, 'USB stick or other drive');
    await page.getByRole('button', { name: 'Download it in this browser…' }).click();
    await typePassphrase(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Write and verify' }).click(),
    ]);
    const file = join(folder, 'downloaded.age');
    await download.saveAs(file);
    await page.getByRole('button', { name: 'I have moved it' }).click();
    await page.getByLabel('Choose a file').setInputFiles(file);
    await page.getByLabel('Passphrase of the copy').fill(PASSPHRASE);
    const verify = page.getByRole('button', { name: 'Verify' });
    expect(await verify.isDisabled()).toBe(true);
    await page.getByLabel('Where it lies').fill('stick in the kitchen');
    await expectAccessible(page, 'where a copy lies');
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    await verify.click();
    // This browser has the disk of the database.
    await page.getByRole('alert').filter({ hasText: 'on the machine of the instance now' }).waitFor();
    await page.getByRole('radio', { name: 'A drive that I keep apart' }).click();
    await verify.click();
    await page.getByText('They match. It counts. Where it lies was said by whoever verified it').waitFor();

    await page.getByRole('link', { name: 'Done' }).click();
    // Later it is read back again, with the word that is on record.
    const told = async () =>
      (await listCopies()).find(({ place }: { place: string }) => place === 'stick in the kitchen');
    const verifiedAt = (await told())?.verified_at ?? 0;
    await page.getByRole('link', { name: /^Verify.*: stick in the kitchen$/ }).click();
    await page.getByLabel('Choose a file').setInputFiles(file);
    await page.getByLabel('Passphrase of the copy').fill(PASSPHRASE);
    expect(await page.getByLabel('Where it lies').inputValue()).toBe('stick in the kitchen');
    await page.getByRole('radio', { name: 'A drive that I keep apart' }).click();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByRole('status', { name: 'Result' }).getByText('Where it lies was said').waitFor();
    expect((await told())?.verified_at).toBeGreaterThan(verifiedAt);
    await page.getByRole('link', { name: 'Done' }).click();

    const before = await listCopies();
    await page.getByRole('button', { name: 'More for stick in the kitchen' }).click();
    await page.getByRole('menuitem', { name: 'Forget it…' }).click();
    await expectAccessible(page, 'forgetting a copy');
    await page.getByRole('button', { name: 'Forget copy' }).click();
    await expect.poll(async () => (await listCopies()).length).toBe(before.length - 1);
  });

  it('takes what was begun and left for one thing, and forgets each', async () => {
    for (const { id, finished } of await listCopies())
      if (!finished) await c.api('DELETE', `/vault/key/copies/${id}`);
    for (const place of ['first', 'second', 'third'])
      await c.api('POST', '/vault/key/copies', { format: 'words', place });
    await open('/key');
    const begun = page.getByRole('region', { name: 'Begun, not finished' });
    await begun.getByText('3 copies were begun and not finished').waitFor();
    await expectAccessible(page, 'copies that were begun');
    expect(await page.getByRole('row').filter({ hasText: 'second' }).count()).toBe(0);
    await begun.getByRole('button', { name: /^Forget 24 words, second/ }).click();
    await begun.getByText('2 copies were begun').waitFor();
    for (const place of ['first', 'third'])
      await begun.getByRole('button', { name: new RegExp(`^Forget 24 words, ${place}`) }).click();
    await begun.waitFor({ state: 'detached' });
  });

  it('moves the key only where it can be kept, and says in words why not', async () => {
    await open('/key');
    await page.getByRole('button', { name: 'Move…' }).click();
    await page.getByRole('dialog', { name: 'Move the key' }).waitFor();
    await expectAccessible(page, 'moving the key');
    await page.getByRole('button', { name: 'Move the key' }).click();
    await page.getByText('The key stays where it is.').waitFor();
    expect((await c.api('GET', '/vault/key')).custody.name).toBe('file');
    await page.getByRole('radio', { name: 'A passphrase you type' }).click();
    await typePassphrase(page);
    await page.getByRole('button', { name: 'Move the key' }).click();
    await page.getByText('The key is now stored in a file encrypted with your passphrase').waitFor();
    expect((await c.api('GET', '/vault/key')).custody.name).toBe('passphrase');
    await c.api('POST', '/vault/custody', { custody: 'file' });
  });

  it('starts no rotation while a value does not open, and names it', async () => {
    const database = new Database(join(c.dataDir, 'temps.db'));
    const row = database
      .prepare("SELECT id, sealed FROM secrets WHERE kind = 'env_var' ORDER BY id LIMIT 1")
      .get() as { id: string; sealed: Buffer };
    const put = database.prepare('UPDATE secrets SET sealed = ? WHERE id = ?');
    const broken = Buffer.from(row.sealed);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    try {
      put.run(broken, row.id);
      await open('/key/rotate');
      await page.getByRole('button', { name: 'Create the new key' }).click();
      await page.getByText('Rotation starts when all can').waitFor();
      await page
        .getByRole('list', { name: 'Values that cannot be decrypted' })
        .getByText('API_TOKEN_')
        .waitFor();
      await expectAccessible(page, 'a rotation that is refused');
      expect((await c.api('GET', '/vault/status')).rotation).toBeNull();
    } finally {
      put.run(row.sealed, row.id);
      database.close();
    }
  });

  it('rotates the key to its end, and shreds the old one after its fingerprint was typed', async () => {
    const old = (await c.api('GET', '/vault/key')).fingerprint as string;
    const oldWords = (await c.api('POST', '/vault/key/copies', { format: 'words' })).words.join(' ');
    await open('/key/rotate');
    await expectAccessible(page, 'before a rotation');
    await page.getByRole('button', { name: 'Create the new key' }).click();
    await page.getByRole('heading', { name: 'Make a copy of the new key' }).waitFor();
    await page.getByRole('button', { name: 'Undo the rotation' }).click();
    await page.getByText('The rotation was undone').waitFor();
    expect((await c.api('GET', '/vault/key')).fingerprint).toBe(old);

    await page.getByRole('button', { name: 'Create the new key' }).click();
    await page.getByRole('heading', { name: 'Make a copy of the new key' }).waitFor();
    await expectAccessible(page, 'a rotation that is staged');
    await page.getByRole('button', { name: 'Continue without a copy…' }).click();
    const without = page.getByRole('button', { name: 'Continue without a copy', exact: true });
    expect(await without.isDisabled()).toBe(true);
    await page.getByLabel(/Type its fingerprint/).fill(old);
    expect(await without.isDisabled()).toBe(true);
    await expectAccessible(page, 'without a copy');
    await page.getByRole('button', { name: 'Make a copy', exact: true }).click();

    const target = join(folder, 'new');
    mkdirSync(target);
    await chooseWay(page, 'USB stick or other drive');
    await page.getByRole('button', { name: 'Type a path…' }).click();
    await page.getByLabel('Path on the instance’s machine').fill(target);
    await page.getByRole('button', { name: 'Use this path' }).click();
    await page.getByText('on the same physical disk as the database').last().waitFor();
    await page.getByRole('button', { name: 'Keep it there anyway…' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it there anyway' }).click();
    await typePassphrase(page);
    await page.getByRole('button', { name: 'Write and verify' }).click();
    await page.getByRole('button', { name: 'Encrypt with the new key' }).waitFor();
    await page.getByRole('button', { name: 'Encrypt with the new key' }).click();

    await page
      .getByText(/encrypted with key version 2/)
      .first()
      .waitFor();
    await page.getByText('The last step compared the counts').waitFor();
    await expectAccessible(page, 'a rotation that is done');
    const epochs = async () => (await c.api('GET', '/vault/key/epochs')).epochs;
    expect((await epochs()).map(({ state }: { state: string }) => state)).toEqual(['active', 'retired']);

    // A copy of the old key is told from one of the new.
    await page.getByRole('button', { name: 'Shred key version 1…' }).click();
    const shred = page.getByRole('button', { name: 'Shred key', exact: true });
    expect(await shred.isDisabled()).toBe(true);
    // The rotation kept the database as it was, whose values need it.
    await page.getByText(/1 former database on this disk needs it: before-rotation-/).waitFor();
    await page.getByLabel(/Type its fingerprint/).fill(old.toLowerCase());
    await expectAccessible(page, 'shredding');
    await shred.click();
    await page.getByText('Key version 1 is shredded.').waitFor();
    expect((await epochs())[1].shredded_at).not.toBeNull();

    await page.goto('/key/verify');
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByLabel('The copy as text').fill(oldWords);
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await verdict().getByText('It is a copy of an older key').waitFor();
  });

  it('says in which order to look when the key is lost, and fits a telephone on every page', async () => {
    await open('/key/lost');
    await page.getByRole('link', { name: 'Make a copy' }).waitFor();
    await expectAccessible(page, 'the key is lost');
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/key', '/key/copy', '/key/verify', '/key/rotate', '/key/lost']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Loading').waitFor({ state: 'detached' });
      expect([path, await overflow(page)]).toEqual([path, 0]);
    }
    await c.api('POST', '/vault/lock');
    await page.goto('/key/lost');
    await page.getByText('Look for a copy').waitFor();
    await page.getByText('Start over with a new key').waitFor();
    await c.api('POST', '/vault/unlock', { method: 'custody' });
  });
});
