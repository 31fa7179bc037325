import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { makeBackups, makeCopies, seed } from '../support/seed.ts';

/** Columns that say when something was, or will be. */
const DATES = /^(Changed|Created|Created by|Last read|Last used|Expires|Kept until|Deleted|When|Next|Last)$/;
const pages = [
  '/projects',
  '/projects/photos',
  '/shared',
  '/projects/shop/tokens',
  '/trash',
  '/people',
  '/people/keys',
  '/activity',
  '/key',
  '/backups',
];

describe('dates in tables', () => {
  const root = mkdtempSync(join(tmpdir(), 'temps-dates-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let browser: Browser;
  let console: TestConsole;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened: console, browser } = started);
    await seed(console);
    await makeCopies(console);
    await makeBackups(console, root);
    const [{ id }] = await console.api('GET', '/projects/photos/env-vars');
    await console.api('DELETE', `/projects/photos/env-vars/${id}`);
    ({ page } = await console.open(browser));
  });

  /** What is cut off in these columns, and how many of their cells are to be seen. */
  const look = () =>
    page.evaluate((source) => {
      const dates = new RegExp(source);
      const cut: string[] = [];
      let seen = 0;
      for (const table of document.querySelectorAll('table')) {
        const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent ?? '');
        for (const row of table.querySelectorAll('tbody tr'))
          for (const [at, cell] of [...row.children].entries()) {
            if (!dates.test(heads[at] ?? '') || (cell as HTMLElement).offsetWidth === 0) continue;
            seen += 1;
            const parts = [cell, ...cell.querySelectorAll('*')].filter(
              (part) => !part.classList.contains('sr') && part.clientWidth > 0,
            );
            if (parts.some((part) => part.scrollWidth > part.clientWidth + 1))
              cut.push(`${heads[at]}: ${cell.textContent}`);
          }
      }
      return { cut, seen };
    }, DATES.source);

  it.each([1280, 1100, 900, 360])('are whole at %i px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    let all = 0;
    for (const path of pages) {
      await page.goto(path);
      await page.locator('table tbody tr').first().waitFor();
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
      const { cut, seen } = await look();
      expect(cut, path).toEqual([]);
      all += seen;
    }
    expect(all).toBeGreaterThan(0);
  });

  it('of variables have who changed them below, whole too', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto('/projects/photos');
    const row = page.getByRole('row').filter({ hasText: 'MAPBOX_TOKEN' });
    await row.getByRole('cell').filter({ hasText: 'today' }).getByText('Owner of this machine').waitFor();
  });
});
