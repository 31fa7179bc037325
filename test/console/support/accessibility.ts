import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Runs axe on the page as it stands, in both themes. Every violation fails the test, named with its element. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
    const violations = (await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe puts itself on the window
      const found = await (globalThis as any).axe.run(document, { resultTypes: ['violations'] });
      return found.violations;
    })) as Violation[];
    const said = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${what}, ${theme}: ${id} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`,
      ),
    );
    expect(said).toEqual([]);
  }
}
