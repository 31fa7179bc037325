import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { buildPreload } from './stand-in/page/preload-build.ts';

const root = join(import.meta.dirname, '../..');

export interface OpenedElectron {
  app: ElectronApplication;
  profile: string;
  /** What a second start would be. */
  program: string;
  words: string[];
  env: Record<string, string>;
  output(): string;
}

/** Whether Electron's binary is here. */
export const hasElectron = () =>
  Boolean(process.env.ELECTRON_OVERRIDE_DIST_PATH) || existsSync(join(root, 'node_modules/electron/dist'));

/** The program in Electron, with a profile of its own: a home of its own would be one on Linux alone. */
export async function openElectron(home: string, args: string[]): Promise<OpenedElectron> {
  await buildPreload();
  mkdirSync(home, { recursive: true });
  // Chromium's sandbox cannot work for root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const profile = join(home, 'profile');
  const words = [...asRoot, `--user-data-dir=${profile}`, root, ...args];
  const { ELECTRON_RUN_AS_NODE: _, TEMPS_DATA_DIR: __, ...inherited } = process.env;
  // Not on macOS, whose login keychain is found by it.
  const own = process.platform === 'linux' ? { HOME: home } : {};
  const told = { ...inherited, ...own } as Record<string, string>;
  const app = await _electron.launch({ cwd: root, args: words, env: told });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  return { app, profile, program: child.spawnfile, words, env: told, output: () => output };
}
