import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { endBrowser, launchBrowser } from '../console/support/browser.ts';
import { ask, type DesktopHome, openDesktopHome, setUp } from './desktop-home.ts';
import type { LaunchedDesktop } from './launched-desktop.ts';
import { drawTraySheet, type TrayPlatform, type TrayShot } from './tray-sheet.ts';
import { findMissingTools, startXScreen, type XScreen } from './x-screen.ts';

/**
 * `npm run screenshots:desktop`: the window as it is shown on a screen, and the tray with its menu on every system,
 * in both themes, in test/artifacts/desktop/. The desktop on its stand-in comes to every state itself.
 */
const folder = join(import.meta.dirname, '../artifacts/desktop');
const SCREEN = { width: 1440, height: 900 };
const USUAL = { x: 80, y: 50, width: 1280, height: 800 };
const MINIMUM = { x: 270, y: 150, width: 900, height: 600 };
const PASSWORD = 'correct horse battery';
/** So many that both themes are taken while they are sealed. */
const MANY = 200_000;
const themes = [
  ['light', false],
  ['dark', true],
] as const;

const missing = findMissingTools();
if (missing.length > 0) {
  process.stderr.write(`The pictures need: apt-get install -y ${missing.join(' ')}\n`);
  process.exit(1);
}

function say(path: string): void {
  process.stdout.write(`${path}\n`);
}

/** One life of the desktop on one system, through every state that its tray shows. */
class Life {
  readonly #home: DesktopHome;
  /** Null: its window is not taken. */
  readonly #screen: XScreen | null;
  readonly trays = { light: [] as TrayShot[], dark: [] as TrayShot[] };
  #desktop!: LaunchedDesktop;
  #page!: Page;

  constructor(home: DesktopHome, screen: XScreen | null) {
    this.#home = home;
    this.#screen = screen;
  }

  async live(): Promise<void> {
    await this.#launch();
    await this.#page.getByRole('heading', { name: 'Your key was created' }).waitFor();
    await this.#takeWindow('first-run');
    await setUp(this.#page);
    await this.#page.getByRole('link', { name: 'Later' }).click();
    await this.#fill();
    await this.#takeTray('attention', ({ toolTip }) => /at risk/.test(toolTip));
    await this.#takePage('home-at-risk', '/');
    await this.#desktop.tell('placeWindow', { window: 0, bounds: MINIMUM });
    await this.#takePage('minimum-home', '/');
    await this.#takePage('minimum-key', '/key');
    await this.#desktop.tell('placeWindow', { window: 0, bounds: USUAL });
    await this.#proveCopy();
    await this.#takeTray('running', ({ toolTip }) => /running, key OK/.test(toolTip));
    await this.#takePage('home', '/');
    await this.#takePage('key', '/key');
    await this.#takePage('settings', '/settings', 'This computer');
    await this.#takePage('variables', '/projects/shop');
    await this.#desktop.click('Pause instance');
    await this.#takeTray('paused', ({ menu }) => menu.some(({ label }) => label === 'Resume'));
    await this.#desktop.click('Resume');
    await this.#desktop.click('Lock now');
    await this.#takeTray('locked', ({ toolTip }) => /locked/.test(toolTip));
    await this.#takePage('key-locked', '/key');
    await this.#desktop.stop();
    this.#home.sealMany(MANY);
    await this.#launch();
    await this.#beginRotation();
    await this.#takeTray('working', ({ toolTip }) => /, [2-9]\d %$/.test(toolTip));
    await this.#takeWindow('rotation');
  }

  async #launch(): Promise<void> {
    this.#desktop = await this.#home.launch();
    this.#page = await this.#desktop.waitForPage();
  }

  /** What a household keeps. */
  async #fill(): Promise<void> {
    const projects: [string, [string, string][]][] = [
      [
        'Shop',
        [
          ['STRIPE_SECRET_KEY', 'sk_live_4242424242424242'],
          ['DATABASE_URL', 'postgres://shop:hunter2@db/shop'],
          ['PORT', '3000'],
        ],
      ],
      [
        'Photos',
        [
          ['S3_ACCESS_KEY', 'AKIA4242424242424242'],
          ['S3_SECRET_KEY', 'wJalrXUtnFEMIK7MDENGbPxRfiCY'],
        ],
      ],
      ['Recipes', [['SMTP_PASSWORD', 'a quiet river at night']]],
    ];
    for (const [name, variables] of projects)
      await ask(this.#page, 'POST', '/projects', { name, secret: 'guess', environment_variables: variables });
  }

  async #proveCopy(): Promise<void> {
    await ask(this.#page, 'POST', '/auth/confirm', { password: PASSWORD });
    const made = await ask(this.#page, 'POST', '/vault/key/copies', {
      format: 'words',
      place: 'desk drawer',
    });
    const words = made.proof.positions.map((at: number) => made.words[at - 1]);
    await ask(this.#page, 'POST', `/vault/key/copies/${made.copy.id}/prove`, { words });
  }

  /** Its page is open meanwhile: opened later, it might come when all is done. */
  async #beginRotation(): Promise<void> {
    await ask(this.#page, 'POST', '/auth/confirm', { password: PASSWORD });
    const { rotation } = await ask(this.#page, 'POST', '/vault/key/rotation', {});
    const override_fingerprint = rotation.new_fingerprint;
    await ask(this.#page, 'POST', '/vault/key/rotation/prove', { override_fingerprint });
    await this.#goTo('/key/rotate');
    await ask(this.#page, 'POST', '/vault/key/rotation/seal');
  }

  async #takePage(name: string, path: string, heading?: string): Promise<void> {
    if (!this.#screen) return;
    await this.#goTo(path);
    if (heading)
      await this.#page
        .getByRole('heading', { name: heading })
        .evaluate((found) => found.scrollIntoView({ block: 'center' }));
    await this.#takeWindow(name);
  }

  async #goTo(path: string): Promise<void> {
    await this.#page.goto(new URL(path, this.#page.url()).href);
    await this.#page.locator('h1').first().waitFor();
  }

  async #takeWindow(name: string): Promise<void> {
    if (!this.#screen) return;
    for (const [theme, isDark] of themes) {
      await this.#desktop.tell('setSystemDark', { isDark });
      await settle(this.#page, isDark);
      const path = join(folder, `window-${name}-${theme}.png`);
      this.#screen.save(path);
      say(path);
    }
  }

  async #takeTray(name: string, isIt: (tray: TrayShot['tray']) => boolean): Promise<void> {
    for (const [theme, isDark] of themes) {
      await this.#desktop.tell('setSystemDark', { isDark });
      const { tray } = await this.#desktop.waitForState(
        (state) => state.isSystemDark === isDark && state.tray !== null && isIt(state.tray),
      );
      if (tray) this.trays[theme].push({ name, tray });
    }
  }
}

/** Shown in this theme, and nothing loads. The change feed stays open, so the network is never idle. */
async function settle(page: Page, isDark: boolean): Promise<void> {
  await page.waitForFunction(
    (isDark) =>
      matchMedia('(prefers-color-scheme: dark)').matches === isDark &&
      !document.querySelector('[aria-label="Loading"], [aria-busy="true"]'),
    isDark,
  );
  await page.evaluate(async () => {
    await document.fonts.ready;
    // Those that go on for ever say that something is at work.
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
    // What is drawn in the second frame is on the screen by the third.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  });
}

async function drawTrays(platform: TrayPlatform, trays: Life['trays']): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
    for (const [theme, isDark] of themes) {
      await page.setContent(drawTraySheet(platform, isDark, trays[theme]));
      const path = join(folder, `tray-${platform}-${theme}.png`);
      await page.locator('main').screenshot({ path });
      say(path);
    }
  } finally {
    await endBrowser();
  }
}

async function take(platform: TrayPlatform, screen: XScreen | null): Promise<void> {
  const display = { bounds: { x: 0, y: 0, ...SCREEN }, workArea: { x: 0, y: 0, ...SCREEN } };
  const home = await openDesktopHome({
    env: {
      STAND_IN_DISPLAYS: JSON.stringify([display]),
      ...(platform === 'linux' ? {} : { STAND_IN_PLATFORM: platform }),
      ...(screen ? { STAND_IN_SHOWN_ON: screen.name } : {}),
    },
  });
  try {
    const life = new Life(home, screen);
    await life.live();
    await drawTrays(platform, life.trays);
  } finally {
    await home.close();
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const screen = await startXScreen(SCREEN);
try {
  await take('linux', screen);
  await take('win32', null);
  await take('darwin', null);
} finally {
  screen.stop();
}
