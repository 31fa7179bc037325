import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { addPerson } from '../../people.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';

/** What was changed by a form or a menu is taken back by the button of the message that says so. */
describe('a change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'temps-undo-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let console: TestConsole;
  let browser: Browser;
  let page: Page;
  let destination: number;

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    await console.api('POST', '/projects/photos/environments', { name: 'staging' });
    destination = (
      await console.api('POST', '/backups/destinations', {
        kind: 'folder',
        name: 'NAS',
        path: folder,
        readable_without_key: false,
      })
    ).id;
    ({ page } = await console.open(browser, '/projects/photos/settings'));
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const toast = (text: string) => page.locator('.toast').filter({ hasText: text });
  const undo = async (text: string) => {
    await toast(text).getByRole('button', { name: 'Undo' }).click();
    await toast('Undone').waitFor();
    await toast('Undone').getByRole('button', { name: 'Dismiss' }).click();
    await toast('Undone').waitFor({ state: 'detached' });
  };
  const choose = async (menu: string, item: string) => {
    await page.getByRole('button', { name: menu }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  it('of a project’s settings is taken back, at its address, and leaves what someone else changed', async () => {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Albums');
    await page.getByRole('textbox', { name: 'Address', exact: true }).fill('albums');
    await button('Save').click();
    await page.waitForURL('**/projects/albums/settings');
    await console.api('POST', '/projects/albums/settings', { directory: 'app' });
    await undo('Settings saved');
    await page.waitForURL('**/projects/photos/settings');
    expect(await console.api('GET', '/projects/photos')).toMatchObject({
      name: 'photos',
      slug: 'photos',
      directory: 'app',
    });
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue())
      .toBe('photos');
  });

  it('of a project’s resources is taken back', async () => {
    await console.api('PATCH', '/projects/photos/deployment-config', { replicas: 2 });
    await page.reload();
    await page.getByLabel('Replicas').fill('3');
    await page.getByLabel('CPU limit').fill('500');
    await button('Save resources').click();
    await undo('Resources saved');
    const { deployment_config: config } = await console.api('GET', '/projects/photos');
    expect([config.replicas, config.cpuLimit ?? null]).toEqual([2, null]);
  });

  it('of an environment’s settings is taken back', async () => {
    await page.goto('/projects/photos/environments');
    await choose('Actions for staging', 'Settings…');
    await dialog().getByLabel('Branch').fill('next');
    await dialog().getByLabel('Replicas').fill('4');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await toast('Settings of staging saved').waitFor();
    const before = await console.api('GET', '/projects/photos/environments/staging');
    expect(before).toMatchObject({ branch: 'next', deployment_config: { replicas: 4 } });
    await undo('Settings of staging saved');
    const after = await console.api('GET', '/projects/photos/environments/staging');
    expect([after.branch ?? null, after.deployment_config?.replicas ?? null]).toEqual([null, null]);
  });

  it('of a schedule is taken back: that it was disabled, changed or added', async () => {
    const list = () => console.api('GET', '/backups/schedules');
    await console.api('POST', '/backups/schedules', {
      name: 'Nightly',
      s3_source_id: destination,
      schedule_expression: '0 3 * * *',
    });
    await page.goto('/backups');
    await choose('More for the schedule Nightly', 'Disable');
    await toast('Nightly was disabled').waitFor();
    expect(await list()).toMatchObject([{ enabled: false }]);
    await undo('Nightly was disabled');
    expect(await list()).toMatchObject([{ enabled: true }]);

    await choose('More for the schedule Nightly', 'Change…');
    await dialog().getByLabel('Name', { exact: true }).fill('At night');
    await dialog().getByRole('button', { name: 'Change schedule' }).click();
    await undo('At night: ');
    expect(await list()).toMatchObject([{ name: 'Nightly', schedule_expression: '0 3 * * *' }]);

    await button('Add a schedule').click();
    await dialog().getByLabel('Name', { exact: true }).fill('Second');
    await dialog().getByRole('button', { name: 'Add schedule' }).click();
    await undo('Second: ');
    expect(await list()).toHaveLength(1);
  });

  it('of what a destination keeps is taken back', async () => {
    const retention = async () =>
      (await console.api('GET', '/backups/destinations')).destinations[0].retention;
    await choose('More for NAS', 'What is kept…');
    await dialog()
      .getByRole('radio', { name: /So many/ })
      .check();
    await dialog().getByRole('button', { name: 'Keep these' }).click();
    await toast('NAS keeps').waitFor();
    expect(await retention()).not.toBeNull();
    await undo('NAS keeps');
    expect(await retention()).toBeNull();
  });

  it('of a key, a token or a role is never taken back by a button', async () => {
    await console.api('POST', '/api-keys', { name: 'ci', role_type: 'reader' });
    await console.api('POST', '/projects/photos/deployment-tokens', { name: 'runner' });
    const owner = async (method: string, path: string, body?: unknown) => ({
      status: 200,
      body: await console.api(method, path, body),
    });
    await addPerson(owner, {
      email: 'mia@example.org',
      name: 'Mia',
      password: 'a long enough password',
      role: 'member',
    });
    await console.api('PUT', '/projects/photos/members/mia@example.org', { role: 'reader' });
    const undos = page.locator('.toasts').getByRole('button', { name: 'Undo' });

    await page.goto('/people/keys');
    await choose('Actions for ci', 'Turn off');
    await page.getByText('turned off').first().waitFor();
    expect(await undos.count()).toBe(0);
    await choose('Actions for ci', 'Delete…');
    await button('Delete API key').click();
    await toast('ci was deleted').waitFor();
    expect(await undos.count()).toBe(0);

    await page.goto('/projects/photos/tokens');
    await choose('Actions for runner', 'Delete…');
    await button('Delete token').click();
    await toast('runner was deleted').waitFor();
    expect(await undos.count()).toBe(0);

    await page.goto('/projects/photos/settings');
    await choose('Actions for Mia', 'Change role…');
    await dialog()
      .getByRole('radio', { name: /Editor/ })
      .check();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await toast('Mia is editor of photos').waitFor();
    expect(await undos.count()).toBe(0);
    await choose('Actions for Mia', 'Remove…');
    await button('Remove member').click();
    await toast('no member of photos').waitFor();
    expect(await undos.count()).toBe(0);
  });
});
