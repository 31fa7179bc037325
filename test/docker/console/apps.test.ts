import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../../console/support/accessibility.ts';
import type { TestConsole } from '../../console/support/console.ts';
import { expectNoOverflow, signInAs } from '../../console/support/visitors.ts';
import { APP_IMAGE } from '../dockerd.ts';
import { it, startWithDocker } from './docker-console.ts';

const WIDTHS = [360, 900, 1280];

describe('an app from an image', { timeout: 300_000 }, () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startWithDocker(async (started) => {
    ({ opened, browser } = started);
    await opened.api('POST', '/projects', { name: 'shop' });
    await setVariable('API_KEY', 'canary-7d1f0a');
    ({ page } = await opened.open(browser, '/projects/shop/deployments', { reducedMotion: 'reduce' }));
  });

  const setVariable = (key: string, value: string) =>
    opened.api('POST', '/projects/shop/env-vars', { key, value, is_secret: key === 'API_KEY' });
  const card = () => page.getByRole('region', { name: 'production' });
  const dialog = () => page.getByRole('dialog');
  const goToApps = () => page.getByRole('link', { name: 'Deployments', exact: true }).click();
  const openApps = async () => {
    await page.goto('/projects/shop/deployments');
    await card().waitFor();
  };
  const showsState = (word: string) => card().locator('.run-state', { hasText: word }).first().waitFor();
  const deploymentIs = (id: number, word: string) =>
    Promise.all([
      page.waitForURL(`**/projects/shop/deployments/${id}`),
      page.locator('.outcome').getByText(word, { exact: true }).waitFor(),
    ]);
  /** At every width, and in both themes. */
  const fits = async (what: string) => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page, `${what} at ${width}`);
    }
    await expectAccessible(page, what);
  };

  it('is deployed by a dialog, which says what is wrong, and watched until it serves', async () => {
    await page.getByText('Nothing runs here yet').waitFor();
    await fits('nothing runs');
    await page.getByRole('button', { name: 'Deploy an image…' }).click();
    const send = dialog().getByRole('button', { name: 'Deploy', exact: true });
    await dialog().getByLabel('Port').fill('70000');
    await dialog().getByText('A number from 1 to 65535').waitFor();
    await dialog().getByLabel('Image').fill('Not An Image');
    expect(await send.isEnabled()).toBe(false);
    await dialog().getByLabel('Port').fill('');
    await send.click();
    await dialog().locator('.field', { hasText: 'Image' }).getByRole('alert').waitFor();
    await dialog().locator('summary').click();
    await dialog().getByRole('radio', { name: 'a TCP connection' }).click();
    await dialog().getByLabel('Within seconds').waitFor();
    expect(await dialog().getByLabel('Path').count()).toBe(0);
    await dialog().getByRole('radio', { name: 'an HTTP response' }).click();
    await fits('deploy dialog');
    await dialog().getByLabel('Image').fill(APP_IMAGE);
    await send.click();
    await deploymentIs(1, 'Succeeded');
    expect(await page.locator('.phases li.is-done').count()).toBe(5);
    const meanwhile = page.getByRole('region', { name: 'What serves' });
    await meanwhile.getByText('Release 1 serves').waitFor();
    await page
      .getByRole('region', { name: 'Log of deployment 1' })
      .getByText('It works: port 3000')
      .waitFor();
    await fits('a deployment');

    await goToApps();
    await showsState('Serving');
    await card().getByText('of one core, now').waitFor();
    const address = card().getByRole('link', { name: /^shop\.localhost/ });
    expect(await address.getAttribute('href')).toMatch(/^https:\/\/shop\.localhost/);
    expect(await address.getAttribute('target')).toBe('_blank');
    const row = page.getByRole('table', { name: 'Deployments' }).getByRole('row', { name: /Deployment 1/ });
    await row.getByText('Succeeded').waitFor();
    expect(await row.getByText('Owner of this machine').count()).toBe(1);
    await fits('what runs');
  });

  it('says which variables it does not have yet, and gets them by one button', async () => {
    await openApps();
    await setVariable('LOG_LEVEL', 'debug');
    await card().getByText('1 variable changed, not applied.').waitFor();
    await card().getByText('LOG_LEVEL').waitFor();
    const apply = card().getByRole('button', { name: 'Apply to production' });
    // The only blue one.
    expect(await page.locator('main .btn-main').allInnerTexts()).toEqual(['Apply']);
    await expectAccessible(page, 'changed variables');
    await apply.click();
    await deploymentIs(2, 'Succeeded');
    await goToApps();
    await showsState('Serving');
    await expect.poll(() => card().getByText('not applied').count()).toBe(0);
  });

  it('still serves when a deployment fails, whose page says why in facts', async () => {
    await openApps();
    await setVariable('MODE', 'crash');
    await card().getByRole('button', { name: 'Apply to production' }).click();
    await deploymentIs(3, 'Failed');
    await page.getByText('It ended with exit code 3.').first().waitFor();
    const facts = page.getByRole('region', { name: 'Why it failed' });
    await facts.getByText('ended with exit code 3', { exact: true }).waitFor();
    await facts.getByText('cannot connect to the database').waitFor();
    await page.getByRole('region', { name: 'What serves' }).getByText('Release 2 still serves').waitFor();
    // No green word for the deployment itself.
    expect(await page.locator('.outcome .run-ok').count()).toBe(0);
    expect(await page.locator('.phases .is-bad').innerText()).toContain('Probing');
    await fits('a failed deployment');
    // It is offered with its image, and what can be changed about it.
    await page.getByRole('button', { name: 'Deploy again…' }).click();
    expect(await dialog().getByLabel('Image').inputValue()).toBe(APP_IMAGE);
    await page.keyboard.press('Escape');
    await goToApps();
    await showsState('Serving');
    await card().getByText('Release 2 still serves.').waitFor();
  });

  it('is cancelled while it is under way, and what served still does', async () => {
    const [{ id }] = (await opened.api('GET', '/projects/shop/env-vars')).filter(
      ({ key }: { key: string }) => key === 'MODE',
    );
    await opened.api('PUT', `/projects/shop/env-vars/${id}`, { key: 'MODE', value: 'silent' });
    await openApps();
    await card().getByRole('button', { name: 'Apply to production' }).click();
    await deploymentIs(4, 'Under way');
    await page.locator('.phases .is-now', { hasText: 'Probing' }).waitFor();
    await page.locator('.phases .is-next', { hasText: 'Draining' }).waitFor();
    await page.getByRole('region', { name: 'What serves' }).getByText('Release 2 still serves').waitFor();
    await page.getByRole('region', { name: 'Log of deployment 4' }).getByText('Started, with').waitFor();
    await fits('a deployment under way');
    await page.getByRole('button', { name: 'Cancel deployment' }).click();
    await deploymentIs(4, 'Cancelled');
    expect(await page.locator('.outcome .run-ok').count()).toBe(0);
    await page.getByRole('button', { name: 'Deploy again…' }).waitFor();
  });

  it('goes back to an earlier release', async () => {
    await openApps();
    const variables = await opened.api('GET', '/projects/shop/env-vars');
    const { id } = variables.find(({ key }: { key: string }) => key === 'MODE');
    await opened.api('DELETE', `/projects/shop/env-vars/${id}`);
    await card().getByRole('button', { name: 'More for production' }).click();
    await page.getByRole('menuitem', { name: 'Roll back…' }).click();
    await dialog()
      .getByRole('radio', { name: /Release 1/ })
      .waitFor();
    await fits('roll back dialog');
    await dialog().getByRole('button', { name: 'Roll back to release 1' }).click();
    await deploymentIs(5, 'Succeeded');
    await page.getByRole('region', { name: 'What serves' }).getByText('Release 3 serves').waitFor();
    // From the page of an earlier one too.
    await page.goto('/projects/shop/deployments/2');
    await page.getByRole('button', { name: 'Roll back to this release…' }).click();
    await dialog()
      .getByRole('radio', { name: /Release 2/, checked: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await goToApps();
  });

  it('is stopped, started and restarted', async () => {
    await openApps();
    await card().getByRole('button', { name: 'Stop production' }).click();
    await showsState('Stopped');
    await expectAccessible(page, 'a stopped app');
    expect(await card().getByRole('button', { name: 'Restart production' }).count()).toBe(0);
    await card().getByRole('button', { name: 'Start production' }).click();
    await showsState('Serving');
    await card().getByRole('button', { name: 'Restart production' }).click();
    await page.getByText('shop in production was restarted').waitFor();
    await showsState('Serving');
  });

  it('is on Home and in the list of projects', async () => {
    await page.goto('/');
    const runs = page.getByRole('region', { name: 'What runs' });
    const row = runs.getByRole('row', { name: /shop/ });
    await row.getByText('Serving').waitFor();
    await row.getByRole('link', { name: /^shop\.localhost/ }).waitFor();
    await row.getByRole('link', { name: /^Succeeded/ }).waitFor();
    await fits('home with an app');
    await page.goto('/projects');
    await page.getByRole('row', { name: /shop.*Serving/ }).waitFor();
    await fits('projects with an app');
  });

  it('is shown to who may only read, without what they may not do', async () => {
    const { page: theirs, context } = await signInAs(opened, browser, {
      email: 'reader@example.org',
      role: 'reader',
    });
    await theirs.goto('/projects/shop/deployments');
    const shown = theirs.getByRole('region', { name: 'production' });
    await shown.getByText('Serving').waitFor();
    await theirs.getByRole('table', { name: 'Deployments' }).getByRole('row').nth(1).waitFor();
    expect(await theirs.locator('main').getByRole('button').allInnerTexts()).toEqual([
      // The address.
      '',
    ]);
    await theirs.goto('/projects/shop/deployments/3');
    await theirs.getByRole('region', { name: 'Why it failed' }).waitFor();
    const names = await theirs
      .locator('main')
      .getByRole('button')
      .evaluateAll((all) => all.map((each) => each.ariaLabel));
    expect(names).toEqual(['Download the log']);
    await theirs.goto('/projects/shop/deployments?open=deploy');
    await shown.getByText('Serving').waitFor();
    expect(await theirs.getByRole('dialog').count()).toBe(0);
    await context.close();
  });

  it('waits for the key with what needs it, and runs meanwhile', async () => {
    await page.goto('/projects/shop/deployments');
    await showsState('Serving');
    await opened.api('POST', '/vault/lock');
    await card().getByText('Waits for the key').waitFor();
    expect(await card().getByRole('button', { name: 'Deploy production…' }).isEnabled()).toBe(false);
    expect(await card().getByRole('button', { name: 'Stop production' }).isEnabled()).toBe(true);
    await expectAccessible(page, 'apps while locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await expect
      .poll(() => card().getByRole('button', { name: 'Deploy production…' }).isEnabled())
      .toBe(true);
  });

  it('is removed after saying what is lost', async () => {
    await openApps();
    await card().getByRole('button', { name: 'More for production' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    const warning = page.getByRole('alertdialog', { name: 'Remove what runs in production?' });
    await warning.getByText(/3 releases cannot be rolled back to any more: 3 .*2 .*1 /).waitFor();
    await warning.getByText('2 variables of the environment stay.').waitFor();
    await fits('remove dialog');
    await warning.getByRole('button', { name: 'Remove app and 3 releases' }).click();
    await page.getByText('Nothing runs here yet').waitFor();
    // What was done stays.
    await page.getByRole('row', { name: /Deployment 5/ }).waitFor();
  });
});
