import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { APP_ID } from '../../electron/desktop/window/app-origin.ts';
import { compiledOnce } from '../command-line-env.ts';
import { hasChromium, launchBrowser } from '../console/support/browser.ts';
import { COMMAND_MS, temps } from '../e2e/terminal.ts';
import { hasKeyring, type Keyring, startKeyring, until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { ask } from './desktop-home.ts';
import type { LaunchedDesktop } from './launched-desktop.ts';
import { launchStandIn, ON_STAND_IN, runOnStandIn } from './stand-in/launch.ts';
import { ownTrayHost } from './stand-in/tray-host.ts';

const canRun = hasChromium() && hasKeyring();
const it = requires(
  'the desktop on a stand-in for Electron',
  canRun,
  'needs chromium, dbus, gnome-keyring and gdbus (Debian: apt-get install chromium dbus gnome-keyring libglib2.0-bin)',
);

const EMAIL = 'ada@example.org';

let folder: string;
let dataDir: string;
let home: string;
let keyring: Keyring;
let leaveTray: () => void;
let desktop: LaunchedDesktop;
let page: Page;

const launch = (args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  launchStandIn({
    args: ['--data-dir', dataDir, '--https-port', '0', '--http-port', '0', ...args],
    env: { ...keyring.env, ...env },
    home,
  });

beforeAll(async () => {
  if (!canRun) return;
  folder = mkdtempSync(join(tmpdir(), 'temps-stand-in-'));
  dataDir = join(folder, 'data');
  home = join(folder, 'home');
  keyring = await startKeyring();
  leaveTray = await ownTrayHost(keyring.env.DBUS_SESSION_BUS_ADDRESS as string);
  const made = temps(
    dataDir,
    ['admin', 'create', '--email', EMAIL, '--password-stdin'],
    'correct horse battery',
  );
  expect(made).toMatchObject({ code: 0 });
  desktop = await launch();
  page = await desktop.waitForPage();
});
afterAll(async () => {
  await desktop?.kill();
  leaveTray?.();
  keyring?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** One call of the bridge, as the page makes it. */
const call = (name: string, request?: unknown) =>
  page.evaluate(([name, request]) => Reflect.get(globalThis, 'desktop').call(name, request), [
    name,
    request,
  ] as const);
const nowShown = () => desktop.state().windows[0];

/** Nobody speaks DevTools there any more. */
const isGone = (address: string | null) =>
  fetch(`${address}/json/version`).then(
    () => false,
    () => true,
  );

/** In Electron an exception ends nothing. */
const ENDS_BY_ERROR =
  "process.on('uncaughtException', (error) => { console.error(error); process.exit(1); });\n";

/** A program of one line on the stand-in, which ends with what it throws unless it is `begun` otherwise. */
function runProbe(
  code: string,
  words: string[] = [],
  env: NodeJS.ProcessEnv = {},
  begun = ENDS_BY_ERROR,
): { status: number | null; err: string } {
  const { status, stderr } = spawnSync(
    process.execPath,
    [...ON_STAND_IN, '--input-type=module', '-e', begun + code, '--', '.', ...words],
    {
      encoding: 'utf8',
      env: { ...compiledOnce, PATH: process.env.PATH, HOME: folder, ...env },
      timeout: COMMAND_MS,
      // A program that hangs while it ends takes no other.
      killSignal: 'SIGKILL',
    },
  );
  return { status, err: stderr };
}

describe('what the stand-in does not offer', () => {
  it.each([
    ['app.setBadgeCount(3)', 'app.setBadgeCount'],
    ["app.on('will-jump', () => undefined)", "'will-jump' of app"],
    [
      "new BrowserWindow({ webPreferences: { session: session.fromPartition('a') } }).setIcon('a.png')",
      'BrowserWindow.setIcon',
    ],
    ["session.fromPartition('a').cookies.get({})", 'session.cookies'],
    ['Notification.removeAll()', 'Notification.removeAll'],
    ['nativeTheme.isOdd = true', 'nativeTheme.isOdd'],
  ])('throws for %s, and names it', (code, named) => {
    const { status, err } = runProbe(`import * as electron from 'electron';
      const { app, BrowserWindow, Notification, nativeTheme, session } = electron;
      ${code}; app.exit(0);`);
    expect(status).toBe(1);
    expect(err).toContain('The stand-in for Electron offers no');
    expect(err).toContain(named);
  });

  it.each([
    ['linux', ['app.setDesktopName', 'powerMonitor shutdown', 'setBluetoothPairingHandler']],
    [
      'darwin',
      [
        'app open-url',
        'powerMonitor lock-screen',
        'canPromptTouchID',
        'powerMonitor shutdown',
        'setContentProtection',
      ],
    ],
    [
      'win32',
      [
        'app.setAppUserModelId',
        'powerMonitor lock-screen',
        'setBluetoothPairingHandler',
        'setContentProtection',
      ],
    ],
  ])('nor what Electron lacks on %s: an event, a property or a method', (platform, has) => {
    const { status, err } = runProbe(
      `import { app, BrowserWindow, nativeTheme, powerMonitor, session, systemPreferences } from 'electron';
      await app.whenReady();
      powerMonitor.on('suspend', () => undefined);
      const window = new BrowserWindow({ webPreferences: { session: session.fromPartition('b') } });
      const uses = {
        'app.setDesktopName': () => app.setDesktopName('a.desktop'),
        'app.setAppUserModelId': () => app.setAppUserModelId('a'),
        'app open-url': () => app.on('open-url', () => undefined),
        'powerMonitor lock-screen': () => powerMonitor.addListener('lock-screen', () => undefined),
        'powerMonitor shutdown': () => powerMonitor.once('shutdown', () => undefined),
        'canPromptTouchID': () => systemPreferences.canPromptTouchID(),
        'setBluetoothPairingHandler': () => session.fromPartition('a').setBluetoothPairingHandler(null),
        'setContentProtection': () => window.setContentProtection(true),
        'of another system': () => nativeTheme.shouldUseDarkColorsForSystemIntegratedUI,
      };
      for (const [name, use] of Object.entries(uses))
        try { use(); console.error('has ' + name); } catch ({ message }) { console.error(message); }
      app.exit(0);`,
      [],
      { STAND_IN_PLATFORM: platform },
    );
    expect(status).toBe(0);
    const wanted = [...has, ...(platform === 'linux' ? [] : ['of another system'])].sort();
    expect([...err.matchAll(/^has (.*)$/gm)].map(([, name]) => name).sort()).toEqual(wanted);
    expect(err.match(new RegExp(`^Electron has no .* on ${platform}, only on `, 'gm'))).toHaveLength(
      9 - wanted.length,
    );
  });

  it('dies of app.enableSandbox() beside --no-sandbox, as the window does in Electron', () => {
    const code = "import { app } from 'electron'; app.enableSandbox(); app.exit(0)";
    expect(runProbe(code).status).toBe(0);
    expect(runProbe(code, ['--no-sandbox'])).toMatchObject({ status: 1 });
    expect(runProbe(code, ['--', '--no-sandbox']).status).toBe(0);
  });

  it('prints a rejection that nobody handles, and goes on, as Electron does', () => {
    const { status, err } = runProbe(`import { app } from 'electron';
      void Promise.reject(new Error('lost on the way'));
      await app.whenReady();
      setImmediate(() => app.exit(7));`);
    expect(status).toBe(7);
    expect(err).toContain('lost on the way');
  });

  it('shows an exception that nobody catches, and goes on, as Electron does without a listener', () => {
    const throwing = (begun: string) =>
      runProbe(
        `import { app } from 'electron';
        await app.whenReady();
        setImmediate(() => setImmediate(() => app.exit(7)));
        setImmediate(() => { throw new Error('lost on the way'); });`,
        [],
        {},
        begun,
      );
    const { status, err } = throwing('');
    expect(status).toBe(7);
    expect(err).toContain('lost on the way');
    expect(throwing("process.on('uncaughtException', () => process.exit(8));")).toEqual({
      status: 8,
      err: '',
    });
  });

  it.each([
    ['app.quit()', 'before-quit, close, closed, will-quit, quit'],
    [
      'autoUpdater.quitAndInstall()',
      'before-quit-for-update, close, closed, window-all-closed, before-quit, will-quit, quit',
    ],
    ['app.exit(0)', 'closed, quit'],
  ])('ends by %s in the order of Electron', (end, order) => {
    const { status, err } = runProbe(
      `import { app, autoUpdater, BrowserWindow, session } from 'electron';
      await app.whenReady();
      const window = new BrowserWindow({ webPreferences: { session: session.fromPartition('a') } });
      const heard = [];
      const hear = (from, name) => from.on(name, () => heard.push(name));
      for (const name of ['close', 'closed']) hear(window, name);
      for (const name of ['window-all-closed', 'before-quit', 'will-quit', 'quit']) hear(app, name);
      hear(autoUpdater, 'before-quit-for-update');
      process.on('exit', () => console.error(heard.join(', ')));
      ${end};`,
      [],
      { STAND_IN_PLATFORM: 'darwin' },
    );
    expect(err.trim()).toBe(order);
    expect(status).toBe(0);
  });
});

describe('the guards of every page', () => {
  it('deny webviews, doubtful certificates, client certificates and passwords of servers', () => {
    const guards = join(import.meta.dirname, '../../electron/desktop/window/guards.ts');
    const { status, err } = runProbe(`import { app, BrowserWindow, session } from 'electron';
      const { guardApp } = await import(${JSON.stringify(guards)});
      guardApp();
      await app.whenReady();
      const { webContents } = new BrowserWindow({ webPreferences: { session: session.fromPartition('a') } });
      const isDenied = (on, name, ...rest) => {
        let denied = false;
        on.emit(name, { preventDefault: () => (denied = true) }, ...rest);
        return denied;
      };
      let isTrusted = null;
      const denied = [
        isDenied(webContents, 'will-attach-webview', {}, {}),
        isDenied(app, 'certificate-error', webContents, 'https://x/', 'bad', {}, (trust) => (isTrusted = trust)),
        isDenied(app, 'select-client-certificate', webContents, 'https://x/', [], () => undefined),
        isDenied(app, 'login', webContents, {}, {}, () => undefined),
      ];
      console.error(JSON.stringify([...denied, isTrusted]));
      app.exit(0);`);
    expect(err).toContain('[true,true,true,true,false]');
    expect(status).toBe(0);
  });
});

describe('every way out', () => {
  it('stops the instance at once where its stop hangs, and where nobody asks', () => {
    const leaving = join(import.meta.dirname, '../../electron/desktop/leaving.ts');
    const { status, err } = runProbe(`import { app } from 'electron';
      const { guardExits, stopInTime } = await import(${JSON.stringify(leaving)});
      const instance = {
        stop: () => new Promise(() => undefined),
        stopNow: () => console.error('stopped at once'),
      };
      const log = { info: ({ reason }) => console.error(reason), error: ({ error }) => console.error(error) };
      await stopInTime(instance, log, 20);
      guardExits({ instance, window: null, tray: null }, log);
      await app.whenReady();
      app.exit(3);`);
    expect(err.trim().split('\n')).toEqual([
      'not within 20 ms',
      'stopped at once',
      'exit',
      'stopped at once',
    ]);
    expect(status).toBe(3);
  });
});

describe('a start', () => {
  it('that finds no place for its lock says so, and ends', () => {
    const noFolder = join(folder, 'no folder');
    writeFileSync(noFolder, '');
    const ran = runOnStandIn([], { XDG_CONFIG_HOME: noFolder, TMPDIR: noFolder }, folder);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/^Temps could not start: /) });
  });

  it('writes a rejection that nobody handles into its log', () => {
    const lifecycle = join(import.meta.dirname, '../../electron/desktop/lifecycle.ts');
    const { status } = runProbe(`import { app } from 'electron';
      const { runDesktop } = await import(${JSON.stringify(lifecycle)});
      void runDesktop(['--data-dir']);
      void Promise.reject(new Error('lost on the way'));
      setImmediate(() => app.exit(7));`);
    expect(status).toBe(7);
    expect(readFileSync(join(folder, '.config/Temps/logs/temps.log'), 'utf8')).toContain('lost on the way');
  });
});

describe('a signal', () => {
  it('ends it though what has the clipboard does not answer, once though two come', () => {
    const leaving = join(import.meta.dirname, '../../electron/desktop/leaving.ts');
    const { status, err } = runProbe(`import { app } from 'electron';
      const { guardExits } = await import(${JSON.stringify(leaving)});
      const clipboard = { clear: () => new Promise(() => undefined) };
      guardExits({ instance: null, window: null, tray: null, clipboard }, { info: ({ reason }) => console.error(reason) });
      await app.whenReady();
      process.on('SIGHUP', () => process.emit('SIGTERM'));
      process.kill(process.pid, 'SIGHUP');`);
    expect([status, err.trim()]).toEqual([0, 'SIGHUP']);
  });
});

describe('an update that fails', () => {
  it('after it has closed the window starts the program again, which would have none', () => {
    const file = (path: string) => JSON.stringify(join(import.meta.dirname, path));
    const { status, err } = runProbe(
      `import { app, autoUpdater, BrowserWindow, session } from 'electron';
      const { guardExits, keepOnClose } = await import(${file('../../electron/desktop/leaving.ts')});
      const { state } = await import(${file('stand-in/control/control.ts')});
      await app.whenReady();
      const native = new BrowserWindow({ webPreferences: { session: session.fromPartition('a') } });
      app.on('window-all-closed', () => undefined);
      guardExits({ instance: null, window: { native }, tray: null }, { info: () => undefined });
      const fail = () => autoUpdater.emit('error', new Error('no update'));
      const tray = { isThere: true };
      const isKept = () =>
        keepOnClose({ tray, window: { hide: () => undefined }, preferences: { value: { wasToldOfTray: true } } });
      fail();
      autoUpdater.emit('before-quit-for-update');
      const kept = [isKept()];
      fail();
      console.error(state.isRelaunched, kept.concat(isKept()).join());
      autoUpdater.emit('before-quit-for-update');
      native.destroy();
      process.on('exit', () => console.error(state.isRelaunched));
      fail();`,
      [],
      { STAND_IN_PLATFORM: 'darwin' },
    );
    expect(err.trim()).toBe('false false,true\ntrue');
    expect(status).toBe(0);
  });
});

/** The order matters: one life of one desktop. */
describe('the desktop on the stand-in', () => {
  it('shows the console in a window, at an address of its own scheme', async () => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(nowShown()).toMatchObject({ url: expect.stringMatching(/^temps:\/\/app\//), title: 'Temps' });
    expect(nowShown()?.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true });
    expect(desktop.state()).toMatchObject({
      desktopName: 'temps-desktop.desktop',
      notifications: [],
      refused: [],
    });
    const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
    expect(policy).toMatch(/^default-src 'none'/);
  });

  it('gives the page two functions that nobody can replace, and nothing else', async () => {
    const found = await page.evaluate(() => {
      const bridge = Reflect.get(globalThis, 'desktop');
      return {
        members: Object.getOwnPropertyNames(bridge),
        isFrozen: Object.isFrozen(bridge) && Object.isFrozen(bridge.call),
        isReplaced: Reflect.set(globalThis, 'desktop', 1) || Reflect.deleteProperty(globalThis, 'desktop'),
        source: String(bridge.call),
      };
    });
    expect(found).toEqual({
      members: ['call', 'on'],
      isFrozen: true,
      isReplaced: false,
      source: 'function () { [native code] }',
    });
    const names = (shown: Page) => shown.evaluate(() => Object.getOwnPropertyNames(globalThis).sort());
    const browser = await launchBrowser();
    try {
      const bare = await browser.newPage();
      await bare.goto(new URL('/', page.url()).href);
      await bare.getByRole('heading', { level: 1 }).waitFor();
      const usual = new Set(await names(bare));
      expect((await names(page)).filter((name) => !usual.has(name))).toEqual(['desktop']);
    } finally {
      await browser.close();
    }
  });

  it('answers the bridge, and refuses what cannot be cloned as Electron does', async () => {
    expect(await call('describe')).toMatchObject({ ok: true, answer: { platform: 'linux', hasTray: true } });
    expect(await call('format')).toMatchObject({ ok: false, code: 'not_found' });
    const refused = await page.evaluate(() =>
      Reflect.get(globalThis, 'desktop')
        .call('describe', () => 1)
        .catch((error: Error) => error.message),
    );
    expect(refused).toContain('could not be cloned');
  });

  it('streams events to the page while they happen', async () => {
    await page.evaluate(async () => {
      const heard: string[] = [];
      Reflect.set(globalThis, 'heard', heard);
      const answer = await fetch('/api/events');
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      void (async () => {
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
          heard.push(String(part.value));
      })();
    });
    await page.evaluate(() =>
      fetch('/api/projects', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'shop' }),
      }),
    );
    await page.waitForFunction(() => /projects/.test(Reflect.get(globalThis, 'heard').join('')));
  });

  it('does what the tray says, and shows how things stand', async () => {
    await desktop.waitForState(({ tray }) => tray?.menu.some(({ label }) => label === 'Lock now') ?? false);
    await desktop.click('Lock now');
    const { tray } = await desktop.waitForState(({ tray }) => /locked/.test(tray?.toolTip ?? ''));
    expect(tray?.image.path).toContain('locked');
    await desktop.waitForState(({ tray }) => tray?.menu.some(({ label }) => label === 'Unlock…') ?? false);
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
    await desktop.waitForState(({ tray }) => /running|key at risk/.test(tray?.toolTip ?? ''));
    await expect(desktop.click('Fly')).rejects.toThrow("no 'Fly'");
  });

  it('goes nowhere else, and opens no second window', async () => {
    const before = page.url();
    await page.evaluate(() => {
      Reflect.get(globalThis, 'open')('https://example.org/opened');
      const { document } = globalThis as unknown as { document: Document };
      const link = document.createElement('a');
      link.href = 'https://example.org/middle';
      link.id = link.textContent = 'away';
      document.body.prepend(link);
    });
    // The middle button asks for a page beside this one, without a word to the page.
    await page.locator('#away').click({ button: 'middle' });
    await page.evaluate(() => {
      Reflect.get(globalThis, 'location').href = 'https://example.org/followed';
    });
    // What the page asked for is read in the system's browser instead.
    for (const end of ['/opened', '/followed'])
      await desktop.waitForState(({ opened }) => opened.some(({ what }) => what.endsWith(end)));
    await page.evaluate(() => fetch('https://example.org/fetched').catch(() => undefined));
    expect(page.url()).toBe(before);
    expect(page.context().pages()).toHaveLength(1);
    expect(desktop.state().opened).toContainEqual({
      how: 'openExternal',
      what: 'https://example.org/opened',
    });
  });

  it('grants the page what the program grants, and nothing else', async () => {
    const states = await page.evaluate(async () => {
      const names = [
        'camera',
        'microphone',
        'geolocation',
        'notifications',
        'clipboard-read',
        'clipboard-write',
      ];
      const found: Record<string, string> = {};
      for (const name of names)
        found[name] = (
          await Reflect.get(navigator, 'permissions').query({ name: name as PermissionName })
        ).state;
      return found;
    });
    expect(states).toEqual({
      camera: 'granted',
      microphone: 'denied',
      geolocation: 'denied',
      notifications: 'denied',
      'clipboard-read': 'denied',
      'clipboard-write': 'granted',
    });
  });

  it('keeps what is copied with all its formats', async () => {
    await call('copySecret', { text: 's3cret', keptMs: 600_000 });
    const { clipboard } = await desktop.waitForState(({ clipboard }) => 'text/plain' in clipboard);
    expect(clipboard).toEqual({
      'text/plain': 's3cret',
      'electron application/osclipboard;format="x-kde-passwordManagerHint"': 'secret',
    });
    await call('clearClipboard');
    await desktop.waitForState(({ clipboard }) => Object.keys(clipboard).length === 0);
    await call('copySecret', { text: 's3cret', keptMs: 600_000 });
    await desktop.tell('writeClipboard', { text: 'of another program' });
    await call('clearClipboard');
    expect(desktop.state().clipboard).toEqual({ 'text/plain': 'of another program' });
  });

  it('asks in dialogs that wait for an answer', async () => {
    const path = join(folder, 'kit.pdf');
    // One that others may read, which is written over.
    writeFileSync(path, 'older', { mode: 0o644 });
    const saved = call('savePdf', { name: 'kit' });
    const { dialogs } = await desktop.waitForState(({ dialogs }) => dialogs.some(({ isOpen }) => isOpen));
    expect(dialogs.at(-1)).toMatchObject({
      kind: 'save',
      isModal: true,
      options: { defaultPath: 'kit.pdf' },
    });
    await desktop.answerDialog([path]);
    expect(await saved).toEqual({ ok: true, answer: path });
    expect(readFileSync(path).subarray(0, 5).toString()).toBe('%PDF-');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // It cannot take the place of a folder: nothing of it stays beside that.
    await desktop.answerDialog([home]);
    expect(await call('savePdf', { name: 'kit' })).toMatchObject({ ok: false });
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    await desktop.answerDialog([]);
    expect(await call('chooseFolder')).toEqual({ ok: true, answer: null });
  });

  it('gives the page the size of its window', async () => {
    await desktop.tell('placeWindow', { window: 0, bounds: { x: 10, y: 20, width: 1000, height: 700 } });
    await until(() => page.evaluate(() => Reflect.get(globalThis, 'innerWidth') === 1000));
    const preferences = join(home, '.config', 'Temps', 'desktop.json');
    await until(() => existsSync(preferences) && /"width": 1000/.test(readFileSync(preferences, 'utf8')));
  });

  it('runs utility processes, which ask the real keychain', async () => {
    expect(await call('keychain')).toMatchObject({ ok: true, answer: { state: 'ready' } });
  });

  it('prints, or does not', async () => {
    expect(await call('print')).toEqual({ ok: true, answer: true });
    await desktop.tell('setPrinting', { isPrinted: false });
    expect(await call('print')).toEqual({ ok: true, answer: false });
    expect(nowShown()?.printed).toBe(2);
    // Linux keeps no window out of recordings, and is not asked to.
    expect(await call('hideFromCapture', { isHidden: true })).toMatchObject({ ok: true });
  });

  it('shows pages light and dark as it is told', async () => {
    const isDark = () =>
      page.evaluate(
        () => Reflect.get(globalThis, 'matchMedia')('(prefers-color-scheme: dark)').matches as boolean,
      );
    await call('setTheme', { theme: 'dark' });
    await until(isDark);
    await call('setTheme', { theme: 'system' });
    await until(async () => !(await isDark()));
    await desktop.tell('setSystemDark', { isDark: true });
    await until(isDark);
    expect(desktop.state().tray?.image.path).toContain('on-dark');
  });

  it('shows what the desktop notifies of', async () => {
    await desktop.tell('closeWindow', { window: 0 });
    const title = 'Temps is still running in the tray';
    await desktop.waitForState(({ notifications }) => notifications.some((told) => told.title === title));
    await desktop.tell('clickNotification', { title });
    await expect(desktop.tell('clickNotification', { title: 'Rain' })).rejects.toThrow('no notification');
    await desktop.click('Open Temps');
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === true);
  });

  it('hands the words of a second start to the first, which comes to the front', async () => {
    await page.evaluate(() => {
      const told: unknown[] = [];
      Reflect.set(globalThis, 'told', told);
      Reflect.get(globalThis, 'desktop').on((...message: unknown[]) => told.push(message));
    });
    await desktop.tell('closeWindow', { window: 0 });
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === false);
    expect(await desktop.page()).toBeNull();
    const second = await launch(['temps://app/activity']);
    expect(await second.exit).toBe(0);
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === true);
    const told = await page.waitForFunction(() => {
      const found = Reflect.get(globalThis, 'told');
      return found.length > 0 && found;
    });
    expect(await told.jsonValue()).toEqual([['navigate', { path: '/activity' }]]);
  });

  it('loads a page that crashed again', async () => {
    await desktop.tell('crashPage', { window: 0 });
    await desktop.waitForState(({ windows }) => windows[0]?.crashes === 1 && windows[0].targetId !== null);
    page = await desktop.waitForPage();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await call('describe')).toMatchObject({ ok: true });
  });

  it('quits when its user has agreed, and its browser with it', async () => {
    const { debugAddress } = desktop.state();
    await desktop.click('Quit Temps');
    await desktop.waitForState(({ dialogs }) => dialogs.at(-1)?.options.message === 'Quit Temps?');
    await desktop.answerDialog('Keep it running');
    await desktop.click('Quit Temps');
    await desktop.answerDialog('Quit Temps');
    expect(await desktop.exit).toBe(0);
    await until(() => isGone(debugAddress));
    expect(existsSync(join(home, '.config', 'Temps', 'SingletonLock'))).toBe(false);
  });
});

describe('what the system does to the desktop', () => {
  it('leaves nothing open when the session of Windows ends, which asks nobody, and its browser ends with it', async () => {
    desktop = await launch([], { STAND_IN_PLATFORM: 'win32' });
    page = await desktop.waitForPage();
    // What only Windows does: it takes words at login, keeps a window out of recordings, and says how dark its panel is.
    expect(await call('describe')).toMatchObject({ answer: { canHideFromCapture: true, trayPanel: null } });
    expect(await call('setLoginItem', { isEnabled: true })).toMatchObject({ answer: { isEnabled: true } });
    expect(desktop.state()).toMatchObject({
      appUserModelId: APP_ID,
      loginItem: { openAtLogin: true, args: ['--hidden'] },
    });
    for (const panel of ['light', 'dark']) {
      await desktop.tell('setSystemDark', { isDark: panel === 'dark' });
      await desktop.waitForState(({ tray }) => tray?.image.path.endsWith(`-on-${panel}.ico`) ?? false);
    }
    const { debugAddress } = desktop.state();
    await desktop.tell('endSession', {}).catch(() => undefined);
    expect(await desktop.exit).toBeNull();
    await until(() => isGone(debugAddress));
    expect(desktop.state().dialogs).toEqual([]);
    expect(existsSync(join(dataDir, 'temps.db-wal'))).toBe(false);
    expect(temps(dataDir, ['status'])).toMatchObject({ code: 0, err: '' });
  });

  it('takes over the lock of one that was killed, on the screens there are now, and quits when the session ends', async () => {
    const area = { x: 5000, y: 0, width: 1920, height: 1040 };
    const displays = JSON.stringify([{ bounds: area, workArea: area }]);
    desktop = await launch(['--hidden', '--no-sandbox'], { STAND_IN_DISPLAYS: displays });
    const { notifications } = await desktop.waitForState(
      ({ tray, notifications }) => (tray?.menu.length ?? 0) > 0 && notifications.length > 0,
    );
    // What root and some AppImages need is said, once, and no page of it is dead.
    expect(notifications).toMatchObject([{ title: 'The Temps window runs without its sandbox' }]);
    expect(readFileSync(join(home, '.config/Temps/logs/temps.log'), 'utf8')).toContain('(--no-sandbox)');
    expect(await desktop.page()).toBeNull();
    await desktop.tell('clickNotification', { title: 'The Temps window runs without its sandbox' });
    await (await desktop.waitForPage()).getByRole('heading', { level: 1 }).waitFor();
    expect(nowShown()?.webPreferences).toMatchObject({ sandbox: true });
    expect(nowShown()?.bounds.x).toBeGreaterThanOrEqual(area.x);
    await desktop.tell('power', { event: 'shutdown' });
    expect(await desktop.exit).toBe(0);
  });

  it('asks Touch ID who is there, on a system that has it', async () => {
    // Started at login, of which macOS tells; and told of the sandbox before.
    const env = { STAND_IN_PLATFORM: 'darwin', STAND_IN_OPENED_AT_LOGIN: '1', STAND_IN_CAMERA: 'denied' };
    desktop = await launch(['--no-sandbox'], env);
    await desktop.waitForState(({ tray }) => (tray?.menu.length ?? 0) > 0);
    // Whatever was to be shown is shown by the time this is answered.
    await desktop.tell('power', { event: 'resume' });
    expect(desktop.state()).toMatchObject({ notifications: [], windows: [{ isVisible: false }] });
    await desktop.tell('activate', {});
    page = await desktop.waitForPage();
    await desktop.tell('setTouchId', { isThere: true, isRecognised: false });
    // What records the screen on macOS may show the window all the same.
    expect(await call('describe')).toMatchObject({
      answer: {
        platform: 'darwin',
        canConfirm: true,
        canHideFromCapture: false,
        canNotify: true,
        trayPanel: null,
      },
    });
    const camera = () =>
      page.evaluate(() =>
        Reflect.get(navigator, 'permissions')
          .query({ name: 'camera' as PermissionName })
          .then(({ state }: { state: string }) => state),
      );
    expect(await camera()).toBe('denied');
    expect(await call('confirm')).toEqual({ ok: true, answer: false });
    await desktop.tell('setTouchId', { isThere: true, isRecognised: true });
    expect(await call('confirm')).toEqual({ ok: true, answer: true });
    expect(await call('hideFromCapture', { isHidden: true })).toMatchObject({ ok: true });
    expect(nowShown()?.isProtected).toBe(true);
    expect(await call('setLoginItem', { isEnabled: true })).toMatchObject({ answer: { isEnabled: true } });
    expect(desktop.state()).toMatchObject({
      loginItem: { openAtLogin: true, args: [] },
      applicationMenu: [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }],
      tray: { image: { isTemplate: true } },
    });
    const confirmedUntil = async () => (await ask(page, 'GET', '/auth/session')).confirmed_until;
    expect(await confirmedUntil()).not.toBeNull();
    await desktop.tell('power', { event: 'lock-screen' });
    expect(await confirmedUntil()).toBeNull();
    await desktop.tell('closeWindow', { window: 0 });
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === false);
    // A build that is not signed: macOS shows no notification, which is said from then on; the window is shown instead.
    await desktop.tell('setNotifying', { isShown: false });
    await desktop.tell('setClipboardReach', { isReachable: false });
    await desktop.click('Copy console address');
    await expect.poll(() => call('describe')).toMatchObject({ answer: { canNotify: false } });
    await desktop.click('Copy console address');
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === true);
    await page.waitForURL(/\/settings$/);
    await page.getByText('macOS shows none of a program that is not signed.').waitFor();
    await desktop.tell('closeWindow', { window: 0 });
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === false);
    await desktop.tell('activate', {});
    await desktop.waitForState(({ windows }) => windows[0]?.isVisible === true);
    // Links are answered in their order: what the first did would be there by now.
    for (const url of ['temps://evil.example/key', 'temps://app/key?token=x#y'])
      await desktop.tell('openUrl', { url });
    await page.waitForURL(/\/key$/);
    expect(desktop.state()).toMatchObject({ opened: [], refused: [] });
    // The window that an update closes is not its user's to keep in the tray.
    const asked = desktop.state().notifications.length;
    await desktop.tell('installUpdate', {}).catch(() => undefined);
    expect(await desktop.exit).toBe(0);
    expect(desktop.state()).toMatchObject({ dialogs: [], isRelaunched: false });
    expect(desktop.state().notifications).toHaveLength(asked);
  });
});
