import { execFileSync, spawnSync } from 'node:child_process';
import { type Child, startChild } from '../child.ts';

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
  const words = ['-displayfd', '1', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'];
  const server = startChild('Xvfb', words);
  process.once('exit', () => server.process.kill());
  const name = `:${await firstLine(server)}`;
  const env = { ...process.env, DISPLAY: name };
  execFileSync('xsetroot', ['-solid', WALL], { env });
  // It runs what it is given once it manages windows.
  const manager = startChild('openbox', ['--startup', 'echo ready'], { env });
  await firstLine(manager);
  return {
    name,
    save: (path) => void execFileSync('import', ['-window', 'root', path], { env }),
    stop() {
      manager.process.kill();
      server.process.kill();
    },
  };
}

async function firstLine(child: Child): Promise<string> {
  await child.waitUntil(() => child.out.includes('\n'));
  return child.out.trim();
}
