import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../scripts/build-program.mjs';
import { serve } from '../e2e/terminal.ts';
import { median, ms, note } from './figures.ts';

const root = join(import.meta.dirname, '../..');
/** As `npm link` installs it. */
const installed = join(root, 'scripts/temps-desktop');
const dotenvx = join(root, 'node_modules/@dotenvx/dotenvx/src/cli/dotenvx.js');
const ROUNDS = 15;
/** How long a shell may take to complete a word. */
const COMPLETED_MS = 100;

type Way = 'node' | 'dotenvx' | 'running' | 'alone' | 'version' | 'status' | 'names';

/** `run -- true` with and without an instance, turn about with its peer, and what a shell takes to complete a word. */
export async function benchRun(): Promise<void> {
  await buildProgram();
  const folder = mkdtempSync(join(tmpdir(), 'temps-bench-'));
  const [alone, running] = [join(folder, 'alone'), join(folder, 'running')];
  const env = { PATH: process.env.PATH, HOME: folder };
  const time = (command: string, args: string[]): number => {
    const began = performance.now();
    const { status, stderr } = spawnSync(command, args, { env, cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return performance.now() - began;
  };
  const ours = (...args: string[]) => time(installed, args);
  writeFileSync(join(folder, '.env'), 'A_TOKEN=secret\nPORT=3000\n');
  for (const dataDir of [alone, running]) {
    ours('projects', 'create', 'bench', '--data-dir', dataDir);
    ours('env', 'import', '.env', '-p', 'bench', '--data-dir', dataDir);
  }
  const run = (dataDir: string) => ours('run', '-p', 'bench', '--data-dir', dataDir, '--', 'true');
  const ways: Record<Way, () => number> = {
    node: () => time(process.execPath, ['-e', '0']),
    dotenvx: () => time(process.execPath, [dotenvx, 'run', '--quiet', '--', 'true']),
    running: () => run(running),
    alone: () => run(alone),
    version: () => ours('--version'),
    status: () => ours('status', '--data-dir', alone),
    names: () =>
      ours('completion', 'names', 'variables', '--', 'env', 'get', '-p', 'bench', '--data-dir', running),
  };
  const served = await serve(running);
  const took = Object.fromEntries(Object.keys(ways).map((way) => [way, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [way, measure] of Object.entries(ways)) took[way]?.push(measure());
  await served.stop();
  const of = (way: Way) => median(took[way] ?? []);
  const compare = (what: string, way: Way, limit: number) => {
    const ratio = of(way) / of('dotenvx');
    note({
      what,
      measured: ms(of(way)),
      against: `dotenvx run -- true ${ms(of('dotenvx'))}`,
      ratio,
      limit: `≤ ${limit}`,
      met: ratio <= limit,
    });
  };
  compare('run -- true, instance running', 'running', 0.6);
  compare('run -- true, no instance running', 'alone', 1);
  const report = (what: string, way: Way) =>
    note({
      what,
      measured: ms(of(way)),
      against: `node -e 0 ${ms(of('node'))}`,
      ratio: of(way) / of('node'),
      limit: 'reported',
      met: null,
    });
  report('--version', 'version');
  report('status, no instance running', 'status');
  noteCompletion(folder, time);
  noteWaitAtKey('a name completed, asked of the instance', of('names'));
  rmSync(folder, { recursive: true, force: true });
}

/** In one shell, as a person has it: its own start is not what they wait for at a key. */
function noteCompletion(folder: string, time: (command: string, args: string[]) => number): void {
  const script = join(folder, 'completion');
  time('sh', ['-c', `'${installed}' completion bash > '${script}'`]);
  const complete = (times: number) =>
    time('bash', [
      '-c',
      `source '${script}'; COMP_WORDS=(temps-desktop env import --al) COMP_CWORD=3
       for ((n = 0; n < ${times}; n++)); do _temps_desktop; done; [ "$COMPREPLY" = --allow-empty ] || [ ${times} = 0 ]`,
    ]);
  const rounds = Array.from({ length: ROUNDS }, () => (complete(11) - complete(1)) / 10);
  noteWaitAtKey('a word completed by bash', median(rounds));
}

function noteWaitAtKey(what: string, took: number): void {
  note({
    what,
    measured: ms(took),
    against: `${COMPLETED_MS} ms`,
    ratio: took / COMPLETED_MS,
    limit: '≤ 1',
    met: took <= COMPLETED_MS,
  });
}
