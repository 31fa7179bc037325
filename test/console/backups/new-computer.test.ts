import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { temps } from '../../e2e/terminal.ts';
import { BUCKET, openS3rver, type TestStore } from '../../s3-stores.ts';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { ADA, startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';

/** What a value may be made of: each is given to a program byte for byte. */
const VALUES = {
  TOKEN: 'sk_live_"quoted" $HOME `id` \\n é 🗝',
  PEM: '-----BEGIN CERTIFICATE-----\nMIIB\n\tindented\n-----END CERTIFICATE-----\n',
  PLAIN: ' spaces around ',
};

/** As a new user has it: a bucket, a lost computer, the words on paper. */
describe('a computer that is lost, with its backups in a bucket', () => {
  let store: TestStore;
  let browser: Browser;
  let original: TestConsole;
  let fresh: TestConsole;

  beforeAll(async () => {
    if (!hasChromium()) return;
    store = await openS3rver();
    [original, fresh, browser] = await Promise.all([
      startConsole(),
      startConsole({ isSetUp: false }),
      launchBrowser(),
    ]);
    await original.api('POST', '/projects', { name: 'shop' });
    for (const [key, value] of Object.entries(VALUES))
      await original.api('POST', '/projects/shop/env-vars', {
        key,
        value,
        is_secret: key !== 'PLAIN',
        environment_ids: [1],
      });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([original?.stop(), fresh?.stop()]);
    await store?.close();
  });

  const print = (dataDir: string) =>
    temps(dataDir, [
      'run',
      '-p',
      'shop',
      '--',
      process.execPath,
      '-p',
      `JSON.stringify([process.env.TOKEN, process.env.PEM, process.env.PLAIN])`,
    ]);

  const listLines = (at: TestConsole): Promise<{ id: number; operation_type: string }[]> =>
    at.api('GET', '/audit/logs?limit=1000');

  async function fillBucket(page: Page, labels: { endpoint: string; path: RegExp }): Promise<void> {
    const fill = (name: string, text: string) => page.getByLabel(name, { exact: true }).fill(text);
    await fill('Bucket', BUCKET);
    await fill(labels.endpoint, `http://127.0.0.1:${store.port}`);
    await fill('Access key id', store.credentials.accessKeyId);
    await fill('Secret access key', store.credentials.secretAccessKey);
    await page.getByRole('checkbox', { name: labels.path }).check();
  }

  it('comes back whole on a new one, in the browser alone', async () => {
    const { context, page } = await original.open(browser, '/backups');
    await page.getByRole('main').getByRole('button', { name: 'Add a bucket' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Store');
    await fillBucket(page, { endpoint: 'Endpoint', path: /Path style/ });
    await page.getByRole('button', { name: 'Add bucket' }).click();
    await page.getByRole('row', { name: /Store s3:\/\/backups/ }).waitFor();
    await page.getByRole('button', { name: 'Add a schedule' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add schedule' }).click();
    await page.getByRole('row', { name: /Nightly.*Store/ }).waitFor();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Backed up to Store').waitFor();
    await page.getByRole('button', { name: /^More for the backup of .* at Store$/ }).click();
    await page.getByRole('menuitem', { name: 'Drill' }).click();
    await page.getByRole('row', { name: /by hand Store.*verified.*passed/ }).waitFor();

    const before = print(original.dataDir);
    expect(JSON.parse(before.out)).toEqual(Object.values(VALUES));
    const { words } = await original.api('POST', '/vault/key/copies', { format: 'words' });
    const { fingerprint } = await original.api('GET', '/vault/status');
    const lines = await listLines(original);
    const cookies = await context.cookies();
    // The computer is gone.
    await context.close();
    await original.served.stop();
    rmSync(original.dataDir, { recursive: true });

    const elsewhere = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: fresh.served.url });
    const restoring = await elsewhere.newPage();
    await restoring.goto(fresh.served.setupUrl as string);
    await restoring.getByRole('button', { name: 'Restore from a backup' }).click();
    await restoring.getByRole('radio', { name: 'Bucket (S3)' }).click();
    await fillBucket(restoring, { endpoint: 'Address of the store', path: /takes the bucket’s name/ });
    await expectAccessible(restoring, 'a bucket to restore from');
    await restoring.getByRole('button', { name: 'Check this backup' }).click();
    await restoring.getByText(`needs the key ${fingerprint}`).waitFor();
    await restoring.getByRole('radio', { name: 'Paste' }).click();
    await restoring.getByLabel('The copy as text').fill(words.join(' '));
    await restoring.getByRole('button', { name: 'Continue' }).click();
    await restoring.getByRole('button', { name: /^Restore 1 project and/ }).click();
    await restoring.getByRole('heading', { name: /^Everything of .* is back$/ }).waitFor();
    await restoring.getByRole('button', { name: 'Sign in' }).click();
    await restoring.getByLabel('E-mail').fill(ADA.email);
    await restoring.getByLabel('Password', { exact: true }).fill(ADA.password);
    await restoring.getByRole('button', { name: 'Sign in' }).click();
    await restoring.getByText('Is the old computer gone?').waitFor();

    expect(print(fresh.dataDir).out).toBe(before.out);
    // The log continues where it was, and says what happened: what was written after the backup is lost with the computer.
    const after = await listLines(fresh);
    const at = after.findIndex(({ operation_type }) => operation_type === 'BACKUP_RESTORED');
    expect(at).toBeGreaterThanOrEqual(0);
    const restored = after.slice(at + 1);
    expect(restored.length).toBeGreaterThan(3);
    expect(lines.slice(-restored.length)).toEqual(restored);
    // Nobody who was signed in still is.
    const former = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: fresh.served.url });
    await former.addCookies(
      cookies.map((cookie) => ({ ...cookie, domain: new URL(fresh.served.url).hostname })),
    );
    expect((await former.request.get('/api/projects')).status()).toBe(401);
  });
});
