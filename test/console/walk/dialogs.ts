import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { typePassphrase } from '../support/key-steps.ts';
import type { World } from './world.ts';

export interface DialogStop {
  /** As in `listDialogComponents`. */
  component: string;
  /** Its title, when it is open. */
  title: string | RegExp;
  path: string;
  open: (page: Page) => Promise<unknown>;
  /** Who is signed in: a person by their password, or the owner of the machine who did not confirm it; otherwise one who did. */
  as?: 'person' | 'unconfirmed';
}

/** Dialogs that need another instance, or time: another file walks them. */
export const WALKED_ELSEWHERE: Readonly<Record<string, string>> = {
  // A clock that a test moves.
  'app/identity/locked.tsx Locked': 'test/console/auto-lock.test.ts',
  // What runs in Docker.
  'apps/deploy/remove-dialog.tsx RemoveDialog': 'test/docker/console/apps.test.ts',
  'apps/deploy/rollback-dialog.tsx RollbackDialog': 'test/docker/console/apps.test.ts',
};

const click = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
const press = (name: string | RegExp) => (page: Page) => click(page, name);
const fromMenu = (trigger: string | RegExp, item: string | RegExp) => async (page: Page) => {
  await click(page, trigger);
  await page.getByRole('menuitem', { name: item }).click();
};

/** Dialogs of an instance that is in use, in an order that leaves what the next ones need. */
export function listEverydayDialogs(world: World): DialogStop[] {
  const project = `/projects/${world.slug}`;
  const inProject = [
    {
      component: 'variables/form/variable-dialog.tsx VariableDialog',
      title: /^Edit/,
      open: press(world.secret),
    },
    {
      component: 'ui/overlays/unsaved-input.tsx Discard',
      title: 'Discard what you typed?',
      open: async (page: Page) => {
        await click(page, 'Add variable');
        await page.getByLabel('Name', { exact: true }).fill(world.variable);
        await page.keyboard.press('Escape');
      },
    },
    {
      component: 'variables/history/history-dialogs.tsx HistoryDialog',
      title: /^History of/,
      open: fromMenu(`More for ${world.variable}`, 'History'),
    },
    {
      component: 'variables/table/uses-dialog.tsx UsesDialog',
      title: 'Used by',
      open: fromMenu(`More for ${world.variable}`, 'Used by'),
    },
    {
      component: 'variables/table/reads-dialog.tsx ReadsDialog',
      title: /^Who read/,
      open: fromMenu(`More for ${world.secret}`, 'Read by'),
    },
    {
      component: 'variables/form/selection-dialogs.tsx EncryptDialog',
      title: /^Make/,
      open: async (page: Page) => {
        await page.getByRole('checkbox', { name: `Select ${world.variable}` }).check();
        await click(page, /^(Make 1 secret|Secret)…$/);
      },
    },
    {
      component: 'variables/form/selection-dialogs.tsx DeleteDialog',
      title: /^Delete/,
      open: async (page: Page) => {
        await fromMenu(`More for ${world.variable}`, 'Delete…')(page);
        await page.getByText('would not resolve any more').waitFor();
      },
    },
    {
      component: 'variables/form/selection-dialogs.tsx MoveDialog',
      title: /^Move/,
      open: async (page: Page) => {
        await page.getByRole('checkbox', { name: 'Select all' }).check();
        await click(page, /^Move/);
      },
    },
    {
      component: 'variables/files/export-dialog.tsx ExportDialog',
      title: 'Export a .env file',
      open: press('Export'),
    },
    {
      component: 'variables/history/history-dialogs.tsx EnvironmentHistoryDialog',
      title: 'Environment history',
      open: async (page: Page) => {
        // Nothing is selected any more.
        await page.goto(project);
        await click(page, 'Environment history');
      },
    },
    {
      component: 'variables/files/paste-dialog.tsx PasteDialog',
      title: 'Paste .env',
      open: press('Paste .env'),
    },
    {
      component: 'variables/files/import-dialog.tsx ImportDialog',
      title: 'Paste from .env',
      open: async (page: Page) => {
        await click(page, 'Paste .env');
        const text = page.getByRole('dialog').getByRole('textbox');
        await text.fill(
          `${world.variable}=${world.long(300)}\nNEW_${world.secret}=a\nnot a line ${world.long(300)}\n`,
        );
        await click(page, 'Compare');
        await page.getByRole('dialog').getByText('Replace', { exact: true }).waitFor();
      },
    },
  ];
  const folder = `More for ${world.destination}`;
  const bucket = `More for ${world.bucket}`;
  const ofBackup = /^More for the backup of/;
  const recoveryKey = async (page: Page) => {
    await fromMenu(folder, 'Who can decrypt…')(page);
    await click(page, 'Create a recovery key…');
    await page.getByRole('alertdialog').waitFor();
  };
  const inBackups = [
    {
      component: 'backups/backup-dialogs.tsx AddFolderDialog',
      title: 'Add a folder',
      open: press('Add a folder'),
    },
    {
      component: 'backups/bucket-dialogs.tsx AddBucketDialog',
      title: 'Add a bucket',
      open: press('Add a bucket'),
    },
    {
      component: 'backups/backup-dialogs.tsx RemoveDestinationDialog',
      title: 'Remove this destination?',
      open: fromMenu(folder, 'Remove…'),
    },
    {
      component: 'backups/retention-dialog.tsx RetentionDialog',
      title: 'What is kept?',
      open: async (page: Page) => {
        await fromMenu(folder, 'What is kept…')(page);
        await page.getByText(/would be removed/).waitFor();
      },
    },
    {
      component: 'backups/recipients/recipients-dialog.tsx RecipientsDialog',
      title: 'Who can decrypt the backups?',
      open: fromMenu(folder, 'Who can decrypt…'),
    },
    {
      component: 'backups/recipients/recovery-key.tsx KeepDialog',
      title: 'Your recovery key, shown only once',
      open: recoveryKey,
    },
    {
      component: 'backups/recipients/recovery-key.tsx VerifyDialog',
      title: 'Verify the recovery key',
      open: async (page: Page) => {
        await page.goto('/backups');
        await recoveryKey(page);
        await click(page, 'I have kept it');
      },
    },
    {
      component: 'backups/bucket-dialogs.tsx BucketDialog',
      title: /^Bucket/,
      open: async (page: Page) => {
        await fromMenu(bucket, 'About the bucket')(page);
        await page.getByText('Asking the store').waitFor({ state: 'detached' });
      },
    },
    {
      component: 'backups/bucket-dialogs.tsx ReplaceCredentialsDialog',
      title: 'Replace the credentials',
      open: fromMenu(bucket, 'Replace credentials…'),
    },
    {
      component: 'backups/schedule-dialog.tsx ScheduleDialog',
      title: 'Change the schedule',
      open: fromMenu(/^More for the schedule/, 'Change…'),
    },
    {
      component: 'backups/schedules.tsx RemoveScheduleDialog',
      title: 'Remove this schedule?',
      open: fromMenu(/^More for the schedule/, 'Remove…'),
    },
    {
      component: 'backups/backup-dialogs.tsx DeleteBackupDialog',
      title: 'Delete this backup?',
      open: fromMenu(ofBackup, 'Delete…'),
    },
    {
      component: 'backups/restore/export-dialog.tsx ToPath',
      title: 'Export this backup',
      open: fromMenu(ofBackup, 'Export…'),
    },
    {
      component: 'backups/restore/restored-card.tsx UndoDialog',
      title: 'Put the former database back?',
      open: press('Put it back…'),
    },
    {
      component: 'backups/restore/restored-card.tsx DeleteFormerDialog',
      title: 'Delete this database?',
      open: async (page: Page) => {
        await page
          .getByRole('region', { name: 'Former databases' })
          .getByRole('button', { name: 'Delete…' })
          .first()
          .click();
      },
    },
  ];
  const inKey = [
    {
      component: 'key/page/copies.tsx ForgetDialog',
      title: /^Forget the copy/,
      open: fromMenu(`More for ${world.place}`, 'Forget it…'),
    },
    { component: 'key/page/custody.tsx MoveDialog', title: 'Move the key', open: press(/^Move/) },
    {
      component: 'key/page/key-history.tsx ShredDialog',
      title: /^Shred key version/,
      open: press(/^Shred key version/),
    },
    { component: 'key/page/splits.tsx CheckDialog', title: 'Verify a share', open: press('Verify a share') },
    { component: 'key/split/drop-dialog.tsx DropDialog', title: 'Drop this split?', open: press('Drop…') },
    { component: 'key/key-page.tsx LockDialog', title: 'Lock the vault now?', open: press('Lock now') },
  ];
  const inPeople = [
    {
      component: 'people/person-dialogs.tsx NewPersonDialog',
      title: 'Add person',
      open: press('Add person'),
    },
    {
      component: 'people/person-dialogs.tsx EditPersonDialog',
      title: /./,
      open: fromMenu(`Actions for ${world.person}`, 'Edit…'),
    },
    {
      component: 'people/person-dialogs.tsx ResetPasswordDialog',
      title: 'Set a new password',
      open: fromMenu(`Actions for ${world.person}`, 'Set a new password…'),
    },
    {
      component: 'people/person-dialogs.tsx DeletePersonDialog',
      title: 'Delete this person?',
      open: fromMenu(`Actions for ${world.person}`, 'Delete…'),
    },
    {
      component: 'people/person-dialogs.tsx RestorePersonDialog',
      title: 'Restore this person?',
      open: async (page: Page) => {
        await click(page, /^Deleted/);
        await fromMenu(/^Actions for/, 'Restore…')(page);
      },
    },
  ];
  const fillInvitation = async (page: Page) => {
    await click(page, 'Invite person');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(world.long(100));
    await page.getByLabel('E-mail').fill(`${'i'.repeat(60)}@${'long.'.repeat(20)}example.org`);
  };
  const invitations = [
    {
      component: 'people/invitation-dialogs.tsx InvitePersonDialog',
      title: 'Invite person',
      open: fillInvitation,
    },
    {
      component: 'people/invitation-dialogs.tsx InvitationLink',
      title: /, shown only once$/,
      open: async (page: Page) => {
        await fillInvitation(page);
        await click(page, 'Create link');
      },
    },
    {
      component: 'people/invitation-dialogs.tsx RevokeInvitationDialog',
      title: 'Revoke this invitation?',
      open: press(/^Revoke the invitation/),
    },
  ];
  const inApiKeys = [
    {
      component: 'people/address-dialog.tsx AddressDialog',
      title: /^Addresses of/,
      open: fromMenu(/^Actions for/, 'Addresses…'),
    },
    {
      component: 'people/api-key-dialogs.tsx NewApiKeyDialog',
      title: 'New API key',
      open: async (page: Page) => {
        await click(page, 'New API key');
        await page.getByRole('checkbox', { name: /^Only some/ }).check();
      },
    },
    {
      component: 'people/api-key-dialogs.tsx RotateApiKeyDialog',
      title: 'Give this API key a new text?',
      open: fromMenu(/^Actions for/, 'New text…'),
    },
    {
      component: 'people/api-key-dialogs.tsx DeleteApiKeyDialog',
      title: 'Delete this API key?',
      open: fromMenu(/^Actions for/, 'Delete…'),
    },
    {
      component: 'people/api-keys-page.tsx ApiKeysPage',
      title: /, shown only once$/,
      open: async (page: Page) => {
        await click(page, 'New API key');
        await page.getByLabel('Name', { exact: true }).fill(world.long(100));
        await click(page, 'Create key');
      },
    },
  ];
  const at = (path: string, stops: Omit<DialogStop, 'path'>[]): DialogStop[] =>
    stops.map((stop) => ({ path, ...stop }));
  return [
    ...at(project, inProject),
    ...at(`${project}/compare`, [
      {
        component: 'variables/compare/copy-dialog.tsx CopyDialog',
        title: /^Copy 1 variable/,
        open: async (page) => {
          await page
            .getByRole('checkbox', { name: /^Select (?!all)/ })
            .first()
            .check();
          await click(page, /^Copy/);
        },
      },
    ]),
    ...at(`${project}/deployments?open=deploy`, [
      {
        component: 'apps/deploy/deploy-dialog.tsx DeployDialog',
        title: /^Deploy to/,
        open: async (page) => {
          await page.getByLabel('Image').fill(`registry.example.org/${'long/'.repeat(60)}app:1`);
          await page.getByRole('dialog').locator('summary').click();
        },
      },
    ]),
    ...at(`${project}/environments`, [
      {
        component: 'projects/manage/new-environment-dialog.tsx NewEnvironmentDialog',
        title: 'Add environment',
        open: async (page) => {
          await click(page, 'Add environment');
          await page.getByLabel('Name', { exact: true }).fill(world.long(300));
        },
      },
      {
        component: 'projects/manage/environment-settings-dialog.tsx EnvironmentSettingsDialog',
        title: /./,
        open: fromMenu(`Actions for ${world.environment}`, 'Settings…'),
      },
      {
        component: 'projects/environments-page.tsx DeleteEnvironmentDialog',
        title: /^Delete the environment/,
        open: fromMenu(`Actions for ${world.environment}`, 'Delete…'),
      },
    ]),
    ...at(`${project}/tokens`, [
      {
        component: 'projects/manage/new-token-dialog.tsx NewTokenDialog',
        title: 'New deployment token',
        open: press('New token'),
      },
      {
        component: 'projects/tokens-page.tsx DeleteTokenDialog',
        title: 'Delete this token?',
        open: fromMenu(/^Actions for/, 'Delete…'),
      },
      {
        component: 'projects/tokens-page.tsx TokensPage',
        title: /, shown only once$/,
        open: async (page) => {
          await click(page, 'New token');
          await page.getByLabel('Name', { exact: true }).fill(world.long(100));
          await click(page, 'Create token');
        },
      },
    ]),
    ...at(`${project}/settings`, [
      {
        component: 'projects/members/member-dialogs.tsx AddMemberDialog',
        title: 'Add member',
        open: press('Add member'),
      },
      {
        component: 'projects/members/member-dialogs.tsx ChangeRoleDialog',
        title: /^Role of/,
        open: fromMenu(`Actions for ${world.member}`, 'Change role…'),
      },
      {
        component: 'projects/members/member-dialogs.tsx RemoveMemberDialog',
        title: /^Remove/,
        open: fromMenu(`Actions for ${world.member}`, 'Remove…'),
      },
      {
        component: 'projects/project-settings-page.tsx DeleteProjectDialog',
        title: /^Delete/,
        open: press('Delete project…'),
      },
    ]),
    ...at('/projects', [
      {
        component: 'projects/manage/new-project-dialog.tsx NewProjectDialog',
        title: 'New project',
        open: async (page) => {
          await click(page, 'New project');
          await page.getByLabel('Name', { exact: true }).fill(world.long(300));
        },
      },
      {
        component: 'projects/manage/new-project-dialog.tsx Made',
        title: /was created$/,
        open: async (page) => {
          await page.goto('/projects');
          await click(page, 'New project');
          await page.getByLabel('Name', { exact: true }).fill(`made ${world.long(300)}`);
          await click(page, 'Create project');
        },
      },
    ]),
    ...at('/trash', [
      {
        component: 'trash/trash-page.tsx DeleteForGoodDialog',
        title: /for good\?$/,
        open: press(/^Delete .* for good$/s),
      },
      {
        component: 'trash/trash-page.tsx RestoreAsDialog',
        title: 'Restore under another name',
        // Of a name that is in use by now: the oldest deletion, below the others.
        open: async (page) => {
          await page.getByRole('button', { name: 'Restore' }).last().click();
        },
      },
    ]),
    ...at('/backups', inBackups),
    ...at('/key', inKey),
    ...at('/key/copy', [
      {
        component: 'key/copy/place-step.tsx KeepAnywayDialog',
        title: 'Keep the copy there anyway?',
        open: async (page) => {
          await choosePath(page, world.folder);
          await page.getByRole('button', { name: 'Keep it there anyway…' }).last().click();
        },
      },
      {
        component: 'key/copy-page.tsx StopDialog',
        title: 'Leave without verifying the copy?',
        open: async (page) => {
          await page.goto('/key/copy');
          await page.getByRole('radio', { name: 'USB stick or other drive' }).click();
          await click(page, 'Continue');
          await click(page, /^Download it/);
          await typePassphrase(page);
          await Promise.all([page.waitForEvent('download'), click(page, 'Write and verify')]);
          await click(page, 'Cancel');
        },
      },
    ]),
    ...at('/settings', [
      {
        component: 'settings/stored-section.tsx StoredDialog',
        title: 'Rate limiting',
        open: press(/Rate limiting$/),
      },
      {
        component: 'settings/diagnostics-section.tsx BundleDialog',
        title: 'Diagnostics',
        open: (page) => page.getByRole('button', { name: 'Preview', exact: true }).click(),
      },
    ]),
    ...at('/people', [...inPeople, ...invitations]),
    ...at('/people/keys', inApiKeys),
    ...at('/', [
      {
        component: 'app/shortcuts/shortcuts-dialog.tsx ShortcutsDialog',
        title: 'Keyboard shortcuts',
        open: (page) => page.keyboard.press('?'),
      },
      {
        component: 'app/palette/palette-dialog.tsx PaletteDialog',
        title: /^Search names/,
        open: async (page) => {
          await page.keyboard.press('Control+k');
          await page.getByRole('combobox').fill(world.variable.slice(0, 40));
          await page.getByRole('option').nth(2).waitFor();
        },
      },
    ]),
    // Of the person, whose sessions and second factor they are.
    {
      as: 'unconfirmed',
      path: '/people/keys',
      component: 'app/identity/password-dialog.tsx PasswordDialog',
      title: 'Confirm your identity',
      open: fromMenu(/^Actions for/, 'Turn off'),
    },
    {
      as: 'person',
      path: '/backups',
      component: 'backups/restore/export-dialog.tsx Download',
      title: 'Download this backup',
      open: fromMenu(ofBackup, 'Export…'),
    },
    {
      as: 'person',
      path: '/account',
      component: 'account/sessions-section.tsx EndAllDialog',
      title: 'End your other sessions?',
      open: press('End all others…'),
    },
    {
      as: 'person',
      path: '/account',
      component: 'account/second-factor-section.tsx SetUpDialog',
      title: 'Set up the second factor',
      open: setUpSecondFactor,
    },
    {
      as: 'person',
      path: '/account',
      component: 'account/second-factor-section.tsx SecondFactorSection',
      title: 'Your recovery codes, shown only once',
      open: async (page) => {
        await page.goto('/account');
        await setUpSecondFactor(page);
        const dialog = page.getByRole('dialog');
        const secret = (await dialog.getByRole('status').innerText()).replaceAll(' ', '');
        const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
        await dialog.getByLabel('Code from the authenticator').fill(code);
        await dialog.getByRole('button', { name: 'Turn it on' }).click();
      },
    },
    {
      as: 'person',
      path: '/account',
      component: 'account/second-factor-section.tsx SwitchOffDialog',
      title: 'Turn off the second factor?',
      open: async (page) => {
        await page.goto('/account');
        await click(page, 'Turn off…');
      },
    },
    {
      as: 'person',
      path: '/secrets',
      component: 'app/shell.tsx Shell',
      title: 'Sign in again',
      open: () => world.endPersonsSessions(),
    },
  ];
}

async function setUpSecondFactor(page: Page): Promise<void> {
  await click(page, 'Set up');
  await page.getByRole('dialog').getByRole('img').waitFor();
}

async function choosePath(page: Page, path: string): Promise<void> {
  await page.getByRole('radio', { name: 'USB stick or other drive' }).click();
  await click(page, 'Continue');
  await click(page, 'Type a path…');
  await page.getByLabel('Path on the instance’s machine').fill(path);
  await click(page, 'Use this path');
}

/** A rotation has a new key, and no copy of it. */
export const stagedDialogs: DialogStop[] = [
  {
    path: '/key/rotate',
    component: 'key/rotate/confirm-new-key.tsx WithoutCopyDialog',
    title: 'Continue without a copy of the new key?',
    open: press('Continue without a copy…'),
  },
];

/** The key is gone. */
export const lockedDialogs: DialogStop[] = [
  {
    path: '/key',
    component: 'key/locked/other-ways.tsx StartOver',
    title: /^Start over and give up/,
    open: press('Start over…'),
  },
];

/** It was given up. */
export function listRecoveryDialogs(world: World): DialogStop[] {
  const rescue = async (page: Page) => {
    await click(page, 'Rescue…');
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByRole('dialog').getByRole('textbox').first().fill(world.words.join(' '));
  };
  return [
    {
      path: '/recovery',
      component: 'recovery/lost-versions.tsx RemoveVersions',
      title: /^Remove .* earlier/,
      open: press('Remove…'),
    },
    {
      path: '/recovery',
      component: 'recovery/lost-values.tsx LostValues',
      title: /, shown only once$/,
      open: press(/^Create a new one/),
    },
    {
      path: '/recovery',
      component: 'recovery/rescue-dialog.tsx RescueDialog',
      title: 'Rescue with the old key',
      open: rescue,
    },
    {
      path: '/recovery',
      component: 'recovery/rescue-dialog.tsx Rescued',
      title: /recovered$/,
      open: async (page) => {
        await page.goto('/recovery');
        await rescue(page);
        await click(page, /^Rescue$/);
      },
    },
  ];
}
