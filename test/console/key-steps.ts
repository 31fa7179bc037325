import type { Page } from 'playwright-core';
import type { TestConsole } from './console.ts';

export const PASSPHRASE = 'brisk lantern under seven quiet boats';

/** A project with secrets, so that there is something to lose. */
export async function addSecrets(c: TestConsole, count = 3): Promise<void> {
  await c.api('POST', '/projects', {
    name: 'Shop',
    environment_variables: Array.from({ length: count }, (_, at) => [
      `API_TOKEN_${at}`,
      `sk_live_${at}abcdefgh`,
    ]),
  });
}

/** On the wizard's first step: this way, and this format of it. */
export async function chooseWay(page: Page, way: string, format?: string): Promise<void> {
  await page.getByRole('radio', { name: way }).click();
  if (format) await page.getByRole('radio', { name: format, exact: true }).click();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
}

export async function typePassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByLabel('Once more').fill(passphrase);
}

/** Answers the three words asked for. */
export async function answerThree(page: Page, words: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Check the words' }).waitFor();
  for (const label of await page.locator('label', { hasText: /^Word \d+$/ }).allTextContents()) {
    await page.getByLabel(label, { exact: true }).fill(words[Number(label.slice(5)) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Check the words' }).click();
}

/** Waits until the page is as wide as its window and no wider. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const main = document.querySelector('main');
    const widest = Math.max(
      document.documentElement.scrollWidth,
      main ? main.scrollWidth - main.clientWidth + innerWidth : 0,
    );
    return widest - innerWidth;
  });
}
