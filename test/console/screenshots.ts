import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../keyring.ts';
import { openSticks, whyNoSticks } from '../sticks.ts';
import { endBrowser, launchBrowser } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { makeBackups, makeCopies, seed } from './support/seed.ts';

/**
 * `npm run screenshots`: every page and state, in both themes, on a tablet and a telephone too, in test/artifacts/. Parts of
 * names as arguments take those alone.
 */
const folder = join(import.meta.dirname, '../artifacts');
const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.includes(part));
const sizes = {
  wide: { width: 1280, height: 800 },
  tablet: { width: 900, height: 1000 },
  phone: { width: 360, height: 740 },
} as const;

interface Shot {
  name: string;
  path: string;
  /** Brings the page into the state that is shown. */
  prepare?: (page: Page) => Promise<unknown>;
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first();

let waitingCode: Promise<string> | null = null;

/** Of a command line that waits to be let in. */
async function beginSignIn(page: Page): Promise<string> {
  const begun = await page.request.post('/api/auth/cli/device/start', {
    data: { client_name: 'build-machine-of-the-workshop.local' },
    headers: { origin: new URL(page.url()).origin },
  });
  return (await begun.json()).user_code;
}

const everyday: Shot[] = [
  { name: 'home-backed-up', path: '/' },
  {
    name: 'palette',
    path: '/',
    async prepare(page) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
    },
  },
  {
    name: 'palette-found',
    path: '/',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('database');
      await page
        .getByRole('option', { name: /DATABASE/ })
        .first()
        .waitFor();
    },
  },
  { name: 'search', path: '/search?search=data' },
  { name: 'projects', path: '/projects' },
  { name: 'trash', path: '/trash' },
  {
    name: 'trash-delete',
    path: '/trash',
    prepare: (page) => button(page, 'Delete Environment preview for good').click(),
  },
  { name: 'variables', path: '/projects/photos' },
  {
    name: 'variables-revealed',
    path: '/projects/photos',
    prepare: (page) => button(page, /^Reveal/).click(),
  },
  {
    name: 'variables-add',
    path: '/projects/photos',
    prepare: (page) => button(page, 'Add variable').click(),
  },
  {
    name: 'variables-completion',
    path: '/projects/photos',
    async prepare(page) {
      await button(page, 'Add variable').click();
      await page.getByRole('textbox', { name: 'Name' }).fill('MAIL_URL');
      await page.getByRole('textbox', { name: 'Value' }).focus();
      await page.keyboard.type('\u0024{{');
      await page.getByRole('listbox').waitFor();
    },
  },
  {
    name: 'variables-selected',
    path: '/projects/photos',
    async prepare(page) {
      await page.getByRole('checkbox', { name: 'Select LOG_LEVEL' }).click();
      await page.getByRole('checkbox', { name: 'Select WORKERS' }).click({ modifiers: ['Shift'] });
    },
  },
  {
    name: 'compare',
    path: '/projects/photos/compare',
    prepare: (page) => page.getByText('APP_URL').first().waitFor(),
  },
  { name: 'compare-two', path: '/projects/photos/compare?from=production&to=staging' },
  {
    name: 'compare-copy',
    path: '/projects/photos/compare?from=production&to=staging',
    async prepare(page) {
      await button(page, 'Promote to staging…').click();
      await page.getByRole('dialog').getByText('New', { exact: true }).waitFor();
    },
  },
  {
    name: 'environments-duplicate',
    path: '/projects/photos/environments',
    async prepare(page) {
      await button(page, 'Actions for staging').click();
      await page.getByRole('menuitem', { name: 'Duplicate…' }).click();
    },
  },
  {
    name: 'variables-rename',
    path: '/shared',
    async prepare(page) {
      await button(page, /^SMTP_URL$/).click();
      await page.getByLabel('Name').fill('MAIL_URL');
      await page.getByRole('checkbox', { name: /^Change/ }).waitFor();
    },
  },
  {
    name: 'variables-delete',
    path: '/shared',
    async prepare(page) {
      await button(page, 'More for SMTP_URL').click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByText('would not resolve any more').waitFor();
    },
  },
  {
    name: 'import-undo',
    path: '/projects/recipes',
    async prepare(page) {
      await button(page, 'Paste .env').click();
      // Another value each time: what is the same is not imported.
      await page.getByRole('dialog').getByRole('textbox').fill(`TZ=Europe/Zurich\nBUILD=${Date.now()}\n`);
      await button(page, 'Compare').click();
      await page.getByRole('dialog').getByRole('radio', { name: /Merge/ }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^(Add|Change) 1$/ })
        .click();
      await button(page, 'Undo').waitFor();
    },
  },
  { name: 'environments', path: '/projects/photos/environments' },
  {
    name: 'environment-settings',
    path: '/projects/photos/environments',
    async prepare(page) {
      await button(page, 'Actions for staging').click();
      await page.getByRole('menuitem', { name: 'Settings…' }).click();
    },
  },
  {
    name: 'project-resources',
    path: '/projects/photos/settings',
    prepare: (page) => button(page, 'Save resources').scrollIntoViewIfNeeded(),
  },
  { name: 'tokens', path: '/projects/shop/tokens' },
  { name: 'deployments', path: '/projects/photos/deployments' },
  {
    name: 'deployments-deploy',
    path: '/projects/photos/deployments?open=deploy',
    prepare: (page) => page.getByRole('dialog').waitFor(),
  },
  { name: 'logs', path: '/projects/photos/logs' },
  { name: 'project-settings', path: '/projects/photos/settings' },
  { name: 'shared', path: '/shared' },
  { name: 'secrets', path: '/secrets' },
  { name: 'key', path: '/key' },
  { name: 'copy', path: '/key/copy' },
  { name: 'verify', path: '/key/verify' },
  { name: 'rotate', path: '/key/rotate' },
  { name: 'lost', path: '/key/lost' },
  { name: 'backups', path: '/backups' },
  {
    name: 'backups-add',
    path: '/backups',
    prepare: (page) => button(page, 'Add a folder').click(),
  },
  {
    name: 'backups-add-bucket',
    path: '/backups',
    async prepare(page) {
      await button(page, 'Add a bucket').click();
      await page.getByLabel('Endpoint').fill('http://nas.local:9000');
    },
  },
  {
    name: 'backups-recovery-key',
    path: '/backups',
    async prepare(page) {
      await button(page, 'Add a folder').click();
      await button(page, 'Create a recovery key…').click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'backups-recovery-key-verify',
    path: '/backups',
    async prepare(page) {
      await button(page, 'Add a folder').click();
      await button(page, 'Create a recovery key…').click();
      await button(page, 'I have kept it').click();
      await page.getByLabel('Its last 8 letters and digits').fill('QQQQQQQQ');
      await page.keyboard.press('Enter');
      await page.getByText('This is not the recovery key').waitFor();
    },
  },
  {
    name: 'backups-recipients',
    path: '/backups',
    async prepare(page) {
      await button(page, 'More for NAS').click();
      await page.getByRole('menuitem', { name: 'Who can decrypt…' }).click();
      await button(page, 'Create a recovery key…').click();
      const identity = await page.getByRole('status', { name: 'Recovery key' }).innerText();
      await button(page, 'I have kept it').click();
      await page.getByLabel('Its last 8 letters and digits').fill(identity.slice(-8));
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Besides the key' }).waitFor();
    },
  },
  {
    name: 'backups-schedule',
    path: '/backups',
    prepare: (page) => button(page, 'Add a schedule').click(),
  },
  {
    name: 'backups-keep',
    path: '/backups',
    async prepare(page) {
      await button(page, 'More for NAS').click();
      await page.getByRole('menuitem', { name: 'What is kept…' }).click();
      await page.getByText(/would be removed/).waitFor();
    },
  },
  {
    name: 'backups-delete',
    path: '/backups',
    async prepare(page) {
      await page
        .getByRole('button', { name: /^More for the backup of/ })
        .last()
        .click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
    },
  },
  { name: 'first-backup-often', path: '/first-run/database' },
  {
    name: 'restore-upload',
    path: '/restore',
    prepare: (page) => page.getByRole('radio', { name: 'Upload', exact: true }).click(),
  },
  { name: 'people', path: '/people' },
  { name: 'api-keys', path: '/people/keys' },
  {
    name: 'api-keys-new',
    path: '/people/keys',
    async prepare(page) {
      await button(page, 'New API key').first().click();
      await page.getByLabel('Role', { exact: true }).selectOption('admin');
      await page.getByRole('checkbox', { name: 'Manage people below administrator' }).check();
    },
  },
  { name: 'cli-login', path: '/cli-login' },
  {
    name: 'cli-login-approve',
    path: '/cli-login',
    async prepare(page) {
      // One for all of them: five of one address may wait.
      waitingCode ??= beginSignIn(page);
      await page.getByLabel('Code').fill(await waitingCode);
      await page.keyboard.press('Enter');
      await button(page, 'Approve').waitFor();
    },
  },
  { name: 'account', path: '/account' },
  { name: 'activity', path: '/activity' },
  { name: 'settings', path: '/settings' },
  {
    name: 'settings-stored',
    path: '/settings',
    prepare: (page) => page.getByRole('heading', { name: 'For deployments' }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'settings-stored-change',
    path: '/settings',
    prepare: (page) => button(page, 'Change Rate limiting').click(),
  },
  {
    name: 'settings-lock',
    path: '/settings',
    async prepare(page) {
      await page.getByLabel('Lock after').selectOption('15');
      await page.getByRole('radio', { name: /the vault/ }).click();
    },
  },
  { name: 'not-found', path: '/nowhere' },
];
const empty: Shot[] = [
  { name: 'home-empty', path: '/' },
  { name: 'projects-empty', path: '/projects' },
  { name: 'secrets-empty', path: '/secrets' },
  { name: 'backups-empty', path: '/backups' },
  { name: 'first-backup-place', path: '/first-run/database' },
  { name: 'key-empty', path: '/key' },
];
/** Plain values that look like secrets, and what was left plain on purpose. */
const plain: Shot[] = [
  {
    name: 'home-plain',
    path: '/',
    prepare: (page) => page.getByRole('link', { name: 'Show and encrypt' }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'secrets-plain',
    path: '/secrets',
    prepare: (page) => button(page, 'left plain on purpose').click(),
  },
];
const locked: Shot[] = [
  { name: 'home-locked', path: '/' },
  { name: 'variables-locked', path: '/projects/photos' },
  { name: 'secrets-locked', path: '/secrets' },
  { name: 'key-locked', path: '/key' },
  { name: 'backups-locked', path: '/backups' },
];
const recovering: Shot[] = [
  { name: 'home-recovering', path: '/' },
  { name: 'secrets-recovering', path: '/secrets' },
  { name: 'recovery', path: '/recovery' },
  { name: 'key-recovering', path: '/key' },
];

async function take(browser: Browser, console: TestConsole, shots: readonly Shot[]): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    const { context, page } = await console.open(browser, '/', { viewport, reducedMotion: 'reduce' });
    for (const shot of shots.filter(({ name }) => isWanted(name))) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(shot.path);
        await settle(page);
        await shot.prepare?.(page);
        await settle(page);
        await save(page, shot.name, size, colorScheme);
      }
    }
    await context.close();
  }
}

/** What is stored, and not applied before there are deployments. */
async function storeForDeployments({ api }: TestConsole): Promise<void> {
  await api('PUT', '/projects/photos/environments/staging/settings', {
    cpu_limit: 500,
    memory_limit: 512,
    automatic_deploy: true,
    security: { enabled: true, headers: { preset: 'strict' } },
  });
  await api('PATCH', '/projects/photos/deployment-config', { replicas: 2 });
  await api('PUT', '/settings', {
    external_url: 'https://temps.keller.example',
    rate_limiting: { enabled: true, whitelist_ips: ['10.0.0.0/8'] },
  });
}

async function fillTrash({ api }: TestConsole): Promise<void> {
  const project = '/projects/recipes';
  const preview = await api('POST', `${project}/environments`, { name: 'preview' });
  for (let at = 1; at <= 24; at++)
    await api('POST', `${project}/env-vars`, {
      key: `PREVIEW_FLAG_${at}`,
      value: 'on',
      environment_ids: [preview.id],
    });
  await api('DELETE', `${project}/environments/${preview.id}`);
  const old = await api('POST', `${project}/env-vars`, { key: 'OLD_TOKEN', value: 'x', is_secret: true });
  await api('DELETE', `${project}/env-vars/${old.id}`);
  await api('POST', '/projects', { name: 'Guestbook', environment_variables: [['PORT', '8080']] });
  const [{ id }] = await api('GET', '/projects/guestbook/env-vars');
  await api('DELETE', `/projects/guestbook/env-vars/${id}`);
  await api('DELETE', '/projects/guestbook');
}

async function addPlain({ api }: TestConsole): Promise<void> {
  const add = (key: string, value: string) =>
    api('POST', '/projects/recipes/env-vars', { key, value, is_secret: false });
  await add('SENTRY_DSN', 'https://5f3a9c@sentry.keller.example/4');
  await add('UPLOAD_TOKEN_FOR_THE_PHOTOS_OF_RECIPES', 'upl-7d1f0a');
  const { id } = await add('MAP_TOKEN', 'pk-5f3a9c7d1f0a');
  await api('POST', '/plain-secrets/leave', { ids: [id] });
}

/** Nothing loads and nothing says that it does. The change feed stays open, so the network is never idle. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"], [aria-busy="true"]'));
  await page.evaluate(() => document.fonts.ready);
}

async function save(page: Page, name: string, size: string, theme: string): Promise<void> {
  const path = join(folder, `${name}-${size}-${theme}.png`);
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
}

/** Before anyone is signed in: the link to set up, and the sign-in page. */
async function takeOutside(browser: Browser): Promise<void> {
  const fresh = await startConsole({ isSetUp: false });
  const { path } = await fresh.api('POST', '/links');
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        baseURL: fresh.served.url,
        viewport,
        colorScheme,
      });
      const page = await context.newPage();
      await page.goto('/');
      await settle(page);
      await save(page, 'not-set-up', size, colorScheme);
      await page.goto(path);
      await settle(page);
      await save(page, 'first-run-1', size, colorScheme);
      await button(page, 'Start new').click();
      await settle(page);
      await save(page, 'first-run-2', size, colorScheme);
      await context.close();
    }
  }
  await fresh.stop();
}

async function takeSignIn(browser: Browser, console: TestConsole): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        baseURL: console.served.url,
        viewport,
        colorScheme,
      });
      const page = await context.newPage();
      await page.goto('/projects');
      await settle(page);
      await save(page, 'sign-in', size, colorScheme);
      await context.close();
    }
  }
}

/** A stick whose backups are made when it is plugged in: while it can be removed, and while it is away. */
async function takeStick(browser: Browser, console: TestConsole): Promise<void> {
  if (whyNoSticks() !== null) return;
  const sticks = openSticks();
  try {
    const stick = sticks.make('ext4', 16, true);
    await stick.plugIn();
    const added = { kind: 'folder', name: 'SanDisk Ultra', path: stick.at };
    const { id } = await console.api('POST', '/backups/destinations', added);
    const schedule = { name: 'When plugged in', s3_source_id: id, schedule_expression: '@plugged-in' };
    await console.api('POST', '/backups/schedules', schedule);
    const driveIs = async (state: string) => {
      const { destinations } = await console.api('GET', '/backups/destinations');
      return destinations.some(({ drive }: { drive: string | null }) => drive === state);
    };
    await until(() => driveIs('can_be_removed'));
    const scrollTo = (text: string) => async (page: Page) => {
      await page.getByRole('row', { name: /Nightly/ }).waitFor();
      await page.getByText(text).first().scrollIntoViewIfNeeded();
    };
    await take(browser, console, [
      { name: 'backups-stick', path: '/backups', prepare: scrollTo('the drive can be removed') },
      {
        name: 'backups-stick-schedule',
        path: '/backups',
        async prepare(page) {
          await button(page, 'Add a schedule').click();
          await page.getByRole('combobox', { name: 'Destination' }).selectOption({ label: added.name });
          await page.getByRole('radio', { name: /When it is plugged in/ }).click();
          await page.getByText('within an hour of the last').waitFor();
        },
      },
    ]);
    await stick.eject();
    await until(() => driveIs('away'));
    await take(browser, console, [
      { name: 'backups-stick-away', path: '/backups', prepare: scrollTo('not plugged in') },
    ]);
    await console.api('DELETE', `/backups/destinations/${id}`);
  } finally {
    await sticks.close();
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await launchBrowser();
const console = await startConsole();
const backups = mkdtempSync(join(tmpdir(), 'temps-backups-'));
try {
  await take(browser, console, empty);
  await seed(console);
  await take(browser, console, [
    { name: 'home-at-risk', path: '/' },
    { name: 'key-at-risk', path: '/key' },
  ]);
  await makeCopies(console);
  await take(browser, console, [{ name: 'home', path: '/' }]);
  await makeBackups(console, backups);
  await console.api('POST', '/vault/doctor?wait=true');
  await storeForDeployments(console);
  await fillTrash(console);
  await take(browser, console, everyday);
  await addPlain(console);
  await take(browser, console, plain);
  await takeStick(browser, console);
  await takeSignIn(browser, console);
  await console.api('POST', '/vault/lock');
  await take(browser, console, [{ name: 'key-locked-by-owner', path: '/key' }]);
  await console.served.stop();
  renameSync(join(console.dataDir, 'encryption_key'), join(console.dataDir, 'elsewhere'));
  await console.restart();
  await take(browser, console, locked);
  await console.api('POST', '/vault/start-over', { instance_name: 'homelab' });
  await take(browser, console, recovering);
  await takeOutside(browser);
} finally {
  await endBrowser();
  await console.stop();
  rmSync(backups, { recursive: true, force: true });
}
