import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { childProcesses } from '../../electron/instance/kernel/process-hosts.ts';
import { type Child, startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { PROGRAM, runOnStandIn } from '../desktop/stand-in/launch.ts';
import { until } from '../keyring.ts';
import { oddProgram } from '../unit/kernel/odd-program.ts';

const root = join(import.meta.dirname, '../..');
const headless = join(root, 'electron/headless.ts');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** A debugger that opens takes a port that is free: 9229 may be someone else's. */
const ANY_PORT = { NODE_OPTIONS: '--inspect-port=0' };
const SERVE = ['serve', '--https-port', '0', '--http-port', '0', '--ready-json'];
/** Longer than Node needs to open its debugger after the signal, as the control shows. */
const SETTLE_MS = 150;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-doors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ports that a process listens on, by the kernel. */
function listPorts(pid: number): number[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`))
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      if (inode) inodes.add(inode);
    } catch {
      // Closed meanwhile.
    }
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

const begun: Child[] = [];
afterEach(() => {
  for (const { process: child } of begun.splice(0)) child.kill('SIGKILL');
});

function begin(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = startChild(command, args, {
    cwd: root,
    env: { ...commandLineEnv(mkdtempSync(join(folder, 'data-'))), ...ANY_PORT, ...env },
  });
  begun.push(child);
  return child;
}

/** What a signal changes about a process that runs. */
async function signalRunning(pid: number): Promise<{ before: number[]; after: number[] }> {
  const before = listPorts(pid);
  process.kill(pid, 'SIGUSR1');
  await sleep(SETTLE_MS);
  process.kill(pid, 'SIGUSR1');
  await sleep(SETTLE_MS);
  return { before, after: listPorts(pid) };
}

async function expectClosed(child: Child, pid: number): Promise<void> {
  const { before, after } = await signalRunning(pid);
  expect(after).toEqual(before);
  expect(child.output).not.toContain('Debugger');
}

const words = (script: string) => (manifest.scripts[script] ?? '').split(' ').slice(1);
const shebang = readFileSync(headless, 'utf8').split('\n')[0]?.slice(2) ?? '';

describe('SIGUSR1', () => {
  it('opens the debugger of a program that does nothing about it', async () => {
    const child = begin(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)']);
    await child.waitUntil(() => child.out !== '');
    const { before, after } = await signalRunning(child.process.pid as number);
    expect([before, after.length]).toEqual([[], 1]);
    expect(child.output).toContain('Debugger listening');
    await child.stop('SIGKILL');
  });

  it.each<[string, () => Child]>([
    ['started by hand', () => begin(process.execPath, [headless, ...SERVE])],
    [
      'started by its first line',
      () => {
        const [env = '', ...args] = shebang.split(' ');
        const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
        return begin(env, [args[0] ?? '', args.slice(1).join(' '), headless, ...SERVE], { PATH });
      },
    ],
    ['as npm run temps starts it', () => begin(process.execPath, [...words('temps'), ...SERVE])],
    [
      'as a command of the desktop program',
      () => begin(process.execPath, [...PROGRAM, ...SERVE], { HOME: mkdtempSync(join(folder, 'home-')) }),
    ],
  ])('opens nothing in the instance %s', async (_how, start) => {
    const child = start();
    await child.waitUntil(() => child.out.includes('\n'));
    await expectClosed(child, (JSON.parse(child.out) as { pid: number }).pid);
    await child.stop();
  });

  it('opens nothing in `npm start`, nor in the instance it starts', async () => {
    // All of it but the set-up, which installs.
    const copy = join(folder, 'start');
    mkdirSync(join(copy, 'scripts'), { recursive: true });
    for (const file of ['start.mjs', 'build-program.mjs', 'desktop-runtime.mjs', 'desktop-download.mjs'])
      cpSync(join(root, 'scripts', file), join(copy, 'scripts', file));
    symlinkSync(join(root, 'electron'), join(copy, 'electron'));
    writeFileSync(
      join(copy, 'scripts/set-up.mjs'),
      `export const root = ${JSON.stringify(copy)};
       export const node = ${JSON.stringify(process.execPath)};
       export const setUp = () => undefined;
       export const say = (text) => process.stderr.write(text + '\\n');`,
    );
    const child = begin(process.execPath, [join(copy, 'scripts/start.mjs'), '--headless', ...SERVE.slice(1)]);
    await child.waitUntil(() => child.out.includes('\n'));
    await expectClosed(child, child.process.pid as number);
    await expectClosed(child, (JSON.parse(child.out) as { pid: number }).pid);
    await child.stop();
  });

  it('opens nothing in a process that an instance starts', async () => {
    vi.stubEnv('NODE_OPTIONS', ANY_PORT.NODE_OPTIONS);
    const pid = Promise.withResolvers<number>();
    const started = childProcesses.start(oddProgram, {
      onMessage: (message) => pid.resolve(Number((message as { answer: string }).answer)),
      onUnreadable: () => pid.reject(new Error('no answer')),
      onExit: () => pid.reject(new Error('it ended')),
    });
    started.send({ id: 1, request: { do: 'pid' } });
    try {
      expect(await signalRunning(await pid.promise)).toEqual({ before: [], after: [] });
    } finally {
      started.kill();
      vi.unstubAllEnvs();
    }
  });

  /** Whichever line it is at: it ends by the signal, refuses to run, or runs without a debugger. Thirteen starts. */
  it.each([
    ['by hand', [headless]],
    ['as npm run temps starts it', words('temps')],
  ])('leaves no debugger open when it comes while an instance starts %s', async (how, args) => {
    const countPorts = async (afterMs: number | null) => {
      const child = begin(process.execPath, [...args, ...SERVE]);
      const isOver = () => child.process.exitCode !== null || child.process.signalCode !== null;
      if (afterMs !== null) {
        await sleep(afterMs);
        child.process.kill('SIGUSR1');
      }
      await until(() => isOver() || child.out.includes('\n'));
      if (how !== 'by hand') expect(child.output).not.toContain('Debugger');
      if (!isOver()) {
        const { length } = listPorts(child.process.pid as number);
        await child.stop('SIGKILL');
        return length;
      }
      const { code, signal } = await child.ended;
      if (signal !== 'SIGUSR1') expect([code, child.output]).toEqual([1, expect.stringMatching(/debugger/)]);
      return null;
    };
    const usual = await countPorts(null);
    expect(usual).toBeGreaterThan(1);
    for (let afterMs = 4; afterMs <= 70; afterMs += 6)
      expect([usual, null], `${afterMs} ms`).toContain(await countPorts(afterMs));
  });
});

describe('an instance refuses to run', () => {
  it.each([
    ['with a debugger', ['--inspect=127.0.0.1:0'], {}],
    ['with a debugger from the environment', [], { NODE_OPTIONS: '--inspect=127.0.0.1:0' }],
    ['with a signal that writes its memory', ['--heapsnapshot-signal=SIGUSR2'], {}],
    ['with that from the environment', [], { NODE_OPTIONS: '--heapsnapshot-near-heap-limit=1' }],
  ])('%s', async (_how, options, env) => {
    const child = begin(process.execPath, [...options, headless, ...SERVE], env);
    expect((await child.waitForEnd()).code).toBe(1);
    expect(child.output).toMatch(/temps-desktop: .*the key.*Start without it\./);
    expect(child.out).toBe('');
  });

  it('with a debugger that opens later than the first look for one', async () => {
    const late = join(folder, 'late.cjs');
    // Between the first look at the debugger and all that comes after it.
    writeFileSync(
      late,
      `const { execArgv } = process;
       let open = () => require('node:inspector').open(0);
       Object.defineProperty(process, 'execArgv', {
         get() {
           open();
           open = () => undefined;
           return execArgv;
         },
       });`,
    );
    const child = begin(process.execPath, ['--require', late, headless, ...SERVE]);
    expect((await child.waitForEnd()).code).toBe(1);
    expect(child.output).toContain('Debugger listening');
    expect(child.output).toMatch(/temps-desktop: A debugger can attach .*the key.*Start without it\./);
    expect(child.out).toBe('');
  });

  it.each([
    'remote-debugging-port',
    'remote-debugging-pipe',
    'inspect',
  ])('as the packaged desktop with --%s', (name) => {
    const home = mkdtempSync(join(folder, 'home-'));
    const dataDir = join(home, 'data');
    const ran = runOnStandIn(
      ['status', '--data-dir', dataDir, `--${name}=1`],
      { STAND_IN_PACKAGED: '1' },
      home,
    );
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toContain(`Temps does not start with --${name}`);
  });
});
