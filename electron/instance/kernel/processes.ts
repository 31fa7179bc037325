import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from './app-error.ts';
import type { ProcessHost, ProcessListener, StartedProcess, StartedProgram } from './process-hosts.ts';

/**
 * Runs parts of the instance in their own processes. Such a part is a `Program`: one file that calls
 * `answerRequests`. Callers send one request to a new process (`askOnce`), or many to a process that is kept
 * (`createProcessClient`). The host decides what a process is: a child process under Node, a utility process in
 * Electron, or a thread.
 *
 * Every failure is a `process_failed` that names the program and the reason.
 */

/** What both sides share. */
export interface Program<Request, Answer> {
  /** Name in errors and in the system's process list. */
  name: string;
  /** See `programFile`. */
  file: string;
  /** How long one request may take; then the process is killed. */
  timeoutMs: number;
  /** See `StartedProgram`. */
  heapMib?: number;
  /** See `StartedProgram`. */
  hasPlainEnvironment?: boolean;
  /** Throws for a request of the wrong shape; the process ends then. */
  parseRequest(message: unknown): Request;
  /** Throws for an answer of the wrong shape. SECURITY: nothing else a process sends is used. */
  parseAnswer(message: unknown): Answer;
}

/** What goes to a process, and what comes back. */
export interface RequestMessage {
  id: number;
  request: unknown;
}
export interface AnswerMessage {
  id: number;
  answer: unknown;
}
/** How far the request under way has come: whole percents, each more than the one before. */
export interface ProgressMessage {
  id: number;
  percent: number;
}

export type NoteProgress = (percent: number) => void;

export type ProcessFailure = 'crashed' | 'timed_out' | 'wrong_message' | 'gave_up' | 'stopped';

/** After this many failures in a row, nothing is started for GIVE_UP_MS. */
const GIVE_UP_AFTER = 5;
const GIVE_UP_MS = 30_000;
/** Before the second start in a row; doubled before each that follows. */
const FIRST_PAUSE_MS = 100;
/** How long a stop waits for the request under way, and then for the end of the process. */
const STOP_MS = 2000;

const failures: Record<ProcessFailure, string> = {
  crashed: 'ended before it responded',
  timed_out: 'did not respond in time',
  wrong_message: 'sent an invalid response',
  gave_up: `failed ${GIVE_UP_AFTER} times in a row and is not restarted for ${GIVE_UP_MS / 1000} s`,
  stopped: 'was stopped',
};

function processError({ name }: { name: string }, reason: ProcessFailure): AppError {
  return new AppError('process_failed', `The ${name} process ${failures[reason]}.`, {
    details: { process: name, reason },
  });
}

/** The file `name` beside the one that asks, with that one's ending: the desktop's package holds JavaScript. */
export function programFile(asking: ImportMeta, name: string): string {
  return join(asking.dirname, `${name}${extname(asking.filename)}`);
}

interface AskOptions {
  /** Kills the process. */
  signal?: AbortSignal | undefined;
  /** Is told how far it has come, by a program that says so. */
  onProgress?: NoteProgress | undefined;
  /** In place of the program's, for a request of which it is known how much it is. */
  timeoutMs?: number | undefined;
}

/** Asks one request in a process of its own, which is killed as soon as it answered. Throws `process_failed`. */
export async function askOnce<Request, Answer>(
  host: ProcessHost,
  program: Program<Request, Answer>,
  request: Request,
  options: AskOptions = {},
): Promise<Answer> {
  if (options.signal?.aborted) throw processError(program, 'stopped');
  return await startOnce(host, program).ask(request, options);
}

/** A process for one request, which comes up while there is something else to do. */
export interface ProcessForOne<Request, Answer> {
  /** Once; the process is killed as soon as it answered. Throws `process_failed`. */
  ask(request: Request, options?: AskOptions): Promise<Answer>;
  /** Kills a process that is not needed. */
  close(): void;
}

/** Throws `process_failed` where none can be started. */
export function startOnce<Request, Answer>(
  host: ProcessHost,
  program: Program<Request, Answer>,
): ProcessForOne<Request, Answer> {
  const connection = connect(host, program);
  const close = () => connection.close('stopped');
  return {
    async ask(request, { signal, onProgress, timeoutMs } = {}) {
      signal?.addEventListener('abort', close, { once: true });
      if (signal?.aborted) close();
      try {
        return await connection.ask(request, { onProgress, timeoutMs });
      } finally {
        signal?.removeEventListener('abort', close);
        close();
      }
    },
    close,
  };
}

export interface ProcessClient<Request, Answer> {
  /** Throws `process_failed`. A failed request is not retried: it may have crashed the process. */
  ask(request: Request): Promise<Answer>;
  /** Fails waiting requests, gives the current one a moment, then kills the process. Takes at most 2 × STOP_MS. */
  stop(): Promise<void>;
}

/**
 * A process that is started with the first request, and kept. Requests are asked one after another; after a failure
 * the next one gets a new process.
 */
export function createProcessClient<Request, Answer>(
  host: ProcessHost,
  program: Program<Request, Answer>,
): ProcessClient<Request, Answer> {
  const stopping = new AbortController();
  let connection: Connection<Request, Answer> | null = null;
  let failuresInRow = 0;
  let restartAt = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function waitForRestart(): Promise<void> {
    const pauseMs = restartAt - performance.now();
    if (pauseMs <= 0) return;
    if (failuresInRow >= GIVE_UP_AFTER) throw processError(program, 'gave_up');
    await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function askNow(request: Request): Promise<Answer> {
    if (!connection?.isOpen()) await waitForRestart();
    if (stopping.signal.aborted) throw processError(program, 'stopped');
    try {
      if (!connection?.isOpen()) connection = connect(host, program);
      const answer = await connection.ask(request);
      failuresInRow = 0;
      return answer;
    } catch (error) {
      failuresInRow += 1;
      const pauseMs = failuresInRow >= GIVE_UP_AFTER ? GIVE_UP_MS : FIRST_PAUSE_MS * 2 ** (failuresInRow - 1);
      restartAt = performance.now() + pauseMs;
      throw error;
    }
  }

  return {
    ask(request) {
      const answer = last.then(() => askNow(request));
      last = answer.catch(() => undefined);
      return answer;
    },
    async stop() {
      stopping.abort();
      await withinStopTime(last);
      connection?.close('stopped');
      await withinStopTime(connection?.exited);
    },
  };
}

async function withinStopTime(work: Promise<unknown> | undefined): Promise<void> {
  const done = new AbortController();
  const late = sleep(STOP_MS, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  done.abort();
}

/** One process, until it is gone or has failed once. */
interface Connection<Request, Answer> {
  isOpen(): boolean;
  /** One at a time. */
  ask(request: Request, options?: Omit<AskOptions, 'signal'>): Promise<Answer>;
  /** Kills the process; what waits for an answer fails for this reason. */
  close(reason: ProcessFailure): void;
  readonly exited: Promise<void>;
}

function connect<Request, Answer>(
  host: ProcessHost,
  program: Program<Request, Answer>,
): Connection<Request, Answer> {
  const exit = Promise.withResolvers<void>();
  let closedBy: ProcessFailure | null = null;
  let waiting: (PromiseWithResolvers<Answer> & { onProgress: NoteProgress | undefined }) | null = null;
  let asked = 0;
  let reached = 0;

  function close(reason: ProcessFailure): void {
    if (closedBy !== null) return;
    closedBy = reason;
    waiting?.reject(processError(program, reason));
    started.kill();
  }

  /**
   * SECURITY: a message that is neither the response to the current request nor its progress ends the process; later
   * messages are ignored.
   */
  function take(message: unknown): void {
    if (closedBy !== null) return;
    try {
      const { id, answer, percent } = message as Partial<AnswerMessage & ProgressMessage>;
      if (!waiting || id !== asked) throw new Error('not asked for');
      if (percent !== undefined) noteProgress(waiting, percent);
      else {
        waiting.resolve(program.parseAnswer(answer));
        waiting = null;
      }
    } catch {
      close('wrong_message');
    }
  }

  /** SECURITY: a hundred messages at most. */
  function noteProgress({ onProgress }: { onProgress: NoteProgress | undefined }, percent: number): void {
    if (!Number.isInteger(percent) || percent <= reached || percent > 100) throw new Error('no progress');
    reached = percent;
    onProgress?.(percent);
  }

  const started = start(host, program, {
    onMessage: take,
    onUnreadable: () => close('wrong_message'),
    onExit() {
      close('crashed');
      exit.resolve();
    },
  });

  return {
    isOpen: () => closedBy === null,
    async ask(request, { onProgress, timeoutMs = program.timeoutMs } = {}) {
      if (closedBy !== null) throw processError(program, closedBy);
      asked += 1;
      reached = 0;
      started.send({ id: asked, request } satisfies RequestMessage);
      waiting = { ...Promise.withResolvers<Answer>(), onProgress };
      // It keeps this process running for as long as an answer is waited for: the other process does not.
      const timer = setTimeout(() => close('timed_out'), timeoutMs);
      return await waiting.promise.finally(() => clearTimeout(timer));
    },
    close,
    exited: exit.promise,
  };
}

/** For callers, a process that cannot be started counts as crashed. */
function start(host: ProcessHost, program: StartedProgram, listener: ProcessListener): StartedProcess {
  try {
    return host.start(program, listener);
  } catch {
    throw processError(program, 'crashed');
  }
}
