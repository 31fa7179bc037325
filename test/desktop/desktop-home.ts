import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasChromium } from '../console/support/browser.ts';
import type { Ran } from '../e2e/terminal.ts';
import { hasKeyring, type Keyring, startKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import type { LaunchedDesktop } from './launched-desktop.ts';
import { launchStandIn, runOnStandIn } from './stand-in/launch.ts';
import { ownTrayHost } from './stand-in/tray-host.ts';

/** `it` for what a person does outside the window too, which the stand-in alone can do for them. */
export const onStandIn = requires(
  'journeys of the desktop on a stand-in for Electron',
  hasChromium() && hasKeyring(),
  'needs chromium, dbus, gnome-keyring and gdbus (Debian: apt-get install chromium dbus gnome-keyring libglib2.0-bin)',
);

/** A home with a keyring of its own, and a desktop in it: what a person who just installed Temps has. */
export interface DesktopHome {
  folder: string;
  dataDir: string;
  keyring: Keyring;
  launch(args?: string[], more?: NodeJS.ProcessEnv): Promise<LaunchedDesktop>;
  /** The same program with a command, to its end. */
  run(words: string[], more?: NodeJS.ProcessEnv): Ran;
  /** The panel that shows tray icons ends. */
  leaveTray(): void;
  /** Puts so many values into the vault, while nothing runs. */
  sealMany(count: number): void;
  close(): Promise<void>;
}

export interface HomeOptions {
  hasTray?: boolean;
  hasKeychain?: boolean;
  /** What the desktop is told beside where its keyring is. */
  env?: NodeJS.ProcessEnv;
}

export async function openDesktopHome(options: HomeOptions = {}): Promise<DesktopHome> {
  const { hasTray = true, hasKeychain = true, env = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-home-'));
  const dataDir = join(folder, 'data');
  const keyring = await startKeyring(hasKeychain);
  const leaveTray = hasTray
    ? await ownTrayHost(keyring.env.DBUS_SESSION_BUS_ADDRESS as string)
    : () => undefined;
  const launched: LaunchedDesktop[] = [];
  return {
    folder,
    dataDir,
    keyring,
    async launch(args = [], more = {}) {
      const desktop = await launchStandIn({
        // The first of a name counts.
        args: [...args, '--data-dir', dataDir, '--https-port', '0', '--http-port', '0'],
        env: { ...keyring.env, ...env, ...more },
        home: join(folder, 'home'),
      });
      launched.push(desktop);
      return desktop;
    },
    run: (words, more = {}) =>
      runOnStandIn(['--data-dir', dataDir, ...words], { ...keyring.env, ...more }, join(folder, 'home')),
    leaveTray,
    sealMany(count) {
      const script = join(import.meta.dirname, 'seal-many.ts');
      execFileSync(process.execPath, [script, dataDir, String(count)], { env: keyring.env });
    },
    async close() {
      await Promise.all(launched.map((desktop) => desktop.kill()));
      leaveTray();
      keyring.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The API, as the window's page asks it. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
export async function ask(page: Page, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await page.evaluate(
    async ([method, path, body]) => {
      const sent = await fetch(`/api${path}`, {
        method,
        ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body }),
      });
      return { ok: sent.ok, text: await sent.text() };
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer.text === '' ? null : JSON.parse(answer.text);
}

/** The first run in the window, to the page that offers a copy. */
export async function setUp(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start new' }).click();
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Name').fill('Ada Keller');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Keep a second copy of your key' }).waitFor();
}
