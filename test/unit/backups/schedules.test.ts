import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../../electron/instance/backups/backups.ts';
import { type BackupsCore, createBackupsCore } from '../../../electron/instance/backups/backups-core.ts';
import { addFolder } from '../../../electron/instance/backups/destinations/destinations.ts';
import { backupJob } from '../../../electron/instance/backups/making/backup-job.ts';
import { cancelRun } from '../../../electron/instance/backups/making/runs.ts';
import { findRecoveryFacts } from '../../../electron/instance/backups/promise/recovery-facts.ts';
import { judgeRecovery } from '../../../electron/instance/backups/promise/recovery-promise.ts';
import {
  createDrills,
  type DrillPayload,
  type Drills,
} from '../../../electron/instance/backups/reading/drill.ts';
import { findDueAt, findLateAt, findRetryAt } from '../../../electron/instance/backups/schedules/due.ts';
import {
  type SchedulePayload,
  scheduleJob,
} from '../../../electron/instance/backups/schedules/schedule-job.ts';
import {
  describeCron,
  listNext,
  requireScheduleText,
} from '../../../electron/instance/backups/schedules/schedule-words.ts';
import {
  addSchedule,
  changeSchedule,
  getSchedule,
  type Schedule,
} from '../../../electron/instance/backups/schedules/schedules.ts';
import type { Job } from '../../../electron/instance/jobs/job.ts';
import { lockVault, openVault } from '../../../electron/instance/vault/vault-core.ts';
import { openTestContext, type TestContext } from '../../context.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ZONE = 'Europe/Zurich';
const at = (text: string) => Date.parse(text);

describe('a schedule is due', () => {
  const nightly = { cron: '30 2 * * *', enabled: true, retryAt: null };
  it.each([
    ['the next night', '2026-06-01T12:00Z', '2026-06-01T12:00Z', '2026-06-02T00:30Z'],
    [
      'since the first night that was slept through',
      '2026-06-01T00:30Z',
      '2026-06-08T09:00Z',
      '2026-06-02T00:30Z',
    ],
    [
      'the next night, though the clock was set back a year',
      '2027-06-01T00:30Z',
      '2026-06-01T12:00Z',
      '2026-06-02T00:30Z',
    ],
    ['right after the hour that is skipped', '2026-03-28T12:00Z', '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
    ['once in the hour that comes twice', '2026-10-25T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
  ])('%s', (_what, lastDueAt, now, expected) => {
    const due = findDueAt({ ...nightly, lastDueAt: at(lastDueAt) }, at(now), ZONE);
    expect(new Date(due ?? 0)).toEqual(new Date(expected));
  });

  it('again after a failure, later and later, and by itself when its time comes before', () => {
    const nowMs = at('2026-06-01T12:00Z');
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 5000].map(
      (failures) => (findRetryAt(failures, nowMs) - nowMs) / MINUTE_MS,
    );
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
    const failed = { ...nightly, lastDueAt: nowMs, retryAt: nowMs + 5 * MINUTE_MS };
    expect(findDueAt(failed, nowMs, ZONE)).toBe(failed.retryAt);
    const frequent = { ...failed, cron: '*/10 * * * *', retryAt: nowMs + HOUR_MS };
    expect(findDueAt(frequent, nowMs, ZONE)).toBe(nowMs + 10 * MINUTE_MS);
    // A try that is a year away, since the clock was set back, is none.
    expect(findDueAt({ ...failed, retryAt: nowMs + 365 * DAY_MS }, nowMs, ZONE)).toBe(
      at('2026-06-02T00:30Z'),
    );
    expect(findDueAt({ ...failed, enabled: false }, nowMs, ZONE)).toBeNull();
  });

  it('and its newest backup is too old once two runs after it have been due', () => {
    const newest = at('2026-06-01T00:30:20Z');
    expect(findLateAt('30 2 * * *', newest, ZONE)).toBe(at('2026-06-03T00:30Z'));
    // From Friday noon to Monday there is none on working days.
    expect(findLateAt('0 12 * * 1-5', at('2026-06-05T10:00:30Z'), ZONE)).toBe(at('2026-06-09T10:00Z'));
  });
});

describe('a schedule in words', () => {
  it.each([
    ['0 3 * * *', 'every day at 03:00'],
    ['0 0 3 * * *', 'every day at 03:00'],
    ['5 14 * * sun', 'every Sunday at 14:05'],
    ['0 4 * * 7', 'every Sunday at 04:00'],
    ['0 4 * * 1-5', 'Monday to Friday at 04:00'],
    ['0 */6 * * *', 'every 6 hours'],
    ['20 */6 * * *', 'every 6 hours at 20 past'],
    ['0 * * * *', 'every hour'],
    ['*/15 * * * *', 'every 15 minutes'],
    // Not at equal distances: 24 is no multiple of 7.
    ['0 */7 * * *', 'by the schedule 0 */7 * * *'],
    ['0 3 1 * *', 'by the schedule 0 3 1 * *'],
    ['0 3 * 2 *', 'by the schedule 0 3 * 2 *'],
    ['30 0 3 * * *', 'by the schedule 30 0 3 * * *'],
    ['0 3 * * 2,4', 'by the schedule 0 3 * * 2,4'],
  ])('%s: %s', (text, words) => expect(describeCron(text)).toBe(words));

  it('is refused where it is none, never comes, or comes every minute', () => {
    const nowMs = at('2026-06-01T12:00Z');
    for (const text of ['* * * * *', '*/10 * * * * *', '0,1 3 * * *', '0 0 30 2 *', 'every night', '@daily'])
      expect(() => requireScheduleText(text, nowMs), text).toThrow();
    for (const text of ['*/5 * * * *', '0 3 * * *', '0 0 29 2 *'])
      expect(() => requireScheduleText(text, nowMs), text).not.toThrow();
    expect(listNext('0 */6 * * *', nowMs, 3)).toHaveLength(3);
  });
});

describe('a schedule', () => {
  let test: TestContext;
  let core: BackupsCore;
  let root: string;
  let job: Job<SchedulePayload>;
  let schedule: Schedule;
  let drills: Drills;
  beforeEach(async () => {
    test = openTestContext();
    test.ctx.store.sqlite.exec('DELETE FROM keys');
    const vault = await openVault({ ...test.ctx, env: {}, emit() {} });
    core = createBackupsCore(test.ctx, vault);
    root = mkdtempSync(join(tmpdir(), 'temps-schedules-'));
    const { destination } = await addFolder(core, null, { name: 'disk', path: root, isReadable: true });
    const making = backupJob(core);
    job = scheduleJob(core, making);
    drills = createDrills(core);
    for (const each of [making, job]) test.ctx.jobs.add(each);
    test.ctx.jobs.add(drills.job);
    schedule = addSchedule(core, null, {
      name: 'nightly',
      description: null,
      tags: [],
      destinationId: destination.id,
      cron: '0 3 * * *',
      enabled: true,
    });
    test.ctx.jobs.start();
  });
  afterEach(async () => {
    await test.ctx.jobs.stop();
    test.close();
    rmSync(root, { recursive: true, force: true });
  });
  const isRunning = () => core.running.size > 0;
  /** Begins what is due, and waits for it. */
  const look = async () => {
    const before = test.ctx.jobs.listRuns({ job: job.name, state: null }, 100).length;
    test.ctx.jobs.look();
    const runs = test.ctx.jobs.listRuns({ job: job.name, state: null }, 100);
    if (runs.length === before) return false;
    await test.ctx.jobs.enqueue(job, { schedule: schedule.id }).catch(() => undefined);
    return true;
  };
  /** Looks for what is due, and waits for this drill if it was begun. */
  const drill = async (payload: DrillPayload) => {
    const count = () => test.ctx.jobs.listRuns({ job: drills.job.name, state: null }, 100).length;
    const before = count();
    test.ctx.jobs.look();
    if (count() > before) await test.ctx.jobs.enqueue(drills.job, payload);
  };
  const now = () => getSchedule(core, schedule.id);
  const dueAt = () => findDueAt(now(), test.clock.now());
  const reasons = () => judgeRecovery(findRecoveryFacts(core)).reasons.map(({ code }) => code);

  it('makes one backup for all nights of a week that were slept through, and then goes on', async () => {
    expect(await look()).toBe(false);
    test.clock.advance(7 * DAY_MS);
    expect(reasons()).toContain('backup_old');
    expect(await look()).toBe(true);
    expect(listBackups(core)).toMatchObject([{ state: 'confirmed', why: 'schedule' }]);
    expect(now()).toMatchObject({ failures: 0, retryAt: null, error: null, lastRunAt: test.clock.now() });
    expect(reasons()).not.toContain('backup_old');
    expect(await look()).toBe(false);
    expect((dueAt() ?? 0) - test.clock.now()).toBeLessThanOrEqual(25 * HOUR_MS);
  });

  it('makes backups that are drilled by themselves, which waits while the vault is locked, and is said', async () => {
    test.clock.advance(DAY_MS);
    await look();
    const [made] = listBackups(core);
    await drill({ backup: made?.id ?? '' });
    expect(listBackups(core)[0]?.drillResult).toBeNull();
    test.clock.advance(5 * MINUTE_MS);
    const key = core.vault.ring.active;
    lockVault(core.vault, null);
    await drill({ backup: made?.id ?? '' });
    expect(reasons()).toContain('backup_waits_for_key');
    if (key) core.vault.ring.hold(key);
    if (key) core.vault.ring.activate(key.fingerprint);
    await drill({ backup: made?.id ?? '' });
    expect(listBackups(core)[0]?.drillResult).toBe('passed');
  });

  it('waits while the vault is locked, says so, and runs once it is unlocked', async () => {
    const key = core.vault.ring.active;
    test.clock.advance(DAY_MS);
    lockVault(core.vault, null);
    expect(await look()).toBe(false);
    expect(reasons()).toContain('backup_waits_for_key');
    if (key) core.vault.ring.hold(key);
    if (key) core.vault.ring.activate(key.fingerprint);
    expect(reasons()).not.toContain('backup_waits_for_key');
    expect(await look()).toBe(true);
    expect(listBackups(core)).toHaveLength(1);
  });

  it('that fails keeps the backups there are, says why, and is tried again until it does not', async () => {
    test.clock.advance(DAY_MS);
    await look();
    const [good] = listBackups(core);
    renameSync(root, `${root}-away`);
    test.clock.advance(DAY_MS);
    expect(await look()).toBe(true);
    expect(now()).toMatchObject({ failures: 1, error: { code: 'destination_gone' } });
    expect(await look()).toBe(false);
    for (const failures of [2, 3]) {
      test.clock.time = now().retryAt ?? 0;
      expect(await look()).toBe(true);
      expect(now().failures).toBe(failures);
    }
    // Of tries that failed one after another the last is listed.
    expect(listBackups(core)).toMatchObject([
      { state: 'failed', error: { code: 'destination_gone' } },
      good ?? {},
    ]);
    renameSync(`${root}-away`, root);
    test.clock.time = now().retryAt ?? 0;
    await look();
    expect(listBackups(core).map(({ state }) => state)).toEqual(['confirmed', 'failed', 'confirmed']);
    expect(now()).toMatchObject({ failures: 0, retryAt: null, error: null });
  });

  it('that somebody cancels has not failed, and waits for its next time', async () => {
    test.clock.advance(DAY_MS);
    const stop = test.ctx.events.on('changed', () => {
      for (const { id } of core.running.values()) cancelRun(core, null, id);
    });
    expect(await look()).toBe(true);
    stop();
    expect(listBackups(core)).toMatchObject([{ state: 'failed', error: { code: 'cancelled' } }]);
    expect(now()).toMatchObject({ failures: 0, retryAt: null, error: null, lastRunAt: test.clock.now() });
    expect(await look()).toBe(false);
    expect((dueAt() ?? 0) - test.clock.now()).toBeGreaterThan(HOUR_MS);
    test.clock.advance(DAY_MS);
    expect(await look()).toBe(true);
    expect(listBackups(core)[0]).toMatchObject({ state: 'confirmed' });
  });

  it('is tried again after a run that a stop cut short', async () => {
    test.clock.advance(DAY_MS);
    await test.ctx.jobs.stop();
    await expect(
      job.run({ payload: { schedule: schedule.id }, signal: new AbortController().signal, report() {} }),
    ).rejects.toThrow();
    expect(now()).toMatchObject({ failures: 1, error: null, lastRunAt: null });
    expect((dueAt() ?? 0) - test.clock.now()).toBe(5 * MINUTE_MS);
  });

  it('is neither silent for a year nor run again and again when the clock is set back a year', async () => {
    test.clock.advance(DAY_MS);
    await look();
    test.clock.advance(-365 * DAY_MS);
    expect(await look()).toBe(false);
    for (const nights of [1, 2]) {
      test.clock.advance(DAY_MS);
      expect(await look()).toBe(true);
      expect(await look()).toBe(false);
      expect(listBackups(core)).toHaveLength(1 + nights);
    }
    // What was made at a time to come hides nothing either.
    test.clock.advance(3 * DAY_MS);
    expect(reasons()).toContain('backup_old');
  });

  it('that is disabled makes none, is not late, and does not make up for it when it is enabled', async () => {
    changeSchedule(core, null, schedule.id, { enabled: false });
    test.clock.advance(7 * DAY_MS);
    expect(await look()).toBe(false);
    expect(reasons()).not.toContain('backup_old');
    changeSchedule(core, null, schedule.id, { enabled: true });
    expect(await look()).toBe(false);
    expect(reasons()).not.toContain('backup_old');
    expect(isRunning()).toBe(false);
  });
});
