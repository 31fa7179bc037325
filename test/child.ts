import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** How long a test waits for anything: on a slow or busy machine what comes may take long. */
export const WAIT_MS = 60_000;

/** A process that a test starts and waits for. */
export interface Child {
  readonly process: ChildProcess;
  /** What it printed to its standard output so far. */
  readonly out: string;
  /** What it printed to both streams so far, as it came. */
  readonly output: string;
  /**
   * Waits until a condition on it holds. Rejects with what it printed: at once when it could not be started or ends
   * before, else after the deadline.
   */
  waitUntil(condition: () => boolean | Promise<boolean>, deadlineMs?: number): Promise<void>;
  /** Resolves once it ended and all it printed is here; rejects when it could not be started. */
  readonly ended: Promise<Ended>;
  /** The same, with a deadline. */
  waitForEnd(deadlineMs?: number): Promise<Ended>;
  /** Sends it a signal and waits for its end. */
  stop(signal?: NodeJS.Signals, deadlineMs?: number): Promise<Ended>;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** None outlives its test run: those that a failed test left are ended with the process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Conditions on something else than what it prints are looked at again after so long. */
const LOOK_AGAIN_MS = 25;

/** Starts a program. Its standard streams are pipes unless `stdio` says otherwise. */
export function startChild(command: string, args: string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, options);
  running.add(child);
  const name = [command, ...args].join(' ');
  let out = '';
  let output = '';
  let whyOver: string | null = null;
  let wake = () => {};
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    output += text;
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    wake();
  });
  // Whoever waits for an answer to what is typed is told that the child is gone.
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', (error) => {
      // One that runs could not be sent a signal: it had just ended.
      if (child.pid !== undefined) return;
      whyOver = `could not be started: ${error.message}`;
      reject(new Error(`${name} ${whyOver}`));
      wake();
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      whyOver ??= signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      resolve({ code, signal });
      wake();
    });
  });
  // Not everyone waits for its end.
  ended.catch(() => undefined);

  async function waitUntil(condition: () => boolean | Promise<boolean>, deadlineMs = WAIT_MS): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      // Looked at before the condition: what it printed last may be what is waited for.
      const wasOver = whyOver;
      if (await condition()) return;
      if (wasOver !== null) throw new Error(`${name} ${wasOver}\n${output}`);
      if (Date.now() > deadline) throw new Error(`${name} was waited for in vain\n${output}`);
      if (whyOver !== null) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async function waitForEnd(deadlineMs = WAIT_MS): Promise<Ended> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`${name} does not end\n${output}`)), deadlineMs);
    return await Promise.race([ended, late.promise]).finally(() => clearTimeout(timer));
  }

  return {
    process: child,
    get out() {
      return out;
    },
    get output() {
      return output;
    },
    ended,
    waitUntil,
    waitForEnd,
    stop(signal = 'SIGTERM', deadlineMs) {
      child.kill(signal);
      return waitForEnd(deadlineMs);
    },
  };
}
