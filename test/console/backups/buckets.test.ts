import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { BUCKET, type FaultProxy, openFaultProxy, openS3rver, type TestStore } from '../../s3-stores.ts';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

describe('a bucket', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;
  let store: TestStore;
  let proxy: FaultProxy;

  beforeAll(async () => {
    if (!hasChromium()) return;
    store = await openS3rver();
    proxy = await openFaultProxy(store.port);
    [opened, browser] = await Promise.all([startConsole(), launchBrowser()]);
    ({ page } = await opened.open(browser, '/backups'));
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
    await proxy?.close();
    await store?.close();
  });

  it('is added once it was tried out, takes a backup, tells of itself, and gets other credentials', async () => {
    await page.getByRole('main').getByRole('button', { name: 'Add a bucket' }).click();
    const adding = page.getByRole('dialog', { name: 'Add a bucket' });
    const fill = (dialog: typeof adding, name: string, text: string) =>
      dialog.getByLabel(name, { exact: true }).fill(text);
    await fill(adding, 'Name', 'The store');
    await fill(adding, 'Endpoint', 'http://nas.example');
    await adding.getByRole('checkbox', { name: 'Accept plain http' }).waitFor();
    await fill(adding, 'Bucket', BUCKET);
    await fill(adding, 'Access key id', store.credentials.accessKeyId);
    await fill(adding, 'Secret access key', 'canary of a secret access key');
    const add = adding.getByRole('button', { name: 'Add bucket' });
    await add.click();
    await adding.getByText(/https, or an explicit yes/i).waitFor();
    await fill(adding, 'Endpoint', `http://127.0.0.1:${proxy.port}`);
    await adding.getByRole('checkbox', { name: /Path style/ }).check();
    await add.click();
    await adding.getByText(/without spaces/).waitFor();
    await expectAccessible(page, 'a bucket that is refused');
    await fill(adding, 'Secret access key', 'wrong');
    await add.click();
    await adding.getByText(/does not accept the secret access key/).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'adding a bucket at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await fill(adding, 'Secret access key', store.credentials.secretAccessKey);
    await add.click();
    await page.getByRole('row', { name: /The store s3:\/\/backups.*encrypted/ }).waitFor();
    expect(await page.content()).not.toContain('canary of a secret');

    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Backed up to The store').waitFor();

    // The store takes nothing more: the run waits for it.
    proxy.fault = ({ call, path }) => (call === 'PutObject' && path.includes('database') ? 'hang' : null);
    await page.getByRole('button', { name: 'Back up now' }).click();
    const running = page.getByRole('region', { name: 'Running' });
    await running.getByText('Backing up to The store').waitFor();
    await running.getByText(/Writing database\.sqlite\.zst\.age: .* of /).waitFor();
    await expectAccessible(page, 'a backup that is made');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a backup that is made at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await running.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('row', { name: /by hand The store.*cancelled/ }).waitFor();
    await running.waitFor({ state: 'detached' });
    expect(await page.getByText(/No backup was made/).count()).toBe(0);
    await page.getByText('1 of 2 backups verified').waitFor();
    proxy.fault = () => null;

    const open = async (item: string) => {
      await page.getByRole('button', { name: 'More for The store' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    proxy.fault = ({ call }) =>
      call === 'GetPublicAccessBlock' ? { status: 403, code: 'AccessDenied' } : null;
    await open('About the bucket');
    const about = page.getByRole('dialog', { name: 'The store' });
    await about.getByText('these credentials may not call GetPublicAccessBlock').waitFor();
    await about.getByText('This store does not tell.').first().waitFor();
    await expectAccessible(page, 'about a bucket');
    proxy.fault = () => null;
    await about.getByRole('button', { name: 'Replace credentials…' }).click();
    const replacing = page.getByRole('dialog', { name: 'Replace the credentials' });
    await fill(replacing, 'Access key id', store.credentials.accessKeyId);
    await fill(replacing, 'Secret access key', 'wrong');
    await replacing.getByRole('button', { name: 'Replace' }).click();
    await replacing.getByText(/does not accept the secret access key/).waitFor();
    await fill(replacing, 'Secret access key', store.credentials.secretAccessKey);
    await replacing.getByRole('button', { name: 'Replace' }).click();
    await page.getByText('The credentials of The store were replaced').waitFor();
  });
});
