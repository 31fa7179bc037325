import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, startChild } from '../child.ts';
import { compileCache } from '../command-line-env.ts';
import { discard } from './open-core.ts';
import { type Scenario, verify } from './scenarios.ts';

const worker = join(import.meta.dirname, 'worker.ts');
const workerEnv = { ...process.env, NODE_COMPILE_CACHE: compileCache };

/** What became of the interruptions of one scenario. */
export interface Tally {
  /** Interruptions that were meant: the calls of an undisturbed run, or the random instants. */
  counted: number;
  /** Those that really happened. */
  hit: number;
  /** What did not hold after one, in words. */
  faults: string[];
}

/** Calls that change files or their names: where an interruption matters. */
const CALLS = ['write', 'pwrite', 'fsync', 'fdatasync', 'ftruncate', 'link', 'rename', 'unlink'];
/** Calls that can fail for a disk that is full, read-only or broken. */
const FAILING_CALLS = CALLS.filter((call) => call !== 'unlink');

/** kill -9; a stop, after which the call goes on; or what the call answers. */
export type Fault = 'kill' | 'stop' | keyof typeof constants.errno;

/** A script of Node with its words, whose calls that change a file below a folder count. */
export interface Interruptible {
  script: [path: string, ...words: string[]];
  under: string;
}

/** So long one work may take: one that hangs would hold up the whole test. */
const RUN_MS = 60_000;

let preloaded: string | null = null;

/** The library that interrupts (interrupt.c), built once a process; null where there is no compiler for it. */
function findInterrupter(): string | null {
  if (preloaded !== null) return preloaded;
  if (process.platform !== 'linux') return null;
  const target = join(mkdtempSync(join(tmpdir(), 'temps-interrupt-')), 'interrupt.so');
  const source = join(import.meta.dirname, 'interrupt.c');
  const { status } = spawnSync('cc', ['-O1', '-fPIC', '-shared', '-o', target, source, '-ldl', '-lpthread']);
  if (status !== 0) return null;
  process.once('exit', () => rmSync(dirname(target), { recursive: true, force: true }));
  preloaded = target;
  return target;
}

export function canInterruptCalls(): boolean {
  return findInterrupter() !== null;
}

/** What a script is started with to be interrupted at its `at`-th call, at all, or in each folder at that of its name; at 0 they are only counted. */
export function interruptionEnv(
  under: string,
  at: number | 'all' | 'named',
  fault: Fault,
  log?: string,
): NodeJS.ProcessEnv {
  const isAnswer = fault !== 'kill' && fault !== 'stop';
  return {
    ...workerEnv,
    LD_PRELOAD: findInterrupter() ?? '',
    INTERRUPT_AT: String(at),
    INTERRUPT_WITH: isAnswer ? String(constants.errno[fault]) : fault,
    INTERRUPT_CALLS: `,${(isAnswer ? FAILING_CALLS : CALLS).join(',')},`,
    INTERRUPT_UNDER: under,
    ...(log === undefined ? {} : { INTERRUPT_LOG: log }),
  };
}

/** What a program is started with whose calls below a folder fail while a file exists, with the errno in it. */
export function failingEnv(under: string, whileFile: string): NodeJS.ProcessEnv {
  return {
    LD_PRELOAD: findInterrupter() ?? '',
    INTERRUPT_CALLS: `,${FAILING_CALLS.join(',')},`,
    INTERRUPT_UNDER: under,
    INTERRUPT_WHILE: whileFile,
  };
}

/** The calls that could be interrupted, by their names, as an undisturbed run makes them. */
export function countCalls(program: Interruptible, fault: Fault): string[] {
  const { ran, calls } = run(program, 0, fault);
  if (ran.status !== 0 || !ran.stdout.includes('DONE')) throw new Error(describeEnd('undisturbed', ran));
  return calls;
}

/** One run that is interrupted at its `at`-th call; `call` is null when it made fewer. */
export function interruptCall(
  program: Interruptible,
  at: number,
  fault: Fault,
): { ran: SpawnSyncReturns<string>; call: string | null } {
  const { ran, calls } = run(program, at, fault);
  return { ran, call: calls.find((call) => call.endsWith('!'))?.slice(0, -1) ?? null };
}

function run({ script, under }: Interruptible, at: number | 'named', fault: Fault, works = 1) {
  const folder = mkdtempSync(join(tmpdir(), 'temps-calls-'));
  const log = join(folder, 'log');
  try {
    const ran = spawnSync(process.execPath, script, {
      encoding: 'utf8',
      env: interruptionEnv(under, at, fault, log),
      timeout: RUN_MS * works,
    });
    if (ran.error) throw ran.error;
    return { ran, calls: readCalls(log) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const describeEnd = (what: string, { status, signal, stdout, stderr }: SpawnSyncReturns<string>) =>
  `${what}, it ended with ${signal ?? status}: ${stdout}${stderr}`;

/**
 * kill -9 at random instants of the work, `count` times, from copies of one prepared directory. How long the
 * work takes here and now is measured first, so that the kills fall inside it on any machine.
 */
export async function killAtRandom(
  scenario: Scenario,
  prepared: string,
  values: number,
  count: number,
): Promise<Tally> {
  const tally: Tally = { counted: count, hit: 0, faults: [] };
  const windowMs = await measureWork(scenario, prepared, 3);
  for (let run = 0; run < count; run++) {
    const dataDir = copyOf(prepared);
    if (await killDuringWork(scenario, dataDir, Math.random() * windowMs)) tally.hit += 1;
    await judge(scenario, dataDir, values, `killed at random (${scenario})`, tally);
  }
  return tally;
}

/** kill -9 again and again in one copy, each time going on where the last was killed; judged at the end. */
export async function killInPlace(
  scenario: Scenario,
  prepared: string,
  values: number,
  kills: number,
  delayMs: number,
): Promise<Tally> {
  const tally: Tally = { counted: kills, hit: 0, faults: [] };
  const dataDir = copyOf(prepared);
  for (let kill = 0; kill < kills; kill++)
    if (await killDuringWork(scenario, dataDir, delayMs)) tally.hit += 1;
  await judge(scenario, dataDir, values, `killed ${kills} times (${scenario})`, tally);
  return tally;
}

/** Kills the work so long after it began. False when it was done before. */
async function killDuringWork(scenario: Scenario, dataDir: string, delayMs: number): Promise<boolean> {
  const child = startWorker(scenario, dataDir);
  await child.waitUntil(() => child.out.includes('READY'));
  await wait(delayMs);
  const { signal } = await child.stop('SIGKILL');
  const isDone = child.out.includes('DONE');
  if (signal === null && !isDone) throw new Error(`${scenario} failed undisturbed: ${child.output}`);
  return !isDone;
}

/** From READY to DONE, undisturbed: the shortest of `runs`, in milliseconds. */
async function measureWork(scenario: Scenario, prepared: string, runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const dataDir = copyOf(prepared);
    const child = startWorker(scenario, dataDir);
    await child.waitUntil(() => child.out.includes('READY'));
    const began = performance.now();
    await child.waitUntil(() => child.out.includes('DONE'));
    times.push(performance.now() - began);
    await child.waitForEnd();
    discard(dataDir);
  }
  return Math.min(...times);
}

const startWorker = (scenario: Scenario, dataDir: string): Child =>
  startChild(process.execPath, [worker, scenario, dataDir], { env: workerEnv });

/** Counts the calls of the work that change a file, over all threads, and kills it just before each of them. */
export async function killAtEveryCall(scenario: Scenario, prepared: string, values: number): Promise<Tally> {
  const calls = countWork(scenario, prepared, 'kill');
  const tally: Tally = { counted: calls.length, hit: 0, faults: [] };
  for (const [index, name] of calls.entries()) {
    const what = `kill at call ${index + 1} of ${calls.length}, ${name} (${scenario})`;
    const under = copyOf(prepared);
    const { ran, call } = interruptCall({ script: [worker, scenario, under], under }, index + 1, 'kill');
    if (call !== null) tally.hit += 1;
    if (ran.signal !== 'SIGKILL') tally.faults.push(describeEnd(what, ran));
    await judge(scenario, under, values, what, tally);
  }
  return tally;
}

/**
 * Lets each of those calls, or every `every`-th, fail as a full, read-only or broken disk does: each in a folder of its
 * own, all in one process.
 */
export async function failEveryCall(
  scenario: Scenario,
  prepared: string,
  values: number,
  fault: 'ENOSPC' | 'EROFS' | 'EIO',
  every = 1,
): Promise<Tally> {
  const calls = countWork(scenario, prepared, fault);
  const under = mkdtempSync(join(tmpdir(), 'temps-failing-'));
  const failing = calls
    .map((name, index) => ({ name, at: index + 1 }))
    .filter((_, index) => index % every === 0);
  const dataDirs = failing.map(({ at }) => join(under, String(at)));
  for (const dataDir of dataDirs) cpSync(prepared, dataDir, { recursive: true });
  const program: Interruptible = { script: [worker, scenario, ...dataDirs], under };
  const { ran, calls: done } = run(program, 'named', fault, dataDirs.length);
  const hits = new Set(done.map((call) => Number(call.split('!')[1])));
  // Work that goes by the time makes more calls the longer it takes: this run may have ended before the last that were counted.
  const last = Math.max(...failing.map(({ at }) => at).filter((at) => hits.has(at)));
  const met = failing.filter(({ at }) => at <= last);
  const tally: Tally = {
    counted: met.length,
    hit: met.filter(({ at }) => hits.has(at)).length,
    faults: [],
  };
  if (met.length < failing.length * 0.8)
    tally.faults.push(`only ${met.length} of ${failing.length} calls were made in the end`);
  // A disk that fails is a named error, not a crash.
  if (ran.status !== 0) tally.faults.push(describeEnd(`${fault} (${scenario})`, ran));
  for (const [index, { name, at }] of failing.entries()) {
    const what = `${fault} at call ${at} of ${calls.length}, ${name} (${scenario})`;
    await judge(scenario, dataDirs[index] as string, values, what, tally);
  }
  if (tally.faults.length === 0) discard(under);
  return tally;
}

/** As the shortest of three undisturbed runs makes them: one that takes over a second empties the database's log meanwhile. */
function countWork(scenario: Scenario, prepared: string, fault: Fault): string[] {
  const runs = Array.from({ length: 3 }, () => {
    const under = copyOf(prepared);
    try {
      return countCalls({ script: [worker, scenario, under], under }, fault);
    } finally {
      discard(under);
    }
  });
  return runs.reduce((shortest, calls) => (calls.length < shortest.length ? calls : shortest));
}

/**
 * As `killAtEveryCall`, without the kills: the work is stopped before each of its calls, and a copy of what is on the disk
 * then is judged. It is what a kill there would leave, for the price of one process instead of one a call.
 */
export async function copyAtEveryCall(scenario: Scenario, prepared: string, values: number): Promise<Tally> {
  const under = copyOf(prepared);
  const folder = mkdtempSync(join(tmpdir(), 'temps-calls-'));
  const log = join(folder, 'log');
  const child = startChild(process.execPath, [worker, scenario, under], {
    env: interruptionEnv(under, 'all', 'stop', log),
  });
  // It, or a process that it started and waits for.
  const findStopped = () => listFamily(child.process.pid).find(isStopped);
  const tally: Tally = { counted: 0, hit: 0, faults: [] };
  for (;;) {
    await child.waitUntil(() => child.out.includes('DONE') || findStopped() !== undefined);
    if (child.out.includes('DONE')) break;
    tally.hit += 1;
    const what = `copied at call ${tally.hit}, ${readCalls(log).at(-1)} (${scenario})`;
    const stopped = findStopped();
    const others = listFamily(child.process.pid).filter((pid) => pid !== stopped && !isStopped(pid));
    for (const pid of others) sendSignal(pid, 'SIGSTOP');
    // As a kill of them all would leave it: none of them removes a file while it is being copied.
    await child.waitUntil(() => others.every((pid) => isStopped(pid) || isOver(pid)));
    const dataDir = copyOf(under);
    for (const pid of [stopped, ...others]) sendSignal(pid, 'SIGCONT');
    await judge(scenario, dataDir, values, what, tally);
  }
  await child.waitForEnd();
  // Not before: work that goes by the time takes more calls the longer it is stopped.
  tally.counted = readCalls(log).length;
  for (const done of [under, folder]) discard(done);
  return tally;
}

function sendSignal(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Ended, and perhaps not waited for by who started it. */
const isOver = (pid: number): boolean => listThreadStates(pid).every((state) => state === 'Z');

const readCalls = (log: string): string[] =>
  existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];

/** A process and those that it started, as far as they run. */
function listFamily(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  try {
    const started = globSync(`/proc/${pid}/task/*/children`).map((file) => readFileSync(file, 'utf8'));
    return [pid, ...started.join(' ').split(' ').filter(Boolean).map(Number)];
  } catch {
    // A thread that ended meanwhile.
    return [pid];
  }
}

/** Whether a process waits to be continued, with all of its threads. */
export function isStopped(pid: number | undefined): boolean {
  const states = listThreadStates(pid);
  return states.length > 0 && states.every((state) => state === 'T');
}

/** Letters as in proc(5), one a thread; none of a process that ended. */
function listThreadStates(pid: number | undefined): string[] {
  const stats = globSync(`/proc/${pid}/task/*/stat`);
  try {
    // After the program's name in brackets.
    return stats.map((stat) =>
      readFileSync(stat, 'utf8')
        .replace(/^.*\) /s, '')
        .slice(0, 1),
    );
  } catch {
    // A thread that ended meanwhile.
    return [];
  }
}

/** Keeps the directory where something did not hold. */
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
