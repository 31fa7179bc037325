import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as endOfRuns } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cron,
  every,
  Interrupted,
  type Job,
  nextDue,
  type Payload,
  type Planned,
  planned,
  queued,
} from '../../../electron/instance/jobs/job.ts';
import { createJobs, type Jobs } from '../../../electron/instance/jobs/job-queue.ts';
import { claimRun, insertRun, listUnfinished } from '../../../electron/instance/jobs/job-runs.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { createEvents } from '../../../electron/instance/kernel/events.ts';
import { silentLog } from '../../../electron/instance/kernel/log.ts';
import { openStore, type Store } from '../../../electron/instance/store/store.ts';
import { createManualClock, type ManualClock } from '../../context.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let dir: string;
let store: Store;
let clock: ManualClock;
const open: Jobs[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-jobs-'));
  clock = createManualClock();
  store = openStore(dir, clock);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((jobs) => jobs.stop()));
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

function createQueue(...declared: Job[]): Jobs {
  const jobs = createJobs({ store, clock, log: silentLog, events: createEvents() });
  for (const job of declared) jobs.add(job);
  open.push(jobs);
  return jobs;
}
const define = (job: Partial<Job>): Job => ({
  name: 'test.work',
  title: 'Work',
  when: queued,
  record: 'always',
  isResumed: false,
  run: async () => undefined,
  ...job,
});
const runsOf = (jobs: Jobs) => jobs.listRuns({ job: null, state: null }, 100);
const statesOf = (jobs: Jobs) => runsOf(jobs).map(({ state }) => state);

describe('a run', () => {
  it('has a row from when it is asked for to its result', async () => {
    const gate = Promise.withResolvers<void>();
    const job = define({
      async run({ payload, report }) {
        report(1, 4);
        await gate.promise;
        return { project: payload.project_id ?? null, done: true };
      },
    });
    const jobs = createQueue(job);
    const run = jobs.enqueue(job, { project_id: 7 });
    expect(runsOf(jobs)).toMatchObject([
      { job: 'test.work', state: 'running', payload: { project_id: 7 }, progressDone: 1, progressTotal: 4 },
    ]);
    gate.resolve();
    expect(await run).toEqual({ project: 7, done: true });
    expect(runsOf(jobs)).toMatchObject([{ state: 'done', attempts: 1, result: { project: 7, done: true } }]);
  });

  it('is joined by who asks for the same, and awaited by who asks for another of its key', async () => {
    const begun: Payload[] = [];
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const job = define({
      async run({ payload }) {
        begun.push(payload);
        await gates[begun.length - 1]?.promise;
        return undefined;
      },
    });
    const jobs = createQueue(job);
    const first = jobs.enqueue(job, { id: 1 });
    const same = jobs.enqueue(job, { id: 1 });
    const second = jobs.enqueue(job, { id: 2 });
    expect(begun).toEqual([{ id: 1 }]);
    expect(statesOf(jobs)).toEqual(['queued', 'running']);
    gates[0]?.resolve();
    await Promise.all([first, same]);
    gates[1]?.resolve();
    await second;
    expect(begun).toEqual([{ id: 1 }, { id: 2 }]);
    expect(statesOf(jobs)).toEqual(['done', 'done']);
  });

  it('of different keys goes on at once', async () => {
    let atOnce = 0;
    const gate = Promise.withResolvers<void>();
    const job = define({
      key: ({ id }) => String(id),
      async run() {
        atOnce += 1;
        await gate.promise;
        return undefined;
      },
    });
    const jobs = createQueue(job);
    const both = [jobs.enqueue(job, { id: 1 }), jobs.enqueue(job, { id: 2 })];
    expect(atOnce).toBe(2);
    gate.resolve();
    await Promise.all(both);
  });

  it('that fails says why by its code, and keeps no unforeseen words', async () => {
    const failures = [new AppError('place_gone', 'The drive is gone.'), new TypeError('read s3cr3t')];
    const job = define({
      async run() {
        throw failures.shift();
      },
    });
    const jobs = createQueue(job);
    await expect(jobs.enqueue(job, {})).rejects.toMatchObject({ code: 'place_gone' });
    await expect(jobs.enqueue(job, {})).rejects.toThrow('s3cr3t');
    expect(runsOf(jobs)).toMatchObject([
      { state: 'failed', errorCode: 'internal_error', errorDetail: 'TypeError' },
      { state: 'failed', errorCode: 'place_gone', errorDetail: 'The drive is gone.' },
    ]);
  });

  it('is refused a payload that is more than ids', async () => {
    const job = define({});
    const jobs = createQueue(job);
    const refused: Record<string, unknown>[] = [
      { password: 'x' },
      { key_value: 1 },
      { id: 'two words' },
      { id: { nested: 1 } },
      { id: 'a'.repeat(300) },
      { id: 1.5 },
    ];
    for (const payload of refused)
      await expect(jobs.enqueue(job, payload as Payload)).rejects.toMatchObject({ code: 'internal_error' });
    expect(runsOf(jobs)).toEqual([]);
  });

  it('is not begun for a job that nobody declared, and a job is declared once', async () => {
    const jobs = createQueue(define({}));
    await expect(jobs.enqueue(define({}), {})).rejects.toMatchObject({ code: 'internal_error' });
    expect(() => jobs.add(define({}))).toThrow('declared twice');
  });

  it('without need of a row goes on where none can be written; one that needs it is refused', async () => {
    let times = 0;
    const run = async () => {
      times += 1;
      return undefined;
    };
    const needs = define({ run });
    const does = define({ name: 'test.look', record: 'if_possible', run });
    const jobs = createQueue(needs, does);
    store.stopWriting('damaged for this test');
    await expect(jobs.enqueue(needs, {})).rejects.toMatchObject({ code: 'database_damaged' });
    await jobs.enqueue(does, {});
    expect(times).toBe(1);
    expect(runsOf(jobs)).toEqual([]);
  });

  it('that is only a look leaves a row when it fails, one for one cause', async () => {
    let error: AppError | null = null;
    const look = define({
      record: 'on_failure',
      async run() {
        if (error) throw error;
        return undefined;
      },
    });
    const jobs = createQueue(look);
    const again = () => jobs.enqueue(look, {}).catch(() => undefined);
    await again();
    expect(runsOf(jobs)).toEqual([]);
    error = new AppError('custody_refused', 'The keychain refused.');
    await again();
    await again();
    expect(runsOf(jobs)).toMatchObject([{ state: 'failed', errorCode: 'custody_refused' }]);
    error = null;
    await again();
    error = new AppError('custody_refused', 'The keychain refused.');
    await again();
    expect(statesOf(jobs)).toEqual(['failed', 'failed']);
  });
});

describe('a start', () => {
  const leave = (job: string, state: 'queued' | 'running', attempts: number) => {
    const id = store.transaction(() => insertRun(store, job, job, { id: 9 }, clock.now()));
    store.sqlite.prepare('UPDATE job_runs SET state = ?, attempts = ? WHERE id = ?').run(state, attempts, id);
  };

  it.each([
    'queued',
    'running',
  ] as const)('begins again what a kill left %s, where the job says so', async (state) => {
    leave('test.work', state, 1);
    leave('test.once', state, 1);
    const ran = Promise.withResolvers<Payload>();
    const resumed = define({
      isResumed: true,
      async run({ payload }) {
        ran.resolve(payload);
        return undefined;
      },
    });
    const jobs = createQueue(resumed, define({ name: 'test.once' }));
    jobs.start();
    expect(await ran.promise).toEqual({ id: 9 });
    await jobs.stop();
    expect(statesOf(jobs)).toEqual(['interrupted', 'done']);
    expect(runsOf(jobs).at(-1)?.attempts).toBe(2);
  });

  it('gives up what was cut short again and again, by name', () => {
    leave('test.work', 'running', 5);
    const jobs = createQueue(define({ isResumed: true }));
    jobs.start();
    expect(runsOf(jobs)).toMatchObject([
      { state: 'failed', errorDetail: expect.stringContaining('5 times') },
    ]);
  });

  it('lists what no job answers to any more as interrupted', () => {
    leave('test.gone', 'queued', 0);
    const jobs = createQueue();
    jobs.start();
    expect(statesOf(jobs)).toEqual(['interrupted']);
  });

  it('gives one run to one of two who reach for it', () => {
    leave('test.work', 'queued', 0);
    const [row] = listUnfinished(store);
    const claim = () => store.transaction(() => claimRun(store, row?.id ?? 0, clock.now()));
    expect([claim(), claim()]).toEqual([true, false]);
  });
});

describe('a stop', () => {
  it('waits for a run, and takes no more', async () => {
    const gate = Promise.withResolvers<void>();
    const job = define({
      async run() {
        await gate.promise;
        return undefined;
      },
    });
    const jobs = createQueue(job);
    const run = jobs.enqueue(job, {});
    const stopped = jobs.stop();
    await expect(jobs.enqueue(job, { id: 2 })).rejects.toBeInstanceOf(Interrupted);
    gate.resolve();
    await Promise.all([stopped, run]);
    expect(statesOf(jobs)).toEqual(['done']);
  });

  it('ends a run that does not come to its end, and leaves it to the next start', async () => {
    const job = define({
      isResumed: true,
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    const jobs = createQueue(job);
    const run = jobs.enqueue(job, {}).catch((error: unknown) => error);
    await jobs.stop();
    expect(await run).toBeInstanceOf(Interrupted);
    expect(statesOf(jobs)).toEqual(['queued']);
  });

  it('is over in time though a run hears nothing', async () => {
    const job = define({ run: () => new Promise(() => undefined) });
    const jobs = createQueue(job);
    void jobs.enqueue(job, {});
    const began = performance.now();
    await jobs.stop();
    expect(performance.now() - began).toBeLessThan(8000);
  });
});

describe('a schedule', () => {
  it('runs once for all it missed while the machine was off', async () => {
    let times = 0;
    const nightly = define({
      when: cron('0 3 * * *'),
      async run() {
        times += 1;
        return undefined;
      },
    });
    const first = createQueue(nightly);
    first.start();
    await first.stop();
    expect(times).toBe(0);
    clock.advance(3 * 24 * 60 * 60 * 1000);
    const second = createQueue(nightly);
    second.start();
    await second.stop();
    expect(times).toBe(1);
    const third = createQueue(nightly);
    third.start();
    await third.stop();
    expect(times).toBe(1);
    expect(third.listJobs()).toMatchObject([{ nextAt: expect.any(Number) }]);
    expect(third.listJobs()[0]?.nextAt).toBeGreaterThan(clock.now());
  });

  it('of a clock that was set back counts from now', () => {
    const nightly = define({ when: cron('0 3 * * *') });
    createQueue(nightly).start();
    clock.advance(-30 * 24 * 60 * 60 * 1000);
    const [declared] = createQueue(nightly).listJobs();
    expect((declared?.nextAt ?? 0) - clock.now()).toBeLessThanOrEqual(25 * 60 * 60 * 1000);
  });

  it('of a clock that was set back a year runs once that night, and not only in a year', async () => {
    let times = 0;
    const nightly = () =>
      define({
        when: cron('0 3 * * *'),
        async run() {
          times += 1;
          return undefined;
        },
      });
    const look = async () => {
      const jobs = createQueue(nightly());
      jobs.start();
      await jobs.stop();
    };
    await look();
    clock.advance(-365 * DAY_MS);
    await look();
    expect(times).toBe(0);
    for (const expected of [1, 2]) {
      clock.advance(DAY_MS);
      await look();
      await look();
      expect(times).toBe(expected);
    }
  });

  it('that is none, or never comes due, is refused', () => {
    for (const text of [
      ...['', 'often', '61 * * * *', '* * *', '* * * * * * *', '@daily', '0 0 30 2 *', '2026-01-01T00:00:00'],
      ` ${'0 '.repeat(200)}`,
    ])
      expect(() => cron(text), text).toThrow('Invalid schedule');
    for (const text of ['0 3 * * *', '15 0 3 * * *', '0 0 29 2 *', ' 0  3 * * sun '])
      expect(() => cron(text), text).not.toThrow();
  });

  it.each([
    [
      'an hour that is skipped',
      '30 2 * * *',
      '2026-03-28T12:00Z',
      ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ],
    ['several times in it', '15,45 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:15Z']],
    [
      'an hour that comes twice',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'several times in it',
      '15,45 2 * * *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:15Z', '2026-10-25T00:45Z', '2026-10-26T01:15Z'],
    ],
    ['from its second pass on', '30 2 * * *', '2026-10-25T01:10Z', ['2026-10-26T01:30Z']],
  ])('is due once on a day when the clocks change: %s (%s)', (_what, text, after, expected) => {
    let at = Date.parse(after);
    for (const next of expected) {
      at = nextDue(text, at, 'Europe/Zurich') ?? 0;
      expect(new Date(at)).toEqual(new Date(next));
    }
  });

  it('that people planned runs what is due, each with its own payload, and waits for what is not', async () => {
    const begun: Payload[] = [];
    const plans: Planned[] = [
      { payload: { plan: 1 }, dueAt: clock.now() - 7 * DAY_MS },
      { payload: { plan: 2 }, dueAt: clock.now() + DAY_MS },
      { payload: { plan: 3 }, dueAt: null },
    ];
    const job = define({
      when: planned(() => plans),
      key: ({ plan }) => String(plan),
      async run({ payload }) {
        const plan = plans.find((each) => each.payload === payload);
        if (plan) plan.dueAt = clock.now() + DAY_MS;
        begun.push(payload);
        return undefined;
      },
    });
    const jobs = createQueue(job);
    jobs.look();
    expect(begun).toEqual([]);
    jobs.start();
    jobs.look();
    expect(begun).toEqual([{ plan: 1 }]);
    expect(jobs.listJobs()[0]?.nextAt).toBe(clock.now() + DAY_MS);
    // One that has not ended is joined.
    await endOfRuns();
    clock.advance(DAY_MS);
    jobs.look();
    expect(begun).toEqual([{ plan: 1 }, { plan: 1 }, { plan: 2 }]);
  });

  it('that cannot be read ends no other', async () => {
    const ran = Promise.withResolvers<void>();
    const broken = define({
      name: 'test.broken',
      when: planned(() => {
        throw new AppError('internal_error', 'no table');
      }),
    });
    const sound = define({
      when: planned(() => [{ payload: {}, dueAt: 0 }]),
      async run() {
        ran.resolve();
        return undefined;
      },
    });
    createQueue(broken, sound).start();
    await ran.promise;
  });

  it('runs again and again, and at the start where it says so', async () => {
    const times = { soon: 0, later: 0 };
    const twice = Promise.withResolvers<void>();
    const soon = define({
      when: every(5),
      async run() {
        times.soon += 1;
        if (times.soon === 2) twice.resolve();
        return undefined;
      },
    });
    const later = define({
      name: 'test.later',
      when: every(60_000, { atStart: true }),
      async run() {
        times.later += 1;
        return undefined;
      },
    });
    const jobs = createQueue(soon, later);
    jobs.start();
    await twice.promise;
    expect(times.later).toBe(1);
  });
});
