import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard, type Scenario, verify } from './scenarios.ts';

const worker = join(import.meta.dirname, 'worker.ts');

export interface Tally {
  runs: number;
  /** Runs that were really interrupted, or whose fault really happened. */
  hit: number;
  faults: string[];
}

export const emptyTally = (): Tally => ({ runs: 0, hit: 0, faults: [] });

/** Calls that change files or their names: where an interruption matters. */
const CALLS =
  'pwrite64,write,fsync,fdatasync,ftruncate,link,linkat,rename,renameat,renameat2,unlink,unlinkat';
/** Calls that can fail for a disk that is full, read-only or broken. */
const FAILING_CALLS = 'pwrite64,fsync,fdatasync,ftruncate,link,rename';

export function hasStrace(): boolean {
  return spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
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
  const windowMs = await measureWork(scenario, prepared);
  for (let run = 0; run < count; run++) {
    const dataDir = copyOf(prepared);
    const child = spawn(process.execPath, [worker, scenario, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killed = await killAfterReady(child, Math.random() * windowMs);
    tally.runs += 1;
    if (killed) tally.hit += 1;
    await judge(scenario, dataDir, values, `killed at random (${scenario})`, tally);
  }
}

/** From READY to DONE, undisturbed: the shortest of three. */
async function measureWork(scenario: Scenario, prepared: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const dataDir = copyOf(prepared);
    const child = spawn(process.execPath, [worker, scenario, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
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
    const child = spawn(process.execPath, [worker, scenario, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
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

/** How many calls that matter the whole work makes, all threads together. */
export function countCalls(scenario: Scenario, prepared: string, calls = CALLS): number {
  const dataDir = copyOf(prepared);
  const log = join(dataDir, '..', `strace-${process.pid}.log`);
  spawnSync('strace', [
    '-f',
    '-qq',
    '-e',
    `trace=${calls}`,
    '-o',
    log,
    process.execPath,
    worker,
    scenario,
    dataDir,
  ]);
  const count = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /^\d+\s+\w+\(/.test(line)).length;
  rmSync(log, { force: true });
  discard(dataDir);
  return count;
}

/**
 * kill -9 on entering the n-th call, for every n that `every` picks. strace counts per thread, so n runs until
 * no thread gets that far.
 */
export async function killAtEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  every: number,
  tally: Tally,
): Promise<void> {
  await atEveryCall(scenario, prepared, values, every, tally, CALLS, 'signal=KILL');
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
  await atEveryCall(scenario, prepared, values, every, tally, FAILING_CALLS, `error=${error}`);
}

async function atEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  every: number,
  tally: Tally,
  calls: string,
  fault: string,
): Promise<void> {
  for (let n = 1; ; n += every) {
    const dataDir = copyOf(prepared);
    const log = `${dataDir}.log`;
    spawnSync(
      'strace',
      [
        '-f',
        '-qq',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:${fault}:when=${n}`,
        '-o',
        log,
        process.execPath,
        worker,
        scenario,
        dataDir,
      ],
      { stdio: 'ignore' },
    );
    const trace = readFileSync(log, 'utf8');
    rmSync(log, { force: true });
    const wasHit = trace.includes('(INJECTED)') || trace.includes('killed by SIGKILL');
    if (!wasHit) {
      discard(dataDir);
      return;
    }
    tally.runs += 1;
    tally.hit += 1;
    await judge(scenario, dataDir, values, `${fault} at call ${n} (${scenario})`, tally);
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
