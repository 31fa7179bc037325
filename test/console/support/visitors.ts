import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { addPerson } from '../../people.ts';
import type { TestConsole } from './console.ts';

export const PASSWORD = 'correct horse battery';

/** Adds someone with this role and signs them in as a person does, in a browser profile of their own. */
export async function signInAs(
  opened: TestConsole,
  browser: Browser,
  person: { email: string; role: 'admin' | 'user' | 'reader' | 'member'; isKnown?: boolean },
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const { email, role, isKnown = false } = person;
  if (!isKnown) {
    const owner = async (method: string, path: string, body?: unknown) => ({
      status: 200,
      body: await opened.api(method, path, body),
    });
    await addPerson(owner, { email, name: email, password: PASSWORD, role });
    // That of the invitation: only what a test opens is open.
    const { sessions } = await opened.api('GET', '/users/sessions');
    for (const { id, person } of sessions)
      if (person?.email === email) await opened.api('DELETE', `/users/sessions/${id}`);
  }
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    baseURL: opened.served.url,
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return { context, page };
}

/** Nothing is wider than the window, and nothing in the page scrolls sideways. */
export async function expectNoOverflow(page: Page, what: string): Promise<void> {
  const beyond = await page.evaluate(() => {
    const main = document.querySelector('main');
    return {
      page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      main: main ? main.scrollWidth - main.clientWidth : 0,
    };
  });
  expect(beyond, what).toEqual({ page: 0, main: 0 });
}
