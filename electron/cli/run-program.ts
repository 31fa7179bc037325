import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withUsualCoreFiles } from '../instance/kernel/core-files.ts';
import { formatCount, formatSize } from './command.ts';
import { createMasking } from './run/masking.ts';

/** As in shells (POSIX, 2.8.2). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNAL_BASE = 128;
/** Not SIGUSR1: it would open a debugger, so it is turned off (kernel/debug-doors.ts). */
const forwarded: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** A terminal sends them to every process in the foreground, and so to the program too. */
const typed: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const NAMED = 3;

/** How long a program may take to end when it is restarted, before it is killed. */
const RESTART_MS = 5000;

/** What a program is started with again. */
export interface NextStart {
  /** Called once the program before has ended. */
  makeEnvironment(): NodeJS.ProcessEnv;
  masked: readonly Buffer[];
}

export interface RunOptions {
  /** Is given the way to restart the program, as often as it likes; returns what ends that. */
  watch?: (restart: (next: NextStart) => void) => () => void;
  /** What is masked in the program's output; nothing passes its output on as it is. */
  masked?: readonly Buffer[];
  /** Called once the program has ended, before this process ends by its signal. */
  onEnd?: () => void;
}

/**
 * Runs a program in place of this one, as far as one process can stand for another: its streams, its exit code, and the
 * signal that ended it, by which this process ends too. Otherwise a shell's loop would continue after Ctrl-C. Signals are passed
 * on, unless the terminal has sent them to the program already.
 */
export async function runProgram(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  { masked = [], onEnd = () => undefined, watch = () => () => undefined }: RunOptions = {},
): Promise<number> {
  const before = findTerminal();
  let child: ChildProcess | null = null;
  let next: NextStart | null = null;
  let isToEnd = false;
  let killing: NodeJS.Timeout | undefined;
  const forward = (signal: NodeJS.Signals) => {
    // Who ends the program while it restarts wants no other one.
    if (signal !== 'SIGUSR2') isToEnd = true;
    if (typed.includes(signal) && findTerminal() === 'foreground') return;
    // The terminal is gone, and has told the program so.
    if (signal === 'SIGHUP' && before !== 'none' && findTerminal() === 'none') return;
    child?.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  const endWatch = watch((wanted) => {
    next = wanted;
    child?.kill('SIGTERM');
    clearTimeout(killing);
    killing = setTimeout(() => child?.kill('SIGKILL'), RESTART_MS);
  });
  /** Until the program has ended by itself: restarts are none of its ends. */
  const runToEnd = async (start: NextStart): Promise<Ended> => {
    const output = start.masked.length > 0 ? 'pipe' : 'inherit';
    const stdio = ['inherit', output, output] as const;
    const started = withUsualCoreFiles(() =>
      spawn(program, args, { stdio: [...stdio], env: start.makeEnvironment() }),
    );
    child = started;
    const [ended] = await Promise.all([
      waitForEnd(started),
      passOn(started.stdout, process.stdout, start.masked),
      passOn(started.stderr, process.stderr, start.masked),
    ]);
    clearTimeout(killing);
    const following = next;
    next = null;
    return following === null || isToEnd ? ended : await runToEnd(following);
  };
  try {
    const { code, signal } = await runToEnd({ makeEnvironment: () => env, masked });
    endWatch();
    onEnd();
    if (signal === null) return code ?? NOT_EXECUTABLE;
    for (const other of forwarded) process.off(other, forward);
    await endBy(signal);
    return SIGNAL_BASE + constants.signals[signal];
  } catch (error) {
    onEnd();
    return explain(program, error as NodeJS.ErrnoException, env);
  } finally {
    endWatch();
    clearTimeout(killing);
    for (const signal of forwarded) process.off(signal, forward);
  }
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

function waitForEnd(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Not `exit`: what it wrote last is passed on first.
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Until all of it is written: this process may end by a signal then. */
async function passOn(
  from: Readable | null,
  to: NodeJS.WriteStream,
  masked: readonly Buffer[],
): Promise<void> {
  if (from === null) return;
  try {
    await pipeline(from, createMasking(masked), to, { end: false });
    await new Promise((resolve) => to.write('', resolve));
  } catch {
    // Who read it is gone: the program hears so, as it would without this process between.
    from.destroy();
  }
}

/** Whether this process has a terminal, and is one of those that its keys stop: see credentials(7), "Process groups". */
function findTerminal(): 'none' | 'background' | 'foreground' {
  if (process.platform !== 'linux') return process.stdin.isTTY ? 'foreground' : 'none';
  // Behind the program's name in brackets: state, parent, group, session, terminal, and the group in its foreground
  // (proc_pid_stat(5)).
  const stat = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '');
  const [, , group, , terminal, foreground] = stat.split(' ');
  if (terminal === '0') return 'none';
  return group === foreground ? 'foreground' : 'background';
}

/** How long a signal that was sent may take to end this process. Where something holds it, its number is the exit code. */
const ENDING_MS = 1000;

/** Ends this process by a signal, where nothing holds it. */
export async function endBy(signal: NodeJS.Signals): Promise<void> {
  const ignore = () => undefined;
  try {
    // Node ignores SIGPIPE, for one; a listener that is taken away again leaves what the system does.
    process.on(signal, ignore).off(signal, ignore);
  } catch {
    // SIGKILL takes no listener, and needs none.
  }
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, ENDING_MS));
}

/** Says why a program did not start. Returns the exit code that a shell has for it. */
function explain(program: string, error: NodeJS.ErrnoException, env: NodeJS.ProcessEnv): number {
  const name = program === '' ? "''" : program;
  const say = (text: string) => process.stderr.write(`temps-desktop: cannot run ${name}: ${text}\n`);
  if (error.code === 'ENOENT' || program === '') {
    say('there is no such program.');
    return NOT_FOUND;
  }
  if (error.code === 'E2BIG') say(describeTooLarge(env));
  else if (error.code === 'EACCES') say('it is not executable, or this account may not run it.');
  else if (error.code === 'ENOTDIR') say('a part of its path is no folder.');
  else if (error.code === 'ERR_INVALID_ARG_VALUE') say('an argument has a NUL character.');
  else say(`the system refused it (${error.code ?? error.name}).`);
  return NOT_EXECUTABLE;
}

/** SECURITY: by name and size alone. */
function describeTooLarge(env: NodeJS.ProcessEnv): string {
  const sizes = Object.entries(env)
    .map(([key, value = '']) => ({ key, bytes: Buffer.byteLength(value) + key.length + 2 }))
    .sort((a, b) => b.bytes - a.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = sizes.slice(0, NAMED).map(({ key, bytes }) => `${key} (${formatSize(bytes)})`);
  return `its arguments and environment are larger than this system allows. The environment has ${formatCount(sizes.length, 'variable')} and ${formatSize(total)}; the largest are ${largest.join(', ')}.`;
}
