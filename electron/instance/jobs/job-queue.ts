import { AppError, hasCode } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Events } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import type { Store } from '../store/store.ts';
import {
  describeFailure,
  Interrupted,
  type Job,
  nextDue,
  type Payload,
  type Result,
  requireIdsOnly,
} from './job.ts';
import {
  claimRun,
  type Ending,
  endRun,
  findLastDue,
  insertRun,
  type JobRun,
  listRuns,
  listUnfinished,
  noteDue,
  noteProgress,
  type RunFilter,
} from './job-runs.ts';

/** How long a stop waits for a run to finish, and then after aborting it. */
const STOP_WAIT_MS = 5000;
const ABORT_WAIT_MS = 1000;
/** A run interrupted this often is probably the cause: it is not restarted. */
const MAX_ATTEMPTS = 5;
/** How often progress is saved and published. */
const PROGRESS_MS = 1000;
/** The clock is checked at least this often, since timers stop while the machine sleeps. */
const LOOK_MS = 30_000;

export interface DeclaredJob {
  job: Job;
  /** Epoch ms; null for a job that runs on request. */
  nextAt: number | null;
}

/** The durable queue of one instance: runs jobs that are due or requested, and keeps a row for each run. */
export interface Jobs {
  /** Declares a job. Throws when the name is taken. */
  // biome-ignore lint/suspicious/noExplicitAny: each job has a payload of its own
  add(job: Job<any>): void;
  /**
   * Runs a job now, or after the current run with the same key; an unfinished run with the same payload is joined.
   * Resolves with its result; rejects with the run's error, and with `disk_*` or `database_*` if a required row
   * cannot be written.
   */
  enqueue<Given extends Payload>(job: Job<Given>, payload: Given): Promise<Result | undefined>;
  /** Starts the schedules, and continues what the previous process left. */
  start(): void;
  /** Looks at once what is due: a schedule was changed, or what it waits for is there. Nothing before the start. */
  look(): void;
  /** Accepts no more jobs, waits for running ones, then aborts them: at most six seconds. */
  stop(): Promise<void>;
  listJobs(): DeclaredJob[];
  /** Whether a run that needs the key is under way or waiting for its turn. */
  isUsingKey(): boolean;
  listRuns(filter: RunFilter, limit: number): JobRun[];
}

interface Active {
  job: Job;
  key: string;
  payload: Payload;
  /** Of its row; null while it has none. */
  id: number | null;
  abort: AbortController;
  progress: { done: number; total: number | null } | null;
  ended: Promise<Result | undefined>;
}

interface JobsOptions {
  store: Store;
  clock: Clock;
  log: Log;
  events: Events;
}

export function createJobs({ store, clock, log, events }: JobsOptions): Jobs {
  const jobs = new Map<string, Job>();
  /** In order of request. */
  const active: Active[] = [];
  /** The code that each job without rows failed with last, so that one cause is noted once. */
  const lastFailures = new Map<string, string>();
  /** When each `every` is due next, by the monotonic clock. */
  const dueAtMs = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let isStopping = false;

  const tell = () => events.emit('jobs');

  /** For rows that are worth no failure of the work itself. */
  function tryToWrite(what: string, write: () => void): boolean {
    try {
      store.transaction(write);
      return true;
    } catch (error) {
      log.warn({ code: describeFailure(error).errorCode }, what);
      return false;
    }
  }

  function insert(job: Job, key: string, payload: Payload): number | null {
    if (job.record === 'on_failure') return null;
    const write = () => insertRun(store, job.name, key, payload, clock.now());
    if (job.record === 'always') return store.transaction(write);
    let id: number | null = null;
    tryToWrite('a run of a job has no row', () => {
      id = write();
    });
    return id;
  }

  function begin(job: Job, key: string, payload: Payload, id: number | null): Active {
    const before = active.filter((other) => other.key === key).map(({ ended }) => ended);
    const run: Active = {
      job,
      key,
      payload,
      id,
      abort: new AbortController(),
      progress: null,
      ended: Promise.resolve(undefined),
    };
    active.push(run);
    // Immediately if nothing blocks it: the next caller finds it running.
    const performed =
      before.length === 0 ? perform(run) : Promise.allSettled(before).then(() => perform(run));
    run.ended = performed.finally(() => {
      active.splice(active.indexOf(run), 1);
      tell();
    });
    tell();
    return run;
  }

  async function perform(run: Active): Promise<Result | undefined> {
    const { job, id, payload, abort } = run;
    if (isStopping) throw new Interrupted('The instance is stopping.');
    if (id !== null && !store.transaction(() => claimRun(store, id, clock.now())))
      throw new AppError('conflict', 'This run was already started elsewhere.');
    let notedAtMs = -Infinity;
    const report = (done: number, total: number | null) => {
      run.progress = { done, total };
      if (performance.now() - notedAtMs < PROGRESS_MS) return;
      notedAtMs = performance.now();
      if (id !== null) tryToWrite('progress was not written', () => noteProgress(store, id, done, total));
      tell();
    };
    try {
      const result = await job.run({ payload, signal: abort.signal, report });
      end(run, { state: 'done', result });
      return result;
    } catch (error) {
      const wasCut = error instanceof Interrupted || abort.signal.aborted || hasCode(error, 'cancelled');
      end(
        run,
        wasCut
          ? { state: job.isResumed && !hasCode(error, 'cancelled') ? 'queued' : 'interrupted' }
          : { state: 'failed', ...describeFailure(error) },
      );
      throw error;
    }
  }

  function end(run: Active, ending: Ending): void {
    const { job, key, payload, id, progress } = run;
    if (job.record === 'on_failure') {
      const isNew = ending.state === 'failed' && lastFailures.get(job.name) !== ending.errorCode;
      if (ending.errorCode === undefined) lastFailures.delete(job.name);
      else lastFailures.set(job.name, ending.errorCode);
      if (!isNew) return;
      log.error({ job: job.name, code: ending.errorCode }, 'a job failed');
    }
    tryToWrite('the end of a run was not written', () => {
      const rowId = id ?? insertRun(store, job.name, key, payload, clock.now());
      if (progress) noteProgress(store, rowId, progress.done, progress.total);
      endRun(store, rowId, ending, clock.now());
    });
  }

  /** Handles runs interrupted by a kill or stop: restarted if the job allows it, else marked as interrupted. */
  function takeUp(row: JobRun): void {
    const job = jobs.get(row.job);
    const close = (ending: Ending) =>
      tryToWrite('an interrupted run was not noted', () => endRun(store, row.id, ending, clock.now()));
    if (!job?.isResumed) {
      close({ state: 'interrupted' });
    } else if (row.attempts >= MAX_ATTEMPTS) {
      const errorDetail = `It was interrupted ${row.attempts} times and is not restarted.`;
      close({ state: 'failed', errorCode: 'internal_error', errorDetail });
    } else if (close({ state: 'queued' })) {
      begin(job, row.key, row.payload ?? {}, row.id).ended.catch(() => undefined);
    }
  }

  /** One that is under way is joined. */
  function runScheduled(job: Job, payload: Payload): void {
    enqueue(job, payload).catch(() => undefined);
  }

  /** A database that cannot be read now is looked at again later: it must end neither the other schedules nor the process. */
  function readOr<T>(otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      log.warn({ code: describeFailure(error).errorCode }, 'schedules were not read');
      return otherwise;
    }
  }

  function findNextAt(job: Job): number | null {
    const { when } = job;
    if (when.kind === 'queued') return null;
    if (when.kind === 'planned')
      return readOr([], when.list).reduce<number | null>(
        (first, { dueAt }) => (dueAt === null ? first : Math.min(first ?? dueAt, dueAt)),
        null,
      );
    if (when.kind === 'every') {
      const dueMs = dueAtMs.get(job.name);
      return dueMs === undefined ? null : clock.now() + Math.max(0, dueMs - performance.now());
    }
    return nextDue(when.text, Math.min(findLastDue(store, job.name) ?? clock.now(), clock.now()));
  }

  /** What was due at a time that has not come: the clock was set back, and schedules count from now. */
  function forgetFuture(job: Job): void {
    const lastDueAt = findLastDue(store, job.name);
    if (lastDueAt === null || lastDueAt <= clock.now()) return;
    tryToWrite('a schedule was not noted', () => noteDue(store, job.name, clock.now()));
  }

  /** Begins what is due of a job. Returns in how many ms there is more; never later than the next look. */
  function runDue(job: Job): number {
    const { when } = job;
    if (when.kind === 'planned') {
      let waitMs = LOOK_MS;
      for (const { payload, dueAt } of when.list()) {
        if (dueAt === null) continue;
        if (dueAt > clock.now()) waitMs = Math.min(waitMs, dueAt - clock.now());
        else runScheduled(job, payload);
      }
      return waitMs;
    }
    if (when.kind === 'cron') forgetFuture(job);
    const nextAt = findNextAt(job);
    if (nextAt === null) return LOOK_MS;
    if (nextAt > clock.now()) return Math.min(LOOK_MS, nextAt - clock.now());
    if (when.kind === 'every') dueAtMs.set(job.name, performance.now() + when.ms);
    else tryToWrite('a schedule was not noted', () => noteDue(store, job.name, clock.now()));
    runScheduled(job, {});
    return LOOK_MS;
  }

  function look(): void {
    clearTimeout(timer);
    if (!isStarted || isStopping) return;
    let waitMs = LOOK_MS;
    for (const job of jobs.values())
      waitMs = Math.min(
        waitMs,
        readOr(LOOK_MS, () => runDue(job)),
      );
    for (const job of jobs.values()) if (job.when.kind === 'every') waitMs = Math.min(waitMs, job.when.ms);
    timer = setTimeout(look, waitMs).unref();
  }

  function enqueue<Given extends Payload>(job: Job<Given>, payload: Given): Promise<Result | undefined> {
    const known = jobs.get(job.name) as unknown as Job<Given> | undefined;
    if (known !== job) throw new AppError('internal_error', `The job ${job.name} is not declared.`);
    requireIdsOnly(job.name, payload);
    const text = JSON.stringify(payload);
    const key = `${job.name} ${job.key?.(payload) ?? ''}`.trim();
    const same = active.find((run) => run.key === key && JSON.stringify(run.payload) === text);
    if (same) return same.ended;
    if (isStopping) return Promise.reject(new Interrupted('The instance is stopping.'));
    const declared = job as unknown as Job;
    return begin(declared, key, payload, insert(declared, key, payload)).ended;
  }

  return {
    add(job) {
      if (jobs.has(job.name)) throw new Error(`The job ${job.name} is declared twice.`);
      jobs.set(job.name, job as Job);
    },
    // Refusals are rejections too, so that callers have one way to handle errors.
    enqueue: async (job, payload) => await enqueue(job, payload),
    start() {
      for (const row of listUnfinished(store)) takeUp(row);
      for (const { name, when } of jobs.values()) {
        if (when.kind === 'every') dueAtMs.set(name, performance.now() + (when.atStart ? 0 : when.ms));
        else if (when.kind === 'cron' && findLastDue(store, name) === null)
          tryToWrite('a schedule was not noted', () => noteDue(store, name, clock.now()));
      }
      isStarted = true;
      look();
    },
    look,
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      const all = Promise.allSettled(active.map(({ ended }) => ended));
      if (await isWithin(all, STOP_WAIT_MS)) return;
      for (const { abort } of active) abort.abort(new Interrupted('The instance is stopping.'));
      await isWithin(all, ABORT_WAIT_MS);
    },
    listJobs: () => [...jobs.values()].map((job) => ({ job, nextAt: findNextAt(job) })),
    isUsingKey: () => active.some(({ job }) => job.needsKey),
    listRuns: (filter, limit) =>
      listRuns(store, filter, limit).map((row) => {
        const progress = active.find(({ id }) => id === row.id)?.progress;
        return progress ? { ...row, progressDone: progress.done, progressTotal: progress.total } : row;
      }),
  };
}

async function isWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true as const), late]);
  clearTimeout(timer);
  return isDone;
}
