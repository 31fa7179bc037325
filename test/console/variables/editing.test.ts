import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';

describe('editing variables', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  const vars = '/projects/photos/env-vars';
  const add = (key: string, value: string, more: object = {}) =>
    console.api('POST', vars, { key, value, is_secret: false, ...more });
  const list = () => console.api('GET', vars);
  const find = async (key: string) => (await list()).find((known: { key: string }) => known.key === key);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const toast = () => page.locator('.toasts');
  const field = (name: string) => dialog().getByRole('textbox', { name, exact: true });
  const checkbox = (key: string) => page.getByRole('checkbox', { name: `Select ${key}`, exact: true });

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    await console.api('POST', '/projects/photos/environments', { name: 'staging' });
    await console.api('POST', '/shared-variables', { key: 'SMTP_URL', value: 'smtp', is_secret: true });
    await add('HOST', 'db.internal');
    await add('PORT', '5432');
    await add('TZ', 'UTC');
    ({ page } = await console.open(browser, '/projects/photos'));
  });

  it('adds one after another, and each can be taken back', async () => {
    await button('Add variable').click();
    await field('Name').fill('FIRST');
    await field('Value').fill('canary-one');
    await field('Note').fill('From the bank');
    await button('Save and add another').click();
    await toast().getByText('FIRST saved').waitFor();
    await expect.poll(() => field('Name').inputValue()).toBe('');
    expect(await field('Value').inputValue()).toBe('');
    expect(await field('Name').evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.type('SECOND');
    await field('Value').fill('two');
    await page.keyboard.press('Control+Enter');
    await dialog().waitFor({ state: 'detached' });
    expect(await find('SECOND')).toBeDefined();
    expect(await find('FIRST')).toMatchObject({ note: 'From the bank' });
    await toast().filter({ hasText: 'SECOND saved' }).getByRole('button', { name: 'Undo' }).last().click();
    await toast().getByText('Undone').waitFor();
    expect(await find('SECOND')).toBeUndefined();
    await page.getByText('Note: From the bank').waitFor({ state: 'attached' });
  });

  it('adds the next one while the table of the last still comes', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await page.route(/\/env-vars(\?|$)/, async (route) => {
      if (route.request().method() === 'GET') await held;
      await route.continue();
    });
    try {
      await button('Add variable').click();
      await field('Name').fill('THIRD');
      await field('Value').fill('three');
      await button('Save and add another').click();
      await expect.poll(() => field('Name').inputValue()).toBe('');
      await page.keyboard.type('FOURTH');
      await field('Value').fill('four');
      await page.keyboard.press('Control+Enter');
      await dialog().waitFor({ state: 'detached' });
      expect(await find('FOURTH')).toBeDefined();
    } finally {
      release();
      await page.unrouteAll({ behavior: 'wait' });
    }
    for (const key of ['THIRD', 'FOURTH']) {
      await button(key).waitFor();
      await console.api('DELETE', `${vars}/${(await find(key)).id}`);
      await button(key).waitFor({ state: 'detached' });
    }
  });

  it('takes a change back as a whole, by the version that was there', async () => {
    await button('HOST').click();
    await field('Name').fill('DB_HOST');
    await field('Value').fill('other');
    await field('Note').fill('changed');
    await page.keyboard.press('Control+Enter');
    await toast().getByText('DB_HOST saved').waitFor();
    expect(await find('DB_HOST')).toMatchObject({ value: 'other', note: 'changed', version: 2 });
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await button('HOST').waitFor();
    expect(await find('HOST')).toMatchObject({ value: 'db.internal', note: null, version: 3 });
  });

  it('completes the name of a reference by the keyboard alone', async () => {
    await button('Add variable').click();
    await field('Name').fill('URL');
    await field('Value').focus();
    await page.keyboard.type(`tcp://\${{ho`);
    const options = dialog().getByRole('listbox', { name: 'Names to refer to' }).getByRole('option');
    await expect.poll(() => options.allTextContents()).toEqual(['HOST']);
    expect(await field('Value').getAttribute('aria-activedescendant')).toBe(
      await options.first().getAttribute('id'),
    );
    await expectAccessible(page, 'completion');
    await page.keyboard.press('Escape');
    await options.first().waitFor({ state: 'detached' });
    // The dialog is still there, with what was typed.
    await page.keyboard.press('Backspace');
    await options.first().waitFor();
    await page.keyboard.press('Enter');
    expect(await field('Value').inputValue()).toBe(`tcp://\${{HOST}}`);
    await page.keyboard.type(`:\${{`);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    expect(await field('Value').inputValue()).toBe(`tcp://\${{HOST}}:\${{shared.SMTP_URL}}`);
    // Written with one more $, it is text.
    await page.keyboard.type(`$\${{`);
    expect(await options.count()).toBe(0);
    await button('Cancel').click();
  });

  it('selects a range with Shift, and makes what is chosen secret', async () => {
    await checkbox('HOST').click();
    await checkbox('TZ').click({ modifiers: ['Shift'] });
    await page.getByText('3 variables selected').waitFor();
    await checkbox('PORT').click({ modifiers: ['Shift'] });
    await page.getByText('1 variable selected').waitFor();
    await checkbox('PORT').click();
    await checkbox('TZ').click();
    await page.getByText('3 variables selected').waitFor();
    await button('Make 3 secret…').click();
    const confirm = page.getByRole('dialog', { name: 'Make 3 variables secret?' });
    await confirm.getByText('this cannot be undone').waitFor();
    await expectAccessible(page, 'make secret');
    await confirm.getByRole('button', { name: 'Make 3 secret' }).click();
    await toast().getByText('3 variables made secret').waitFor();
    for (const key of ['HOST', 'PORT', 'TZ']) {
      const { id } = await find(key);
      const { versions } = await console.api('GET', `${vars}/${id}/history`);
      expect(versions.map(({ is_secret }: { is_secret: boolean }) => is_secret)).not.toContain(false);
    }
    await button('Make 3 secret…').waitFor({ state: 'detached' });
  });

  it('moves variables back where each of them was', async () => {
    const [, staging] = await console.api('GET', '/projects/photos/environments');
    await add('ONLY', '1', { environment_ids: [staging.id] });
    await page.reload();
    await checkbox('ONLY').click();
    await checkbox('TZ').click();
    await button('Move to environments…').click();
    await dialog().getByRole('checkbox', { name: 'staging' }).waitFor();
    const production = dialog().getByRole('checkbox', { name: 'production' });
    const stagingBox = dialog().getByRole('checkbox', { name: 'staging' });
    if (await stagingBox.isChecked()) await stagingBox.click();
    if (!(await production.isChecked())) await production.click();
    await page.keyboard.press('Control+Enter');
    await toast().getByText('2 variables moved').waitFor();
    const places = async (key: string) =>
      (await find(key)).environments.map(({ name }: { name: string }) => name).sort();
    expect(await places('ONLY')).toEqual(['production']);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await toast().getByText('Undone').waitFor();
    expect(await places('ONLY')).toEqual(['staging']);
    expect(await places('TZ')).toEqual(['production', 'staging']);
  });

  it('finds a variable by its note', async () => {
    if (await button('Clear selection').isVisible()) await button('Clear selection').click();
    await page.getByRole('searchbox', { name: 'Search variables' }).fill('the bank');
    await button('FIRST').waitFor();
    await button('TZ').waitFor({ state: 'detached' });
  });
});
