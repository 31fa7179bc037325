import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

describe('apps without Docker', () => {
  let opened: TestConsole | undefined;
  let browser: Browser | undefined;
  let page: Page;
  beforeAll(async () => {
    if (!hasChromium()) return;
    browser = await launchBrowser();
    opened = await startConsole({ env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
    await opened.api('POST', '/projects', { name: 'shop' });
    ({ page } = await opened.open(browser, '/projects/shop/deployments', { reducedMotion: 'reduce' }));
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
  });

  it('say what to do, and look again', async () => {
    const notice = page.getByRole('region', { name: 'Docker is not running' });
    await notice.getByText('sudo systemctl enable --now docker').first().waitFor();
    await page.getByText('Nothing runs here yet').waitFor();
    expect(await page.getByRole('button', { name: 'Deploy an image…' }).isEnabled()).toBe(false);
    await notice.getByRole('button', { name: 'Look again' }).click();
    await notice.getByText('Looked again: nothing changed.').waitFor();
    await expectAccessible(page, 'apps without Docker');
    for (const width of [360, 900, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page, `apps without Docker at ${width}`);
    }
  });

  it('say it in the dialog, to which a new project from an image goes', async () => {
    await page.goto('/projects');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByLabel('Name').fill('notes');
    await page.getByRole('radio', { name: /From an image/ }).check();
    await expectAccessible(page, 'new project');
    await page.getByRole('button', { name: 'Create project' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deploy to production' });
    await dialog.getByLabel('Image').fill('ghcr.io/owner/app:1');
    await dialog.getByText('Docker is not running', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Deploy', exact: true }).click();
    await expect.poll(() => dialog.getByText('Docker is not running', { exact: true }).count()).toBe(1);
    await expect
      .poll(() => dialog.getByRole('button', { name: 'Deploy', exact: true }).isEnabled())
      .toBe(true);
    await expectAccessible(page, 'deploy dialog without Docker');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'deploy dialog without Docker');
    await page.setViewportSize({ width: 1280, height: 800 });
    // What was typed stays.
    expect(await dialog.getByLabel('Image').inputValue()).toBe('ghcr.io/owner/app:1');
  });

  it('have no logs, and no place on Home', async () => {
    await page.goto('/projects/shop/logs');
    await page.getByText('Nothing runs here yet').waitFor();
    await expectAccessible(page, 'logs of nothing');
    await page.goto('/');
    await page.getByRole('region', { name: 'Projects' }).waitFor();
    expect(await page.getByRole('region', { name: 'What runs' }).count()).toBe(0);
  });

  it('are not found under an id that is none', async () => {
    for (const id of ['1', 'x', '-1']) {
      await page.goto(`/projects/shop/deployments/${id}`);
      await page.getByText('Page not found').waitFor();
    }
  });
});
