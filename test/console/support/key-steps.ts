import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { TestConsole } from './console.ts';

export const PASSPHRASE = 'brisk lantern under seven quiet boats';

/** A project with secrets, so that there is something to lose. */
export async function addSecrets(c: TestConsole, count = 3): Promise<void> {
  await c.api('POST', '/projects', {
    name: 'Shop',
    secret: 'guess',
    environment_variables: Array.from({ length: count }, (_, at) => [
      `API_TOKEN_${at}`,
      `sk_live_${at}abcdefgh`,
    ]),
  });
}

/** What a kit of some other instance holds for machines. */
export function makeForeignKit(): string {
  const key = randomBytes(32);
  const digest = createHash('sha256').update('temps key fingerprint v1').update(key).digest();
  const fingerprint = digest.subarray(0, 8).toString('hex').toUpperCase().match(/.{4}/g)?.join('-');
  return `temps-key:v1:${randomUUID()}:1:${key.toString('hex')}:${fingerprint}`;
}

/** On the wizard's first step: this way, and this format of it. */
export async function chooseWay(page: Page, way: string, format?: string): Promise<void> {
  await page.getByRole('radio', { name: way }).click();
  if (format) await page.getByRole('radio', { name: format, exact: true }).click();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

export async function typePassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByLabel('Confirm passphrase').fill(passphrase);
}

/** Answers the three words asked for. */
export async function answerThree(page: Page, words: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Check the words' }).waitFor();
  for (const label of await page.locator('label', { hasText: /^Word \d+$/ }).allTextContents()) {
    await page.getByLabel(label, { exact: true }).fill(words[Number(label.slice(5)) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Check the words' }).click();
}

/** By how many pixels the page is wider than its window. */
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
