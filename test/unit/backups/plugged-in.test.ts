import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../../electron/instance/backups/backups.ts';
import { type BackupsCore, createBackupsCore } from '../../../electron/instance/backups/backups-core.ts';
import { addFolder } from '../../../electron/instance/backups/destinations/destinations.ts';
import {
  type BackupPayload,
  backupJob,
  runBackup,
} from '../../../electron/instance/backups/making/backup-job.ts';
import { findDriveState } from '../../../electron/instance/backups/promise/drive-state.ts';
import { findRecoveryFacts } from '../../../electron/instance/backups/promise/recovery-facts.ts';
import { judgeRecovery } from '../../../electron/instance/backups/promise/recovery-promise.ts';
import { createDrills, type Drills } from '../../../electron/instance/backups/reading/drill.ts';
import {
  type DriveSeen,
  isPluggedIn,
  PLUGGED_IN,
} from '../../../electron/instance/backups/schedules/drive-seen.ts';
import { lookAtDrive } from '../../../electron/instance/backups/schedules/drives.ts';
import { findPluggedInDueAt } from '../../../electron/instance/backups/schedules/due.ts';
import {
  type SchedulePayload,
  scheduleJob,
} from '../../../electron/instance/backups/schedules/schedule-job.ts';
import {
  addSchedule,
  changeSchedule,
  getSchedule,
} from '../../../electron/instance/backups/schedules/schedules.ts';
import type { Job } from '../../../electron/instance/jobs/job.ts';
import { lockVault, openVault } from '../../../electron/instance/vault/vault-core.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { requires } from '../../requires.ts';
import { openSticks, type Stick, type Sticks, whyNoSticks } from '../../sticks.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const nowMs = Date.parse('2026-06-01T12:00Z');

describe('a backup is due on a drive', () => {
  const timing = { cron: PLUGGED_IN, enabled: true, lastDueAt: nowMs - DAY_MS, retryAt: null, failures: 0 };
  const seen: DriveSeen = { place: 'here', mark: '1', appearedAt: nowMs - MINUTE_MS, isDue: true };
  it.each<[string, Partial<Parameters<typeof findPluggedInDueAt>[0]>, DriveSeen | null, number | null]>([
    ['since it appeared', {}, seen, nowMs - MINUTE_MS],
    ['not before it was looked at', {}, null, null],
    ['not while it is away', {}, { ...seen, place: 'away', isDue: false }, null],
    ['not while another is in its place', {}, { ...seen, place: 'other', isDue: false }, null],
    ['not once one was begun', {}, { ...seen, isDue: false }, null],
    ['not by a schedule that is disabled', { enabled: false }, seen, null],
    ['at once after a failure', { failures: 1, lastDueAt: nowMs }, seen, nowMs - MINUTE_MS],
    [
      'five minutes after the second failure in a row',
      { failures: 2, lastDueAt: nowMs },
      seen,
      nowMs + 5 * MINUTE_MS,
    ],
    ['and after any number', { failures: 5000, lastDueAt: nowMs }, seen, nowMs + 5 * MINUTE_MS],
    [
      'again while it is there, after a failure of this computer',
      { retryAt: nowMs + MINUTE_MS },
      { ...seen, isDue: false },
      nowMs + MINUTE_MS,
    ],
    [
      'not a year ahead, since the clock was set back',
      { retryAt: nowMs + 365 * DAY_MS },
      { ...seen, isDue: false },
      null,
    ],
    ['now, though it appeared at a time to come', {}, { ...seen, appearedAt: nowMs + DAY_MS }, nowMs],
  ])('%s', (_what, change, drive, due) =>
    expect(findPluggedInDueAt({ ...timing, ...change }, drive, nowMs)).toBe(due));

  it('by one word alone', () => {
    expect(['@plugged-in', '@plugged_in', '0 3 * * *', ''].map(isPluggedIn)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

const whyNot = whyNoSticks();
const withSticks = requires('sticks', whyNot === null, whyNot ?? '');

describe('a schedule that waits for a stick', () => {
  let test: TestContext;
  let core: BackupsCore;
  let sticks: Sticks;
  let stick: Stick;
  let making: Job<BackupPayload>;
  let job: Job<SchedulePayload>;
  let drills: Drills;
  let destinationId: number;
  let id: number;
  beforeEach(async () => {
    sticks = openSticks();
    stick = sticks.make('ext4', 16, true);
    await stick.plugIn();
    test = openTestContext();
    test.ctx.store.sqlite.exec('DELETE FROM keys');
    core = createBackupsCore(test.ctx, await openVault({ ...test.ctx, env: {}, emit() {} }));
    const folder = { name: 'stick', path: stick.at, isReadable: true };
    destinationId = (await addFolder(core, null, folder)).destination.id;
    making = backupJob(core);
    job = scheduleJob(core, making);
    drills = createDrills(core);
    for (const each of [making, job]) test.ctx.jobs.add(each);
    test.ctx.jobs.add(drills.job);
    stick.pullOut();
    id = addSchedule(core, null, {
      name: 'stick-plugged-in',
      description: null,
      tags: [],
      destinationId,
      cron: PLUGGED_IN,
      enabled: true,
    }).id;
    test.ctx.jobs.start();
  });
  afterEach(async () => {
    await test.ctx.jobs.stop();
    test.close();
    await sticks.close();
  });
  const now = () => getSchedule(core, id);
  const listRuns = (name: string) => test.ctx.jobs.listRuns({ job: name, state: null }, 100);
  /** Looks at the stick, begins what is due, and waits for it. Whether a run was begun. */
  const look = async () => {
    await lookAtDrive(core, now());
    const before = listRuns(job.name).length;
    test.ctx.jobs.look();
    if (listRuns(job.name).length === before) return false;
    await test.ctx.jobs.enqueue(job, { schedule: id }).catch(() => undefined);
    return true;
  };
  const plugIn = async (options?: Parameters<Stick['plugIn']>[0]) => {
    await stick.plugIn(options);
    return await look();
  };
  const pullOut = async () => {
    stick.pullOut();
    return await look();
  };
  const state = () => findDriveState(core, destinationId);
  const states = () => listBackups(core).map((backup) => backup.state);
  const reasons = () => judgeRecovery(findRecoveryFacts(core)).reasons.map(({ code }) => code);
  /** Begins the drill that is due, if one is, and waits for it. Whether there are more than before. */
  const drill = async (before = listRuns(drills.job.name).length) => {
    test.ctx.jobs.look();
    if (listRuns(drills.job.name).length === before) return false;
    const backup = listBackups(core)[0]?.id ?? '';
    await test.ctx.jobs.enqueue(drills.job, { backup }).catch(() => undefined);
    return true;
  };
  /** While the vault is locked. */
  const whileLocked = async (work: () => Promise<void>) => {
    const key = core.vault.ring.active;
    lockVault(core.vault, null);
    await work();
    if (!key) throw new Error('There was no key.');
    core.vault.ring.hold(key);
    core.vault.ring.activate(key.fingerprint);
  };
  const pullOutOnceWriting = () => {
    const stop = test.ctx.events.on('backup_runs', () => {
      if (![...core.running.values()].some(({ progress }) => progress.step === 'writing')) return;
      stop();
      stick.pullOut();
    });
  };

  withSticks('makes one each time that it appears, and none while it stays or is away', async () => {
    expect(await look()).toBe(false);
    expect(state()).toBe('away');
    expect(await plugIn()).toBe(true);
    expect(listBackups(core)).toMatchObject([{ state: 'confirmed', why: 'schedule' }]);
    for (const ms of [0, HOUR_MS, 7 * DAY_MS]) {
      test.clock.advance(ms);
      expect(await look()).toBe(false);
    }
    expect(await pullOut()).toBe(false);
    expect(state()).toBe('away');
    expect(await plugIn()).toBe(true);
    expect(states()).toEqual(['confirmed', 'confirmed']);
    expect(now()).toMatchObject({ failures: 0, retryAt: null, error: null });
  });

  withSticks('makes no other within an hour, however often it appears', async () => {
    expect(await plugIn()).toBe(true);
    for (const ms of [1000, 10 * MINUTE_MS, 49 * MINUTE_MS]) {
      test.clock.advance(ms);
      await pullOut();
      expect(await plugIn()).toBe(false);
    }
    // Nor once the hour is over, while it stays.
    test.clock.advance(2 * MINUTE_MS);
    expect(await look()).toBe(false);
    await pullOut();
    expect(await plugIn()).toBe(true);
    expect(states()).toEqual(['confirmed', 'confirmed']);
  });

  withSticks('makes another at once where the last does not open, or is not there any more', async () => {
    await plugIn();
    for (const change of ["drill_result = 'failed'", 'gone_at = 1']) {
      test.ctx.store.sqlite.exec(`UPDATE backups SET ${change}`);
      test.clock.advance(MINUTE_MS);
      await pullOut();
      expect(await plugIn(), change).toBe(true);
    }
    expect(states()).toEqual(['confirmed', 'confirmed', 'confirmed']);
  });

  withSticks('makes one that appeared while this was off, and none again after a quick restart', async () => {
    await stick.plugIn();
    core.drives.clear();
    expect(await look()).toBe(true);
    core.drives.clear();
    test.clock.advance(MINUTE_MS);
    expect(await look()).toBe(false);
    expect(states()).toEqual(['confirmed']);
  });

  withSticks('pulled out meanwhile: fails, and is made when it is put in again, and not before', async () => {
    await plugIn();
    await drill();
    test.clock.advance(DAY_MS);
    await pullOut();
    pullOutOnceWriting();
    expect(await plugIn()).toBe(true);
    expect(now()).toMatchObject({ failures: 1, retryAt: null, error: { code: 'destination_gone' } });
    expect(state()).toBe('away');
    // What is on it brings back as much as before: that it is not plugged in is no alarm.
    expect(reasons()).not.toContain('backup_gone');
    for (const ms of [5 * MINUTE_MS, 6 * HOUR_MS, 7 * DAY_MS]) {
      test.clock.advance(ms);
      expect(await look()).toBe(false);
    }
    expect(await plugIn()).toBe(true);
    expect(now()).toMatchObject({ failures: 0, retryAt: null, error: null });
    expect(states()).toEqual(['confirmed', 'failed', 'confirmed']);
    // What the failed one left there is gone.
    const root = join(stick.at, readdirSync(stick.at).find((name) => name.startsWith('temps-')) ?? '');
    expect(readdirSync(root)).toHaveLength(2);
  });

  withSticks(
    'pulled out again and again while it is written, is begun every five minutes at most',
    async () => {
      for (const _ of [1, 2]) {
        pullOutOnceWriting();
        expect(await plugIn()).toBe(true);
        await look();
      }
      expect(await plugIn()).toBe(false);
      test.clock.advance(5 * MINUTE_MS);
      expect(await look()).toBe(true);
      expect(states()).toEqual(['confirmed', 'failed']);
    },
  );

  withSticks('of which another is in its place: makes nothing, and says so', async () => {
    const other = sticks.make('ext4', 16, true);
    await other.plugIn({ at: stick.at });
    expect(await look()).toBe(false);
    expect(state()).toBe('other_drive');
    await expect(
      runBackup(core, making, null, { destination: destinationId, why: 'by_hand' }),
    ).rejects.toThrow(/Another drive is where/);
    expect(readdirSync(stick.at)).toEqual(['lost+found']);
    other.pullOut();
    expect(await plugIn()).toBe(true);
    expect(states()).toEqual(['confirmed', 'failed']);
  });

  withSticks('waits while the vault is locked, if it is still there when it is unlocked', async () => {
    await whileLocked(async () => {
      expect(await plugIn()).toBe(false);
      expect(state()).toBe('waiting');
      expect(reasons()).toContain('backup_waits_for_key');
    });
    expect(await look()).toBe(true);
    expect(states()).toEqual(['confirmed']);
    test.clock.advance(DAY_MS);
    await pullOut();
    await whileLocked(async () => {
      await plugIn();
      await pullOut();
      expect(reasons()).not.toContain('backup_waits_for_key');
    });
    expect(await look()).toBe(false);
  });

  withSticks('waits until it is said that the old computer is gone', async () => {
    test.ctx.store.sqlite.exec(
      "INSERT INTO restored_backup (id, backup_id, taken_at, restored_at, is_verified) VALUES (1, 'x', 0, 0, 1)",
    );
    expect(await plugIn()).toBe(false);
    expect(state()).toBe('waiting');
    test.ctx.store.sqlite.exec("UPDATE restored_backup SET old_computer = 'gone'");
    expect(await look()).toBe(true);
  });

  withSticks('pulled out since it was looked at: is not begun, and has not failed', async () => {
    await stick.plugIn();
    await lookAtDrive(core, now());
    stick.pullOut();
    test.ctx.jobs.look();
    await test.ctx.jobs.enqueue(job, { schedule: id });
    expect(now()).toMatchObject({ failures: 0, error: null, lastRunAt: null });
    expect(listBackups(core)).toEqual([]);
  });

  withSticks('write-protected or full: fails once each time that it appears, by name', async () => {
    expect(await plugIn({ readOnly: true })).toBe(true);
    expect(now()).toMatchObject({ error: { code: 'destination_refused' }, retryAt: null, failures: 1 });
    test.clock.advance(DAY_MS);
    expect(await look()).toBe(false);
    await pullOut();
    await stick.plugIn();
    for (const size of ['64k', '512'])
      spawnSync('dd', ['if=/dev/zero', `of=${join(stick.at, `filler${size}`)}`, `bs=${size}`], {
        stdio: 'ignore',
      });
    expect(await look()).toBe(true);
    expect(now()).toMatchObject({ error: { code: 'destination_full' }, retryAt: null, failures: 2 });
    test.clock.advance(DAY_MS);
    expect(await look()).toBe(false);
    for (const name of readdirSync(stick.at).filter((each) => each.startsWith('filler')))
      rmSync(join(stick.at, name));
    await pullOut();
    expect(await plugIn()).toBe(true);
    expect(now()).toMatchObject({ error: null, failures: 0 });
  });

  withSticks('of which the folder is gone says so, once', async () => {
    const sub = join(stick.at, 'backups');
    await stick.plugIn();
    mkdirSync(sub);
    const { destination } = await addFolder(core, null, { name: 'sub', path: sub, isReadable: true });
    rmSync(sub, { recursive: true });
    changeSchedule(core, null, id, { destinationId: destination.id });
    expect(await look()).toBe(true);
    expect(now()).toMatchObject({ error: { code: 'destination_gone' }, retryAt: null });
    expect(await look()).toBe(false);
  });

  withSticks('after a failure of this computer, tries again while it is there', async () => {
    test.ctx.store.sqlite.exec('ALTER TABLE audit_log RENAME TO away');
    expect(await plugIn()).toBe(true);
    test.ctx.store.sqlite.exec('ALTER TABLE away RENAME TO audit_log');
    expect(now()).toMatchObject({ failures: 1, retryAt: test.clock.now() + 5 * MINUTE_MS });
    test.clock.advance(5 * MINUTE_MS);
    expect(await look()).toBe(true);
    expect(now()).toMatchObject({ failures: 0, error: null });
  });

  withSticks('is neither silent for a year nor made again and again when the clock is set back', async () => {
    await plugIn();
    test.clock.advance(-365 * DAY_MS);
    expect(await look()).toBe(false);
    expect(state()).not.toBe('waiting');
    await pullOut();
    expect(await plugIn()).toBe(true);
    expect(await look()).toBe(false);
    await pullOut();
    expect(await plugIn()).toBe(false);
    expect(states()).toHaveLength(2);
  });

  withSticks('is drilled at once, and can be removed then; while it is away the drill waits', async () => {
    await plugIn();
    expect(state()).toBe('in_use');
    await pullOut();
    // Nothing fails, however long it is away, nor is it said that a drill waits for the key.
    for (const ms of [10 * MINUTE_MS, DAY_MS]) {
      test.clock.advance(ms);
      expect(await drill()).toBe(false);
    }
    await whileLocked(async () => expect(reasons()).not.toContain('backup_waits_for_key'));
    core.drives.clear();
    // Nor before it was looked at.
    expect(await drill()).toBe(false);
    expect(listRuns(drills.job.name)).toEqual([]);
    // A backup first: a drill of the one before would be for nothing.
    await stick.plugIn();
    await lookAtDrive(core, now());
    test.ctx.jobs.look();
    expect(listRuns(drills.job.name)).toEqual([]);
    expect(state()).toBe('in_use');
    await test.ctx.jobs.enqueue(job, { schedule: id });
    expect(state()).toBe('in_use');
    expect(await drill()).toBe(true);
    expect(listBackups(core)[0]).toMatchObject({ drillResult: 'passed' });
    expect(state()).toBe('can_be_removed');
  });

  withSticks(
    'pulled out while it is drilled: says nothing of the backup, which is drilled next time',
    async () => {
      await plugIn();
      stick.pullOut();
      expect(await drill()).toBe(true);
      expect(listBackups(core)[0]).toMatchObject({ state: 'confirmed', drilledAt: null });
      await look();
      test.clock.advance(MINUTE_MS);
      expect(await drill()).toBe(false);
      const before = listRuns(drills.job.name).length;
      expect(await plugIn()).toBe(false);
      expect(await drill(before)).toBe(true);
      expect(listBackups(core)[0]).toMatchObject({ drillResult: 'passed' });
    },
  );

  withSticks('is asked for after thirty days, and counts all that time', async () => {
    await plugIn();
    await drill();
    await pullOut();
    test.clock.advance(29 * DAY_MS);
    expect(reasons()).not.toContain('backup_drive_due');
    test.clock.advance(DAY_MS);
    const { reasons: found } = judgeRecovery(findRecoveryFacts(core));
    expect(found.find(({ code }) => code === 'backup_drive_due')).toEqual({
      code: 'backup_drive_due',
      level: 'due',
      message: 'No backup was made on stick for 30 days: plug it in, and one is made.',
    });
    await plugIn();
    expect(reasons()).not.toContain('backup_drive_due');
  });

  withSticks(
    'that is only called otherwise has seen its drive; one that is enabled anew has not',
    async () => {
      await plugIn();
      test.clock.advance(DAY_MS);
      changeSchedule(core, null, id, { name: 'another name' });
      expect(await look()).toBe(false);
      changeSchedule(core, null, id, { enabled: false });
      expect([await look(), state()]).toEqual([false, null]);
      changeSchedule(core, null, id, { enabled: true });
      expect(await look()).toBe(true);
    },
  );

  withSticks('that hangs holds up neither this process nor the look at another', async () => {
    const hanging = sticks.make('exfat', 8, true);
    await hanging.plugIn();
    const folder = { name: 'hanging', path: hanging.at, isReadable: true };
    const { destination } = await addFolder(core, null, folder);
    const facts = { ...now(), name: 'other', destinationId: destination.id };
    const other = addSchedule(core, null, facts);
    hanging.hang(true);
    const looked = lookAtDrive(core, other);
    expect(await plugIn()).toBe(true);
    expect(core.drives.has(other.id)).toBe(false);
    hanging.hang(false);
    expect(await looked).toMatchObject({ place: 'here', isDue: true });
    // Once it was seen, it is not asked again.
    hanging.hang(true);
    expect(await lookAtDrive(core, other)).toMatchObject({ place: 'here' });
    hanging.hang(false);
  });

  withSticks(
    'is refused for a disk that is always there, and can be disabled when it became one',
    async () => {
      const here = { name: 'here', path: test.dataDir.replace(/[^/]+$/, ''), isReadable: true };
      const { destination } = await addFolder(core, null, here);
      const refused = { code: 'invalid_request', message: expect.stringMatching(/never plugged in/) };
      const facts = { ...now(), name: 'other', destinationId: destination.id };
      expect(() => addSchedule(core, null, facts)).toThrow(expect.objectContaining(refused));
      expect(() => changeSchedule(core, null, id, { destinationId: destination.id })).toThrow(
        /never plugged in/,
      );
      test.ctx.store.sqlite
        .prepare('UPDATE backup_schedules SET destination_id = ? WHERE id = ?')
        .run(destination.id, id);
      expect(changeSchedule(core, null, id, { enabled: false }).enabled).toBe(false);
      expect(() => changeSchedule(core, null, id, { enabled: true })).toThrow(/never plugged in/);
    },
  );
});
