import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

/** One more than is deleted without typing how many. */
const MANY = 21;

describe('the trash', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  const add = (key: string, value = 'invented') =>
    console.api('POST', '/projects/photos/env-vars', { key, value, is_secret: true });
  const names = async () =>
    (await console.api('GET', '/projects/photos/env-vars')).map(({ key }: { key: string }) => key).sort();
  const trash = () => console.api('GET', '/trash');
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const toast = () => page.getByRole('status');
  const remove = async (key: string) => {
    await page.getByRole('button', { name: `More for ${key}`, exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
  };

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    for (const key of ['FIRST', 'SECOND', 'THIRD']) await add(key);
    ({ page } = await console.open(browser, '/projects/photos'));
  });

  it('gives a variable back by the button of the message that says it was deleted', async () => {
    await remove('FIRST');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('It can be restored from the trash for 30 days.').waitFor();
    // There are no backups, and it says so.
    await dialog.getByText('No backup in the list has it').waitFor();
    await expectAccessible(page, 'delete a variable');
    await dialog.getByRole('button', { name: 'Delete FIRST' }).click();
    await toast().getByText('FIRST deleted').waitFor();
    expect(await names()).toEqual(['SECOND', 'THIRD']);
    await button('Undo').click();
    await toast().getByText('Restored').waitFor();
    await page.getByRole('button', { name: 'FIRST', exact: true }).waitFor();
    expect(await names()).toEqual(['FIRST', 'SECOND', 'THIRD']);
  });

  it('lists who deleted what and when, and restores it', async () => {
    await remove('SECOND');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete SECOND' }).click();
    await toast().getByText('SECOND deleted').waitFor();
    await page.goto('/projects');
    await page.getByRole('link', { name: 'Trash' }).click();
    await row('SECOND').getByText('of photos · production').waitFor();
    expect(await row('SECOND').textContent()).toContain('by ');
    await expectAccessible(page, 'trash');
    await row('SECOND').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await names()).toContain('SECOND');
  });

  it('asks for another name where the old one is in use', async () => {
    const [{ id }] = await console.api('GET', '/projects/photos/env-vars?search=THIRD');
    await console.api('DELETE', `/projects/photos/env-vars/${id}`);
    await add('THIRD', 'new');
    await row('THIRD').getByRole('button', { name: 'Restore' }).click();
    const dialog = page.getByRole('dialog', { name: 'Restore under another name' });
    const field = dialog.getByRole('textbox', { name: 'Name' });
    await expectAccessible(page, 'restore under another name');
    await field.fill('THIRD');
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await dialog.getByText('This name is in use, too').waitFor();
    await field.fill('THIRD_OLD');
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await names()).toEqual(['FIRST', 'SECOND', 'THIRD', 'THIRD_OLD']);
  });

  it('deletes for good what is confirmed, and only then', async () => {
    const [{ id }] = await console.api('GET', '/projects/photos/env-vars?search=THIRD_OLD');
    await console.api('DELETE', `/projects/photos/env-vars/${id}`);
    await button('Delete THIRD_OLD for good').click();
    const dialog = page.getByRole('alertdialog', { name: 'Delete THIRD_OLD for good?' });
    await expectAccessible(page, 'delete for good');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect(await trash()).toHaveLength(1);
    await button('Delete THIRD_OLD for good').click();
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await trash()).toEqual([]);
  });

  it('takes more than 20 variables only once their number is typed', async () => {
    await console.api('POST', '/projects', { name: 'many' });
    for (let at = 0; at < MANY; at++)
      await console.api('POST', '/projects/many/env-vars', { key: `N${at}`, value: '1' });
    await page.goto('/projects/many');
    await page.getByRole('checkbox', { name: 'Select all' }).click();
    await button(`Delete ${MANY}…`).click();
    const dialog = page.getByRole('alertdialog');
    const confirm = dialog.getByRole('button', { name: `Delete ${MANY} variables` });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('20');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill(String(MANY));
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });
    await button('Undo').click();
    await toast().getByText('Restored').waitFor();
    expect(await console.api('GET', '/projects/many/env-vars')).toHaveLength(MANY);
  });

  it('says what must be restored first, and fits a telephone', async () => {
    const [{ id }] = await console.api('GET', '/projects/many/env-vars?search=N7');
    await console.api('DELETE', `/projects/many/env-vars/${id}`);
    await console.api('DELETE', '/projects/many');
    await page.goto('/trash');
    await row('restore its project first · of many').waitFor();
    expect(await row('N7').getByRole('button', { name: 'Restore' }).isDisabled()).toBe(true);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'trash on a telephone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await row('Project many').getByRole('button', { name: 'Restore' }).click();
    await row('Project many').waitFor({ state: 'detached' });
    await row('N7').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await console.api('GET', '/projects/many/env-vars')).toHaveLength(MANY);
  });
});
