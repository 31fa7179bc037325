import { type ChildProcess, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { program } from '../program.ts';

const quickDerivation = join(import.meta.dirname, '../quick-derivation.ts');
/** So long a command may take: one that hangs would hold up everything behind it. */
export const COMMAND_MS = 120_000;

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs one command of the real command line on a data directory. */
export function temps(dataDir: string, args: string[], input = '', env: NodeJS.ProcessEnv = {}): Ran {
  const { error, status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    input,
    encoding: 'utf8',
    env: { ...commandLineEnv(dataDir), ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: COMMAND_MS,
  });
  if (error) throw error;
  return { code: status, out: stdout, err: stderr };
}

export interface Served {
  child: ChildProcess;
  /** As it says itself. */
  pid: number;
  url: string;
  socket: string;
  setupUrl: string | null;
  /** Everything it printed, both streams. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `serve` on free ports and waits until it is ready. `entry` is that of the command line. */
export async function serve(
  dataDir: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  entry = program,
): Promise<Served> {
  const child = startChild(
    process.execPath,
    [
      ...['--import', quickDerivation],
      ...[entry, 'serve', '--https-port', '0', '--http-port', '0', '--ready-json', ...args],
    ],
    { env: { ...commandLineEnv(dataDir), ...env } },
  );
  child.process.stdin?.end();
  await child.waitUntil(() => child.out.includes('\n'));
  const ready = JSON.parse(child.out) as {
    url: string;
    socket: string;
    pid: number;
    setup_url: string | null;
  };
  return {
    child: child.process,
    pid: ready.pid,
    url: ready.url,
    socket: ready.socket,
    setupUrl: ready.setup_url,
    output: () => child.output,
    async stop(signal = 'SIGTERM') {
      return (await child.stop(signal)).code;
    },
  };
}

/** What is waited for on the terminal, and what is typed then. */
export type Dialogue = [seen: RegExp, typed: string | ((screen: string) => string)][];

/** Whether `script` (util-linux), which gives a program a terminal, is here. */
export const canOpenTerminal = () => spawnSync('script', ['-qefc', 'true', '/dev/null']).status === 0;

/**
 * Runs one command on a terminal of its own, as a person does. `redirect` is what a shell is told behind it,
 * `2>log`; `term` is the kind of terminal, `columns` its width where it says one. The screen holds both streams.
 */
export async function onTerminal(
  dataDir: string,
  args: string[],
  dialogue: Dialogue = [],
  redirect = '',
  term = 'dumb',
  columns?: number,
): Promise<{ code: number | null; screen: string }> {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const sized = columns === undefined ? '' : `stty cols ${columns} rows 24; `;
  const child = startChild('script', ['-qefc', `${sized}${command} ${redirect}`, '/dev/null'], {
    env: { ...commandLineEnv(dataDir), TERM: term },
  });
  for (const [seen, typed] of dialogue) {
    await child.waitUntil(() => seen.test(child.out));
    child.process.stdin?.write(`${typeof typed === 'string' ? typed : typed(child.out)}\r`);
  }
  const { code } = await child.waitForEnd();
  return { code, screen: child.out };
}

/** As the owner, over an instance's socket. Rejects for an answer that is not 2xx. */
export function askAsOwner<Answer>(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const sent = request(
      {
        socketPath,
        // One kept open may be closed from the other side just when it is used again.
        agent: false,
        method,
        path: `/api${path}`,
        headers: payload === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 500;
          if (status >= 300) reject(new Error(`${method} ${path}: ${status} ${text}`));
          else resolve((text === '' ? null : JSON.parse(text)) as Answer);
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}
