import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { listPages } from '../narrow/pages.ts';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { chooseWay } from '../support/key-steps.ts';
import { makeCopies, seed } from '../support/seed.ts';
import { expectNoOverflow } from '../support/visitors.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 60 * 60 * 1000;

describe('a browser that is not as others', () => {
  let opened: TestConsole;
  let browser: Browser;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await seed(opened);
    await makeCopies(opened);
  });

  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  /** What ended in an error that nobody caught. */
  const watch = (page: Page) => {
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    return errors;
  };

  it('and denies storage shows every page, and keeps the theme while the page is open', async () => {
    const { page, context } = await opened.open(browser);
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(globalThis, name, {
          get() {
            throw new DOMException('denied', 'SecurityError');
          },
        });
    });
    const errors = watch(page);
    for (const path of ['/', '/projects/photos', '/key', '/settings', '/link']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
    }
    await page.goto('/settings');
    await page.getByRole('radio', { name: 'Dark' }).click();
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.getByRole('link', { name: 'Home' }).first().click();
    await heading(page, /./);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(errors).toEqual([]);
    await context.close();
  });

  it('and has an extension that changes the page does not lose it', async () => {
    const { page, context } = await opened.open(browser, '/projects/photos');
    const errors = watch(page);
    expect(await page.locator('html').getAttribute('translate')).toBe('no');
    await page.getByRole('button', { name: 'Add variable' }).waitFor();
    // As translators do: every text is replaced by a copy within elements of their own, again and again.
    await page.evaluate(() => {
      const translate = () => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const texts: Text[] = [];
        while (walker.nextNode()) texts.push(walker.currentNode as Text);
        for (const [at, text] of texts.entries()) {
          if (!text.data.trim() || text.parentElement?.closest('font, script, style')) continue;
          const font = document.createElement('font');
          text.replaceWith(font);
          // Some keep the node, others make one of their own.
          font.append(at % 2 === 0 ? text : document.createTextNode(text.data));
        }
      };
      translate();
      new MutationObserver(translate).observe(document.body, { childList: true, subtree: true });
    });
    await page.getByRole('button', { name: 'Add variable' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('TRANSLATED');
    await page.getByRole('dialog').getByLabel('Value', { exact: true }).first().fill('x');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Escape');
    for (const [link, title] of [
      ['Secrets', 'Secrets'],
      ['Encryption key', 'Encryption key'],
      ['Backups', 'Backups'],
      ['Activity', 'Activity'],
      ['Projects', 'Projects'],
    ] as const) {
      // A dialog that still asks is answered.
      await page.evaluate(() =>
        document.querySelector<HTMLElement>('[role="alertdialog"] .btn-danger')?.click(),
      );
      if ((await page.getByRole('dialog').count()) > 0) await page.keyboard.press('Escape');
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: link }).first().click();
      await heading(page, title);
    }
    expect(errors).toEqual([]);
    await context.close();
  });

  it('and is zoomed to 200 % scrolls no page sideways', async () => {
    // What a window of 1280 px has left then.
    const { page, context } = await opened.open(browser, '/', {
      viewport: { width: 640, height: 400 },
      deviceScaleFactor: 2,
    });
    for (const path of listPages('photos')) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .skeleton'));
      await expectNoOverflow(page, path);
    }
    await context.close();
  });

  it('and forces its own colours, without motion, shows what is chosen and where the focus is', async () => {
    const { page, context } = await opened.open(browser, '/', {
      forcedColors: 'active',
      reducedMotion: 'reduce',
    });
    for (const path of ['/', '/projects/photos', '/key', '/settings']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await expectAccessible(page, `${path} in forced colours`);
    }
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element);
      return { outlineStyle, isWide: Number.parseFloat(outlineWidth) >= 1 };
    });
    expect(focused.outlineStyle).not.toBe('none');
    expect(focused.isWide).toBe(true);
    const moving = await page.evaluate(
      () => document.getAnimations().filter((each) => each.playState === 'running').length,
    );
    expect(moving).toBe(0);
    await context.close();
  });

  it('and drops a file of 50 MB is told so at once, and nothing is sent', async () => {
    const { page, context } = await opened.open(browser, '/projects/photos');
    await page.getByRole('button', { name: 'Add variable' }).waitFor();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(request.url());
    });
    await page.evaluate((bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'huge.env'));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    }, 50 * MIB);
    await page.getByText('huge.env is over 1 MiB.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(sent.filter((url) => !url.endsWith('/presence'))).toEqual([]);
    await context.close();
  });

  it('and cannot print or cancels it is left with the page as it was', async () => {
    const { page, context } = await opened.open(browser, '/key/copy');
    await page.addInitScript(() => {
      globalThis.print = () => undefined;
    });
    await page.goto('/key/copy');
    const errors = watch(page);
    await chooseWay(page, 'Paper');
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    const again = page.getByRole('button', { name: 'Print it again' });
    await again.waitFor();
    expect(await again.isEnabled()).toBe(true);
    // It does not count by having been asked to print.
    const { copies } = await opened.api('GET', '/vault/key/copies');
    expect(copies[0]).toMatchObject({ format: 'pdf', verified_at: null });
    expect(errors).toEqual([]);
    await context.close();
  });

  it.each([
    -2, 2,
  ])('and whose clock is %i hours off shows times by the clock of the instance', async (hours) => {
    const name = `of ${hours} hours`;
    const ENDS = hours < 0 ? 'ENDS_LATE' : 'ENDS_EARLY';
    await opened.api('POST', '/api-keys', {
      name,
      role_type: 'reader',
      expires_at: new Date(Date.now() + HOUR_MS).toISOString(),
    });
    for (const [key, expires_at] of [
      [`${ENDS}_OVER`, Date.now() - HOUR_MS],
      [`${ENDS}_SOON`, Date.now() + HOUR_MS],
    ])
      await opened.api('POST', '/projects/recipes/env-vars', {
        key,
        value: 'x',
        is_secret: false,
        expires_at,
      });
    const { page, context } = await opened.open(browser);
    await page.clock.install({ time: Date.now() + hours * HOUR_MS });
    await page.goto('/projects/recipes');
    const row = (text: string) => page.getByRole('row').filter({ hasText: text });
    await row(`${ENDS}_OVER`).locator('.chip-danger').waitFor();
    await row(`${ENDS}_SOON`).locator('.chip-attention').waitFor();
    expect(await page.evaluate(() => Date.now())).toSatisfy(
      (shown: number) => Math.abs(shown - Date.now() - hours * HOUR_MS) < 60_000,
    );

    await page.goto('/people/keys');
    await row(name)
      .getByText(/^(today|1 day left)$/)
      .waitFor();
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.getByLabel('Name', { exact: true }).fill(`for 30 days, ${hours}`);
    await page.getByLabel('Expires').selectOption('In 30 days');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'I have stored it' }).click();
    const { api_keys } = await opened.api('GET', '/api-keys');
    const made = api_keys.find((key: { name: string }) => key.name === `for 30 days, ${hours}`);
    expect(Math.abs(Date.parse(made.expires_at) - Date.now() - 30 * 24 * HOUR_MS)).toBeLessThan(60_000);

    await page.goto('/');
    const newest = page.getByRole('region', { name: 'Recent activity' }).getByRole('listitem').first();
    await newest.getByText(/^(just now|1 minute ago)$/).waitFor();
    await context.close();
  });

  it('and refuses the clipboard says so, and selects what it shows', async () => {
    const { page, context } = await opened.open(browser, '/projects/photos');
    const { targetInfo } = await (await context.newCDPSession(page)).send('Target.getTargetInfo');
    const devtools = await browser.newBrowserCDPSession();
    await devtools.send('Browser.setPermission', {
      permission: { name: 'clipboard-write' },
      setting: 'denied',
      origin: opened.served.url,
      ...(targetInfo.browserContextId ? { browserContextId: targetInfo.browserContextId } : {}),
    });
    for (const key of ['LOG_LEVEL', 'AUTH_SECRET']) {
      await page.getByRole('button', { name: `Copy ${key}`, exact: true }).click();
      const said = page.getByRole('status').filter({ hasText: `${key} was not copied` });
      await said
        .getByText(/does not allow clipboard access\. Show the value, select it/)
        .first()
        .waitFor();
    }
    const selected = () => page.evaluate(() => getSelection()?.toString());

    await page.goto('/people/keys');
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('never on the clipboard');
    await page.getByRole('button', { name: 'Create key' }).click();
    const panel = page.getByRole('alertdialog');
    await panel.getByRole('button', { name: 'Copy', exact: true }).click();
    const told = 'The browser does not allow clipboard access. The text is selected: copy it yourself.';
    await panel.getByText(told).waitFor();
    const key = (await panel.getByRole('status').first().innerText()).trim();
    expect(key.length).toBeGreaterThan(20);
    expect((await selected())?.trim()).toBe(key);

    await panel.getByText('Use it with curl and the command line').click();
    await panel
      .getByRole('button', { name: /^Copy: / })
      .first()
      .click();
    await panel.getByRole('listitem').first().getByText(told).waitFor();
    expect(await panel.getByRole('listitem').first().locator('code').innerText()).toBe(await selected());
    await expectAccessible(page, 'a key that could not be copied');
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await context.close();
  });
});
