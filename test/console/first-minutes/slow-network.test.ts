import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';

const BUILT = join(import.meta.dirname, '../../../dist/renderer');
/** Of all that the page names, as it is sent: 3 s at 400 kbit/s. */
const MOST_BYTES = 150_000;

describe('the console on a slow network', () => {
  let opened: TestConsole;
  let browser: Browser;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
  });

  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: opened.served.url,
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    return await context.newPage();
  }

  it('names few bytes for its first view', () => {
    const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
    const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
    const sent = named.map((path) => {
      const files = [`${path}.br`, path].map((file) =>
        statSync(join(BUILT, file), { throwIfNoEntry: false }),
      );
      return files.find((file) => file !== undefined)?.size ?? 0;
    });
    expect(named.length).toBeGreaterThanOrEqual(2);
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
    expect(readdirSync(join(BUILT, 'assets')).length).toBeGreaterThan(named.length);
  });

  it('shows where things will be before any of its files is there, and says nothing of it to a reader', async () => {
    const page = await newPage();
    const refused: string[] = [];
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    const held: (() => void)[] = [];
    await page.route('**/assets/**', (route) => {
      held.push(() => void route.continue());
    });
    await page.goto('/', { waitUntil: 'commit' });
    const bars = page.locator('.start i');
    await expect.poll(() => bars.count()).toBeGreaterThan(5);
    for (const bar of await bars.all()) await bar.waitFor();
    // Its own styles are allowed by the page's policy, and nothing else is there yet.
    expect(await page.locator('.start').evaluate((element) => getComputedStyle(element).display)).toBe(
      'grid',
    );
    expect(await page.locator('main').count()).toBe(0);
    expect(await page.locator('.start').getAttribute('aria-hidden')).toBe('true');
    for (const go of held) go();
    await page.unroute('**/assets/**');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await bars.first().waitFor({ state: 'hidden' });
    expect(refused).toEqual([]);
    await page.context().close();
  });

  it('lets neither sign-in nor the sidebar wait for the code of the page, nor for the change feed', async () => {
    const { page, context } = await opened.open(browser, '/icon.svg');
    const held: (() => void)[] = [];
    const hold = (route: { continue(): Promise<void> }) => {
      held.push(() => void route.continue().catch(() => undefined));
    };
    await page.route('**/assets/home-page-*.js', hold);
    await page.route('**/api/events', hold);
    await page.route('**/api/vault/status', hold);
    await page.goto('/', { waitUntil: 'commit' });
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Projects' }).waitFor();
    expect(held.length).toBeGreaterThan(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    for (const go of held) go();
    await page.getByRole('region', { name: /^Health/ }).waitFor();
    await context.close();

    const stranger = await newPage();
    await stranger.route('**/assets/home-page-*.js', () => undefined);
    await stranger.goto('/', { waitUntil: 'commit' });
    await stranger.getByRole('heading', { name: 'Sign in' }).waitFor();
    await stranger.unrouteAll({ behavior: 'ignoreErrors' });
    await stranger.context().close();
  });

  it('says without JavaScript that it needs it, and what does not', async () => {
    for (const width of [1280, 360]) {
      const page = await newPage({ javaScriptEnabled: false, viewport: { width, height: 740 } });
      await page.goto('/projects');
      await page.getByRole('heading', { name: 'The console needs JavaScript' }).waitFor();
      expect(await page.locator('.no-script').innerText()).toContain('the command line does everything');
      // Above what would be replaced otherwise.
      const covered = await page.locator('.no-script').boundingBox();
      expect(covered).toMatchObject({ x: 0, y: 0, width, height: 740 });
      await page.context().close();
    }
  });
});
