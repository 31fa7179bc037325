import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDoor, type TestDoor } from './harness.ts';

let door: TestDoor & { stop(): Promise<void> };
let root: string;
let destination: number;
beforeAll(async () => {
  door = await openDoor('socket');
  root = mkdtempSync(join(tmpdir(), 'temps-schedules-'));
  const body = { kind: 'folder', name: 'disk', path: root, readable_without_key: true };
  destination = (await door.owner('POST', '/backups/destinations', body)).body.id;
});
afterAll(async () => {
  await door.stop();
  rmSync(root, { recursive: true, force: true });
});

const nightly = () => ({ name: 'nightly', s3_source_id: destination, schedule_expression: '0 3 * * *' });
const add = (body: object) => door.owner('POST', '/backups/schedules', body);

it("are made, listed, changed, disabled and removed with upstream's names", async () => {
  // As upstream's client sends it.
  const added = await add({
    ...nightly(),
    backup_type: 'full',
    description: 'while nobody works',
    enabled: true,
    retention_period: 0,
    tags: ['home'],
  });
  expect(added.status, added.text).toBe(201);
  const { id } = added.body;
  expect(added.body).toMatchObject({
    ...nightly(),
    backup_type: 'full',
    description: 'while nobody works',
    destination: 'disk',
    enabled: true,
    last_error: null,
    last_run: null,
    next_run: expect.any(Number),
    retention_period: 0,
    summary: 'every day at 03:00',
    tags: ['home'],
    waits_for_key: false,
    drive: null,
  });
  expect((await door.owner('GET', '/backups/schedules')).body).toEqual([added.body]);
  expect((await door.owner('GET', `/backups/schedules/${id}`)).body).toEqual(added.body);
  const disabled = await door.owner('PATCH', `/backups/schedules/${id}/disable`);
  expect(disabled.body).toMatchObject({ enabled: false, next_run: null, tags: ['home'] });
  const change = { schedule_expression: '0 */6 * * *', name: 'often' };
  const changed = await door.owner('PATCH', `/backups/schedules/${id}`, change);
  expect(changed.body).toMatchObject({ ...change, enabled: false, summary: 'every 6 hours' });
  const enabled = await door.owner('PATCH', `/backups/schedules/${id}/enable`);
  expect(enabled.body).toMatchObject({ ...change, enabled: true, next_run: expect.any(Number) });
  expect((await door.owner('DELETE', `/backups/schedules/${id}`)).status).toBe(204);
  expect((await door.owner('GET', `/backups/schedules/${id}`)).status).toBe(404);
  const told = JSON.stringify((await door.owner('GET', '/audit/logs')).body);
  for (const what of ['ADDED', 'CHANGED', 'REMOVED']) expect(told).toContain(`BACKUP_SCHEDULE_${what}`);
});

it.each([
  ['of no schedule', { schedule_expression: 'every night' }, 'invalid_request'],
  ['of every minute', { schedule_expression: '* * * * *' }, 'invalid_request'],
  ['that never comes', { schedule_expression: '0 0 30 2 *' }, 'invalid_request'],
  ['without an end', { schedule_expression: '0 '.repeat(100_000) }, 'invalid_request'],
  ['for a drive that is always there', { schedule_expression: '@plugged-in' }, 'invalid_request'],
  ['of another word', { schedule_expression: '@plugged_in' }, 'invalid_request'],
  ['of no cron', { schedule_expression: '@hourly and more' }, 'invalid_request'],
  ['for a destination that is not there', { s3_source_id: 999 }, 'not_found'],
  ['with a line break in its name', { name: 'a\nb' }, 'invalid_request'],
  ['that would delete backups by itself', { retention_period: 7 }, 'invalid_request'],
])('one %s is refused', async (_what, change, code) => {
  expect((await add({ ...nightly(), ...change })).body.error_code).toBe(code);
  expect((await door.owner('GET', '/backups/schedules')).body).toEqual([]);
});

it('one of a name that is taken is refused, also by a change', async () => {
  const { id } = (await add(nightly())).body;
  expect((await add(nightly())).body.error_code).toBe('name_taken');
  const other = (await add({ ...nightly(), name: 'other' })).body;
  const path = `/backups/schedules/${other.id}`;
  expect((await door.owner('PATCH', path, { name: 'nightly' })).body.error_code).toBe('name_taken');
  // Its own name is free for it.
  expect((await door.owner('PATCH', path, { name: 'other' })).status).toBe(200);
  for (const each of [id, other.id]) await door.owner('DELETE', `/backups/schedules/${each}`);
});

it('are told in words, with the next three times, before they are made', async () => {
  const preview = (schedule_expression: string) =>
    door.owner('POST', '/backups/schedules/preview', { schedule_expression });
  const { body } = await preview('0 */6 * * *');
  expect(body).toMatchObject({ summary: 'every 6 hours', time_zone: expect.stringMatching(/./) });
  expect(body.next).toHaveLength(3);
  for (const at of body.next) expect(at).toBeGreaterThan(door.clock.now());
  expect((await preview('@plugged-in')).body).toMatchObject({ summary: 'when it is plugged in', next: [] });
  expect((await preview('61 * * * *')).body.error_code).toBe('invalid_request');
});

it('keep what the retention of their destination says, which is previewed, set, and tells until when', async () => {
  const path = `/backups/destinations/${destination}`;
  const made = [];
  for (const _ of [1, 2]) {
    door.clock.advance(60_000);
    made.push((await door.owner('POST', `${path}/run`)).body.id);
  }
  const preview = (retention: object) => door.owner('POST', `${path}/retention/preview`, { retention });
  const { body } = await preview({ last: 1 });
  expect(body).toMatchObject({
    kept: [{ id: made[1], reasons: ['last', 'newest_verified'] }],
    removed: [{ id: made[0] }],
    is_steady: true,
  });
  const refused = [{ last: 0 }, { last: -1 }, { last: 1e9 }, { last: 'all' }];
  for (const retention of refused) {
    expect((await preview(retention)).body.error_code).toBe('invalid_request');
    expect((await door.owner('PUT', `${path}/retention`, { retention })).body.error_code).toBe(
      'invalid_request',
    );
  }
  const { id } = (await add(nightly())).body;
  const set = await door.owner('PUT', `${path}/retention`, { retention: { last: 2 } });
  const counts = { last: 2, daily: 0, weekly: 0, monthly: 0, yearly: 0, within_days: 0 };
  expect(set.body.retention).toEqual(counts);
  const listed = (await door.owner('GET', '/backups')).body.backups;
  expect(listed.map((each: { kept_until: number | null }) => typeof each.kept_until)).toEqual([
    'number',
    'number',
  ]);
  expect(listed[0].kept_until).toBeGreaterThan(listed[1].kept_until);
  await door.owner('PUT', `${path}/retention`, { retention: { last: 1 } });
  expect((await door.owner('POST', `${path}/prune`)).body).toEqual({ removed: [made[0]], held: [] });
  expect((await door.owner('GET', '/backups/writers')).body).toEqual({ writers: [] });
  const verdict = await door.owner('POST', `/backups/writers/${made[0]}/verdict`, { verdict: 'gone' });
  expect(verdict.body.error_code).toBe('not_found');
  await door.owner('PUT', `${path}/retention`, { retention: null });
  await door.owner('DELETE', `/backups/schedules/${id}`);
});

it("list what was made by schedule at their destination, with upstream's names, and no other backup", async () => {
  const { id } = (await add({ ...nightly(), schedule_expression: '0 * * * *' })).body;
  const made = async () => (await door.owner('GET', `/backups/schedules/${id}/backups`)).body;
  await door.owner('POST', `/backups/destinations/${destination}/run`);
  expect(await made()).toEqual([]);
  door.clock.advance(61 * 60_000);
  // What is due is looked at once the vault is unlocked.
  await door.owner('POST', '/vault/lock');
  await door.owner('POST', '/vault/unlock', { method: 'custody' });
  await expect.poll(made).toMatchObject([{ state: 'completed' }]);
  const [listed] = await made();
  const ours = (await door.owner('GET', `/backups/${listed.backup_id}`)).body;
  expect(ours.why).toBe('schedule');
  expect(listed).toEqual({
    id: ours.sequence,
    backup_id: ours.id,
    backup_type: 'full',
    name: ours.folder,
    schedule_id: id,
    state: 'completed',
    s3_source_id: destination,
    s3_location: join(root, ours.folder),
    size_bytes: ours.size_bytes,
    file_count: null,
    compression_type: 'zstd',
    checksum: null,
    started_at: ours.taken_at,
    completed_at: ours.confirmed_at,
    expires_at: ours.kept_until,
    error_message: null,
    created_by: 0,
    metadata: { key_fingerprint: ours.key_fingerprint },
    tags: [],
  });
  // What is not there any more is no backup that was completed.
  rmSync(join(root, ours.folder), { recursive: true });
  await door.owner('POST', `/backups/destinations/${destination}/run`);
  expect(await made()).toMatchObject([
    { state: 'failed', error_message: expect.stringMatching(/^Backup no\. \d+ of .* did not remove it\.$/) },
  ]);
  // One that came later made none of these.
  door.clock.advance(1000);
  const later = (await add({ ...nightly(), name: 'later' })).body.id;
  expect((await door.owner('GET', `/backups/schedules/${later}/backups`)).body).toEqual([]);
  expect((await door.owner('GET', '/backups/schedules/999/backups')).status).toBe(404);
  for (const each of [id, later]) await door.owner('DELETE', `/backups/schedules/${each}`);
});

it('go with their destination', async () => {
  await add(nightly());
  await door.owner('DELETE', `/backups/destinations/${destination}`);
  expect((await door.owner('GET', '/backups/schedules')).body).toEqual([]);
});
