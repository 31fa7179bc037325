import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import cases from '../../fixtures/value-ends.json' with { type: 'json' };
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CERTIFICATE = cases.find(({ from }) => from === 'certificate')?.value ?? '';
/** Noon of a day, so that no midnight is near: as words count days. */
const noonIn = (days: number) => new Date(Date.now() + days * DAY_MS).setHours(12, 0, 0, 0);
const fieldDay = (days: number) => new Date(noonIn(days)).toLocaleDateString('sv');

describe('variables that end', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  const add = (key: string, fields: Record<string, unknown>, path = '/projects/photos/env-vars') =>
    console.api('POST', path, { key, value: 'invented', is_secret: true, ...fields });
  const find = async (key: string) =>
    (await console.api('GET', '/projects/photos/env-vars')).find(
      (variable: { key: string }) => variable.key === key,
    );
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
  const needs = () => page.getByRole('region', { name: 'Needs attention' });
  const edit = async (key: string) => {
    await page.getByRole('button', { name: key, exact: true }).click();
    return page.getByRole('dialog', { name: `Edit ${key}` });
  };
  const save = async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    await add('OVER', { expires_at: noonIn(-3) });
    await add('SOON', { expires_at: noonIn(5) });
    await add('DUE', { expires_at: noonIn(20) }, '/shared-variables');
    await add('FAR', { value: CERTIFICATE });
    await add('ENDLESS', {});
    ({ page } = await console.open(browser));
  });

  it('are named on Home, the first to end first, with a link that finds them', async () => {
    await needs().getByText('OVER ended 3 days ago').waitFor();
    const said = (await needs().getByRole('listitem').allTextContents()).filter((text) =>
      /(OVER|SOON|DUE|FAR|ENDLESS) /.test(text),
    );
    expect(said.map((text) => text.split(' ')[0])).toEqual(['OVER', 'SOON', 'DUE']);
    expect(said[0]).toContain('photos, production');
    expect(said[1]).toContain('SOON ends in 5 days');
    expect(said[2]).toContain('Shared');
    await expectAccessible(page, 'home with ends');
    const soon = needs().getByRole('listitem').filter({ hasText: 'SOON' });
    await soon.getByRole('link', { name: 'Show it' }).click();
    await row('SOON').waitFor();
    expect(await row('OVER').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search variables' }).fill('');
    await row('OVER').waitFor();
  });

  it('have a chip with words and date in the list, and none without an end', async () => {
    await page.goto('/projects/photos');
    expect(await row('OVER').textContent()).toContain('3 days ago, ');
    expect(await row('SOON').textContent()).toContain('in 5 days, ');
    expect(await row('FAR').textContent()).toContain('2099');
    expect(await row('ENDLESS').textContent()).not.toMatch(/ago|in \d/);
    await expectAccessible(page, 'variables with ends');
    await page.setViewportSize({ width: 390, height: 800 });
    await row('SOON').getByText('ends in 5 days').waitFor();
    await expectNoOverflow(page, 'variables with ends');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('are given a day by hand, which the form says beside what the value says', async () => {
    await page.goto('/projects/photos');
    const dialog = await edit('FAR');
    const ends = dialog.getByLabel('Ends', { exact: true });
    expect(await ends.locator('option:checked').textContent()).toContain('As the certificate says: ');
    await ends.selectOption({ label: 'On a day…' });
    await dialog.getByText('The certificate itself ends on ').waitFor();
    // Without a day nothing is sent.
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText('Choose a day, or that its value says it.').waitFor();
    await dialog.getByLabel('Day', { exact: true }).fill(fieldDay(9));
    await expectAccessible(page, 'the form with an end');
    await save();
    await row('FAR').getByText('in 9 days, ').waitFor();
    expect(await find('FAR')).toMatchObject({
      expires_at: Date.parse(`${fieldDay(9)}T12:00:00Z`),
      expires_from: 'by_hand',
      found_expires_from: 'certificate',
      version: 1,
    });
    // Another change leaves it as it is.
    await edit('FAR');
    await page.getByRole('dialog').getByLabel('Also in branch previews').click();
    await save();
    expect(await find('FAR')).toMatchObject({ expires_from: 'by_hand', include_in_preview: true });
    await page.goto('/');
    await needs().getByText('FAR ends in 9 days').waitFor();
    expect(await needs().getByRole('listitem').filter({ hasText: 'FAR ' }).textContent()).toContain(
      'Said by hand. The certificate itself ends on ',
    );
  });

  it('are told of no longer once that is taken back, or said to have no end', async () => {
    await page.goto('/projects/photos');
    const far = await edit('FAR');
    await far.getByLabel('Ends', { exact: true }).selectOption('found');
    await save();
    await row('FAR').getByText('2099').waitFor();
    const over = await edit('OVER');
    await over.getByLabel('Ends', { exact: true }).selectOption('never');
    await save();
    await row('OVER').getByText('ago').waitFor({ state: 'detached' });
    // By another client: Home follows.
    await page.goto('/');
    await needs().getByText('SOON ends in 5 days').waitFor();
    expect(await needs().textContent()).not.toMatch(/OVER|FAR/);
    const { id } = await find('SOON');
    await console.api('PUT', `/projects/photos/env-vars/${id}`, { expires_at: null });
    await needs().getByText('SOON ends in 5 days').waitFor({ state: 'detached' });
    await needs().getByText('DUE ends in 20 days').waitFor();
  });

  it('are added with an end, and come back with a version', async () => {
    await page.goto('/projects/photos');
    await page.getByRole('button', { name: 'Add variable' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a variable' });
    await dialog.getByLabel('Name').fill('ADDED');
    await dialog.getByLabel('Value').fill('invented');
    await dialog.getByLabel('Ends', { exact: true }).selectOption('day');
    await dialog.getByLabel('Day', { exact: true }).fill(fieldDay(12));
    await dialog.getByRole('button', { name: 'Add variable' }).click();
    await row('ADDED').getByText('in 12 days, ').waitFor();
    const { id } = await find('ADDED');
    await console.api('PUT', `/projects/photos/env-vars/${id}`, { value: 'other', expires_at: null });
    await row('ADDED').getByText('in 12 days, ').waitFor({ state: 'detached' });
    await row('ADDED').getByRole('button', { name: 'More for ADDED' }).click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    const history = page.getByRole('dialog', { name: 'History of ADDED' });
    await history.getByText('ends in 12 days').waitFor();
    await history.getByRole('button', { name: 'Restore version 1' }).click();
    await history.getByText('Close', { exact: true }).click();
    await row('ADDED').getByText('in 12 days, ').waitFor();
  });
});
