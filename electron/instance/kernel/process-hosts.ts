import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { readJsonLines, writeJsonLine } from './json-lines.ts';

/** How processes are started where this instance runs: the shell hands it in. */
export interface ProcessHost {
  start(program: StartedProgram, listener: ProcessListener): StartedProcess;
}

export interface StartedProgram {
  name: string;
  file: string;
  /** How large its JavaScript heap may get; then it is aborted. The engine's own limit unless said. */
  heapMib?: number | undefined;
  /** Whether it gets of the environment what every program needs, and nothing that was set for this one. */
  hasPlainEnvironment?: boolean | undefined;
}

/** What a program of Node's needs to start, to find its temporary folder and to write dates; `SystemRoot` for Windows' sockets. */
const PLAIN_ENVIRONMENT = [
  ...['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'windir'],
  ...['TMPDIR', 'TEMP', 'TMP', 'LANG', 'LC_ALL', 'TZ'],
  'NODE_COMPILE_CACHE',
];

/**
 * For what starts a process; nothing where it gets all. SECURITY: the environment names the data directory and the key's file, and
 * may hold anything else of the account's.
 */
export function toEnvironment({ hasPlainEnvironment }: Pick<StartedProgram, 'hasPlainEnvironment'>): {
  env?: Record<string, string>;
} {
  if (!hasPlainEnvironment) return {};
  const found = PLAIN_ENVIRONMENT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { env: Object.fromEntries(found) };
}

/** Told by the host, after `start` has returned. */
export interface ProcessListener {
  onMessage(message: unknown): void;
  /** What came is no message at all. */
  onUnreadable(): void;
  /** It ended, or could not be started; may be called twice. */
  onExit(): void;
}

/** None of it keeps this process running, nor throws when the other is gone. */
export interface StartedProcess {
  send(message: unknown): void;
  /** At once, whatever it is doing. */
  kill(): void;
}

/**
 * For V8. Its room for what is new is small (a MiB): what is large and only passes through a process is let go of sooner, and
 * ours hold little else.
 */
export const toHeapFlags = ({ heapMib }: Pick<StartedProgram, 'heapMib'>): string[] => [
  '--max-semi-space-size=1',
  ...(heapMib === undefined ? [] : [`--max-old-space-size=${heapMib}`]),
];

/**
 * Child processes of Node's. SECURITY: messages go through pipes, and neither through arguments nor through the
 * environment. Not through Node's own channel (`fork`) either: a line in it that is no JSON is an uncaught
 * exception in this process. No debugger comes in by a signal.
 */
export const childProcesses: ProcessHost = {
  start(program, { onMessage, onUnreadable, onExit }) {
    // There this program is no Node: started again it would be the desktop.
    if (process.versions.electron) throw new Error('Electron starts its processes otherwise');
    const child = spawn(process.execPath, ['--disable-sigusr1', ...toHeapFlags(program), program.file], {
      stdio: ['pipe', 'pipe', 'ignore'],
      ...toEnvironment(program),
    });
    child.on('error', onExit);
    // Later than `exit`: what it said last has been read.
    child.on('close', onExit);
    // It went before it had read everything; `close` tells. Where there are no more file descriptors there are no
    // pipes.
    child.stdin?.on('error', () => undefined);
    if (child.stdout) readJsonLines(child.stdout, onMessage, onUnreadable);
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as Socket | undefined)?.unref();
    return {
      send: (message) => child.stdin && writeJsonLine(child.stdin, message),
      kill: () => child.kill('SIGKILL'),
    };
  },
};

/**
 * Threads of this process, for JavaScript that is trusted and only slow: cheaper in memory than a process, and what
 * is sent to them stays in this one. Not for native code: no kill interrupts it, not even the end of this process,
 * and its crash is this one's.
 */
export const threads: ProcessHost = {
  start({ file, heapMib }, { onMessage, onUnreadable, onExit }) {
    const worker = new Worker(
      file,
      heapMib === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMib } },
    );
    worker.on('message', onMessage);
    worker.on('messageerror', onUnreadable);
    worker.on('error', onExit);
    worker.on('exit', onExit);
    // After the listeners: one for messages would make it count again.
    worker.unref();
    return {
      send: (message) => worker.postMessage(message),
      kill: () => void worker.terminate(),
    };
  },
};
