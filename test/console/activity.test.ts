import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

describe('activity', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await opened.api('POST', '/projects', {
      name: 'photos',
      secret: 'guess',
      environment_variables: [['API_KEY', 'k3Jd92mX']],
    });
    for (let at = 0; at < 120; at++) await opened.api('PUT', '/projects/photos', { preset: `p${at}` });
    ({ page } = await opened.open(browser, '/activity'));
  });

  it('says what was done in words, and loads more', async () => {
    await page
      .getByRole('row', { name: /Changed the project photos.*Owner of this machine/ })
      .first()
      .waitFor();
    await expectAccessible(page, 'activity');
    expect(await page.getByText('Created the project photos').count()).toBe(0);
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('Created the project photos').waitFor();
    await page.getByText('No earlier activity.').waitFor();
    expect(await page.content()).not.toContain('k3Jd92mX');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'activity at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows what happens now without being asked', async () => {
    await opened.api('POST', '/projects', { name: 'recipes' });
    await page.getByText('Created the project recipes').waitFor();
  });

  it('is filtered by operation, person, time and words', async () => {
    const rows = page.locator('tbody tr');
    await page.getByLabel('Operation').selectOption({ label: 'Project created' });
    await expect.poll(() => rows.count()).toBe(2);
    await page.keyboard.press('/');
    await page.keyboard.type('reci');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Who').selectOption({ label: 'Ada Keller' });
    await page.getByText('No matching activity').waitFor();
    await expectAccessible(page, 'nothing found');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText('Created the project recipes').waitFor();
    await page.getByLabel('Time').selectOption('custom');
    await page.getByLabel('To').fill('2020-01-01');
    await page.getByText('No matching activity').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('Created the project recipes').waitFor();
  });

  it('is exported as JSON lines, as it is filtered', async () => {
    await page.getByLabel('Operation').selectOption({ label: 'Project created' });
    await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.operation_type)).toEqual(['PROJECT_CREATED', 'PROJECT_CREATED']);
  });

  it('is not for readers', async () => {
    const { page: reader, context } = await signInAs(opened, browser, {
      email: 'reader@example.org',
      role: 'reader',
    });
    await reader.goto('/activity');
    await reader.getByText('You don’t have access').waitFor();
    expect(await reader.getByRole('link', { name: 'Export' }).count()).toBe(0);
    await expectAccessible(reader, 'activity of a reader');
    await context.close();
  });
});
