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

/** Runs axe on the page as it stands, in both themes. Every violation fails the test, named with its element. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const { theme, options } of passes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
    const violations = (await page.evaluate(async (chosen) => {
      // biome-ignore lint/suspicious/noExplicitAny: axe puts itself on the window
      const found = await (globalThis as any).axe.run(document, { resultTypes: ['violations'], ...chosen });
      return found.violations;
    }, options)) as Violation[];
    const said = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${what}, ${theme}: ${id} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`,
      ),
    );
    expect(said).toEqual([]);
  }
}
