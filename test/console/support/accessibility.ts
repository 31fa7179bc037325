import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** All rules; and those on colours, which are all that another theme changes. */
const passes = [
  { theme: 'light', options: {} },
  { theme: 'dark', options: { runOnly: ['color-contrast', 'link-in-text-block'] } },
] as const;

/** What axe finds on the page as it stands, in both themes, each named with its element; with `within` there alone. */
export async function findViolations(page: Page, what: string, within?: string): Promise<string[]> {
  const said: string[] = [];
  for (const { theme, options } of passes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
    const violations = (await page.evaluate(
      async ({ selector, chosen }) => {
        const root = selector === undefined ? document : [...document.querySelectorAll(selector)].at(-1);
        // biome-ignore lint/suspicious/noExplicitAny: axe puts itself on the window
        const found = await (globalThis as any).axe.run(root, { resultTypes: ['violations'], ...chosen });
        return found.violations;
      },
      { selector: within, chosen: options },
    )) as Violation[];
    for (const { id, nodes } of violations)
      for (const { target, failureSummary = '' } of nodes)
        said.push(`${what}, ${theme}: ${id} at ${target.join(' ')}: ${failureSummary}`);
  }
  return said;
}

/** Runs axe on the page as it stands, in both themes. Every violation fails the test, named with its element. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  expect(await findViolations(page, what)).toEqual([]);
}
