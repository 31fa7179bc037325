import type { Browser, Page, Route } from 'playwright-core';
import { beforeEach, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow } from './support/visitors.ts';

/** Each state is the table's own, whatever it lists: the projects stand for all. */
describe('a table', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    ({ page } = await console.open(browser));
  });
  beforeEach(async () => {
    await page?.unrouteAll({ behavior: 'ignoreErrors' });
    await page?.setViewportSize({ width: 1280, height: 800 });
  });
  const table = () => page.getByRole('table', { name: 'Projects' });
  const problem = (status: number, error_code: string, detail: string) => (route: Route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, error_code, detail }),
    });

  it('says what is not there yet, and the one thing to do', async () => {
    await page.goto('/projects');
    await page.getByText('No projects yet').waitFor();
    await page.getByRole('button', { name: 'Create a project' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await expectAccessible(page, 'an empty list');
  });

  it('shows that it loads, then the rows with their headers', async () => {
    await console.api('POST', '/projects', { name: 'shop' });
    let answer = () => {};
    await page.route('**/api/projects', (route) => {
      answer = () => void route.continue();
    });
    await page.goto('/projects');
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await expectAccessible(page, 'a list that loads');
    answer();
    await table().waitFor();
    expect(await page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
    expect(await table().getByRole('columnheader').allTextContents()).toEqual([
      'Name',
      'Environments',
      'Variables',
      'Secrets',
      'Changed',
    ]);
    const row = table().getByRole('row', { name: /shop/ });
    expect(await row.getByRole('rowheader').allTextContents()).toEqual([expect.stringContaining('shop')]);
    expect(await row.getByRole('cell').count()).toBe(4);
  });

  it('says what went wrong and asks again; where nothing is allowed, it offers no second try', async () => {
    await page.route('**/api/projects', problem(500, 'internal_error', 'The disk is full.'));
    await page.goto('/projects');
    const alert = page.getByRole('alert');
    await alert.getByText('The list did not load').waitFor();
    await alert.getByText('The disk is full.').waitFor();
    await expectAccessible(page, 'a list that did not load');
    await page.unrouteAll({ behavior: 'wait' });
    await alert.getByRole('button', { name: 'Try again' }).click();
    await table().waitFor();
    expect(await alert.count()).toBe(0);

    await page.route('**/api/projects', problem(403, 'forbidden', 'Your role does not allow this.'));
    await page.goto('/projects');
    await alert.getByText('Your role does not allow this.').waitFor();
    expect(await alert.getByRole('button').count()).toBe(0);
  });

  it('keeps its rows when asking again fails', async () => {
    await page.goto('/projects');
    await table().waitFor();
    const refused = page.waitForResponse((answer) => answer.status() === 500);
    await page.route('**/api/projects', problem(500, 'internal_error', 'The disk is full.'));
    await console.api('POST', '/projects', { name: 'photos' });
    await refused;
    await table().getByRole('row', { name: /shop/ }).waitFor();
    expect(await page.getByText('The list did not load').count()).toBe(0);
  });

  it('leaves columns out where there is no room, and says what they held below the name', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto('/projects');
    await table().waitFor();
    expect(await table().getByRole('columnheader').allTextContents()).toEqual(['Name']);
    const row = table().getByRole('row', { name: /shop/ });
    expect(await row.getByRole('cell').count()).toBe(0);
    await row.getByText('0 variables, 0 secrets').waitFor();
    await expectNoOverflow(page, 'a table on a telephone');
    await expectAccessible(page, 'a table on a telephone');
  });
});
