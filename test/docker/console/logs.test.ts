import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../../console/support/accessibility.ts';
import type { TestConsole } from '../../console/support/console.ts';
import { expectNoOverflow } from '../../console/support/visitors.ts';
import { APP_IMAGE } from '../dockerd.ts';
import { deploy, it, startWithDocker } from './docker-console.ts';

const SECRET = 'canary-7d1f0a';
const LOUD = 'temps-test/loud:1';

describe('the log of an app', { timeout: 300_000 }, () => {
  let opened: TestConsole;
  let page: Page;

  startWithDocker(async ({ engine, opened: console, browser }) => {
    opened = console;
    await opened.api('POST', '/projects', { name: 'shop' });
    await opened.api('POST', '/projects/shop/environments', { name: 'staging', branch: 'staging' });
    await opened.api('POST', '/projects/shop/env-vars', { key: 'API_KEY', value: SECRET, is_secret: true });
    await opened.api('POST', '/projects/shop/env-vars', { key: 'PRINT', value: 'API_KEY', is_secret: false });
    const program = `console.error('a warning of its own'); require('/app.cjs')`;
    await engine.build(LOUD, APP_IMAGE, `CMD ["node", "-e", ${JSON.stringify(program)}]`);
    expect(await deploy(opened, 'shop', 'production', { image: APP_IMAGE })).toMatchObject({
      status: 'success',
    });
    expect(await deploy(opened, 'shop', 'staging', { image: LOUD })).toMatchObject({ status: 'success' });
    ({ page } = await opened.open(browser, '/projects/shop/logs', { reducedMotion: 'reduce' }));
  });
  const log = (environment = 'production') => page.getByRole('region', { name: `Log of ${environment}` });
  const restart = () => opened.api('POST', '/projects/shop/environments/production/app/restart');

  it('shows what it printed without values of secrets, and what it prints now', async () => {
    await log().getByText('begins as').waitFor();
    await log().getByText('API_KEY is ••••').waitFor();
    await page.getByText('Following.').waitFor();
    expect(await page.content()).not.toContain(SECRET);
    await restart();
    await expect.poll(() => log().getByText('begins as').count()).toBe(2);
    await page.getByText('Following.').waitFor();
    await expectAccessible(page, 'logs');
    for (const width of [360, 900, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page, `logs at ${width}`);
    }
  });

  it('stays as it is when it is not followed', async () => {
    await page.getByRole('button', { name: 'Stop following' }).click();
    await page.getByText('Not following.').waitFor();
    await restart();
    expect(await log().getByText('begins as').count()).toBe(2);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect.poll(() => log().getByText('begins as').count()).toBe(3);
  });

  it('marks lines of standard error, is searched and downloaded', async () => {
    await page.getByLabel('Environment').selectOption('staging');
    await log('staging').getByText('a warning of its own').waitFor();
    await log('staging').getByText('begins as').waitFor();
    const line = log('staging').getByRole('listitem').filter({ hasText: 'a warning' });
    expect(await line.locator('.src').innerText()).toContain('stderr');
    expect(await log('staging').locator('.src').count()).toBe(1);
    await page.getByLabel('Search lines').fill('WARNING own');
    await page.getByText('1 of 3 lines.').waitFor();
    expect(await log('staging').getByRole('listitem').count()).toBe(1);
    await page.getByLabel('Search lines').fill('nowhere');
    await page.getByText('No lines found').waitFor();
    await expectAccessible(page, 'logs without a line found');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^shop-staging-\d{4}-\d\d-\d\d\.log$/);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toMatch(/Z stderr a warning of its own\n/);
    expect(text).not.toContain(SECRET);
    await page.getByRole('button', { name: 'Show all' }).click();
    // What is shown is in the address.
    await page.reload();
    await log('staging').getByText('begins as').waitFor();
  });

  it('says why it has no line while the vault is locked', async () => {
    await opened.api('POST', '/vault/lock');
    await page.getByText('No line is shown while the vault is locked').waitFor();
    expect(await log('staging').count()).toBe(0);
    await expectAccessible(page, 'logs while locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await log('staging').getByText('begins as').waitFor();
  });
});
