import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import type { TestConsole } from './support/console.ts';
import { it, startInBrowser } from './support/in-browser.ts';
import { expectNoOverflow, signInAs } from './support/visitors.ts';

const LONG = 'a name that does not end '.repeat(20).trim();

async function tokenId({ api }: TestConsole, name: string): Promise<number> {
  const { tokens } = await api('GET', '/projects/shop/deployment-tokens');
  return tokens.find((token: { name: string }) => token.name === name).id;
}

describe('projects', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    ({ page } = await opened.open(browser, '/projects'));
  });

  it('makes the first project by keyboard and offers to paste its .env', async () => {
    await page.getByText('No projects yet').waitFor();
    await expectAccessible(page, 'no project');
    await page.getByRole('button', { name: 'Create a project' }).press('Enter');
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    await page.keyboard.type('Fotos & Videos');
    await page.getByText('/projects/fotos-videos').waitFor();
    await expectAccessible(page, 'new project');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fotos & Videos was created' }).waitFor();
    await page.keyboard.press('Enter');
    const paste = page.getByRole('dialog', { name: 'Paste .env' });
    await paste.waitFor();
    await page.waitForURL('**/projects/fotos-videos');
    await page.keyboard.type('PORT=80');
    await paste.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('dialog').getByText('PORT').first().waitFor();
    await page.keyboard.press('Escape');
    // Asked for once: neither a reload nor Back opens it again.
    await page.reload();
    await page.getByRole('button', { name: 'Paste .env' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('opens no dialog by a link for who may not write', async () => {
    const { page: reader } = await signInAs(opened, browser, { email: 'rita@example.org', role: 'reader' });
    await reader.goto('/projects/fotos-videos?open=paste');
    await reader.waitForURL('**/projects/fotos-videos');
    await reader.getByRole('heading', { name: 'Fotos & Videos' }).waitFor();
    expect(await reader.getByRole('dialog').count()).toBe(0);
    await reader.context().close();
  });

  it('lists what projects hold, finds them, and never breaks at long names', async () => {
    await opened.api('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [
        ['API_TOKEN', 'k3Jd92mXlq02nfkTTs8Q'],
        ['PORT', '80'],
      ],
    });
    await opened.api('POST', '/projects', { name: LONG });
    await opened.api('POST', '/projects', { name: 'ملاحظات 🌱' });
    await page.goto('/projects');
    const row = page.getByRole('row', { name: /shop/ });
    await row.waitFor();
    expect(await row.getByRole('rowheader').allInnerTexts()).toEqual(['shop']);
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([
      'production',
      '2',
      '1',
      expect.stringMatching(/./),
    ]);
    await expectAccessible(page, 'projects');
    await page.keyboard.press('/');
    await page.keyboard.type('sho');
    await page.getByRole('row', { name: /Fotos/ }).waitFor({ state: 'detached' });
    await page.keyboard.type('zzz');
    await page.getByText('No projects found').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /Fotos/ }).waitFor();
    for (const width of [360, 800]) {
      await page.setViewportSize({ width, height: 740 });
      await expectNoOverflow(page, `projects at ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('link', { name: 'shop' }).click();
    await page.waitForURL('**/projects/shop');
  });

  it('adds, changes and deletes environments, and keeps production', async () => {
    await page.goto('/projects/shop/environments');
    const add = page.getByRole('button', { name: 'Add environment' });
    await add.click();
    const dialog = page.getByRole('dialog', { name: 'Add environment' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Production');
    await dialog.getByRole('button', { name: 'Add environment' }).click();
    await dialog.getByText('An environment with this name already exists in this project.').waitFor();
    await expectAccessible(page, 'name taken');
    expect(await dialog.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Production');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('staging');
    await dialog.getByRole('textbox', { name: 'Branch' }).fill('develop');
    await dialog.getByRole('button', { name: 'Add environment' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'develop' }).waitFor();

    const staging = (await opened.api('GET', '/projects/shop/environments')).find(
      (each: { slug: string }) => each.slug === 'staging',
    );
    await opened.api('POST', '/projects/shop/env-vars', {
      key: 'ONLY_HERE',
      value: '1',
      environment_ids: [staging.id],
    });
    await page.getByRole('button', { name: 'Actions for staging' }).click();
    await page.getByRole('menuitem', { name: 'Settings…' }).click();
    // What is typed goes there, although a menu opened it.
    const branch = page.getByLabel('Branch');
    await expect.poll(() => branch.evaluate((field) => field === document.activeElement)).toBe(true);
    await branch.fill('next');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'next' }).waitFor();

    // What is stored of how it is to be run: set, shown, refused beside its field, cleared.
    const settings = page.getByRole('dialog', { name: 'Settings of staging' });
    const openSettings = async () => {
      await page.getByRole('button', { name: 'Actions for staging' }).click();
      await page.getByRole('menuitem', { name: 'Settings…' }).click();
      await settings.waitFor();
    };
    const stored = async () =>
      (await opened.api('GET', `/projects/shop/environments/${staging.id}`)).deployment_config;
    await openSettings();
    expect(await settings.getByText('Not applied yet').count()).toBe(0);
    await settings.getByLabel('CPU limit').fill('half');
    await settings.getByText('A whole number.').waitFor();
    expect(await settings.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await settings.getByLabel('CPU limit').fill('500');
    await settings.getByLabel('CPU requested').fill('501');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.getByText('Above the limit, 500').waitFor();
    await settings.getByLabel('CPU requested').fill('250');
    await settings.getByLabel('Memory limit').fill('2');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.getByRole('alert').first().waitFor();
    await settings.getByLabel('Memory limit').fill('');
    await settings.getByLabel('Automatic deployment').selectOption('Off');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });
    expect(await stored()).toEqual({ cpuLimit: 500, cpuRequest: 250, automaticDeploy: false });
    await page.getByText('Stored for deployments: CPU requested 250 millicores').waitFor();
    const security = { enabled: true, headers: { preset: 'strict' } };
    await opened.api('PUT', `/projects/shop/environments/${staging.id}/settings`, { security });
    await page.getByText('Security settings').waitFor();
    await openSettings();
    await settings.getByText('Not applied yet: CPU requested, Automatic deployment, Security').waitFor();
    await settings.getByText('"preset": "strict"').waitFor();
    await expectAccessible(page, 'settings of an environment');
    await expectNoOverflow(page, 'settings of an environment');
    await settings.getByRole('button', { name: 'Clear it' }).click();
    await settings.getByLabel('CPU limit').fill('');
    await settings.getByLabel('CPU requested').fill('');
    await settings.getByLabel('Automatic deployment').selectOption('Not set');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });
    expect(await stored()).toBe(null);

    await page.getByRole('button', { name: 'Actions for production' }).click();
    const kept = page.getByRole('menuitem', { name: 'Production cannot be deleted' });
    expect(await kept.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Actions for staging' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const danger = page.getByRole('alertdialog');
    await danger.getByText('ONLY_HERE').waitFor();
    await expectAccessible(page, 'delete environment');
    const confirm = danger.getByRole('button', { name: 'Delete it and 1 variable' });
    expect(await confirm.isDisabled()).toBe(true);
    await danger.getByLabel('Type its name').fill('staging');
    await confirm.click();
    await page.getByRole('cell', { name: 'next' }).waitFor({ state: 'detached' });
    await expectNoOverflow(page, 'environments');
  });

  it('shows a new token once and nowhere after', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/projects/shop/tokens');
    await page.getByText('No tokens yet').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('ci');
    await page.getByRole('checkbox', { name: /Read secret values/ }).uncheck();
    await expectAccessible(page, 'new token');
    await page.getByRole('button', { name: 'Create token' }).click();
    const panel = page.getByRole('alertdialog', { name: 'Token ci, shown only once' });
    const text = await panel.getByRole('status').innerText();
    expect(text).toMatch(/^dt_/);
    await expectAccessible(page, 'shown once');
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await panel.isVisible()).toBe(true);
    await panel.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Clears automatically in').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Clear now' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('');
    expect(await page.content()).not.toContain(text);
    expect(
      await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, history.state])),
    ).not.toContain(text);
    await page.getByRole('row', { name: /ci.*reads names and plain values/ }).waitFor();
    await expectAccessible(page, 'tokens');

    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('ci');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('A token with this name already exists in this project.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Actions for ci' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete token' }).click();
    await page.getByText('No tokens yet').waitFor();
  });

  it('says when there is no such project', async () => {
    for (const tab of ['environments', 'tokens', 'settings']) {
      await page.goto(`/projects/nowhere/${tab}`);
      await page.getByText('Page not found').waitFor();
    }
  });

  it('says when there is no such page, beside the sidebar', async () => {
    for (const path of ['/no-such-page', '/projects/shop/no-such-tab', '/settings/a/b/c']) {
      await page.goto(path);
      await page.getByRole('heading', { name: 'Page not found' }).waitFor();
      await expectAccessible(page, `no page at ${path}`);
      await page.getByRole('link', { name: 'Projects', exact: true }).click();
      await page.getByRole('heading', { name: 'Projects' }).waitFor();
    }
  });

  it('takes a token off the clipboard, even when what counts is dismissed', async () => {
    const { page: other, context } = await opened.open(browser, '/projects/shop/tokens', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await other.clock.install();
    await other.reload();
    await other.getByRole('button', { name: 'New token' }).click();
    await other.getByRole('textbox', { name: 'Name', exact: true }).fill('pasted');
    await other.getByRole('button', { name: 'Create token' }).click();
    const panel = other.getByRole('alertdialog');
    await panel.getByRole('button', { name: 'Copy' }).click();
    await panel.getByRole('button', { name: 'I have stored it' }).click();
    await other.getByRole('button', { name: 'Dismiss' }).click();
    const read = () => other.evaluate(() => navigator.clipboard.readText());
    await other.clock.fastForward(44_000);
    expect(await read()).toMatch(/^dt_/);
    await other.clock.fastForward(2000);
    await expect.poll(read).toBe('');
    await context.close();
    await opened.api('DELETE', `/projects/shop/deployment-tokens/${await tokenId(opened, 'pasted')}`);
  });

  it('misses nothing that changes before its stream is open', async () => {
    const held = Promise.withResolvers<void>();
    await page.route(
      '**/api/events',
      async (route) => {
        await held.promise;
        await route.continue();
      },
      { times: 1 },
    );
    await page.goto('/projects/shop/tokens');
    await page.getByText('No tokens yet').waitFor();
    await opened.api('POST', '/projects/shop/deployment-tokens', { name: 'early' });
    held.resolve();
    await page.getByRole('row', { name: /early/ }).waitFor();
    await opened.api('DELETE', `/projects/shop/deployment-tokens/${await tokenId(opened, 'early')}`);
    await page.getByText('No tokens yet').waitFor();
  });

  it('makes no token while locked, and leaves the list', async () => {
    await page.goto('/projects/shop/tokens');
    await opened.api('POST', '/projects/shop/deployment-tokens', { name: 'other' });
    await page.getByRole('row', { name: /other/ }).waitFor();
    await opened.api('POST', '/vault/lock');
    await page.getByText('New tokens cannot be encrypted').waitFor();
    expect(await page.getByRole('button', { name: 'New token' }).isDisabled()).toBe(true);
    await page.getByRole('row', { name: /other/ }).waitFor();
    await expectAccessible(page, 'tokens, locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await expect.poll(() => page.getByRole('button', { name: 'New token' }).isDisabled()).toBe(false);
  });

  it('stores how a project is to be run, and clears it', async () => {
    await page.goto('/projects/shop/settings');
    const save = page.getByRole('button', { name: 'Save resources' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Replicas').fill('101');
    await save.click();
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel('Replicas').fill('2');
    await page.getByLabel('Automatic deployment').selectOption('On');
    await save.click();
    await page.getByText('Not applied yet: Replicas.').waitFor();
    await expectAccessible(page, 'resources of a project');
    expect((await opened.api('GET', '/projects/shop')).deployment_config).toEqual({
      replicas: 2,
      automaticDeploy: true,
    });
    await page.getByLabel('Replicas').fill('');
    await page.getByLabel('Automatic deployment').selectOption('Off');
    await save.click();
    await expect.poll(() => save.isDisabled()).toBe(true);
    expect((await opened.api('GET', '/projects/shop')).not_applied).toEqual([]);
  });

  it('renames a project, moves its address, refuses one that is taken', async () => {
    await page.goto('/projects/shop/settings');
    await page.getByLabel('Address').fill('Not an address');
    await page.getByText('Lower-case letters, digits and single dashes').waitFor();
    await page.getByLabel('Address').fill('fotos-videos');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Another project already uses this address.').waitFor();
    await expectAccessible(page, 'address taken');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Market');
    await page.getByLabel('Address').fill('market');
    await page.keyboard.press('Control+s');
    await page.waitForURL('**/projects/market/settings');
    await page.getByRole('heading', { name: 'Market' }).waitFor();
    expect((await opened.api('GET', '/projects/market')).name).toBe('Market');
    await expectAccessible(page, 'project settings');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'settings at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('deletes a project once its name is typed, and says what goes with it', async () => {
    await page.getByRole('button', { name: 'Delete project…' }).click();
    const danger = page.getByRole('alertdialog');
    await danger.getByText('API_TOKEN').waitFor();
    await danger.getByText('1 deployment token').waitFor();
    const confirm = danger.getByRole('button', { name: 'Delete it and 2 variables' });
    expect(await confirm.isDisabled()).toBe(true);
    await danger.getByLabel('Type its name').fill('market');
    expect(await confirm.isDisabled()).toBe(true);
    await expectAccessible(page, 'delete project');
    await danger.getByLabel('Type its name').fill('Market');
    await confirm.click();
    await page.waitForURL('**/projects');
    await page.getByRole('row', { name: /Fotos/ }).waitFor();
    expect(await page.getByRole('row', { name: /Market/ }).count()).toBe(0);
  });

  it('offers a reader nothing that would be refused', async () => {
    const { page: reader, context } = await signInAs(opened, browser, {
      email: 'reader@example.org',
      role: 'reader',
    });
    await reader.goto('/projects');
    await reader.getByRole('link', { name: /Fotos/ }).waitFor();
    expect(await reader.getByRole('button', { name: 'New project' }).count()).toBe(0);
    await reader.goto('/projects/fotos-videos/environments');
    await reader.getByRole('rowheader', { name: 'production' }).waitFor();
    expect(await reader.getByRole('button', { name: /Add|Actions/ }).count()).toBe(0);
    await reader.goto('/projects/fotos-videos/tokens');
    await reader.getByText('You don’t have access').waitFor();
    await reader.goto('/projects/fotos-videos/settings');
    expect(await reader.getByRole('textbox', { name: 'Name', exact: true }).getAttribute('readonly')).toBe(
      '',
    );
    expect(await reader.getByRole('button', { name: /Save|Delete/ }).count()).toBe(0);
    await expectAccessible(reader, 'project settings of a reader');
    await context.close();
  });
});
