import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityToRecipient } from 'age-encryption';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible } from '../support/accessibility.ts';
import { hasChromium, launchBrowser } from '../support/browser.ts';
import { startConsole, type TestConsole } from '../support/console.ts';
import { it } from '../support/in-browser.ts';
import { expectNoOverflow, signInAs } from '../support/visitors.ts';

const RECIPIENT = 'age1jaev4jdlleyyx3wz4224yuyerywzctq5kplxnsjcjykdzr3rsfms9wm3f9';

describe('backups', () => {
  let opened: TestConsole;
  let browser: Browser;
  let page: Page;
  let root: string;
  const inMain = () => page.getByRole('main');
  const rows = () => page.getByRole('table', { name: 'Backups' }).getByRole('row');

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'temps-backups-'));
    mkdirSync(join(root, 'disk'));
    mkdirSync(join(root, 'other'));
    if (!hasChromium()) return;
    [opened, browser] = await Promise.all([startConsole(), launchBrowser()]);
    ({ page } = await opened.open(browser, '/'));
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('have a page that says what they are, and adds a folder that is there', async () => {
    await page.getByRole('link', { name: 'Backups' }).click();
    await page.getByText('No destination yet').waitFor();
    await page.getByText('No backups yet').waitFor();
    expect(await page.getByRole('button', { name: 'Back up now' }).count()).toBe(0);
    await expectAccessible(page, 'no backups');

    await inMain().getByRole('button', { name: 'Add a folder' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a folder' });
    const add = dialog.getByRole('button', { name: 'Add folder' });
    await dialog.getByText('these backups are lost with it').waitFor();
    await dialog.getByRole('checkbox', { name: 'Readable without the key' }).check();
    await dialog.getByText('reads names, e-mail addresses and plain values').waitFor();
    await dialog.getByRole('checkbox', { name: 'Readable without the key' }).uncheck();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('NAS');
    const path = dialog.getByRole('textbox', { name: 'Folder' });
    await path.fill('backups');
    await add.click();
    await dialog.getByText('A path from the root on').waitFor();
    await path.fill(join(root, 'nowhere'));
    await add.click();
    await dialog.getByText(/nowhere is not there/).waitFor();
    expect(await path.getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page, 'a folder that is not there');
    await path.fill(join(root, 'disk'));
    const recipients = dialog.getByRole('textbox', { name: 'Further recipients' });
    await recipients.fill('age1nobody');
    await add.click();
    await dialog.getByText('Recipient 1 is no X25519 recipient').waitFor();
    await recipients.fill(RECIPIENT);
    const recoveryKey = await createRecoveryKey();
    await dialog.getByRole('list', { name: 'Recovery keys' }).getByRole('listitem').waitFor();
    await dialog.getByText('and so does a recovery key').waitFor();
    await expectAccessible(page, 'a recovery key that was verified');
    await add.click();
    await page.getByRole('row', { name: /NAS.*none yet.*encrypted, also for 2 recipients/ }).waitFor();
    expect((await opened.api('GET', '/backups/destinations')).destinations[0].recipients).toEqual([
      await identityToRecipient(recoveryKey),
      RECIPIENT,
    ]);

    await inMain().getByRole('button', { name: 'Add a folder' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('NAS');
    await path.fill(join(root, 'other'));
    await add.click();
    await dialog.getByText('There is a destination with this name already.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'More for NAS' }).click();
    await page.getByRole('menuitem', { name: 'Test' }).click();
    await page.getByText('NAS works').waitFor();
  });

  /** From the dialog that is open: seen, hidden while the window is away, kept, and given back. */
  async function createRecoveryKey(): Promise<string> {
    await page.getByRole('button', { name: 'Create a recovery key…' }).click();
    const keep = page.getByRole('alertdialog', { name: 'Your recovery key, shown only once' });
    const shown = keep.getByRole('status', { name: 'Recovery key' });
    const identity = await shown.innerText();
    expect(identity).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await keep.getByRole('button', { name: 'Show' }).waitFor();
    expect(await page.content()).not.toContain(identity);
    await expectAccessible(page, 'a recovery key that is hidden');
    const download = page.waitForEvent('download');
    await keep.getByRole('button', { name: 'Save as a file' }).click();
    const file = readFileSync(await (await download).path(), 'utf8');
    expect(file.split('\n')).toEqual([
      expect.stringMatching(/^# Recovery key/),
      expect.stringMatching(/^# created: /),
      `# public key: ${await identityToRecipient(identity)}`,
      identity,
      '',
    ]);
    await keep.getByRole('button', { name: 'I have kept it' }).click();
    const verify = page.getByRole('dialog', { name: 'Verify the recovery key' });
    const end = verify.getByLabel('Its last 8 letters and digits');
    await end.fill('QQQQQQQQ');
    await end.press('Enter');
    await verify.getByText('This is not the recovery key that was shown').waitFor();
    await expectAccessible(page, 'a recovery key with a wrong end');
    await end.fill(identity.slice(-8).toLowerCase());
    await end.press('Enter');
    await verify.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(identity);
    return identity;
  }

  it('are encrypted for others from then on, who are added to a destination that is there and taken from it', async () => {
    const open = async () => {
      await page.getByRole('button', { name: 'More for NAS' }).click();
      await page.getByRole('menuitem', { name: 'Who can decrypt…' }).click();
    };
    await open();
    const dialog = page.getByRole('dialog', { name: 'Who can decrypt the backups?' });
    const list = dialog.getByRole('list', { name: 'Besides the key' }).getByRole('listitem');
    expect(await list.count()).toBe(2);
    const save = dialog.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    for (let left = 2; left > 0; left--) await list.first().getByRole('button').click();
    await dialog.getByText('With a recovery key only the secrets are.').waitFor();
    await expectAccessible(page, 'who can decrypt backups');
    await save.click();
    await page.getByText('Its backups are encrypted for the key alone').waitFor();
    await page.getByRole('row', { name: /NAS.*none yet.*encrypted keeps/ }).waitFor();
    await open();
    await dialog.getByLabel('Further recipients').fill(RECIPIENT);
    await save.click();
    await page.getByText('From the next backup on').waitFor();
    await page.getByRole('row', { name: /NAS.*none yet.*encrypted, also for 1 recipient/ }).waitFor();
  });

  it('are made, listed once they are verified, and shown to those who may see them', async () => {
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Backed up to NAS').waitFor();
    const fingerprint = (await opened.api('GET', '/vault/status')).fingerprint;
    await page.getByRole('row', { name: new RegExp(`by hand NAS.*1 ${fingerprint} verified`) }).waitFor();
    await page.getByText('1 of 1 backup verified').waitFor();
    await expectAccessible(page, 'a backup');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'backups at 360');
    await page.setViewportSize({ width: 1280, height: 800 });

    const mia = await signInAs(opened, browser, { email: 'mia@example.org', role: 'user' });
    await mia.page.getByRole('link', { name: 'Backups' }).click();
    await mia.page.getByText('1 of 1 backup verified').waitFor();
    expect(await mia.page.getByRole('main').getByRole('button').count()).toBe(0);
    await mia.context.close();
    const tom = await signInAs(opened, browser, { email: 'tom@example.org', role: 'reader' });
    expect(await tom.page.getByRole('link', { name: 'Backups' }).count()).toBe(0);
    await tom.context.close();
  });

  it('are made by schedules, which say in words what they are, and when the next is due', async () => {
    const section = page.getByRole('region', { name: 'Schedules' });
    await section.getByText('No schedule yet').waitFor();
    await section.getByRole('button', { name: 'Add a schedule' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a schedule' });
    await dialog.getByText('every day at 03:00').waitFor();
    expect(await dialog.getByRole('list', { name: 'The next three' }).getByRole('listitem').count()).toBe(3);
    await dialog.getByRole('radio', { name: 'Every week' }).click();
    await dialog.getByText('every Sunday at 03:00').waitFor();
    await dialog.getByRole('radio', { name: 'By a cron expression' }).click();
    await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('* * * * *');
    await dialog.getByText(/not more often/).waitFor();
    await expectAccessible(page, 'a schedule that is refused');
    await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('30 2 * * *');
    await dialog.getByText('every day at 02:30').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('at night');
    await dialog.getByRole('button', { name: 'Add schedule' }).click();
    const row = section.getByRole('row', { name: /at night.*to NAS, every day at 02:30/ });
    await row.waitFor();
    const choose = async (label: string) => {
      await row.getByRole('button', { name: 'More for the schedule at night' }).click();
      await page.getByRole('menuitem', { name: label }).click();
    };
    await choose('Disable');
    await row.getByText('disabled').waitFor();
    await expectAccessible(page, 'a schedule');
    await choose('Remove…');
    await page.getByRole('button', { name: 'Remove schedule' }).click();
    await section.getByText('No schedule yet').waitFor();
  });

  it('are kept in a number, of which the page says first what it removes', async () => {
    await page.getByRole('button', { name: 'More for NAS' }).click();
    await page.getByRole('menuitem', { name: 'What is kept…' }).click();
    const dialog = page.getByRole('dialog', { name: 'What is kept?' });
    // What is chosen, and not the cross above it.
    await dialog.locator('[role=radio][aria-checked=true]:focus').waitFor();
    await dialog.getByRole('radio', { name: /So many/ }).click();
    await dialog.getByText(/Of 1 backup there now none would be removed/).waitFor();
    await dialog.getByRole('spinbutton', { name: 'Daily' }).fill('3');
    await expectAccessible(page, 'what is kept');
    await dialog.getByRole('button', { name: 'Keep these' }).click();
    await page.getByRole('row', { name: /NAS.*keeps 3 daily, 4 weekly, 6 monthly, 1 yearly/ }).waitFor();
  });

  it('are tried out: verified again, and drilled, which the page says, and what would be lost all the same', async () => {
    const lost = page.getByRole('region', { name: 'If this computer is lost' });
    await lost.getByText(/would be lost/).waitFor();
    const choose = async (label: string) => {
      await page.getByRole('button', { name: /^More for the backup of .* at NAS$/ }).click();
      await page.getByRole('menuitem', { name: label }).click();
    };
    await choose('Verify');
    await page.getByText('Every stored byte of the backup at NAS is what was written.').waitFor();
    await choose('Drill');
    await page.getByText('The drill passed', { exact: true }).waitFor();
    await page.getByRole('row', { name: /by hand NAS.*verified.*passed/ }).waitFor();
    // It is on the disk of the database: a drill alone makes it no promise.
    await page.getByText(/^The backups are not in a separate place.* NAS/).waitFor();
    await lost.getByText(/would be lost/).waitFor();
    await expectAccessible(page, 'a backup that was drilled');
    const [instance = ''] = readdirSync(join(root, 'disk'));
    const [backup = ''] = readdirSync(join(root, 'disk', instance));
    const part = join(root, 'disk', instance, backup, 'database.sqlite.zst.age');
    const bytes = readFileSync(part);
    writeFileSync(part, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
    await choose('Drill');
    await page
      .getByRole('alert')
      .getByText(/The backup at NAS did not pass\..*a part is missing/)
      .waitFor();
    await page.getByRole('row', { name: /by hand NAS.*failed/ }).waitFor();
    writeFileSync(part, bytes);
    renameSync(join(root, 'disk'), join(root, 'away'));
    await choose('Drill');
    // A disk that is away says nothing of the backup on it.
    await page
      .getByRole('alert')
      .getByText(/The backup at NAS could not be tried\..*disk is not there/)
      .waitFor();
    await page.getByRole('row', { name: /by hand NAS.*failed/ }).waitFor();
    renameSync(join(root, 'away'), join(root, 'disk'));
    await choose('Drill');
    await page.getByRole('row', { name: /by hand NAS.*passed/ }).waitFor();
  });

  it('are tried one at a time: no other can be chosen until the list shows what came of the last', async () => {
    let letThrough = () => {};
    const shown = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route('**/api/backups', async (route) => {
      await shown;
      await route.continue();
    });
    const more = page.getByRole('button', { name: /^More for the backup of .* at NAS$/ });
    await more.click();
    await page.getByRole('menuitem', { name: 'Verify' }).click();
    await page.getByText('Every stored byte of the backup at NAS is what was written.').waitFor();
    await more.click();
    const drill = page.getByRole('menuitem', { name: 'Drill' });
    expect(await drill.isDisabled()).toBe(true);
    letThrough();
    // It is enabled in the open menu.
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/drill')),
      drill.click(),
    ]);
    expect(answer.status()).toBe(200);
    await page.unroute('**/api/backups');
  });

  it('are shown while they are made, and say so where the list does not load', async () => {
    // The moment of one that is made passes too soon to be looked at: the real list, with another state.
    await page.route('**/api/backups', async (route) => {
      const response = await route.fetch();
      const { backups } = await response.json();
      const json = { backups: backups.map((each: object) => ({ ...each, state: 'running' })) };
      await route.fulfill({ response, json });
    });
    await page.reload();
    await page
      .getByRole('row', { name: /NAS.*being made/ })
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: /^More for the backup/ }).count()).toBe(0);
    await expectAccessible(page, 'a backup that is made');
    await page.unrouteAll({ behavior: 'wait' });
    await page.route('**/api/backups', (route) => route.fulfill({ status: 500, json: { detail: 'No.' } }));
    await page.reload();
    await page.getByText('The list did not load').waitFor();
    await expectAccessible(page, 'backups that did not load');
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('1 of 1 backup verified').waitFor();
  });

  it('that fail say why, and what became of the earlier ones', async () => {
    renameSync(join(root, 'disk'), join(root, 'away'));
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page
      .getByRole('alert')
      .getByText(/disk is not there.*Earlier backups are untouched/)
      .waitFor();
    await page.getByRole('row', { name: /failed.*disk is not there/ }).waitFor();
    await expectAccessible(page, 'a backup that failed');
    expect(existsSync(join(root, 'disk'))).toBe(false);
    renameSync(join(root, 'away'), join(root, 'disk'));
    await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click();
  });

  it('wait for the key while the vault is locked', async () => {
    await opened.api('POST', '/vault/lock');
    await page.getByText('Waits for the key.').waitFor();
    expect(await page.getByRole('button', { name: 'Back up now' }).isDisabled()).toBe(true);
    await rows().filter({ hasText: 'verified' }).waitFor();
    await expectAccessible(page, 'backups while locked');
    await opened.api('POST', '/vault/unlock', { method: 'custody' });
    await page.getByText('Waits for the key.').waitFor({ state: 'detached' });
  });

  it('are said to be in one place with a copy of the key, until it is gone from there', async () => {
    const test = async () => {
      await page.getByRole('button', { name: 'More for NAS' }).click();
      await page.getByRole('menuitem', { name: 'Test' }).click();
    };
    const section = page.getByRole('region', { name: 'Destinations' });
    const said = section.getByText(/NAS: A file in .* has the name of a copy of the key, encryption_key/);
    writeFileSync(join(root, 'disk', 'encryption_key'), 'is not opened');
    await test();
    await said.waitFor();
    await section
      .getByText('1 destination, 1 does not count as separate, 1 with a copy of the key')
      .waitFor();
    await expectAccessible(page, 'a copy of the key beside backups');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a copy of the key beside backups at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    rmSync(join(root, 'disk', 'encryption_key'));
    await test();
    await said.waitFor({ state: 'detached' });
  });

  it('ask which destination, where there are several', async () => {
    await opened.api('POST', '/backups/destinations', {
      kind: 'folder',
      name: 'stick',
      path: join(root, 'other'),
      readable_without_key: true,
    });
    await page.getByRole('row', { name: /stick.*readable without the key/ }).waitFor();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('menuitem', { name: 'stick' }).click();
    await rows().filter({ hasText: 'stick' }).filter({ hasText: 'verified' }).waitFor();
    expect(readdirSync(join(root, 'other'))).toHaveLength(1);
  });

  it('are named by their number where somebody else removed one', async () => {
    const { backups } = await opened.api('GET', '/backups');
    const { destination_id, folder, sequence } = backups[0];
    rmSync(join(root, 'other', folder), { recursive: true });
    // After a backup its destination is compared.
    await opened.api('POST', `/backups/destinations/${destination_id}/run`);
    const row = rows().filter({ hasText: `Backup no. ${sequence} of ` });
    await row.getByText(/is not at stick any more, and this instance did not remove it\. Noticed/).waitFor();
    await expectAccessible(page, 'a backup that is gone');
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoOverflow(page, 'a backup that is gone at 360');
    await page.setViewportSize({ width: 1280, height: 800 });
    await opened.api('DELETE', `/backups/${backups[0].id}`);
    await row.waitFor({ state: 'detached' });
  });

  it('are deleted once it was said what is lost, and stay where a destination is removed', async () => {
    await page
      .getByRole('button', { name: /^More for the backup of .* at NAS$/ })
      .last()
      .click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText(/at NAS are deleted for good/).waitFor();
    await page.getByText('1 other verified backup remains.').waitFor();
    await expectAccessible(page, 'delete a backup');
    await page.getByRole('button', { name: 'Delete backup' }).click();
    await page.getByText('The backup was deleted').waitFor();
    await rows().filter({ hasText: 'NAS' }).filter({ hasText: 'verified' }).waitFor({ state: 'detached' });
    expect(readdirSync(join(root, 'disk'))).toEqual([]);

    await page.getByRole('button', { name: 'More for stick' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByText(/1 backup stays in .* can still be restored/).waitFor();
    await page.getByRole('button', { name: 'Remove destination' }).click();
    await page.getByText('stick was removed').waitFor();
    await page.getByRole('row', { name: /stick/ }).first().waitFor({ state: 'detached' });
    expect(readdirSync(join(root, 'other'))).toHaveLength(1);
  });
});
