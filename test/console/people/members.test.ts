import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import type { TestConsole } from '../support/console.ts';
import { it, startInBrowser } from '../support/in-browser.ts';
import { expectNoOverflow, signInAs } from '../support/visitors.ts';

const MIA = 'mia@example.org';

describe('members of a project', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;

  startInBrowser(async (started) => {
    ({ opened, browser } = started);
    for (const name of ['shop', 'quarry']) {
      await opened.api('POST', '/projects', { name });
      await opened.api('POST', `/projects/${name}/env-vars`, { key: 'PLAIN', value: `of ${name}` });
      await opened.api('POST', `/projects/${name}/env-vars`, { key: 'TOKEN', value: 'x', is_secret: true });
    }
    ({ page } = await opened.open(browser, '/projects/shop/settings'));
  });
  const members = () => page.getByRole('region', { name: 'Members' });
  const closeToasts = () => page.reload();

  it('are added by their address, with a role; what is wrong is said', async () => {
    const mia = await signInAs(opened, browser, { email: MIA, role: 'member' });
    // Nothing is there for them, and nothing is refused either.
    await mia.page.getByRole('link', { name: 'Projects' }).first().click();
    await mia.page.getByText('No projects yet').waitFor();
    expect(await mia.page.getByRole('link', { name: 'Shared variables' }).count()).toBe(0);
    await expectAccessible(mia.page, 'projects of a member without any');

    await members().getByText('No members yet').waitFor();
    await members().getByRole('button', { name: 'Add member' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add member' });
    await dialog.getByLabel('E-mail').fill('nobody@example.org');
    await dialog.getByRole('button', { name: 'Add member' }).click();
    await dialog.getByText('Nobody here has this account or e-mail address.').waitFor();
    await dialog.getByLabel('E-mail').fill(MIA);
    await dialog.getByRole('radio', { name: /Reader/ }).check();
    await expectAccessible(page, 'add member');
    await dialog.getByRole('button', { name: 'Add member' }).click();
    await members()
      .getByRole('row', { name: /mia@example\.org.*Reader/ })
      .waitFor();
    await expectAccessible(page, 'members');
    // Their open page has it, without being asked.
    await mia.page.getByRole('link', { name: 'shop' }).waitFor();
    expect(await mia.page.getByText('quarry').count()).toBe(0);
    await mia.context.close();
  });

  it('are offered what their role allows, and no more', async () => {
    const { page: theirs, context } = await signInAs(opened, browser, {
      email: MIA,
      role: 'member',
      isKnown: true,
    });
    const tabs = theirs.getByRole('navigation', { name: 'Project' });
    await theirs.goto('/projects/shop');
    await theirs.getByRole('row', { name: /PLAIN/ }).waitFor();
    expect(await tabs.getByRole('link').allInnerTexts()).toEqual([
      expect.stringContaining('Variables'),
      'Compare',
      'Deployments',
      'Logs',
      expect.stringContaining('Environments'),
      expect.stringContaining('Settings'),
    ]);
    expect(await theirs.getByRole('button', { name: /Add variable|Paste/ }).count()).toBe(0);
    await theirs.goto('/projects/quarry');
    await theirs.getByText('Page not found').waitFor();

    await changeRole('Editor');
    await theirs.goto('/projects/shop');
    await theirs.getByRole('button', { name: 'Add variable' }).waitFor();
    await theirs.goto('/projects/shop/environments');
    await theirs.getByRole('row', { name: /production/ }).waitFor();
    expect(await theirs.getByRole('button', { name: 'Add environment' }).count()).toBe(0);

    await changeRole('Manager');
    await theirs.getByRole('button', { name: 'Add environment' }).waitFor();
    await tabs.getByRole('link', { name: 'Activity' }).click();
    const activity = theirs.getByRole('table', { name: 'Activity' });
    await activity.getByRole('row', { name: /manager of shop instead of editor/ }).waitFor();
    const heads = await activity.getByRole('columnheader').allTextContents();
    expect(heads).toEqual(['What', 'Who', 'When']);
    expect(await activity.getByText(/quarry|this machine$/).count()).toBe(
      await activity.getByText('Owner of this machine').count(),
    );
    // Without being asked, what is done meanwhile.
    await opened.api('POST', '/projects/shop/env-vars', { key: 'LATER', value: 'x', is_secret: false });
    await activity.getByRole('row', { name: /Created LATER of shop/ }).waitFor();
    await expectAccessible(theirs, 'activity of a project');
    await theirs.goto('/projects/shop/settings');
    await theirs
      .getByRole('region', { name: 'Members' })
      .getByRole('row', { name: /mia.*you.*Manager/ })
      .waitFor();
    expect(await theirs.getByLabel('Address', { exact: true }).isEditable()).toBe(false);
    expect(await theirs.getByLabel('Main branch').isEditable()).toBe(true);
    expect(await theirs.getByRole('button', { name: 'Delete project…' }).count()).toBe(0);
    await expectAccessible(theirs, 'settings of a manager');
    for (const width of [360, 900]) {
      await theirs.setViewportSize({ width, height: 800 });
      await expectNoOverflow(theirs, `settings of a manager at ${width}`);
    }
    await context.close();
  });

  it('are named in the list of people', async () => {
    await page.goto('/people');
    await page.getByRole('row', { name: /mia@example\.org.*Member.*1 project/ }).waitFor();
    await page.goto('/projects/shop/settings');
  });

  it('are removed, and have nothing of it any more', async () => {
    const { page: theirs, context } = await signInAs(opened, browser, {
      email: MIA,
      role: 'member',
      isKnown: true,
    });
    await theirs.goto('/projects');
    await theirs.getByRole('link', { name: 'shop' }).waitFor();
    await closeToasts();
    await members()
      .getByRole('button', { name: `Actions for ${MIA}` })
      .click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    const dialog = page.getByRole('alertdialog', { name: `Remove ${MIA}?` });
    await dialog.getByText('They see nothing of this project any more').waitFor();
    await expectAccessible(page, 'remove member');
    await dialog.getByRole('button', { name: 'Remove member' }).click();
    await members().getByText('No members yet').waitFor();
    await theirs.getByText('No projects yet').waitFor();
    await context.close();
  });

  async function changeRole(role: string) {
    await members()
      .getByRole('button', { name: `Actions for ${MIA}` })
      .click();
    await page.getByRole('menuitem', { name: 'Change role…' }).click();
    await page.getByRole('radio', { name: new RegExp(role) }).check();
    await page.getByRole('button', { name: 'Save' }).last().click();
    await members()
      .getByRole('row', { name: new RegExp(`mia@example.*${role}`) })
      .waitFor();
  }
});
