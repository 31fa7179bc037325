import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';

/** Who hears only the name of a button has to know which row it changes. */
describe('rows with the same name', () => {
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await console.api('POST', '/projects', { name: 'photos' });
    const staging = await console.api('POST', '/projects/photos/environments', { name: 'staging' });
    const [production] = await console.api('GET', '/projects/photos/environments');
    for (const { id } of [production, staging])
      await console.api('POST', '/projects/photos/env-vars', {
        key: 'API_TOKEN',
        value: `invented-${id}`,
        is_secret: true,
        environment_ids: [id],
      });
    await console.api('POST', '/projects/photos/env-vars', { key: 'ALONE', value: 'x', is_secret: true });
    ({ page } = await console.open(browser, '/projects/photos'));
  });

  /** Names of the buttons and boxes of rows, as a screen reader says them, and how often each is there. */
  const findSame = async () => {
    const tree = await page.locator('main').ariaSnapshot();
    const names = [...tree.matchAll(/- (?:button|checkbox|link) "((?:[^"\\]|\\.)*)"/g)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(0);
    return names.filter((name, at) => names.indexOf(name) !== at);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  it('of variables, say in which environment they are', async () => {
    await button('Reveal API_TOKEN in production').waitFor();
    expect(await findSame()).toEqual([]);
    for (const name of ['Reveal', 'Copy', 'More for']) {
      expect(await button(`${name} ALONE`).count()).toBe(1);
      expect(await button(`${name} API_TOKEN in staging`).count()).toBe(1);
      expect(await button(`${name} API_TOKEN`).count()).toBe(0);
    }
    // The button does what it says.
    await button('Reveal API_TOKEN in staging').click();
    const value = page.getByRole('region', { name: 'Value of API_TOKEN in staging' });
    const [, staging] = await console.api('GET', '/projects/photos/environments');
    await value.getByText(`invented-${staging.id}`).waitFor();
    await button('Hide API_TOKEN in staging').click();
  });

  it('of the trash, say what they were and when they were deleted', async () => {
    for (let round = 0; round < 2; round++) {
      const { id } = await console.api('POST', '/projects/photos/env-vars', {
        key: 'TWICE',
        value: `${round}`,
        is_secret: false,
      });
      await console.api('DELETE', `/projects/photos/env-vars/${id}`);
    }
    await page.goto('/trash');
    await page
      .getByRole('button', { name: /^Restore TWICE, of photos/ })
      .first()
      .waitFor();
    expect(await findSame()).toEqual([]);
  });

  it('of people, say their addresses', async () => {
    for (const at of ['one', 'two'])
      await console.api('POST', '/users', {
        name: 'Sam',
        email: `sam@${at}.example`,
        password: 'a long enough password',
        roles: ['user'],
      });
    await page.goto('/people');
    await button('Actions for Sam, sam@one.example').waitFor();
    expect(await findSame()).toEqual([]);
    for (const at of ['one', 'two'])
      await console.api('PUT', `/projects/photos/members/sam@${at}.example`, { role: 'manager' });
    await page.goto('/projects/photos/settings');
    await button('Actions for Sam, sam@two.example').waitFor();
    expect(await button('Actions for Sam').count()).toBe(0);
  });
});
