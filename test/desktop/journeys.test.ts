import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { UNSEEN_MS } from '../../electron/desktop/tray/unseen.ts';
import { systemClock } from '../../electron/instance/kernel/clock.ts';
import { DATABASE_FILE } from '../../electron/instance/store/data-directory.ts';
import { latestVersion } from '../../electron/instance/store/migrate.ts';
import { openStore } from '../../electron/instance/store/store.ts';
import { chooseWay, typePassphrase } from '../console/support/key-steps.ts';
import { requires } from '../requires.ts';
import { ask, type DesktopHome, onStandIn as it, openDesktopHome, setUp } from './desktop-home.ts';
import type { LaunchedDesktop } from './launched-desktop.ts';
import { ownTrayHost } from './stand-in/tray-host.ts';

const canMount =
  process.getuid?.() === 0 && existsSync('/dev/loop-control') && spawnSync('losetup', ['-f']).status === 0;
const itMounts = requires('a drive that is plugged in', canMount, 'needs root and loop devices');

let home: DesktopHome;
let desktop: LaunchedDesktop;
let page: Page;
const undo: (() => void)[] = [];
beforeAll(async () => {
  home = await openDesktopHome();
});
afterAll(async () => {
  for (const step of undo.reverse()) step();
  await home?.close();
});

/** A drive that appears where a desktop mounts sticks. */
function plugIn(): string {
  const image = join(home.folder, 'stick.img');
  execFileSync('truncate', ['-s', '48M', image]);
  execFileSync('mkfs.ext4', ['-q', '-F', '-L', 'STICK', image]);
  const device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
  undo.push(() => spawnSync('losetup', ['-d', device]));
  const at = join(home.folder, 'media', 'STICK');
  mkdirSync(at, { recursive: true });
  execFileSync('mount', [device, at]);
  undo.push(() => spawnSync('umount', ['-l', at]));
  return at;
}

/** The order matters: one household's first days with Temps. */
describe('the desktop', () => {
  it('sets up in its window, and keeps the key in the keyring', async () => {
    desktop = await home.launch();
    page = await desktop.waitForPage();
    await page.getByRole('heading', { name: 'Your key was created' }).waitFor();
    await page.getByText('GNOME Keyring').first().waitFor();
    await setUp(page);
    await page.getByRole('link', { name: 'Later' }).click();
    expect(await ask(page, 'GET', '/vault/status')).toMatchObject({ custody: { name: 'keychain' } });
    expect(existsSync(join(home.dataDir, 'encryption_key'))).toBe(false);
  });

  it('says in the tray and by a notification that the key has no copy yet', async () => {
    await ask(page, 'POST', '/projects', {
      name: 'Shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'sk_live_4242424242424242']],
    });
    const { tray } = await desktop.waitForState(
      ({ tray, notifications }) => /at risk/.test(tray?.toolTip ?? '') && notifications.length > 0,
    );
    expect(tray?.image).toMatchObject({ path: expect.stringContaining('attention'), isEmpty: false });
    expect(tray?.menu[0]).toMatchObject({ label: 'Key at risk: no verified copy', isEnabled: false });
    await desktop.tell('clickNotification', { title: 'Your key has no verified copy' });
    await page.waitForURL('**/key/copy');
  });

  it('says by a notification that a variable ends soon', async () => {
    await ask(page, 'POST', '/projects/shop/env-vars', {
      key: 'TLS_CERT',
      value: 'invented',
      is_secret: true,
      expires_at: Date.now() + 5 * 24 * 60 * 60 * 1000,
    });
    const title = 'TLS_CERT ends in 5 days';
    await desktop.waitForState(({ notifications }) => notifications.some((told) => told.title === title));
    await desktop.tell('clickNotification', { title });
    await page.waitForURL('**/projects/shop');
    await page.goBack();
    await page.waitForURL('**/key/copy');
    for (const { id } of await ask(page, 'GET', '/projects/shop/env-vars'))
      if (id !== 1) await ask(page, 'DELETE', `/projects/shop/env-vars/${id}`);
  });

  itMounts('lists a drive that is plugged in while the page is open, and writes the copy to it', async () => {
    await chooseWay(page, 'USB stick or other drive');
    const at = plugIn();
    // Its image lies on this machine's own disk, which is seen: it is listed, and not taken for separate.
    const listed = page.locator('.choice', { has: page.getByTitle(at, { exact: true }) });
    const more = page.getByRole('button', { name: /more places…$/ });
    await listed.or(more).first().waitFor();
    if (!(await listed.isVisible())) await more.click();
    await listed.getByRole('button', { name: 'Keep it there anyway…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it there anyway' }).click();
    await typePassphrase(page);
    await page.getByRole('button', { name: 'Write and verify' }).click();
    await page
      .getByText('They match. It does not count: it is not in a separate place.')
      .or(page.getByText('Unplug'))
      .first()
      .waitFor();
    const { copies } = await ask(page, 'GET', '/vault/key/copies');
    expect(copies).toMatchObject([{ format: 'age', separate: false }]);
  });

  it('answers nothing that a page makes up', async () => {
    const replies = await page.evaluate(async () => {
      const bridge = Reflect.get(globalThis, 'desktop');
      const names = [
        'describe',
        'quit',
        'copySecret',
        'showInFolder',
        'setTheme',
        '__proto__',
        'constructor',
        '',
        'a'.repeat(100_000),
      ];
      const requests = [
        null,
        0,
        '',
        [],
        {},
        { text: 1 },
        { path: {} },
        { theme: ['dark'] },
        { keptMs: 1e99, text: 'x' },
        new Uint8Array(9),
      ];
      const codes = [];
      for (const name of names)
        for (const request of requests) {
          const reply = await bridge.call(name, request);
          codes.push(reply.ok ? `${name} ok` : reply.code);
        }
      return [...new Set(codes)].sort();
    });
    expect(replies).toEqual(['invalid_request', 'not_found']);
  });

  it('goes on in the tray when its window is closed, and says so once', async () => {
    const title = 'Temps is still running in the tray';
    await desktop.tell('closeWindow', { window: 0 });
    await desktop.waitForState(({ notifications }) => notifications.some((each) => each.title === title));
    await desktop.click('Open Temps');
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === true);
    await desktop.tell('closeWindow', { window: 0 });
    const { notifications } = await desktop.waitForState(({ windows }) => windows[0]?.isVisible === false);
    expect(notifications.filter((each) => each.title === title)).toHaveLength(1);
    await desktop.click('Open Temps');
    page = await desktop.waitForPage();
  });

  it('shows a rotation’s progress in the tray, says what stops, and goes on at the next start', async () => {
    // So many that there is time to press Quit while they are sealed.
    expect(await desktop.stop()).toBe(0);
    home.sealMany(20_000);
    desktop = await home.launch();
    page = await desktop.waitForPage();
    await ask(page, 'POST', '/auth/confirm', { password: 'correct horse battery' });
    const { rotation } = await ask(page, 'POST', '/vault/key/rotation', {});
    await ask(page, 'POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
    await ask(page, 'POST', '/vault/key/rotation/seal');
    const { tray } = await desktop.waitForState(({ tray }) => tray?.image.path.includes('working') ?? false);
    expect(tray?.toolTip).toMatch(/^Temps: rotating the key, \d+ %$/);
    await desktop.click('Quit Temps');
    const { dialogs } = await desktop.waitForState(
      ({ dialogs }) => dialogs.at(-1)?.options.message === 'Quit Temps?',
    );
    expect(dialogs.at(-1)?.options.detail).toMatch(/The rotation stops at [\d,]+ of [\d,]+ values/);
    expect(dialogs.at(-1)?.options.detail).toContain('stay encrypted');
    await desktop.answerDialog('Quit Temps');
    expect(await desktop.exit).toBe(0);
    const stoppedAt = Date.now();

    desktop = await home.launch();
    page = await desktop.waitForPage();
    await expect
      .poll(async () => (await ask(page, 'GET', '/vault/key/rotation')).rotation.state)
      .toBe('done');
    const title = 'The key was rotated';
    await desktop.waitForState(({ notifications }) => notifications.some((each) => each.title === title));
    await desktop.tell('clickNotification', { title });
    await page.waitForURL(/\/key$/);
    // It was the second start that brought it to its end.
    expect((await ask(page, 'GET', '/vault/key/rotation')).rotation.finished_at).toBeGreaterThan(stoppedAt);
    expect(await ask(page, 'POST', '/vault/doctor?wait=true')).toMatchObject({ failed: 0 });
  });

  it('locks from the tray, and unlocks from there with the password', async () => {
    await desktop.click('Lock now');
    await desktop.waitForState(({ tray }) => tray?.toolTip === 'Temps: locked, on request');
    await desktop.click('Unlock…');
    // Whoever finds the computer unlocked does not undo a lock: the page asks for the password.
    await page.waitForURL(/\/key$/);
    await page
      .getByRole('region', { name: 'Unlock with the stored key' })
      .getByRole('button', { name: 'Unlock' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Confirm your identity' });
    await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
    expect(desktop.state().tray?.toolTip).toContain('locked');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await desktop.waitForState(({ tray }) => !/locked/.test(tray?.toolTip ?? 'locked'));
  });

  it('backs up from the tray, which leads to the page where backups go nowhere yet', async () => {
    await desktop.click('Say where backups go…');
    await page.waitForURL(/\/backups$/);
    const path = join(home.dataDir, '..', 'backups');
    mkdirSync(path);
    await ask(page, 'POST', '/backups/destinations', { kind: 'folder', name: 'disk', path });
    const has = (wanted: string) =>
      desktop.waitForState(({ tray }) => tray?.menu.some(({ label }) => label === wanted) ?? false);
    await has('Back up now');
    await desktop.click('Back up now');
    await expect
      .poll(async () => (await ask(page, 'GET', '/backups')).backups)
      .toMatchObject([{ destination: 'disk', state: 'confirmed' }]);
    await has('Back up now');
  });

  it('answers no other program while it is paused, and its window and the tray all the same', async () => {
    await desktop.click('Copy console address');
    const { clipboard } = await desktop.waitForState(({ clipboard }) => 'text/plain' in clipboard);
    const address = clipboard['text/plain'] ?? '';
    expect(address).toMatch(/^https:\/\/localhost:\d+$/);
    const isReached = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) });
        socket.once('connect', () => resolve(socket.destroy() !== null));
        socket.once('error', () => resolve(false));
      });
    expect(await isReached()).toBe(true);
    // Wayland lets no program without the focus at the clipboard, and fails no call.
    await desktop.tell('setClipboardReach', { isReachable: false });
    await desktop.click('Copy console address');
    const title = 'The console’s address was not copied';
    const { notifications } = await desktop.waitForState((state) =>
      state.notifications.some((each) => each.title === title),
    );
    expect(notifications.find((each) => each.title === title)?.body).toBe(address);
    await desktop.tell('setClipboardReach', { isReachable: true });
    await desktop.click('Pause instance');
    await desktop.waitForState(({ tray }) => tray?.menu.some(({ label }) => label === 'Resume') ?? false);
    expect(await isReached()).toBe(false);
    expect(await ask(page, 'GET', '/doors')).toMatchObject({ https_url: null });
    await desktop.click('Resume');
    await desktop.waitForState(
      ({ tray }) => tray?.menu.some(({ label }) => label === 'Pause instance') ?? false,
    );
    expect(await ask(page, 'GET', '/doors')).toMatchObject({ https_url: address });
    expect(await isReached()).toBe(true);
  });

  it('asks again who is there once the screen was locked, and locks the vault with it by choice', async () => {
    await ask(page, 'POST', '/auth/confirm', { password: 'correct horse battery' });
    expect((await ask(page, 'GET', '/auth/session')).confirmed_until).not.toBeNull();
    // No saver's own program is on this bus: only its signal comes.
    expect((await ask(page, 'GET', '/settings/auto-lock')).screen).toContain(
      'no screen saver is on the message bus',
    );
    // Electron tells nothing of it on Linux; the desktop's screen saver does.
    const tellScreen = (isLocked: boolean) =>
      execFileSync(
        'gdbus',
        [
          ...['emit', '--session', '--object-path', '/org/gnome/ScreenSaver'],
          ...['--signal', 'org.gnome.ScreenSaver.ActiveChanged', String(isLocked)],
        ],
        { env: home.keyring.env },
      );
    tellScreen(true);
    await expect.poll(async () => (await ask(page, 'GET', '/auth/session')).confirmed_until).toBeNull();
    expect(await ask(page, 'GET', '/vault/status')).toMatchObject({ state: 'running' });
    tellScreen(false);

    await ask(page, 'PUT', '/settings', { lock_with_screen: true });
    tellScreen(true);
    await desktop.waitForState(({ tray }) => tray?.toolTip === 'Temps: locked, with the screen');
    await ask(page, 'POST', '/auth/confirm', { password: 'correct horse battery' });
    await ask(page, 'POST', '/vault/unlock', { method: 'custody' });
    await ask(page, 'PUT', '/settings', { lock_with_screen: false });
    await desktop.waitForState(({ tray }) => !/locked/.test(tray?.toolTip ?? 'locked'));
  });

  it('offers in its window what the desktop can do, and nothing that does nothing there', async () => {
    const goTo = (path: string) => page.goto(new URL(path, page.url()).href);
    await goTo('/account');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.getByText('You are signed in as the owner of this machine').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    await goTo('/settings');
    await page.getByText('In this window.').waitFor();
    await page.getByText('Temps keeps running in the tray when its window is closed.').waitFor();
    expect(await page.getByRole('link', { name: 'API documentation' }).count()).toBe(0);
  });

  it('asks once whether to start at login, and Settings change it', async () => {
    const goTo = (path: string) => page.goto(new URL(path, page.url()).href);
    const entry = join(home.folder, 'home/.config/autostart/temps-desktop.desktop');
    await goTo('/');
    const question = page.getByRole('region', { name: 'Start with the computer' });
    await question.waitFor();
    // A home that takes no such file: said, and asked again.
    mkdirSync(join(entry, '../..'), { recursive: true });
    writeFileSync(join(entry, '..'), 'no folder');
    await question.getByRole('button', { name: 'Start at sign-in' }).click();
    await question.getByText(`${entry} could not be written`).waitFor();
    rmSync(join(entry, '..'));
    await question.getByRole('button', { name: 'Start at sign-in' }).click();
    await question.waitFor({ state: 'detached' });
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=.*"--hidden"$/m);
    await goTo('/settings');
    const atLogin = page.getByRole('checkbox', { name: /^Start in the background when I sign in/ });
    await expect.poll(() => atLogin.isChecked()).toBe(true);
    await atLogin.click();
    await expect.poll(() => existsSync(entry)).toBe(false);
    await goTo('/');
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    expect(await question.count()).toBe(0);
  });

  it('is the command line too, and reaches the keyring as such', async () => {
    expect(await desktop.stop()).toBe(0);
    // The code is that of the program it runs, and the environment the user's, without what Electron sets.
    const words = ['run', '-p', 'shop', '--', 'sh', '-c', 'echo "$API_TOKEN,$CHROME_DESKTOP"; exit 7'];
    expect(home.run(['--no-sandbox', ...words], { CHROME_DESKTOP: 'of Electron' })).toEqual({
      code: 7,
      out: 'sk_live_4242424242424242,\n',
      err: '',
    });
    desktop = await home.launch();
    page = await desktop.waitForPage();
    // So is that of the browser that it opens.
    const opened = join(home.folder, 'opened');
    writeFileSync(
      join(home.folder, 'xdg-open'),
      `#!/bin/sh\necho "$1,$CHROME_DESKTOP" > ${opened}.part && mv ${opened}.part ${opened}\n`,
      { mode: 0o755 },
    );
    const env = {
      PATH: `${home.folder}:${process.env.PATH}`,
      CHROME_DESKTOP: 'of Electron',
      // Without one no browser is looked for.
      DISPLAY: process.env.DISPLAY ?? ':77',
    };
    expect(home.run(['console'], env)).toMatchObject({ code: 0, out: '' });
    await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toMatch(/^\/.*,\n$/);
  });

  it('waits for a keyring that is locked at its start, and runs by itself once it opens', async () => {
    expect(await desktop.stop('SIGHUP')).toBe(0);
    home.keyring.lock();
    desktop = await home.launch(['--hidden']);
    await desktop.waitForState(({ tray }) => tray?.toolTip === 'Temps: locked, keychain locked');
    expect(desktop.state().windows.some(({ isVisible }) => isVisible)).toBe(false);
    await home.keyring.unlock();
    await desktop.waitForState(({ tray }) => !/locked/.test(tray?.toolTip ?? 'locked'));
  });

  it('says who else has the data directory, and tries again when it is told to', async () => {
    const taken = await openOther();
    const { dialogs } = await taken.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
    expect(dialogs.at(-1)?.options).toMatchObject({
      title: 'Temps could not start',
      message: expect.stringContaining(String(desktop.pid)),
      buttons: ['Try again', 'Show the data', 'Show the log', 'Quit'],
    });
    await taken.answerDialog('Show the data');
    await taken.waitForState(({ opened }) => opened.some(({ what }) => what === home.dataDir));
    expect(await desktop.stop('SIGINT')).toBe(0);
    await taken.answerDialog('Try again');
    await taken.waitForState(({ tray }) => tray !== null);
    expect(await taken.stop()).toBe(0);
  });

  /** Another user's program on the same data: it shares no lock of its own with the first. */
  async function openOther(): Promise<LaunchedDesktop> {
    const other = await openDesktopHome();
    undo.push(() => void other.close());
    return await other.launch(['--data-dir', home.dataDir]);
  }
});

describe('a desktop that shows no tray icons', () => {
  it('asks whether to run on without its window, and remembers the answer', async () => {
    const bare = await openDesktopHome({ hasTray: false });
    try {
      const shown = await bare.launch();
      await shown.waitForPage();
      expect(shown.state().tray).toBeNull();
      await shown.tell('closeWindow', { window: 0 });
      await shown.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
      await shown.answerDialog('Cancel');
      expect(shown.state().windows[0]?.isVisible).toBe(true);
      await shown.tell('closeWindow', { window: 0 });
      await shown.tell('answerDialog', { button: 'Keep it running', isChecked: true });
      await shown.waitForState(({ windows }) => windows[0]?.isVisible === false);
      const again = await bare.launch();
      expect(await again.exit).toBe(0);
      await shown.waitForState(({ windows }) => windows[0]?.isVisible === true);
      await shown.tell('closeWindow', { window: 0 });
      const { dialogs } = await shown.waitForState(({ windows }) => windows[0]?.isVisible === false);
      expect(dialogs).toHaveLength(2);
      // A panel that starts late, and one that ends.
      const leave = await ownTrayHost(bare.keyring.env.DBUS_SESSION_BUS_ADDRESS as string);
      const { tray } = await shown.waitForState(({ tray }) => (tray?.menu.length ?? 0) > 0);
      expect(tray?.toolTip).toMatch(/^Temps: /);
      leave();
      await shown.waitForState(({ tray }) => tray === null);
      // Neither window nor tray: said after a minute.
      const title = 'Temps is running without a tray icon';
      expect(shown.state().notifications.filter((told) => told.title === title)).toEqual([]);
      await shown.tell('passTime', { ms: UNSEEN_MS });
      await shown.tell('clickNotification', { title });
      await shown.waitForState(({ windows }) => windows[0]?.isVisible === true);
      // An exception that nobody catches: the program goes on in no unknown state, and its error is quoted nowhere.
      await shown.tell('throwInMain', { message: 'cannot read "sk_live_4242"\n    at sk_live_4242' });
      const { dialogs: asked, windows } = await shown.waitForState(({ dialogs }) => dialogs.length === 3);
      expect(asked.at(-1)?.options).toMatchObject({
        title: 'Temps has stopped',
        message: 'An unexpected error stopped Temps.',
        detail: expect.stringContaining('stay encrypted'),
      });
      expect(windows).toEqual([]);
      expect(bare.run(['status'])).toMatchObject({
        code: 0,
        out: expect.stringContaining(', not running, in '),
      });
      const folder = join(bare.folder, 'home/.config/Temps');
      expect(readdirSync(folder)).not.toContain('SingletonLock');
      await shown.tell('throwInMain', { message: 'once more' });
      await shown.answerDialog('Quit');
      expect(await shown.exit).toBe(1);
      const log = readFileSync(join(folder, 'logs/temps.log'), 'utf8');
      expect(log).toMatch(/"name":"Error".*"at":\["at .*nobody caught this: the desktop ends/);
      expect(log + shown.output + JSON.stringify(asked)).not.toContain('sk_live');
      expect(log).not.toContain('nobody expected this');
    } finally {
      await bare.close();
    }
  });

  it('makes no key where there is no keychain, until its owner chose where it is kept', async () => {
    const bare = await openDesktopHome({ hasTray: false, hasKeychain: false });
    try {
      const shown = await bare.launch();
      const first = await shown.waitForPage();
      expect(await ask(first, 'GET', '/vault/status')).toMatchObject({
        state: 'locked',
        case: 'waiting',
        refused: true,
        fingerprint: null,
      });
      await first
        .getByText(/Secret Service/)
        .first()
        .waitFor();
      const keyFiles = () => readdirSync(bare.dataDir).filter((name) => name.startsWith('encryption_key'));
      expect(keyFiles()).toEqual([]);
      // Its owner chooses, and the keychain may be asked again.
      await first.getByRole('radio', { name: 'The keychain' }).click();
      await first.getByRole('button', { name: 'Try again' }).click();
      await first.getByText('No key was created.').waitFor();
      await first.getByRole('radio', { name: 'A passphrase you type' }).click();
      expect(await first.getByRole('button', { name: 'Create the key' }).isDisabled()).toBe(true);
      await first.getByRole('button', { name: 'Suggest six words' }).click();
      await first.getByRole('button', { name: 'Create the key' }).click();
      await first.getByRole('heading', { name: 'Your key was created' }).waitFor();
      expect(keyFiles().sort()).toEqual(['encryption_key.age', 'encryption_key.age.fingerprint']);
    } finally {
      await bare.close();
    }
  });

  it('offers the key of an upstream server to be used, and moves none by itself', async () => {
    const taken = await openDesktopHome({ hasTray: false });
    try {
      const file = join(taken.dataDir, 'encryption_key');
      mkdirSync(taken.dataDir, { mode: 0o700 });
      writeFileSync(file, '0f'.repeat(32), { mode: 0o600 });
      const shown = await taken.launch();
      const first = await shown.waitForPage();
      await first.getByRole('heading', { name: 'A key already exists here' }).waitFor();
      expect(await ask(first, 'GET', '/vault/status')).toMatchObject({ state: 'locked', fingerprint: null });
      await first.getByRole('button', { name: 'Use this key' }).click();
      await first.getByRole('heading', { name: 'Your existing key is in use' }).waitFor();
      await first.getByText(`The file ${file} was not changed`).waitFor();
      expect(await ask(first, 'GET', '/vault/status')).toMatchObject({
        state: 'running',
        custody: { name: 'keychain' },
      });
      expect(readFileSync(file, 'utf8')).toBe('0f'.repeat(32));
    } finally {
      await taken.close();
    }
  });

  it('says that it could not start, whatever stopped it, and ends instead of staying without a window', async () => {
    const bare = await openDesktopHome({ hasTray: false, env: { STAND_IN_DISPLAYS: '[]' } });
    try {
      const broken = await bare.launch();
      const { dialogs } = await broken.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
      expect(dialogs.at(-1)?.options).toMatchObject({
        title: 'Temps could not start',
        message: expect.stringContaining('unexpected'),
      });
      // What is open by then is closed: a command works beside the dialog.
      expect(bare.run(['status'])).toMatchObject({
        code: 0,
        out: expect.stringContaining(', not running, in '),
      });
      await broken.answerDialog('Quit');
      expect(await broken.exit).toBe(1);
      const log = join(bare.folder, 'home/.config/Temps/logs/temps.log');
      expect(readFileSync(log, 'utf8')).toContain('there is no screen');
    } finally {
      await bare.close();
    }
  });

  it('names a data directory that cannot be used, or is of a newer version, and changes nothing of either', async () => {
    const bare = await openDesktopHome({ hasTray: false });
    try {
      const preferences = join(bare.folder, 'home/.config/Temps/desktop.json');
      mkdirSync(join(preferences, '..'), { recursive: true });
      writeFileSync(preferences, '{"version":9,"theme":"sepia","dataDirs":{"first":"/srv"}}');
      const notes = join(bare.dataDir, 'notes.txt');
      mkdirSync(bare.dataDir);
      writeFileSync(notes, 'not ours');
      const shown = await bare.launch();
      const { dialogs } = await shown.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
      expect(dialogs.at(-1)?.options.message).toContain(`${bare.dataDir} holds other files (notes.txt)`);
      rmSync(notes);
      const database = makeNewerDatabase(bare.dataDir);
      const before = readFileSync(database);
      await shown.answerDialog('Try again');
      const { dialogs: both } = await shown.waitForState(({ dialogs }) => dialogs.length === 2);
      expect(both[1]?.options).toMatchObject({
        title: 'Temps could not start',
        message: expect.stringMatching(/written by a newer version of Temps/),
        detail: 'Install the newer version of Temps that wrote it, or use another data directory.',
      });
      await shown.answerDialog('Quit');
      expect(await shown.exit).toBe(1);
      expect(readFileSync(database).equals(before)).toBe(true);
      expect(readdirSync(bare.dataDir).sort()).toEqual(['instance.lock', 'instance.pid', 'temps.db']);
      expect(readFileSync(preferences, 'utf8')).toBe(
        '{"version":9,"theme":"sepia","dataDirs":{"first":"/srv"}}',
      );
    } finally {
      await bare.close();
    }
  });
});

/** What a later release left: its migrations are not known here. */
function makeNewerDatabase(dataDir: string): string {
  openStore(dataDir, systemClock).close();
  const path = join(dataDir, DATABASE_FILE);
  const database = new Database(path);
  database.pragma(`user_version = ${latestVersion() + 1}`);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return path;
}
