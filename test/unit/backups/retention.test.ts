import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteBackup, getBackup, listBackups } from '../../../electron/instance/backups/backups.ts';
import { type BackupsCore, createBackupsCore } from '../../../electron/instance/backups/backups-core.ts';
import { addFolder, getDestination } from '../../../electron/instance/backups/destinations/destinations.ts';
import { formatInstanceFolder } from '../../../electron/instance/backups/format/manifest.ts';
import { compareDestination } from '../../../electron/instance/backups/listing/compare.ts';
import {
  judgeWriter,
  listOtherWriters,
  listRivals,
} from '../../../electron/instance/backups/listing/other-writers.ts';
import { backupJob } from '../../../electron/instance/backups/making/backup-job.ts';
import { sweepUnfinished } from '../../../electron/instance/backups/making/backup-rows.ts';
import { takeWriter } from '../../../electron/instance/backups/making/writer.ts';
import { findRecoveryFacts } from '../../../electron/instance/backups/promise/recovery-facts.ts';
import { judgeRecovery } from '../../../electron/instance/backups/promise/recovery-promise.ts';
import { verifyBackup } from '../../../electron/instance/backups/reading/drill.ts';
import { pruneDestination, setRetention } from '../../../electron/instance/backups/retention/prune.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { lockVault, openVault } from '../../../electron/instance/vault/vault-core.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { type Changes, makeBackup } from './make-backup.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const ADA = { kind: 'owner', door: 'socket' } as never;

let test: TestContext;
let core: BackupsCore;
let root: string;
let id: number;
let own: string;
beforeEach(async () => {
  test = openTestContext();
  test.ctx.store.sqlite.exec('DELETE FROM keys');
  const vault = await openVault({ ...test.ctx, env: {}, emit() {} });
  core = createBackupsCore(test.ctx, vault);
  root = mkdtempSync(join(tmpdir(), 'temps-retention-'));
  ({ id } = (await addFolder(core, null, { name: 'disk', path: root, isReadable: true })).destination);
  own = test.ctx.store.transaction(() => takeWriter(test.ctx)).writerId;
});
afterEach(() => {
  test.close();
  rmSync(root, { recursive: true, force: true });
});

const key = () => core.vault.ring.active as MasterKey;
/** A backup at the destination, as this data directory writes it. Returns its folder. */
const store = (takenAt: number, changes: Changes = {}, by: MasterKey = key()) =>
  makeBackup(test.ctx.store, by, root, {
    isEncrypted: false,
    takenAt,
    ...changes,
    manifest: (honest) => changes.manifest?.(honest) ?? { ...honest, writerId: own },
  });
const by = (writerId: string): Changes => ({ manifest: (honest) => ({ ...honest, writerId }) });
const compare = () => compareDestination(core, getDestination(core, id), core.ctx.stopping);
const confirmAll = () =>
  test.ctx.store.sqlite.exec("UPDATE backups SET state = 'confirmed', confirmed_at = taken_at");
const folders = () => readdirSync(join(root, formatInstanceFolder(test.ctx.store.identity.id))).sort();
const keep = (last: number) =>
  setRetention(core, null, id, { last, daily: 0, weekly: 0, monthly: 0, yearly: 0, withinDays: 0 });
const prune = (actor: typeof ADA | null = null) => pruneDestination(core, actor, id, core.ctx.stopping);
const reasons = () => judgeRecovery(findRecoveryFacts(core)).reasons.map(({ code }) => code);
const ago = (ms: number) => test.clock.now() - ms;

describe('the list of backups', () => {
  it('says of one that somebody else removed that it is gone, and takes it back once it is there', async () => {
    const [older, newest] = [await store(ago(DAY_MS)), await store(ago(HOUR_MS))];
    await compare();
    confirmAll();
    expect(reasons()).not.toContain('backup_missing');
    renameSync(newest, join(root, 'taken'));
    await compare();
    expect(listBackups(core).map(({ goneAt }) => goneAt)).toEqual([test.clock.now(), null]);
    expect(reasons()).toContain('backup_missing');
    expect(findRecoveryFacts(core).destinations[0]?.confirmed).toHaveLength(1);
    renameSync(join(root, 'taken'), newest);
    await compare();
    expect(listBackups(core).map(({ goneAt }) => goneAt)).toEqual([null, null]);
    expect(reasons()).not.toContain('backup_missing');
    expect(existsSync(older)).toBe(true);
  });

  it('says nothing of a destination that is away', async () => {
    await store(ago(HOUR_MS));
    await compare();
    confirmAll();
    renameSync(root, `${root}-away`);
    await expect(compare()).rejects.toMatchObject({ code: 'destination_gone' });
    renameSync(`${root}-away`, root);
    expect(listBackups(core)[0]?.goneAt).toBeNull();
  });

  it('has what was found there as not verified, which no sweep removes, and which counts once it was read', async () => {
    const folder = await store(ago(HOUR_MS));
    await compare();
    const [found] = listBackups(core);
    expect(found).toMatchObject({ state: 'stored', writerId: own, error: null, confirmedAt: null });
    for (const state of ['failed', 'stored'] as const) await sweepUnfinished(core, id, state);
    expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
    await verifyBackup(core, null, found?.id ?? '');
    expect(getBackup(core, found?.id ?? '')).toMatchObject({ state: 'confirmed' });
  });

  it('has nothing that no key of this instance vouches for, or that lies where it does not belong', async () => {
    const there = ago(HOUR_MS);
    await store(there, {}, MasterKey.generate());
    await store(there, { manifest: (honest) => ({ ...honest, instanceId: randomUUID() }) });
    await store(there, {
      signed: (bytes) => Buffer.from(bytes.toString().replace('"by_hand"', '"schedule"')),
    });
    await store(there, {
      signed: (bytes) => Buffer.from(bytes.toString().replace('"version": 1', '"version": 2')),
    });
    await store(there, {
      signed: (bytes) => Buffer.from(bytes.toString().replace('database.sqlite', '../../etc')),
    });
    await store(there, { signed: () => Buffer.from('{"parts": []}') });
    const moved = await store(there);
    renameSync(moved, moved.replace(/T\d{6}Z/, 'T000000Z'));
    const whole = await store(there);
    symlinkSync(whole, whole.replace(/T\d{6}Z/, 'T000001Z'));
    writeFileSync(join(root, formatInstanceFolder(test.ctx.store.identity.id), 'holiday.jpg'), 'theirs');
    const before = folders();
    await compare();
    expect(listBackups(core).map(({ folder }) => basename(folder ?? ''))).toEqual([basename(whole)]);
    confirmAll();
    keep(1);
    await prune();
    expect(folders()).toEqual(before);
  });

  it('has a folder that has been unfinished for a day no more, and leaves what is of others in it', async () => {
    const [old, recent] = [await store(ago(2 * DAY_MS)), await store(ago(HOUR_MS))];
    for (const folder of [old, recent]) rmSync(join(folder, 'manifest.json'));
    writeFileSync(join(old, 'holiday.jpg'), 'theirs');
    const fresh = readdirSync(recent).length;
    mkdirSync(old.replace(/T\d{6}Z/, 'T999999Z'));
    await compare();
    expect(readdirSync(old)).toEqual(['holiday.jpg']);
    expect(readdirSync(recent)).toHaveLength(fresh);
    expect(listBackups(core)).toEqual([]);
  });
});

describe('what this instance removes', () => {
  /** As a kill leaves a deletion: it was begun, and the manifest went first. */
  const cutShort = async () => {
    const folder = await store(ago(DAY_MS));
    await store(ago(HOUR_MS));
    await compare();
    confirmAll();
    test.ctx.store.sqlite.exec(
      "UPDATE backups SET state = 'failed', error_code = 'deleting' WHERE taken_at = (SELECT min(taken_at) FROM backups)",
    );
    return { folder, older: listBackups(core)[1]?.id ?? '' };
  };

  it('and a kill cuts short is not said to be what somebody else did, and is removed to its end', async () => {
    const { folder, older } = await cutShort();
    rmSync(join(folder, 'manifest.json'));
    // Nobody has looked at it since: until then it counts for nothing.
    expect(findRecoveryFacts(core).destinations[0]?.confirmed).toHaveLength(1);
    await compare();
    expect(existsSync(folder)).toBe(false);
    expect(listBackups(core).map(({ goneAt }) => goneAt)).toEqual([null]);
    expect(() => getBackup(core, older)).toThrow('knows no backup');
    const [line] = test.ctx.audit.list({}, { limit: 1, offset: 0 });
    expect(line?.operation).toBe('BACKUP_DELETED');
    expect(JSON.stringify(line)).toContain(older);
  });

  it('and a kill cuts short before anything went is a backup as before', async () => {
    const { folder, older } = await cutShort();
    await compare();
    expect(getBackup(core, older)).toMatchObject({ state: 'confirmed', goneAt: null, error: null });
    expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
    // From now on it is somebody else who removes it.
    rmSync(folder, { recursive: true });
    await compare();
    expect(getBackup(core, older).goneAt).toBe(test.clock.now());
  });

  it('and the destination does not let go of to its end is listed as failed, and keeps nothing else from being compared', async () => {
    const { folder, older } = await cutShort();
    rmSync(join(folder, 'manifest.json'));
    // No file: it is refused.
    symlinkSync(root, join(folder, 'elsewhere.zst'));
    await compare();
    expect(getBackup(core, older)).toMatchObject({
      state: 'failed',
      goneAt: null,
      error: { code: 'deleting' },
    });
    rmSync(join(folder, 'elsewhere.zst'));
    await deleteBackup(core, null, older);
    expect(existsSync(folder)).toBe(false);
  });

  it('is noted before anything of it goes, and not while the destination is away', async () => {
    const folder = await store(ago(HOUR_MS));
    await compare();
    const [only] = listBackups(core);
    renameSync(root, `${root}-away`);
    await expect(deleteBackup(core, null, only?.id ?? '')).rejects.toMatchObject({
      code: 'destination_gone',
    });
    renameSync(`${root}-away`, root);
    expect(getBackup(core, only?.id ?? '').error).toBeNull();
    test.ctx.store.sqlite.exec(
      "CREATE TRIGGER broken BEFORE UPDATE OF state ON backups BEGIN SELECT RAISE(ABORT, 'broken'); END",
    );
    await expect(deleteBackup(core, null, only?.id ?? '')).rejects.toThrow('broken');
    expect(readdirSync(folder)).toHaveLength(4);
  });
});

describe('a comparison', () => {
  it('says nothing of a backup whose key is not in memory, while its manifest is there', async () => {
    const old = MasterKey.generate();
    const { sqlite } = test.ctx.store;
    const columns = (sqlite.pragma('table_info(keys)') as { name: string }[]).map(({ name }) => name);
    const changed = new Map([
      ['fingerprint', `'${old.fingerprint}'`],
      ['epoch', '99'],
      ['state', "'retired'"],
    ]);
    sqlite.exec(
      `INSERT INTO keys (${columns}) SELECT ${columns.map((name) => changed.get(name) ?? name)} FROM keys`,
    );
    core.vault.ring.hold(old);
    const folder = await store(
      ago(HOUR_MS),
      { manifest: (honest) => ({ ...honest, writerId: own, keyFingerprint: old.fingerprint }) },
      old,
    );
    await compare();
    confirmAll();
    core.vault.ring.drop(old.fingerprint);
    await compare();
    expect(listBackups(core)).toMatchObject([{ goneAt: null, state: 'confirmed' }]);
    expect(reasons()).not.toContain('backup_missing');
    // With the key it would be known that it is damaged, and without a manifest it is none.
    core.vault.ring.hold(old);
    writeFileSync(join(folder, 'manifest.json'), '{}');
    await compare();
    expect(listBackups(core)[0]?.goneAt).not.toBeNull();
    sqlite.exec('UPDATE backups SET gone_at = NULL');
    core.vault.ring.drop(old.fingerprint);
    rmSync(folder, { recursive: true });
    await compare();
    expect(listBackups(core)[0]?.goneAt).not.toBeNull();
  });

  it('leaves what was deleted while it read out of the list', async () => {
    await store(ago(HOUR_MS));
    await compare();
    const [known] = listBackups(core);
    const comparing = compare();
    // What it reads is there still: the list is done with it first.
    test.ctx.store.sqlite.exec('DELETE FROM backups');
    await comparing;
    expect(known).toBeDefined();
    expect(listBackups(core)).toEqual([]);
    await compare();
    expect(listBackups(core).map(({ id: listed }) => listed)).toEqual([known?.id]);
  });

  it('of a destination that was removed while it read it lists nothing', async () => {
    await store(ago(HOUR_MS));
    const comparing = compare();
    test.ctx.store.sqlite.exec('DELETE FROM backup_destinations');
    expect((await comparing).size).toBe(1);
    expect(listBackups(core)).toEqual([]);
  });

  it('says that one is gone which it found itself', async () => {
    const found = await store(ago(HOUR_MS), by(randomUUID()));
    await compare();
    rmSync(found, { recursive: true });
    await compare();
    expect(listBackups(core)).toMatchObject([{ state: 'stored', goneAt: test.clock.now() }]);
    expect(listOtherWriters(core)).toMatchObject([{ listed: 0 }]);
  });

  it('follows a backup, which is good whether or not it can be made', async () => {
    await store(ago(HOUR_MS), by(randomUUID()));
    const job = backupJob(core);
    const run = () =>
      job.run({ payload: { destination: id, why: 'by_hand' }, signal: core.ctx.stopping, report() {} });
    const made = await run();
    const listed = () => listBackups(core).map((backup) => backup.state);
    expect(listed()).toEqual(['confirmed', 'stored']);
    expect(listOtherWriters(core)).toMatchObject([{ listed: 1, verdict: null }]);
    test.clock.advance(HOUR_MS);
    test.ctx.store.sqlite.exec(
      "CREATE TRIGGER broken BEFORE UPDATE ON backup_writer WHEN NEW.since > 0 BEGIN SELECT RAISE(ABORT, 'broken'); END; UPDATE backup_writer SET since = NULL",
    );
    expect((await run())?.backup).not.toBe(made?.backup);
    expect(listed()).toEqual(['confirmed', 'confirmed', 'stored']);
  });
});

describe('retention', () => {
  it('removes what is not kept, as the destination is now, and says what it removed', async () => {
    const made = [];
    for (const days of [3, 2, 1]) made.push(await store(ago(days * DAY_MS)));
    await compare();
    confirmAll();
    expect(await prune()).toEqual({ removed: [], held: [] });
    keep(2);
    const [, , oldest] = listBackups(core);
    expect(await prune()).toEqual({ removed: [oldest?.id], held: [] });
    expect(made.map((folder) => existsSync(folder))).toEqual([false, true, true]);
    expect(listBackups(core)).toHaveLength(2);
    const [line] = test.ctx.audit.list({}, { limit: 1, offset: 0 });
    expect(line).toMatchObject({ operation: 'BACKUP_DELETED' });
  });

  it('looks at nothing while the vault is locked: only the key tells what is its own', async () => {
    await store(ago(DAY_MS));
    keep(1);
    lockVault(core.vault, null);
    await expect(prune()).rejects.toMatchObject({ code: 'vault_locked' });
  });

  it('after a gap of weeks removes nothing by itself, and by a person it does', async () => {
    for (const days of [400, 399, 0.1]) await store(ago(days * DAY_MS));
    await compare();
    confirmAll();
    keep(1);
    expect(await prune()).toEqual({ removed: [], held: [] });
    expect((await prune(ADA)).removed).toHaveLength(2);
  });

  it('that the destination refuses half way leaves no backup in the list that is none', async () => {
    const old = await store(ago(2 * DAY_MS));
    await store(ago(DAY_MS));
    await compare();
    confirmAll();
    const [, oldest] = listBackups(core);
    // No file: it is refused, before anything is removed or after the manifest.
    renameSync(join(old, 'manifest.json'), join(root, 'kept'));
    symlinkSync(join(root, 'kept'), join(old, 'manifest.json'));
    const remove = () => deleteBackup(core, null, oldest?.id ?? '').catch(({ code }) => code);
    expect(await remove()).toBe('destination_refused');
    expect(getBackup(core, oldest?.id ?? '').state).toBe('confirmed');
    rmSync(join(old, 'manifest.json'));
    renameSync(join(root, 'kept'), join(old, 'manifest.json'));
    symlinkSync(old, join(old, 'elsewhere.zst'));
    expect(await remove()).toBe('destination_refused');
    expect(getBackup(core, oldest?.id ?? '')).toMatchObject({ state: 'failed', error: { code: 'deleting' } });
    // It keeps nothing else from being compared, and goes once it may.
    await compare();
    expect(listBackups(core)).toHaveLength(2);
    rmSync(join(old, 'elsewhere.zst'));
    await compare();
    expect(listBackups(core)).toHaveLength(1);
    expect(existsSync(old)).toBe(false);
  });

  it('says once of what the destination refuses to remove', async () => {
    const old = await store(ago(2 * DAY_MS));
    await store(ago(DAY_MS));
    // No file: it is refused.
    symlinkSync(old, join(old, 'elsewhere.zst'));
    await compare();
    confirmAll();
    keep(1);
    const { removed, held } = await prune();
    expect([removed, held.length]).toEqual([[], 1]);
    expect(getBackup(core, held[0] ?? '').isHeld).toBe(true);
    expect(existsSync(join(old, 'elsewhere.zst'))).toBe(true);
  });

  it('that keeps nothing is refused', () => {
    expect(() => keep(0)).toThrow('at least one');
    expect(getDestination(core, id).retention).toBeNull();
  });
});

describe('another data directory of the same instance', () => {
  const OTHER = randomUUID();

  it('is no rival for what it made before this one looked, which is never removed, until it is adopted', async () => {
    const theirs = await store(ago(3 * DAY_MS), by(OTHER));
    for (const days of [2, 1]) await store(ago(days * DAY_MS));
    await compare();
    confirmAll();
    keep(1);
    expect(listRivals(core)).toEqual([]);
    await prune(ADA);
    expect(existsSync(theirs)).toBe(true);
    judgeWriter(core, null, OTHER, 'adopted');
    await prune(ADA);
    expect(existsSync(theirs)).toBe(false);
  });

  it('that makes another backup pauses schedules, until a person says what it is, and again when it makes one more', async () => {
    await compare();
    test.clock.advance(HOUR_MS);
    await store(test.clock.now(), by(OTHER));
    await compare();
    expect(listRivals(core)).toMatchObject([{ writerId: OTHER, newestAt: 'disk' }]);
    expect(reasons()).toContain('backup_other_writer');
    judgeWriter(core, null, OTHER, 'gone');
    expect(reasons()).not.toContain('backup_other_writer');
    test.clock.advance(HOUR_MS);
    await store(test.clock.now(), by(OTHER));
    await compare();
    expect(listRivals(core)).toHaveLength(1);
    expect(() => judgeWriter(core, null, randomUUID(), 'gone')).toThrow('No backup of such a writer');
  });
});
