import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, it as plainIt } from 'vitest';
import { listPages } from '../narrow/pages.ts';
import { findViolations } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { loseKey } from '../support/lost-key.ts';
import { listDialogComponents } from './dialog-components.ts';
import {
  type DialogStop,
  listEverydayDialogs,
  listRecoveryDialogs,
  lockedDialogs,
  stagedDialogs,
  WALKED_ELSEWHERE,
} from './dialogs.ts';
import { findMisplaced } from './layout.ts';
import { seedLongWorld, type World } from './world.ts';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
const DIALOG = '[role="dialog"], [role="alertdialog"]';
const ROOT = join(import.meta.dirname, '../../..');

describe('every page and dialog, with names as long as they may be', () => {
  let opened: TestConsole;
  let browser: Browser;
  let world: World;
  let page: Page;
  /** What was wrong, of all that was walked: one fault does not hide the next. */
  let faults: string[] = [];
  const walked = new Set<string>();

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    world = await seedLongWorld(opened, browser);
    ({ page } = await opened.open(browser, '/', { reducedMotion: 'reduce' }));
    for (const each of [page, world.personPage, world.unconfirmedPage]) {
      // Asked by the browser itself before a value shown once is left.
      each.on('dialog', (dialog) => void dialog.accept());
    }
  });
  afterAll(async () => {
    await world?.close();
  });

  /** At both widths, and by axe in both themes. */
  const look = async (shown: Page, what: string, within: string) => {
    for (const viewport of [NARROW, WIDE]) {
      await shown.setViewportSize(viewport);
      for (const fault of await findMisplaced(shown, within))
        faults.push(`${what}, ${viewport.width} px: ${fault}`);
    }
    faults.push(...(await findViolations(shown, what, within)));
  };

  const walkPages = async (shown: Page, paths: readonly string[]) => {
    for (const path of paths) {
      await shown.goto(path);
      await settle(shown);
      await look(shown, path, 'body');
    }
  };

  const walkDialogs = async (stops: readonly DialogStop[]) => {
    for (const { component, title, path, open, as } of stops) {
      const shown = { person: world.personPage, unconfirmed: world.unconfirmedPage, owner: page }[
        as ?? 'owner'
      ];

      try {
        if (new URL(shown.url()).pathname !== path || (await shown.locator(DIALOG).count()) > 0) {
          await shown.goto(path);
        }
        await settle(shown);
        await open(shown);
        const dialog = shown.locator(DIALOG).filter({ has: shown.getByRole('heading', { name: title }) });
        await dialog.last().waitFor();
        await settle(shown);
        walked.add(component);
        await look(shown, component, DIALOG);
        await shown.keyboard.press('Escape');
      } catch (error) {
        const { message } = error as Error;
        faults.push(`${component} did not open: ${message.split('\n').slice(0, 4).join(' ')}`);
      }
    }
  };

  const expectNoFaults = () => {
    const found = faults;
    faults = [];
    expect(found).toEqual([]);
  };

  plainIt('knows how to open every dialog there is', () => {
    const known = [
      ...listEverydayDialogs({} as World),
      ...stagedDialogs,
      ...lockedDialogs,
      ...listRecoveryDialogs({} as World),
    ].map(({ component }) => component);
    expect([...known, ...Object.keys(WALKED_ELSEWHERE)].toSorted()).toEqual(listDialogComponents());
    for (const file of Object.values(WALKED_ELSEWHERE)) {
      expect(existsSync(join(ROOT, file))).toBe(true);
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain('expectAccessible');
    }
  });

  it('fits on every page', async () => {
    const pages = listPages(world.slug);
    expect(pages.length).toBeGreaterThan(20);
    await walkPages(page, pages);
    expectNoFaults();
  });

  it('fits in every dialog of an instance in use', async () => {
    await walkDialogs(listEverydayDialogs(world));
    expectNoFaults();
  });

  it('fits in every open menu', { timeout: 300_000 }, async () => {
    const opened = new Set<string>();
    for (const path of listPages(world.slug)) {
      await page.goto(path);
      await settle(page);
      for (const viewport of [NARROW, WIDE]) {
        await page.setViewportSize(viewport);
        const triggers = page.locator('[aria-haspopup="menu"]:visible');
        const labels = await triggers.evaluateAll((all) =>
          all.map((each) => each.getAttribute('aria-label') ?? each.textContent ?? ''),
        );
        // One of each kind: "More for …" of every row is the same menu.
        const kinds = new Map(
          labels.map((label, at) => [`${path}, ${label.slice(0, 9)}`, at] as const).reverse(),
        );
        for (const [kind, at] of kinds) {
          await triggers.nth(at).press('Enter');
          await page.getByRole('menu').waitFor();
          const what = `menu ${kind}`;
          for (const fault of await findMisplaced(page, '[role="menu"]'))
            faults.push(`${what}, ${viewport.width} px: ${fault}`);
          if (!opened.has(kind)) faults.push(...(await findViolations(page, what, '[role="menu"]')));
          opened.add(kind);
          await page.keyboard.press('Escape');
          await page.getByRole('menu').waitFor({ state: 'detached' });
        }
      }
    }
    expect(opened.size).toBeGreaterThan(8);
    expectNoFaults();
  });

  it('fits in messages, which say what happened to what has a long name', async () => {
    const toasts = page.locator('.toast b');
    const messages: [path: string, act: () => Promise<void>, said: RegExp][] = [
      [
        `/projects/${world.slug}`,
        () => page.getByRole('button', { name: `Copy ${world.variable}` }).click(),
        / (copied|was not copied)$/,
      ],
      [
        `/projects/${world.slug}/environments`,
        async () => {
          await page.getByRole('button', { name: `Actions for ${world.environment}` }).click();
          await page.getByRole('menuitem', { name: 'Delete…' }).click();
          const dialog = page.getByRole('alertdialog');
          await dialog.getByRole('textbox').fill(world.environment);
          await dialog.getByRole('button', { name: /^Delete/ }).click();
        },
        / was deleted$/,
      ],
      [
        '/backups',
        async () => {
          await page.getByRole('button', { name: `More for ${world.destination}` }).click();
          await page.getByRole('menuitem', { name: 'Test', exact: true }).click();
        },
        / works$/,
      ],
    ];
    for (const viewport of [NARROW, WIDE]) {
      for (const [path, act, said] of messages) {
        await page.setViewportSize(viewport);
        await page.goto(path);
        await settle(page);
        await act();
        const title = toasts.filter({ hasText: said }).first();
        await title.waitFor();
        const what = `message ${said}, ${viewport.width} px`;
        // All of what is in it can be seen, so its end too.
        const isCut = await title.evaluate(
          (each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 4,
        );
        if (isCut) faults.push(`${what} is cut off`);
        expect((await title.innerText()).length).toBeLessThan(120);
        expect((await title.getAttribute('title'))?.length).toBeGreaterThan(90);
        for (const fault of await findMisplaced(page, '.toasts')) faults.push(`${what}: ${fault}`);
        faults.push(...(await findViolations(page, what, '.toasts')));
        const undo = page.locator('.toast').getByRole('button', { name: 'Undo' });
        // Deleted again at the other width.
        if ((await undo.count()) > 0) {
          await undo.click();
          await toasts.filter({ hasText: 'Restored' }).waitFor();
        }
      }
    }
    expectNoFaults();
  });

  it('fits while a key is rotated, while it is gone, and after it was given up', async () => {
    await opened.api('POST', '/vault/key/rotation', {});
    await walkDialogs(stagedDialogs);
    await opened.api('POST', '/vault/key/rotation/undo');
    await page.context().close();
    await loseKey(opened);
    ({ page } = await opened.open(browser, '/', { reducedMotion: 'reduce' }));
    page.on('dialog', (dialog) => void dialog.accept());
    await walkPages(page, ['/', '/key', `/projects/${world.slug}`, '/secrets', '/backups']);
    await walkDialogs(lockedDialogs);
    const { instance } = await opened.api('GET', '/vault/status');
    await opened.api('POST', '/vault/start-over', { instance_name: instance.name });
    await walkPages(page, ['/recovery', '/key']);
    await walkDialogs(listRecoveryDialogs(world));
    expectNoFaults();
  });
});

/** The page is there, and waits for nothing. */
async function settle(page: Page): Promise<void> {
  // Also while a dialog hides the page from those who do not see it.
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .skeleton'));
}
