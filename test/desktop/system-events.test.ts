import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { STARTED, startStages } from '../../electron/desktop/start-stages.ts';
import { UNSEEN_MS } from '../../electron/desktop/tray/unseen.ts';
import { ask, type DesktopHome, onStandIn as it, openDesktopHome, setUp } from './desktop-home.ts';
import type { LaunchedDesktop } from './launched-desktop.ts';
import type { Bounds, DisplayState } from './stand-in/control/control-contract.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
const PASSWORD = 'correct horse battery';
const DAY_MS = 24 * 60 * 60 * 1000;

/** A screen with a panel below. */
const screenAt = (x: number): DisplayState => ({
  bounds: { x, y: 0, width: 1920, height: 1080 },
  workArea: { x, y: 0, width: 1920, height: 1040 },
});
const [main, right, left] = [screenAt(0), screenAt(1920), screenAt(-1920)] as const;

let home: DesktopHome;
let desktop: LaunchedDesktop;
let page: Page;
beforeAll(async () => {
  home = await openDesktopHome();
  desktop = await home.launch();
  page = await desktop.waitForPage();
  await setUp(page);
  await page.getByRole('link', { name: 'Later' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
});
afterAll(() => home?.close());

const shown = () => desktop.state().windows[0];
const close = async () => {
  await desktop.tell('closeWindow', { window: 0 });
  await desktop.waitForState(({ windows }) => windows[0]?.isVisible === false);
};
const comesToFront = () =>
  desktop.waitForState(({ windows }) => windows[0]?.isVisible === true && windows[0].isFocused);

function expectWithin(outer: Bounds): void {
  const { x, y, width, height } = shown()?.bounds as Bounds;
  expect([x >= outer.x, y >= outer.y, x + width <= outer.x + outer.width]).toEqual([true, true, true]);
  expect(y + height).toBeLessThanOrEqual(outer.y + outer.height);
}

/** The order matters: one desktop, to which the system does one thing after the other. */
describe('what the system tells the desktop', () => {
  it('shows the window when its icon in the tray is clicked, and when it is told of the tray', async () => {
    await close();
    await desktop.tell('clickTray', {});
    await comesToFront();
    await close();
    await desktop.tell('clickNotification', { title: 'Temps is still running in the tray' });
    await comesToFront();
  });

  it('shows the page that a link asks for, opened by a second start', async () => {
    await close();
    const second = await home.launch(['temps://app/key?token=x#y']);
    expect(await second.exit).toBe(0);
    await comesToFront();
    await page.waitForURL(/\/key$/);
  });

  it('writes down where the time of a start goes', () => {
    const log = readFileSync(join(home.folder, 'home/.config/Temps/logs/temps.log'), 'utf8');
    const started = log.split('\n').filter((line) => line.includes(STARTED));
    expect(started).toHaveLength(1);
    const { reachedMs } = JSON.parse(started[0] as string);
    const times = startStages.map((stage) => reachedMs[stage]);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(0);
  });

  it('says which version runs to one that starts another, and nothing of it to one that starts the same', async () => {
    const title = `Temps ${version} is running, not 99.1.0-beta.2`;
    const second = await home.launch([], { STAND_IN_VERSION: '99.1.0-beta.2' });
    expect(await second.exit).toBe(0);
    const { notifications } = await desktop.waitForState(({ notifications }) =>
      notifications.some((told) => told.title === title),
    );
    expect(notifications.filter((told) => told.title.includes('is running, not'))).toHaveLength(1);
    await close();
    await desktop.tell('clickNotification', { title });
    await comesToFront();
  });

  it('goes nowhere by a link that hides where it leads, and opens nothing outside', async () => {
    const links = [
      'temps://app/../../etc/passwd',
      'temps://app/key/%2e%2e/people',
      'temps://app/%2Fevil.example',
      'temps://app//evil.example/key',
      'temps://app/\\evil.example',
      'temps://app/ke\ny',
      'temps://app/\n/evil.example',
      'temps://app/%6cink#token',
      'temps://app/api/vault/lock',
      'temps://evil.example/key',
      'temps://app.evil.example/key',
      'temps://app:8443/key',
      'temps://ada:pw@app/key',
      'https://evil.example/key',
      'file:///etc/passwd',
      'javascript:alert(1)',
    ];
    const went: string[] = [];
    page.on('framenavigated', (frame) => went.push(new URL(frame.url()).pathname));
    for (const words of [links, ['temps://app']]) {
      const second = await home.launch(words);
      // Links are answered in their order: what one of the first did would be there by then.
      expect(await second.exit).toBe(0);
    }
    const state = await desktop.waitForState(({ windows }) => windows[0]?.url === 'temps://app/');
    await expect.poll(() => went).toEqual(['/']);
    expect(state).toMatchObject({ opened: [], refused: [], windows: [{ url: 'temps://app/' }] });
  });

  it('keeps the icon that most panels of Linux need, whatever the console is shown in', async () => {
    const { tray } = desktop.state();
    expect(tray?.image).toMatchObject({ path: expect.stringContaining('on-dark'), isEmpty: false });
    await desktop.tell('setSystemDark', { isDark: false });
    await page.evaluate(() => Reflect.get(window, 'desktop').call('setTheme', { theme: 'light' }));
    await desktop.waitForState(({ theme }) => theme === 'light');
    expect(desktop.state().tray?.image.path).toBe(tray?.image.path);
    // Who has a light panel says so, in Settings.
    await page.goto(new URL('/settings', page.url()).href);
    await page.getByLabel('Icon in the tray').selectOption('light');
    await desktop.waitForState(({ tray }) => tray?.image.path.includes('on-light') ?? false);
    await page.getByLabel('Icon in the tray').selectOption('dark');
    await desktop.waitForState(({ tray }) => tray?.image.path.includes('on-dark') ?? false);
  });

  it('brings its window back from screens that are unplugged, hidden or open', async () => {
    await desktop.tell('setDisplays', { displays: [main, right, left] });
    const bounds = { x: 2200, y: 100, width: 1280, height: 800 };
    // Another screen goes, or a panel comes: the window can be reached, and stays where it was put, half outside.
    const half = { ...bounds, x: -600 };
    await desktop.tell('placeWindow', { window: 0, bounds: half });
    await desktop.tell('setDisplays', { displays: [main, left] });
    expect(shown()?.bounds).toEqual(half);
    await desktop.tell('setDisplays', { displays: [main, right, left] });
    await desktop.tell('placeWindow', { window: 0, bounds });
    await close();
    await desktop.tell('setDisplays', { displays: [main] });
    await desktop.tell('clickTray', {});
    await comesToFront();
    expectWithin(main.workArea);

    await desktop.tell('setDisplays', { displays: [main, right, left] });
    await desktop.tell('placeWindow', { window: 0, bounds: { ...bounds, x: -1900 } });
    await desktop.tell('setDisplays', { displays: [main] });
    expectWithin(main.workArea);
    const small = { x: 0, y: 0, width: 1024, height: 768 };
    await desktop.tell('setDisplays', { displays: [{ bounds: small, workArea: small }] });
    expectWithin(small);
  });

  it('asks again who is there after a sleep, and tells once what time did meanwhile', async () => {
    const confirmedUntil = async () => (await ask(page, 'GET', '/auth/session')).confirmed_until;
    await ask(page, 'POST', '/auth/confirm', { password: PASSWORD });
    await proveCopy();
    await ask(page, 'POST', '/projects', {
      name: 'Shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'sk_live_42']],
    });
    // The key is safe, and that is all.
    await desktop.waitForState(({ tray }) => tray?.toolTip === 'Temps: at risk, no backup yet');
    expect(await confirmedUntil()).not.toBeNull();
    await desktop.tell('power', { event: 'suspend' });
    expect(await confirmedUntil()).toBeNull();

    const tells = () =>
      desktop.state().notifications.filter(({ title }) => title === 'Your key has no verified copy').length;
    const before = tells();
    const database = new Database(join(home.dataDir, 'temps.db'));
    database.prepare('UPDATE key_copies SET verified_at = verified_at - ?').run(200 * DAY_MS);
    database.close();
    // Systems tell of one sleep more than once.
    for (let times = 0; times < 3; times++) await desktop.tell('power', { event: 'resume' });
    await desktop.waitForState(({ tray }) => tray?.toolTip === 'Temps: key at risk, verify a copy');
    expect(tells()).toBe(before + 1);
  });

  it('ends when the computer shuts down, whatever is open, and leaves all in order for the next start', async () => {
    await desktop.tell('setDisplays', { displays: [main, right] });
    await desktop.tell('placeWindow', { window: 0, bounds: { x: 3000, y: 0, width: 1280, height: 800 } });
    await desktop.click('Quit Temps');
    await desktop.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
    await close();
    const copySecret = () =>
      page.evaluate(() =>
        Reflect.get(window, 'desktop').call('copySecret', { text: 's3cret', keptMs: 600_000 }),
      );
    await copySecret();
    await desktop.waitForState(({ clipboard }) => clipboard['text/plain'] === 's3cret');
    await desktop.tell('power', { event: 'shutdown' });
    expect(await desktop.exit).toBe(0);
    expect(desktop.state().clipboard).toEqual({});

    const path = join(home.folder, 'home/.config/Temps/desktop.json');
    const kept = JSON.parse(readFileSync(path, 'utf8'));
    expect(kept.place.x).toBe(3000);
    writeFileSync(path, JSON.stringify({ ...kept, isMaximized: true }));
    // At login the panel comes late, or never: then it is said after a minute.
    home.leaveTray();
    desktop = await home.launch(['--hidden']);
    const title = 'Temps is running without a tray icon';
    const tells = async () => {
      await desktop.tell('passTime', { ms: UNSEEN_MS });
      return desktop.state().notifications.filter((told) => told.title === title).length;
    };
    await expect.poll(tells).toBe(1);
    const { dialogs, tray, windows } = desktop.state();
    expect([dialogs, tray, windows[0]?.isVisible]).toEqual([[], null, false]);
    expectWithin(main.workArea);
    await desktop.tell('clickNotification', { title });
    expect((await comesToFront()).windows[0]?.isMaximized).toBe(true);
  });
});

async function proveCopy(): Promise<void> {
  const made = await ask(page, 'POST', '/vault/key/copies', { format: 'words', place: 'desk drawer' });
  const words = made.proof.positions.map((at: number) => made.words[at - 1]);
  await ask(page, 'POST', `/vault/key/copies/${made.copy.id}/prove`, { words });
}
