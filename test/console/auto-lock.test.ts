import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { hasChromium, launchBrowser } from './support/browser.ts';
import { it } from './support/in-browser.ts';

/** What is used of a real instance in this process, whose time can be moved. */
interface Door {
  port: number;
  clock: { advance(ms: number): void };
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  owner(method: string, path: string, body?: unknown): Promise<{ body: any }>;
  stop(): Promise<void>;
}
/** Found at run time: the instance is typed for Node, and this folder for a browser. */
const harness: string = '../api/harness.ts';
const { ADMIN, openDoor } = (await import(harness)) as {
  ADMIN: { email: string; password: string };
  openDoor(name: 'https'): Promise<Door>;
};

const MINUTE_MS = 60_000;

describe('the automatic lock', () => {
  let door: Door;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const lock = () => page.getByRole('alertdialog', { name: /^Locked/ });
  const dialog = () => page.getByRole('dialog', { name: 'Add a variable' });
  const password = () => lock().getByLabel('Password', { exact: true });

  beforeAll(async () => {
    if (!hasChromium()) return;
    [door, browser] = await Promise.all([openDoor('https'), launchBrowser()]);
    await door.owner('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'canary-value']],
    });
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: `https://localhost:${door.port}`,
      viewport: { width: 1280, height: 800 },
    });
    const signedIn = await context.request.post('/api/auth/login', {
      data: { email: ADMIN.email, password: ADMIN.password },
    });
    expect(signedIn.ok()).toBe(true);
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await door?.stop();
  });

  it('is chosen with what it means in sight, and says so once it is set', async () => {
    await page.goto('/settings');
    const section = page.getByRole('region', { name: 'Automatic lock' });
    await section.getByText('Off: nothing locks by itself.').waitFor();
    await section.getByLabel('Lock after').selectOption('10');
    await section.getByRole('radio', { name: /the vault/ }).click();
    const waits = section.getByRole('list', { name: 'What waits while the vault is locked' });
    await waits.getByText('Encrypt every value with the new key').waitFor();
    await waits.getByText('Programs that sign in with an API key or a deployment token').waitFor();
    await section.getByText('the owner of this machine only has to ask for it').waitFor();
    // Nothing is set yet.
    await section.getByText('Off: nothing locks by itself.').waitFor();
    await expectAccessible(page, 'the automatic lock, being chosen');
    await section.getByRole('radio', { name: /^The console Each/ }).click();
    await section.getByRole('button', { name: 'Set the lock' }).click();
    await section.getByText('that nobody used for 10 minutes locks').waitFor();
    expect((await door.owner('GET', '/settings')).body).toMatchObject({
      auto_lock_minutes: 10,
      auto_lock_strength: 'console',
    });
  });

  it('covers the page and an open dialog, which keep what was typed, until the password', async () => {
    await page.goto('/projects/shop');
    await page.getByRole('button', { name: 'Reveal API_TOKEN', exact: true }).click();
    await page.getByText('canary-value').waitFor();
    await page.getByRole('button', { name: 'Add variable' }).click();
    const name = dialog().getByLabel('Name');
    await name.fill('TYPED_BEFORE');
    await page.getByText('canary-value').waitFor();
    // Another page of the same session: locked, and opened, with this one.
    const other = await context.newPage();
    await other.goto('/settings');
    await other.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.bringToFront();

    door.clock.advance(10 * MINUTE_MS);
    await lock().waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('name')))
      .toBe('password');
    expect(await page.getByText('canary-value').count()).toBe(0);
    expect(await page.locator('#root').isVisible()).toBe(false);
    expect(await name.isVisible()).toBe(false);
    await expectAccessible(page, 'locked');
    // Nothing beneath is reached by the keyboard.
    for (const keys of ['Escape', 'Control+k', 'Tab', 'Tab', 'Tab', 'Tab']) await page.keyboard.press(keys);
    expect(await page.evaluate(() => document.activeElement?.closest('.cover') !== null)).toBe(true);

    await password().fill('a wrong password');
    await lock().getByRole('button', { name: 'Unlock' }).click();
    await lock().getByText('Wrong password.').waitFor();
    await password().fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await lock().waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('TYPED_BEFORE');
    await other.getByRole('heading', { name: 'Settings' }).waitFor();
    await expect.poll(() => other.getByRole('alertdialog').count()).toBe(0);
    await other.close();
  });

  it('lets a change that it refused be made once the password is entered', async () => {
    await dialog().getByLabel('Value').fill('typed-value');
    door.clock.advance(10 * MINUTE_MS);
    // At the page itself: whether the lock is there already or comes with the answer, the change waits for it.
    await dialog()
      .locator('button[type=submit]')
      .evaluate((button: HTMLButtonElement) => button.click());
    await lock().waitFor();
    await password().fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByText('TYPED_BEFORE', { exact: true }).first().waitFor();
    const { body } = await door.owner('GET', '/projects/shop/env-vars');
    expect(JSON.stringify(body)).toContain('TYPED_BEFORE');
  });

  it('is kept away by whoever is there', async () => {
    door.clock.advance(9 * MINUTE_MS);
    const reported = page.waitForResponse((response) => response.url().endsWith('/api/auth/presence'), {
      timeout: 45_000,
    });
    await page.mouse.move(200, 200);
    await page.keyboard.press('Shift');
    expect((await reported).status()).toBe(204);
    door.clock.advance(9 * MINUTE_MS);
    const session = await context.request.get('/api/auth/session');
    expect((await session.json()).state).toBe('signed_in');
  });

  it('stands alone where a page is opened while locked', async () => {
    door.clock.advance(10 * MINUTE_MS);
    await page.goto('/projects/shop');
    await lock().waitFor();
    expect(await page.getByText('API_TOKEN').count()).toBe(0);
    await lock().getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
});
