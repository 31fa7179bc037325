import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { PASSWORD, signInAs } from '../support/visitors.ts';

const BEN = 'ben@example.org';

/** Whoever did something has one name and one picture, wherever it is told. */
describe('one person', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    await opened.api('POST', '/projects', { name: 'photos' });
    ({ page } = await opened.open(browser));
  });

  /** Makes one of each thing that says who made it. */
  async function make(what: string, ask: (method: string, path: string, body?: object) => Promise<unknown>) {
    await ask('POST', '/api-keys', { name: `key-${what}`, role_type: 'reader' });
    await ask('POST', '/users/invitations', { email: `${what}@invited.example`, role_type: 'reader' });
    for (const key of [`CHANGED_${what}`, `GONE_${what}`])
      await ask('POST', '/projects/photos/env-vars', { key, value: 'invented', is_secret: true });
    await ask('GET', `/projects/photos/env-vars/CHANGED_${what}/value`);
    const all = (await opened.api('GET', '/projects/photos/env-vars')) as { id: number; key: string }[];
    const gone = all.find(({ key }) => key === `GONE_${what}`);
    await ask('DELETE', `/projects/photos/env-vars/${gone?.id}`);
  }

  /** Name and picture in the row of a page that has this text. */
  async function findIn(path: string, row: string | RegExp): Promise<string> {
    await page.goto(path);
    const actor = page.getByRole('row').filter({ hasText: row }).first().locator('.actor:visible');
    await actor.first().waitFor();
    const picture = await actor.first().locator('[data-actor]').getAttribute('data-actor');
    return `${picture}: ${await actor.first().locator('bdi').textContent()}`;
  }

  const listOf = async (what: string) => [
    await findIn('/activity', `Created the API key key-${what}`),
    await findIn('/activity', `Created CHANGED_${what} of photos`),
    await findIn('/projects/photos/activity', `Created CHANGED_${what} of photos`),
    await findIn('/people/keys', `key-${what}`),
    await findIn('/people', `${what}@invited.example`),
    await findIn('/projects/photos', `CHANGED_${what}`),
    await findIn('/trash', `GONE_${what}`),
    await historyOf(what),
  ];

  async function historyOf(what: string): Promise<string> {
    await page.goto('/projects/photos');
    await page.getByRole('button', { name: `More for CHANGED_${what}`, exact: true }).click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    const actor = page.getByRole('dialog').locator('.actor').first();
    await actor.waitFor();
    const picture = await actor.locator('[data-actor]').getAttribute('data-actor');
    return `${picture}: ${await actor.locator('bdi').textContent()}`;
  }

  it('is the owner of this machine in every list', async () => {
    await make('owner', opened.api);
    expect([...new Set(await listOf('owner'))]).toEqual(['owner: Owner of this machine']);
  });

  it('is who they are called now, in every list', async () => {
    const { context, page: theirs } = await signInAs(opened, browser, { email: BEN, role: 'admin' });
    const send = async (method: string, path: string, data?: object) => {
      const answer = await theirs.request.fetch(`/api${path}`, {
        method,
        ...(data ? { data } : {}),
        headers: { origin: opened.served.url },
      });
      expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
      return answer;
    };
    await send('POST', '/auth/confirm', { password: PASSWORD });
    await make('ben', send);
    expect([...new Set(await listOf('ben'))]).toEqual([`user: ${BEN}`]);
    await send('PATCH', '/users/me', { name: 'Ben Arnold' });
    expect([...new Set(await listOf('ben'))]).toEqual(['user: Ben Arnold']);
    await context.close();
  });

  it('has the same name in the answers that the command line shows', async () => {
    const lists = (await Promise.all([
      opened.api('GET', '/api-keys'),
      opened.api('GET', '/users/invitations'),
    ])) as [{ api_keys: object[] }, { invitations: object[] }];
    const ben = expect.objectContaining({ kind: 'user', name: 'Ben Arnold', email: BEN, is_deleted: false });
    expect(lists[0].api_keys).toContainEqual(
      expect.objectContaining({ name: 'key-ben', made_by_actor: ben }),
    );
    expect(lists[1].invitations).toContainEqual(
      expect.objectContaining({ email: 'ben@invited.example', invited_by_actor: ben }),
    );
  });
});
