import type { Browser } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { seedShop } from './support/lost-key.ts';
import { expectNoOverflow } from './support/visitors.ts';

const KEY = '<b>nightly</b>';

describe('who read a secret', () => {
  let browser: Browser;
  let c: TestConsole;

  startInBrowser(async (started) => {
    ({ opened: c, browser } = started);
    await seedShop(c, { API_TOKEN: 'canary-value' });
  });

  it('is listed in its menu while it is read, and on Home until it was me', async () => {
    const { page } = await c.open(browser, '/projects/shop');
    await page.getByRole('button', { name: 'More for API_TOKEN' }).click();
    await page.getByRole('menuitem', { name: 'Read by' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who read API_TOKEN' });
    await dialog.getByText('Nobody read it yet').waitFor();
    const { api_key } = await c.api('POST', '/api-keys', { name: KEY, role_type: 'user' });
    const headers = { authorization: `Bearer ${api_key}` };
    const answer = await page.request.get('/api/projects/shop/env-vars/API_TOKEN/value', { headers });
    expect(answer.status()).toBe(200);
    await dialog.getByText(`API key ${KEY}`).waitFor();
    await dialog.getByText('Revealed, from').waitFor();
    await expectAccessible(page, 'who read a secret');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'who read a secret');
    await page.keyboard.press('Escape');
    await page.goto('/');
    await page.getByText(`API key ${KEY} of the owner of this machine read 1 secret`).waitFor();
    await expectNoOverflow(page, 'an unusual reading on Home');
    expect(await page.getByRole('link', { name: 'API keys' }).last().getAttribute('href')).toContain(
      '/people/keys',
    );
    await page.getByRole('button', { name: 'This was me' }).click();
    await expect
      .poll(() => page.getByText(`API key ${KEY} of the owner of this machine read 1 secret`).count())
      .toBe(0);
  });
});
