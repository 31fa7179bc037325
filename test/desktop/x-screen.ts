import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The programs a screen is made of, by their Debian packages. */
const TOOLS = {
  chromium: 'chromium',
  Xvfb: 'xvfb',
  openbox: 'openbox',
  xsetroot: 'x11-xserver-utils',
  import: 'imagemagick',
};
/** Between the ink of the light window and the ground of the dark one: both stand out from it. */
const WALL = '#7d8794';

/** A screen of X that nobody sees, with a window manager. */
export interface XScreen {
  /** As in DISPLAY. */
  name: string;
  /** All that is on it, as PNG. */
  save(path: string): void;
  stop(): void;
}

/** The Debian packages that a screen lacks here. */
export function findMissingTools(): string[] {
  const missing = Object.entries(TOOLS).filter(([tool]) => spawnSync('which', [tool]).status !== 0);
  return missing.map(([, name]) => name);
}

export async function startXScreen({ width, height }: { width: number; height: number }): Promise<XScreen> {
  const size = `${width}x${height}x24`;
  // With -noreset it keeps its wall while no program shows anything.
  const words = ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  process.once('exit', () => server.kill());
  const name = `:${await firstLine(server.stdio[3] as Readable)}`;
  const env = { ...process.env, DISPLAY: name };
  execFileSync('xsetroot', ['-solid', WALL], { env });
  const manager = await startManager(env);
  return {
    name,
    save: (path) => void execFileSync('import', ['-window', 'root', path], { env }),
    stop() {
      manager.kill();
      server.kill();
    },
  };
}

/** It runs what it is given once it manages windows. */
async function startManager(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const manager = spawn('openbox', ['--startup', 'echo ready'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await firstLine(manager.stdout as Readable);
  return manager;
}

async function firstLine(stream: Readable): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString('utf8').trim();
}
