import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { commandLineEnv } from '../command-line-env.ts';
import { until } from '../keyring.ts';

const headless = join(import.meta.dirname, '../../electron/headless.ts');

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs one command of the real command line on a data directory. */
export function temps(dataDir: string, args: string[], input = '', env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [headless, ...args], {
    input,
    encoding: 'utf8',
    env: { ...commandLineEnv(dataDir), ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

export interface Served {
  child: ChildProcess;
  url: string;
  socket: string;
  setupUrl: string | null;
  /** Everything it printed, both streams. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `serve` on free ports and waits until it is ready. */
export async function serve(
  dataDir: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Served> {
  const child = spawn(
    process.execPath,
    [headless, 'serve', '--https-port', '0', '--http-port', '0', '--ready-json', ...args],
    {
      env: { ...commandLineEnv(dataDir), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.stdin?.end();
  let out = '';
  let all = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk;
    all += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    all += chunk;
  });
  await until(() => out.includes('\n') || child.exitCode !== null, 20_000);
  if (child.exitCode !== null) throw new Error(`serve ended: ${all}`);
  const ready = JSON.parse(out) as { url: string; socket: string; pid: number; setup_url: string | null };
  return {
    child,
    url: ready.url,
    socket: ready.socket,
    setupUrl: ready.setup_url,
    output: () => all,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await until(() => child.exitCode !== null || child.signalCode !== null, 10_000);
      return child.exitCode;
    },
  };
}

/** What is waited for on the terminal, and what is typed then. */
export type Dialogue = [seen: RegExp, typed: string | ((screen: string) => string)][];

/** Whether `script` (util-linux), which gives a program a terminal, is here. */
export const canOpenTerminal = () => spawnSync('script', ['-qefc', 'true', '/dev/null']).status === 0;

/**
 * Runs one command on a terminal of its own, as a person does. `redirect` is what a shell is told behind it,
 * `2>log`. The screen holds both streams.
 */
export async function onTerminal(
  dataDir: string,
  args: string[],
  dialogue: Dialogue = [],
  redirect = '',
): Promise<{ code: number | null; screen: string }> {
  const command = [process.execPath, headless, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `${command} ${redirect}`, '/dev/null'], {
    env: { ...commandLineEnv(dataDir), TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk;
  });
  const ended = () => child.exitCode !== null;
  for (const [seen, typed] of dialogue) {
    await until(() => seen.test(screen) || ended(), 20_000);
    if (ended()) break;
    child.stdin.write(`${typeof typed === 'string' ? typed : typed(screen)}\r`);
  }
  await until(ended, 20_000);
  return { code: child.exitCode, screen };
}
