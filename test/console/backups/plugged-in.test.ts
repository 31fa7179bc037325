import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../../requires.ts';
import { openSticks, type Stick, type Sticks, whyNoSticks } from '../../sticks.ts';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { expectNoOverflow } from '../support/visitors.ts';

const whyNot = whyNoSticks();
const canRun = hasChromium() && whyNot === null;
const it = requires('the console in a browser, and sticks', canRun, whyNot ?? 'needs chromium');

describe('backups to a stick when it is plugged in', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;
  let sticks: Sticks;
  let stick: Stick;
  beforeAll(async () => {
    if (!canRun) return;
    sticks = openSticks();
    stick = sticks.make('ext4', 16, true);
    await stick.plugIn();
    [opened, browser] = await Promise.all([startConsole(), launchBrowser()]);
    const folder = { kind: 'folder', readable_without_key: true };
    await opened.api('POST', '/backups/destinations', { ...folder, name: 'stick', path: stick.at });
    await opened.api('POST', '/backups/destinations', { ...folder, name: 'here', path: '/' });
    ({ page } = await opened.open(browser, '/backups'));
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
    await sticks?.close();
  });
  const schedules = () => page.getByRole('region', { name: 'Schedules' });
  const dialog = () => page.getByRole('dialog', { name: 'Add a schedule' });
  const whenPluggedIn = () => dialog().getByRole('radio', { name: /When it is plugged in/ });
  const openDialog = async () => {
    await page.goto('/backups');
    await schedules().getByRole('button', { name: 'Add a schedule' }).click();
    await dialog().getByRole('combobox', { name: 'Destination' }).selectOption({ label: 'stick' });
  };

  it('are suggested for a drive that is made to be pulled out, and not offered for the disk of this computer', async () => {
    // No stick of a test is one that the kernel calls removable.
    await page.route('**/api/vault/places', async (route) => {
      const answer = await route.fetch();
      const { places } = await answer.json();
      const asStick = (place: { path: string }) =>
        place.path === stick.at ? { ...place, kind: 'removable' } : place;
      await route.fulfill({ response: answer, json: { places: places.map(asStick) } });
    });
    await openDialog();
    await dialog().getByText('suggested').waitFor();
    expect(await whenPluggedIn().isChecked()).toBe(true);
    expect(await dialog().getByRole('textbox', { name: 'Name' }).inputValue()).toBe('When plugged in');
    await dialog().getByText('within an hour of the last').waitFor();
    await expectAccessible(page, 'a schedule of a stick');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a schedule of a stick at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await dialog().getByRole('combobox', { name: 'Destination' }).selectOption({ label: 'here' });
    await whenPluggedIn().waitFor({ state: 'detached' });
    expect(await dialog().getByRole('radio', { name: 'Every day' }).isChecked()).toBe(true);
    await page.unroute('**/api/vault/places');
  });

  it('are made, and the page says when the drive can be removed, and that it is not plugged in', async () => {
    await openDialog();
    expect(await dialog().getByRole('radio', { name: 'Every day' }).isChecked()).toBe(true);
    await whenPluggedIn().click();
    await dialog().getByRole('button', { name: 'Add schedule' }).click();
    await page.getByText('If it is plugged in now, a backup is made at once.').waitFor();
    const row = schedules().getByRole('row', { name: /When plugged in.*to stick, when it is plugged in/ });
    await row.getByText('It can be removed.').waitFor();
    await page.getByText(/^made .*, the drive can be removed$/).waitFor();
    await expectAccessible(page, 'a stick that can be removed');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a stick at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await stick.eject();
    await page.getByText('not plugged in', { exact: true }).waitFor();
    await row.getByText('It can be removed.').waitFor({ state: 'detached' });
  });

  it('stay what they are when the schedule is changed, and while the drive is away', async () => {
    await schedules().getByRole('button', { name: 'More for the schedule When plugged in' }).click();
    await page.getByRole('menuitem', { name: 'Change…' }).click();
    const changing = page.getByRole('dialog', { name: 'Change the schedule' });
    expect(await changing.getByRole('radio', { name: /When it is plugged in/ }).isChecked()).toBe(true);
    await changing.getByRole('textbox', { name: 'Name' }).fill('on the stick');
    await changing.getByRole('button', { name: 'Change schedule' }).click();
    await schedules()
      .getByRole('row', { name: /on the stick.*when plugged in/ })
      .waitFor();
    const [schedule] = await opened.api('GET', '/backups/schedules');
    expect(schedule).toMatchObject({ schedule_expression: '@plugged-in', drive: 'away' });
  });
});
