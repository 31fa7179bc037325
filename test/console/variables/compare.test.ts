import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow } from '../support/visitors.ts';

describe('environments side by side', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  const idOf = async (name: string) =>
    (await console.api('GET', `/projects/photos/environments/${name}`)).id as number;
  const add = async (key: string, value: string, environment: string, is_secret = false) =>
    console.api('POST', '/projects/photos/env-vars', {
      ...{ key, value, is_secret, environment_ids: [await idOf(environment)] },
    });
  const row = (key: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: key }) });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const filter = (name: RegExp) => page.getByRole('group', { name: 'Show' }).getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  const toast = () => page.locator('.toasts');
  const values = async (environment: string) => {
    const path = `/projects/photos/variables/resolved?environment=${environment}`;
    const { variables } = await console.api('GET', path);
    return Object.fromEntries(variables.map(({ key, value }: Record<string, string>) => [key, value]));
  };

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    ({ page } = await console.open(browser, '/projects/photos/compare'));
  });

  it('says what it is for while there is one environment', async () => {
    await page.getByText('One environment').waitFor();
    await expectAccessible(page, 'compare one environment');
    await console.api('POST', '/projects/photos/environments', { name: 'staging' });
    await add('LOG_LEVEL', 'info', 'production');
    await add('LOG_LEVEL', 'debug', 'staging');
    await add('TZ', 'Europe/Zurich', 'production');
    await add('TZ', 'Europe/Zurich', 'staging');
    await add('TOKEN', 'canary-same', 'production', true);
    await add('TOKEN', 'canary-same', 'staging', true);
    await add('API_KEY', 'canary-one', 'production', true);
    await add('API_KEY', 'canary-two', 'staging', true);
    await add('ONLY', 'canary-only', 'staging', true);
    await row('LOG_LEVEL').getByText('Differs').waitFor();
    await row('TZ').getByText('Same').waitFor();
    await row('ONLY').getByText('Missing').last().waitFor();
    await row('TOKEN').getByText('Not compared').waitFor();
    await expectAccessible(page, 'compare');
  });

  it('compares secrets when asked, shows no value of them, and asks again once one changed', async () => {
    await button('Compare secrets').click();
    await row('TOKEN').getByText('Same').waitFor();
    await row('API_KEY').getByText('Differs').waitFor();
    expect(await page.content()).not.toContain('canary');
    expect(await button('Compare secrets').count()).toBe(0);
    const variables = await console.api('GET', '/projects/photos/env-vars?search=API_KEY');
    await console.api('PUT', `/projects/photos/env-vars/${variables[0].id}`, { value: 'canary-two' });
    await button('Compare secrets').click();
    await row('API_KEY').getByText('Same').waitFor();
  });

  it('keeps filter and environments in its address', async () => {
    await filter(/^Differing/).click();
    await row('LOG_LEVEL').waitFor();
    await row('TZ').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Compare' }).selectOption('staging');
    await page.reload();
    await row('LOG_LEVEL').waitFor();
    expect(new URL(page.url()).search).toBe('?show=differs&from=staging');
    expect(await row('TZ').count()).toBe(0);
    await filter(/^Missing/).click();
    await row('ONLY').waitFor();
    await filter(/^All/).click();
    await row('TZ').waitFor();
  });

  it('copies what is selected, once it is shown, and takes it back', async () => {
    await page.getByRole('checkbox', { name: 'Select LOG_LEVEL' }).click();
    await page.getByRole('checkbox', { name: 'Select TOKEN' }).click({ modifiers: ['Shift'] });
    await button('Copy 3…').click();
    await dialog().getByText('Skipped').waitFor();
    await expectAccessible(page, 'copy variables');
    expect(await values('production')).not.toHaveProperty('ONLY');
    await dialog().getByRole('button', { name: 'Add 1' }).click();
    await toast().getByText('production: 1 added').waitFor();
    expect(await values('production')).toMatchObject({ ONLY: 'canary-only', LOG_LEVEL: 'info' });
    await row('ONLY').getByText('Missing').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await toast().getByText('The copy is undone').waitFor();
    expect(await values('production')).not.toHaveProperty('ONLY');
  });

  it('promotes all of one environment to the next', async () => {
    await button('Promote to production…').click();
    await dialog().getByText('Changed', { exact: true }).waitFor();
    await dialog().getByRole('button', { name: 'Add 1, change 1' }).waitFor();
    await dialog().getByRole('radio', { name: /^Skip/ }).click();
    await dialog().getByRole('button', { name: 'Add 1', exact: true }).waitFor();
    await dialog()
      .getByRole('radio', { name: /^Replace/ })
      .click();
    await dialog().getByRole('button', { name: 'Add 1, change 1' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await toast().getByText('production: 1 added, 1 changed').waitFor();
    expect(await values('production')).toEqual(await values('staging'));
  });

  it('duplicates an environment, and fits a telephone', async () => {
    await page.goto('/projects/photos/environments');
    await page.getByRole('button', { name: 'Actions for staging' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate…' }).click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('preview');
    await expectAccessible(page, 'duplicate an environment');
    await page.keyboard.press('Control+Enter');
    await toast().getByText('preview has the variables of staging').waitFor();
    expect(await values('preview')).toEqual(await values('staging'));
    await page.goto('/projects/photos/compare');
    await row('TZ').waitFor();
    for (const width of [900, 360]) {
      await page.setViewportSize({ width, height: 740 });
      await row('TZ').waitFor();
      await expectNoOverflow(page, `compare at ${width}`);
      await expectAccessible(page, `compare at ${width}`);
    }
  });
});
