import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { makeCopies, seed } from '../support/seed.ts';
import { expectNoOverflow } from '../support/visitors.ts';
import { listPages } from './pages.ts';

const FINGER = 44;
const POINTER = 24;

describe('what can be hit', () => {
  let opened: TestConsole;
  let browser: Browser;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await seed(opened);
    await makeCopies(opened);
  });

  for (const [what, leastPx, options] of [
    ['a finger', FINGER, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ['a pointer', POINTER, { viewport: { width: 360, height: 740 } }],
  ] as const)
    it(`is ${leastPx} px or more for ${what}, on every page`, async () => {
      const { page, context } = await opened.open(browser, '/', options);
      const pages = listPages('photos');
      expect(pages.length).toBeGreaterThan(20);
      const small: string[] = [];
      for (const path of pages) {
        await page.goto(path);
        await settled(page);
        await expectNoOverflow(page, path);
        for (const found of await findSmall(page, leastPx)) small.push(`${path}: ${found}`);
      }
      expect(small).toEqual([]);
      await context.close();
    });

  it('has five named places and a menu of the others at the foot of a telephone', async () => {
    const { page, context } = await opened.open(browser, '/', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const foot = page.getByRole('navigation', { name: 'Pages' });
    await foot.waitFor();
    const shown = foot.locator('.nav-item:visible');
    await expect
      .poll(() => shown.locator('.nav-foot').allInnerTexts())
      .toEqual(['Home', 'Projects', 'Secrets', 'Key', 'Backups', 'More']);
    await expectAccessible(page, 'the foot of a telephone');
    // By its whole name, for who does not see it.
    await foot.getByRole('link', { name: 'Encryption key' }).tap();
    await page.waitForURL('**/key');
    await foot.getByRole('button', { name: 'More' }).tap();
    const items = page.getByRole('menuitem');
    await items.first().waitFor();
    expect(await items.allInnerTexts()).toEqual([
      'People and access',
      'Activity',
      'Settings',
      'Search',
      'Your account',
    ]);
    for (const item of await items.all())
      expect((await item.boundingBox())?.height).toBeGreaterThanOrEqual(FINGER);
    await items.filter({ hasText: 'Settings' }).tap();
    await page.waitForURL('**/settings');
    await foot.getByRole('button', { name: 'More' }).tap();
    await items.filter({ hasText: 'Search' }).tap();
    await page.getByRole('combobox', { name: /^Search/ }).waitFor();
    await context.close();
  });
});

/** The page is there, and waits for nothing. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  for (const sign of ['[aria-busy="true"]', '.skeleton'])
    await expect.poll(() => page.locator(sign).count()).toBe(0);
}

/**
 * What can be hit, and is not where it should be: half of the least size from its middle, to each side. A link within a
 * sentence is as high as its line.
 */
function findSmall(page: Page, leastPx: number): Promise<string[]> {
  return page.evaluate((least) => {
    const small: string[] = [];
    const all = 'a[href], button, input, select, textarea, summary, [role="menuitem"], [role="option"]';
    for (const element of document.querySelectorAll<HTMLElement>(all)) {
      if (element.closest('[aria-hidden="true"], .start') || element.matches(':disabled, .sr, .skip'))
        continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const { parentElement: parent } = element;
      const isInSentence =
        element.matches('a') &&
        getComputedStyle(element).display === 'inline' &&
        !element.matches('.row-link') &&
        (parent?.textContent ?? '').trim() !== (element.textContent ?? '').trim();
      if (isInSentence) continue;
      element.scrollIntoView({ block: 'center', inline: 'center' });
      // Of a row that is a link all can be hit.
      const box = (
        (element.matches('.row-link') && element.closest('tr')) ||
        element
      ).getBoundingClientRect();
      if (box.width < 2 || box.height < 2) continue;
      const x = box.left + box.width / 2;
      const y = box.top + box.height / 2;
      const half = least / 2 - 1;
      const labels = [...((element as HTMLInputElement).labels ?? [])];
      const isHit = (at: number, up: number) => {
        const hit = document.elementFromPoint(at, up);
        if (hit === null) return false;
        const wrapped = element.closest('.input, label');
        return (
          element.contains(hit) ||
          labels.some((label) => label.contains(hit)) ||
          wrapped?.contains(hit) === true
        );
      };
      const isWide = isHit(x - half, y) && isHit(x + half, y);
      const isHigh = isHit(x, y - half) && isHit(x, y + half);
      if (isWide && isHigh) continue;
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30);
      small.push(
        `${element.tagName} ${element.className} "${name}" ${Math.round(box.width)}×${Math.round(box.height)}`,
      );
    }
    return small;
  }, leastPx);
}
