import type { Browser } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { it, launchForTests } from '../support/in-browser.ts';
import { expectNoOverflow, signInAs } from '../support/visitors.ts';

const OFFER = 'Look at a sample project first';
const REMOVE = 'Remove the sample project';

describe('the sample project', () => {
  let browser: Browser;
  let opened: TestConsole;

  launchForTests((launched) => {
    browser = launched;
  });
  afterEach(() => opened?.stop());

  it('is offered before the first project, looked at, removed with one click and taken back', async () => {
    opened = await startConsole();
    const { page } = await opened.open(browser);
    await page.getByText('There are no secrets to lose yet.').waitFor();
    await page.getByText(/Its secrets open nothing\. They are encrypted and counted like yours/).waitFor();
    expect((await opened.api('GET', '/projects')).projects).toEqual([]);
    await expectAccessible(page, 'home, with the offer of a sample');
    await page.getByRole('button', { name: OFFER }).click();
    await page.waitForURL('**/projects/sample-project');
    await page.getByText('Refers to APP_URL, so it is another address in each environment.').waitFor();
    await expectAccessible(page, 'the sample project');

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Home' }).click();
    // What was said of its secrets.
    await page.getByText('If this computer died today, 2 variables would be lost.').waitFor();
    // The list of projects may come a moment later.
    await expect.poll(() => page.getByRole('button', { name: OFFER }).count()).toBe(0);
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page, `home with the sample, ${width} px`);
    }
    await expectAccessible(page, 'home, with the sample');
    await page.getByRole('button', { name: REMOVE }).click();
    await page.getByText('The sample project was removed').waitFor();
    await page.getByRole('button', { name: OFFER }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: REMOVE }).waitFor();
    expect(await opened.api('GET', '/projects/sample-project/env-vars')).toHaveLength(6);
    // Under another name it is somebody's own, and asks for it before it is deleted.
    await opened.api('PUT', '/projects/sample-project', { name: 'Shop' });
    await page.getByRole('row').filter({ hasText: 'Shop' }).waitFor();
    expect(await page.getByRole('button', { name: REMOVE }).count()).toBe(0);

    // Out of the trash as well, nothing of it is left to lose.
    await opened.api('DELETE', '/projects/sample-project');
    for (const { id } of await opened.api('GET', '/trash')) await opened.api('DELETE', `/trash/${id}`);
    await page.getByText('There are no secrets to lose yet.').waitFor();
  });

  it('is offered to nobody who may not create it, nor while its secrets could not be encrypted', async () => {
    opened = await startConsole();
    const { page: reader } = await signInAs(opened, browser, { email: 'rhea@example.org', role: 'reader' });
    await reader.getByText('No projects yet').waitFor();
    expect(await reader.getByRole('button', { name: OFFER }).count()).toBe(0);
    const { page } = await opened.open(browser);
    await page.getByRole('button', { name: OFFER }).waitFor();
    await opened.api('POST', '/vault/lock');
    await page.getByRole('button', { name: OFFER }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New project' }).waitFor();
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await opened.api('POST', '/projects/sample');
    await reader.getByRole('row').filter({ hasText: 'Sample project' }).waitFor();
    expect(await reader.getByRole('button', { name: REMOVE }).count()).toBe(0);
  });
});
