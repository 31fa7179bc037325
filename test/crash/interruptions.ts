import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileCache } from '../command-line-env.ts';
import { discard, type Scenario, verify } from './scenarios.ts';

const worker = join(import.meta.dirname, 'worker.ts');
const workerEnv = { ...process.env, NODE_COMPILE_CACHE: compileCache };

export interface Tally {
  runs: number;
  /** Runs that were really interrupted, or whose fault really happened. */
  hit: number;
  faults: string[];
}

export const emptyTally = (): Tally => ({ runs: 0, hit: 0, faults: [] });

/** Calls that change files or their names: where an interruption matters. */
const CALLS = ['write', 'pwrite', 'fsync', 'fdatasync', 'ftruncate', 'link', 'rename', 'unlink'];
/** Calls that can fail for a disk that is full, read-only or broken. */
const FAILING_CALLS = CALLS.filter((call) => call !== 'unlink');

let preloaded: string | null = null;

/** The library that interrupts (interrupt.c), built once a process; null where there is no compiler for it. */
function findInterrupter(): string | null {
  if (preloaded !== null) return preloaded;
  if (process.platform !== 'linux') return null;
  const target = join(mkdtempSync(join(tmpdir(), 'temps-interrupt-')), 'interrupt.so');
  const source = join(import.meta.dirname, 'interrupt.c');
  const { status } = spawnSync('cc', ['-O1', '-fPIC', '-shared', '-o', target, source, '-ldl']);
  if (status !== 0) return null;
  process.once('exit', () => rmSync(dirname(target), { recursive: true, force: true }));
  preloaded = target;
  return target;
}

/** What a process is started with to be interrupted at its `at`-th call that changes a file below `under`. */
export function interruptionEnv(
  at: number,
  fault: 'kill' | 'stop' | keyof typeof constants.errno,
  log: string,
  { calls = CALLS, under }: { calls?: readonly string[]; under?: string } = {},
): NodeJS.ProcessEnv {
  return {
    ...workerEnv,
    LD_PRELOAD: findInterrupter() ?? '',
    INTERRUPT_AT: String(at),
    INTERRUPT_WITH: fault === 'kill' || fault === 'stop' ? fault : String(constants.errno[fault]),
    INTERRUPT_CALLS: `,${calls.join(',')},`,
    INTERRUPT_LOG: log,
    ...(under === undefined ? {} : { INTERRUPT_UNDER: under }),
  };
}

export function canInterruptCalls(): boolean {
  return findInterrupter() !== null;
}

/**
 * kill -9 at random instants of the work, `count` times, from copies of one prepared directory. How long the
 * work takes here and now is measured first, so that the kills fall inside it on any machine.
 */
export async function killAtRandom(
  scenario: Scenario,
  prepared: string,
  values: number,
  count: number,
  tally: Tally,
): Promise<void> {
  const windowMs = await measureWork(scenario, prepared, 3);
  for (let run = 0; run < count; run++) {
    const dataDir = copyOf(prepared);
    const child = startWorker(scenario, dataDir);
    const killed = await killAfterReady(child, Math.random() * windowMs);
    tally.runs += 1;
    if (killed) tally.hit += 1;
    await judge(scenario, dataDir, values, `killed at random (${scenario})`, tally);
  }
}

function startWorker(scenario: Scenario, dataDir: string) {
  return spawn(process.execPath, [worker, scenario, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: workerEnv,
  });
}

/** From READY to DONE, undisturbed: the shortest of `runs`, in milliseconds. */
async function measureWork(scenario: Scenario, prepared: string, runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const dataDir = copyOf(prepared);
    const child = startWorker(scenario, dataDir);
    let began = 0;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('READY')) began = performance.now();
        if (chunk.includes('DONE')) times.push(performance.now() - began);
      });
      child.once('close', () => resolve());
    });
    discard(dataDir);
  }
  return Math.min(...times);
}

/** kill -9 again and again in one directory, each time going on where the last was killed; judged at the end. */
export async function killInPlace(
  scenario: Scenario,
  dataDir: string,
  values: number,
  kills: number,
  delayMs: number,
  tally: Tally,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const child = startWorker(scenario, dataDir);
    tally.runs += 1;
    if (await killAfterReady(child, delayMs)) tally.hit += 1;
  }
  await judge(scenario, dataDir, values, `killed ${kills} times (${scenario})`, tally);
}

/** True when the kill came before the work was done. */
function killAfterReady(child: ChildProcess, delayMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('READY')) setTimeout(() => child.kill('SIGKILL'), delayMs);
    });
    child.once('close', (_code, signal) => resolve(signal === 'SIGKILL'));
  });
}

/**
 * kill -9 just before the n-th call that changes a file, for n = 1, `every` + 1 … until the work gets through.
 * Calls are counted over all threads, so with `every` 1 no step between two of them is left out.
 */
export async function killAtEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  every: number,
  tally: Tally,
): Promise<void> {
  await atEveryCall(scenario, prepared, values, every, tally, CALLS, 'kill');
}

/** The n-th call fails as a full, read-only or broken disk makes it fail. */
export async function failAtEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  every: number,
  error: 'ENOSPC' | 'EROFS' | 'EIO',
  tally: Tally,
): Promise<void> {
  await atEveryCall(scenario, prepared, values, every, tally, FAILING_CALLS, error);
}

async function atEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  every: number,
  tally: Tally,
  calls: readonly string[],
  fault: 'kill' | 'ENOSPC' | 'EROFS' | 'EIO',
): Promise<void> {
  // Once undisturbed: what is compiled is kept for the others, whose calls are then the vault's alone.
  await measureWork(scenario, prepared, 1);
  for (let n = 1; ; n += every) {
    const dataDir = copyOf(prepared);
    const log = `${dataDir}.log`;
    spawnSync(process.execPath, [worker, scenario, dataDir], {
      stdio: 'ignore',
      env: interruptionEnv(n, fault, log, { calls }),
    });
    const interrupted = /^(\w+)!$/m.exec(readFileSync(log, 'utf8'))?.[1];
    rmSync(log, { force: true });
    if (!interrupted) {
      discard(dataDir);
      return;
    }
    tally.runs += 1;
    tally.hit += 1;
    await judge(scenario, dataDir, values, `${fault} at call ${n}, ${interrupted} (${scenario})`, tally);
  }
}

async function judge(
  scenario: Scenario,
  dataDir: string,
  values: number,
  what: string,
  tally: Tally,
): Promise<void> {
  const faults = await verify(scenario, dataDir, values).catch((error: Error) => [
    `did not open: ${error.message}`,
  ]);
  for (const fault of faults) tally.faults.push(`${what}: ${fault}`);
  if (faults.length === 0) discard(dataDir);
}

function copyOf(prepared: string): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-killed-'));
  cpSync(prepared, dataDir, { recursive: true });
  return dataDir;
}
