import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requires } from '../../requires.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { expectNoOverflow } from '../support/visitors.ts';
import { listPages } from './pages.ts';

const it = requires('the console in a browser', hasChromium(), 'needs chromium');

/** One word, an emoji of several code points, and a script that runs the other way. */
const long = (most: number) => `👩‍👩‍👧‍👦مرحبا${'W'.repeat(300)}`.slice(0, most);

describe('long names without a space', () => {
  let opened: TestConsole;
  let browser: Browser;
  let project: string;
  let folder: string;

  beforeAll(async () => {
    if (!hasChromium()) return;
    [opened, browser] = await Promise.all([startConsole(), launchBrowser()]);
    const { api } = opened;
    folder = mkdtempSync(join(tmpdir(), 'temps-long-'));
    await api('PUT', '/settings', { instance_name: long(60) });
    ({ slug: project } = await api('POST', '/projects', { name: long(300) }));
    await api('POST', `/projects/${project}/environments`, { name: `e${'W'.repeat(62)}`, branch: 'main' });
    await api('POST', `/projects/${project}/variables/import`, {
      content_base64: Buffer.from(`${'N'.repeat(200)}=${'v'.repeat(300)}\n`).toString('base64'),
    });
    await api('POST', '/shared-variables', { key: 'S'.repeat(200), value: long(300), is_secret: false });
    await api('POST', '/users', {
      email: `${'m'.repeat(60)}@${'d'.repeat(60)}.example.org`,
      name: long(100),
      password: 'correct horse battery',
      roles: ['admin'],
    });
    await api('POST', '/api-keys', { name: long(100), role_type: 'reader' });
    await api('POST', '/backups/destinations', { kind: 'folder', name: long(100), path: folder });
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  for (const width of [1280, 360])
    it(`keep to their place on every page and in every dialog, at ${width} px`, async () => {
      const { page, context } = await opened.open(browser, '/', { viewport: { width, height: 740 } });
      let dialogs = 0;
      for (const path of listPages(project)) {
        await page.goto(path);
        await settled(page);
        await expectNoOverflow(page, `${path} at ${width}`);
        expect(await findOutside(page), `${path} at ${width}`).toEqual([]);
        for (const way of await findWays(page)) {
          await page.goto(path);
          await settled(page);
          if (!(await openDialog(page, way))) continue;
          dialogs += 1;
          await expectDialogFits(page, `${way} of ${path} at ${width}`);
        }
      }
      expect(dialogs).toBeGreaterThan(15);
      await context.close();
    });
});

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  for (const sign of ['[aria-busy="true"]', '.skeleton'])
    await expect.poll(() => page.locator(sign).count()).toBe(0);
}

/** Buttons that may open a dialog, and entries of menus that do: "Actions for …>Delete…". One of each kind. */
async function findWays(page: Page): Promise<string[]> {
  const names = await page
    .locator('main button:visible:enabled')
    .evaluateAll((buttons) =>
      buttons.map((button) => (button.getAttribute('aria-label') ?? button.textContent ?? '').trim()),
    );
  const kinds = new Map(names.map((name) => [name.replace(/(Actions|More) for .*/, '$1 for'), name]));
  const ways: string[] = [];
  for (const [kind, name] of kinds) {
    if (!/^(Actions|More) for/.test(kind)) {
      if (/^(New|Add|Create|Rename|Delete|Paste|Export|Change|Forget|Invite)/.test(kind)) ways.push(name);
      continue;
    }
    await page.getByRole('button', { name, exact: true }).first().click();
    const items = page.getByRole('menuitem');
    await items.first().waitFor();
    for (const item of await items.allInnerTexts()) if (item.includes('…')) ways.push(`${name}>${item}`);
    await page.keyboard.press('Escape');
    await items.first().waitFor({ state: 'detached' });
  }
  return ways;
}

/** False for what opened none. */
async function openDialog(page: Page, way: string): Promise<boolean> {
  const [name = '', item] = way.split('>');
  await page.getByRole('button', { name, exact: true }).first().click();
  if (item !== undefined)
    await page
      .getByRole('menuitem', { name: item.split('\n')[0] as string })
      .first()
      .click();
  const dialog = page.locator('.dialog').first();
  return await dialog.waitFor({ timeout: 2000 }).then(
    () => true,
    () => false,
  );
}

async function expectDialogFits(page: Page, what: string): Promise<void> {
  const view = page.viewportSize() as { width: number; height: number };
  const dialog = page.locator('.dialog').first();
  for (const button of await dialog.locator('.dialog-head button, .dialog-foot button').all()) {
    const box = await button.boundingBox();
    if (box === null) continue;
    const name = `${what}: ${await button.innerText()}`;
    expect(box.width, name).toBeGreaterThan(20);
    expect(box.x, name).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, name).toBeLessThanOrEqual(view.width);
    expect(box.y + box.height, name).toBeLessThanOrEqual(view.height);
    // In front, and not cut off by the dialog.
    const isSeen = await button.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return hit !== null && element.contains(hit);
    });
    expect(isSeen, name).toBe(true);
  }
  const wide = await dialog.evaluate((element) =>
    [element, ...element.querySelectorAll('.dialog-body, .dialog-head')]
      .filter((part) => part.scrollWidth > part.clientWidth + 1)
      .map((part) => `${part.className} ${part.scrollWidth} > ${part.clientWidth}`),
  );
  expect(wide, what).toEqual([]);
}

/** Controls of the page that are beyond the right edge of the window, or cut off by what is around them. */
function findOutside(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main button, main a')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .filter((element) => element.closest('.cut, .truncate, td, th, .chips') === null)
      .map((element) => `${element.className} ${element.textContent?.slice(0, 40)}`),
  );
}
