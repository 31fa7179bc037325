import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withRunProgress } from '../../electron/cli/backup/run-progress.ts';
import { connectTo } from '../../electron/cli/client.ts';
import { INTERRUPTED } from '../../electron/cli/command-error.ts';
import { openGivenBucket, restoreBackup } from '../../electron/instance/backups/restore/restore-directory.ts';
import { BUCKET, type FaultProxy, openFaultProxy, openS3rver, type TestStore } from '../s3-stores.ts';
import { openDoor, type TestDoor } from './harness.ts';

const VALUE = 'a value that comes back from a bucket';

/** One after the other, as a person would. */
describe('a bucket as a destination', () => {
  let store: TestStore;
  let proxy: FaultProxy;
  let door: TestDoor & { stop(): Promise<void> };
  let id: number;
  let backup: string;
  const { signal } = new AbortController();
  const ask = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await door.owner(method, path, body);
    expect(answer.status, answer.text).toBe(status);
    // Whatever is asked for, they are in no answer.
    expect(answer.text).not.toContain(store.credentials.secretAccessKey);
    return answer.body;
  };
  const bucketOf = async () => (await ask('GET', '/backups/destinations')).destinations[0].bucket;
  const given = () => ({
    kind: 's3',
    name: 'the bucket',
    endpoint: `http://127.0.0.1:${proxy.port}`,
    bucket: BUCKET,
    prefix: '/home/',
    path_style: true,
    access_key_id: store.credentials.accessKeyId,
    secret_access_key: store.credentials.secretAccessKey,
  });
  beforeAll(async () => {
    store = await openS3rver();
    proxy = await openFaultProxy(store.port);
    door = await openDoor('socket');
    await ask('POST', '/projects', { name: 'shop' });
    const body = {
      key: 'TOKEN',
      value: VALUE,
      is_secret: true,
      environment_ids: [1],
      include_in_preview: true,
    };
    await ask('POST', '/projects/shop/env-vars', body, 201);
  });
  afterAll(async () => {
    await door.stop();
    await proxy.close();
    await store.close();
  });

  it('is not added while the probe fails, and says what failed', async () => {
    proxy.fault = ({ call }) => (call === 'DeleteObject' ? { status: 403, code: 'AccessDenied' } : null);
    const denied = await ask('POST', '/backups/destinations', given(), 409);
    expect(denied).toMatchObject({
      error_code: 'destination_refused',
      detail: expect.stringMatching(/could not be deleted again.*may not delete objects/),
    });
    proxy.fault = () => null;
    const wrong = { ...given(), secret_access_key: 'another' };
    expect((await ask('POST', '/backups/destinations', wrong, 409)).detail).toMatch(/secret access key/);
    const plain = { ...given(), endpoint: 'http://nas.example:9000' };
    expect(await ask('POST', '/backups/destinations', plain, 400)).toMatchObject({
      error_code: 'invalid_request',
      errors: { endpoint: expect.stringContaining('https') },
    });
    expect((await ask('GET', '/backups/destinations')).destinations).toEqual([]);
    expect((await ask('GET', '/vault/secrets?kind=s3_credentials')).total).toBe(0);
  });

  it('is added once it was tried out; its credentials are secrets that are never shown', async () => {
    const added = await ask('POST', '/backups/destinations', given(), 201);
    id = added.id;
    expect(added).toMatchObject({
      kind: 's3',
      path: `s3://${BUCKET}/home`,
      readable_without_key: false,
      // The store of this test is on this computer, which is no other place.
      separate: false,
      note: expect.stringContaining('this computer'),
      bucket: { bucket: BUCKET, prefix: 'home', region: 'us-east-1', credentials_state: 'set' },
      can_be_plugged_in: false,
      drive: null,
    });
    const schedule = { name: 'never', s3_source_id: id, schedule_expression: '@plugged-in' };
    expect(await ask('POST', '/backups/schedules', schedule, 400)).toMatchObject({
      error_code: 'invalid_request',
      errors: { schedule_expression: 'times' },
    });
    await ask('POST', '/backups/destinations', { ...given(), name: 'another' }, 409);
    const { secrets } = await ask('GET', '/vault/secrets?kind=s3_credentials');
    expect(secrets.map(({ owner }: { owner: { title: string } }) => owner.title).sort()).toEqual([
      'Access key id of the bucket',
      'Secret access key of the bucket',
    ]);
    const sqlite = new Database(join(door.dataDir, 'temps.db'), { readonly: true });
    const rows = JSON.stringify(sqlite.prepare('SELECT * FROM backup_buckets').all());
    sqlite.close();
    for (const value of Object.values(store.credentials)) expect(rows).not.toContain(value);
    const { kit } = await ask('POST', '/vault/key/copies', { format: 'pdf' }, 201);
    expect(kit.backups.places).toEqual(['the bucket (bucket of an S3 store)']);
  });

  it('takes a backup, which is verified, drilled, and restored elsewhere with the same values', async () => {
    const made = await ask('POST', `/backups/destinations/${id}/run`, undefined, 201);
    expect(made).toMatchObject({ state: 'confirmed', destination: 'the bucket' });
    backup = made.id;
    await ask('POST', `/backups/${backup}/verify`);
    expect(await ask('POST', `/backups/${backup}/drill`)).toMatchObject({ drill_result: 'passed' });

    const dataDir = join(mkdtempSync(join(tmpdir(), 'temps-from-s3-')), 'data');
    const place = { endpoint: given().endpoint, isPathStyle: true, bucket: BUCKET, prefix: 'home' };
    const key = readFileSync(join(door.dataDir, 'encryption_key'), 'utf8').trim();
    const wrong = openGivenBucket({ ...place, prefix: 'elsewhere' }, store.credentials);
    const options = { dataDir, copy: { text: key }, custody: 'file' as const, env: {}, signal };
    await expect(restoreBackup({ ...options, from: wrong }, async () => {})).rejects.toMatchObject({
      code: 'not_found',
    });
    const from = openGivenBucket({ ...place, prefix: `home/${made.folder}` }, store.credentials);
    const { preview } = await restoreBackup({ ...options, from }, async () => {});
    expect(preview).toMatchObject({ manifest: { id: backup }, values: { lost: 0 } });
    const restored = await openDoor('socket', {
      isSetUp: false,
      prepare: (dir) => {
        rmSync(dir, { recursive: true });
        renameSync(dataDir, dir);
      },
    });
    const { value } = (await restored.owner('GET', '/projects/shop/env-vars/TOKEN/value')).body;
    expect(value).toBe(VALUE);
    // The credentials came with it.
    const { destinations } = (await restored.owner('GET', '/backups/destinations')).body;
    expect(destinations[0].bucket.credentials_state).toBe('set');
    await restored.stop();
  });

  it('is known to other clients of Temps as an S3 source', async () => {
    const sources = await ask('GET', '/backups/s3-sources');
    expect(sources).toEqual([await ask('GET', `/backups/s3-sources/${id}`)]);
    expect(sources[0]).toMatchObject({
      id,
      bucket_name: BUCKET,
      bucket_path: 'home',
      force_path_style: true,
      access_key_id: '********',
      secret_key: '********',
    });
    const run = await ask('POST', `/backups/s3-sources/${id}/run`, { backup_type: 'full' });
    expect(run).toMatchObject({ state: 'completed', s3_source_id: id, compression_type: 'zstd' });
    expect(await ask('GET', `/backups/${run.backup_id}`)).toMatchObject({ state: 'confirmed' });
    const { backups, last_updated } = await ask('GET', `/backups/s3-sources/${id}/backups`);
    expect(last_updated).toBe(new Date(door.clock.now()).toISOString());
    const entry = backups.find((each: { backup_id: string }) => each.backup_id === run.backup_id);
    expect(entry).toEqual({
      id: run.id,
      backup_id: run.backup_id,
      backup_type: 'full',
      name: run.name,
      created_at: new Date(run.started_at).toISOString(),
      size_bytes: run.size_bytes,
      location: run.s3_location,
      metadata_location: `${run.s3_location}/manifest.json`,
      engine: null,
      origin_service_name: null,
      format: null,
      source: 'db',
      state: 'completed',
    });
    await ask('GET', '/backups/s3-sources/999/backups', undefined, 404);
    await ask('DELETE', `/backups/${run.backup_id}`, undefined, 204);
    const left = (await ask('GET', `/backups/s3-sources/${id}/backups`)).backups;
    expect(left.map((each: { backup_id: string }) => each.backup_id)).not.toContain(run.backup_id);
  });

  it('keeps its credentials until others were tried out, and its backups', async () => {
    const path = `/backups/s3-sources/${id}`;
    await ask('PATCH', path, { secret_key: 'wrong' }, 409);
    await ask('PATCH', path, { bucket_name: 'elsewhere' }, 409);
    await ask('POST', `/backups/destinations/${id}/test`);
    // Another store, where none of its backups is.
    proxy.fault = ({ call, path: of }) =>
      call === 'GetObject' && of.includes('manifest.json') ? { status: 404, code: 'NoSuchKey' } : null;
    await ask('PATCH', path, { region: 'eu-central-1' }, 409);
    proxy.fault = () => null;
    const before = (await bucketOf()).credentials_set_at;
    door.clock.advance(1000);
    const { accessKeyId: access_key_id, secretAccessKey: secret_key } = store.credentials;
    // What clients send back that were never shown it changes nothing.
    expect(await ask('PATCH', path, { name: 'renamed', access_key_id: '********' })).toMatchObject({
      name: 'renamed',
    });
    expect((await bucketOf()).credentials_set_at).toBe(before);
    await ask('PATCH', path, { access_key_id, secret_key });
    expect((await bucketOf()).credentials_set_at).toBeGreaterThan(before);
  });

  it('says what it can tell of itself, and that it does not when it may not', async () => {
    proxy.fault = ({ call }) =>
      call === 'GetBucketVersioning' ? { status: 403, code: 'AccessDenied' } : null;
    const { facts } = await ask('GET', `/backups/destinations/${id}/bucket`);
    proxy.fault = () => null;
    expect(facts).toContainEqual(
      expect.objectContaining({ name: 'versioning', refused_call: 'GetBucketVersioning' }),
    );
  });

  /** Waits until a call hangs, on which a run is then waiting. */
  const hangAt = (wanted: string, part: string) => {
    const hanging = Promise.withResolvers<void>();
    proxy.fault = ({ call, path }) => {
      if (call !== wanted || !path.includes(part)) return null;
      hanging.resolve();
      return 'hang';
    };
    return hanging.promise;
  };
  const listRuns = async () => (await ask('GET', '/backups/runs')).runs;
  const listStored = async () => {
    const { destination } = openGivenBucket(
      { endpoint: given().endpoint, isPathStyle: true, bucket: BUCKET, prefix: 'home' },
      store.credentials,
    );
    return (await destination.list('', signal)).map(({ path }) => path).sort();
  };

  it.each([
    ['writing', 'PutObject', 'database'],
    ['verifying', 'GetObject', 'details'],
  ])('shows how far a run is with %s, and cancels it: nothing of it stays', async (step, call, part) => {
    const before = { stored: await listStored(), backups: (await ask('GET', '/backups')).backups };
    const hanging = hangAt(call, part);
    const running = ask('POST', `/backups/destinations/${id}/run`, undefined, 409);
    await hanging;
    const [run] = await listRuns();
    expect(run).toMatchObject({
      step,
      part: expect.stringContaining(part),
      destination: 'renamed',
      is_cancelled: false,
    });
    expect(run.done_bytes).toBeLessThanOrEqual(run.total_bytes);
    expect(run.total_bytes).toBeGreaterThan(1000);
    await ask('DELETE', `/backups/runs/${run.id}`, undefined, 204);
    expect(await running).toMatchObject({ error_code: 'cancelled' });
    proxy.fault = () => null;
    expect(await listRuns()).toEqual([]);
    await ask('DELETE', `/backups/runs/${run.id}`, undefined, 404);
    expect(await listStored()).toEqual(before.stored);
    const [cancelled, ...others] = (await ask('GET', '/backups')).backups;
    expect(cancelled).toMatchObject({ id: run.id, folder: null, error: { code: 'cancelled' } });
    expect(others).toEqual(before.backups);
    // It is no failure, to nobody.
    expect((await ask('GET', '/jobs?job=backups.make')).runs[0].state).toBe('interrupted');
    const states = (await ask('GET', '/vault/status')).health.recovery.destinations;
    expect(states).toMatchObject([{ name: 'renamed', failed: null }]);
    const [newest] = await ask('GET', '/audit/logs');
    expect(newest.operation_type).toBe('BACKUP_CANCELLED');
    await ask('DELETE', `/backups/${run.id}`, undefined, 204);
  });

  it('cancels the run of a command that is interrupted', async () => {
    const client = await connectTo(door.instance);
    const hanging = hangAt('PutObject', 'database');
    const others = process.listeners('SIGINT');
    const command = withRunProgress(client, id, () =>
      client.post('/backups/destinations/{id}/run', { path: { id } }),
    );
    const ended = expect(command).rejects.toMatchObject({ code: INTERRUPTED });
    await hanging;
    // The command's own listener alone: who else listens in this process would end it.
    for (const listener of process.listeners('SIGINT')) if (!others.includes(listener)) listener('SIGINT');
    await ended;
    proxy.fault = () => null;
    const [{ id: cancelled }] = (await ask('GET', '/backups')).backups;
    await ask('DELETE', `/backups/${cancelled}`, undefined, 204);
  });

  it('whose objects are locked keeps no other backup from being made', async () => {
    proxy.fault = ({ call, path }) => {
      if (call === 'PutObject' && path.includes('manifest.json'))
        return { status: 507, code: 'QuotaExceeded' };
      return call === 'DeleteObject' ? { status: 403, code: 'AccessDenied' } : null;
    };
    const full = await ask('POST', `/backups/destinations/${id}/run`, undefined, 507);
    expect(full.error_code).toBe('destination_full');
    proxy.fault = ({ call }) => (call === 'DeleteObject' ? { status: 403, code: 'AccessDenied' } : null);
    const made = await ask('POST', `/backups/destinations/${id}/run`, undefined, 201);
    expect(made.state).toBe('confirmed');
    const refused = await ask('DELETE', `/backups/${made.id}`, undefined, 409);
    expect(refused.detail).toMatch(/may not delete/);
    proxy.fault = () => null;
    await ask('DELETE', `/backups/${made.id}`, undefined, 204);
  });

  it('is not reached while the vault is locked, and its lost credentials are entered again', async () => {
    await ask('POST', '/vault/lock', undefined, 204);
    expect((await bucketOf()).credentials_state).toBe('locked');
    const seen = proxy.seen.length;
    await ask('POST', `/backups/destinations/${id}/test`, undefined, 423);
    await ask('GET', `/backups/destinations/${id}/bucket`, undefined, 423);
    await ask('POST', '/backups/destinations', { ...given(), name: 'other', prefix: 'other' }, 423);
    expect(proxy.seen).toHaveLength(seen);
    const { name } = await ask('GET', '/vault/status').then(({ instance }) => instance);
    rmSync(join(door.dataDir, 'encryption_key'));
    await ask('POST', '/vault/start-over', { instance_name: name }, 201);
    expect((await bucketOf()).credentials_state).toBe('lost');
    const failed = await ask('POST', `/backups/destinations/${id}/test`, undefined, 409);
    expect(failed).toMatchObject({ error_code: 'secret_unreadable', detail: /Enter them again/ });
    const { groups } = await ask('GET', '/vault/recovery');
    const lost = groups.find(({ group }: { group: string }) => group === 'backups').values;
    expect(lost).toHaveLength(2);
    for (const { id: secret, can_reenter, owner } of lost) {
      expect(can_reenter).toBe(true);
      const isId = owner.name === 'Access key id';
      const value = isId ? store.credentials.accessKeyId : store.credentials.secretAccessKey;
      await ask('POST', `/vault/recovery/${secret}/reenter`, { value }, 204);
    }
    expect((await bucketOf()).credentials_state).toBe('set');
    await ask('POST', `/backups/destinations/${id}/test`);
  });

  it('takes its credentials with it when it is removed', async () => {
    await ask('DELETE', `/backups/s3-sources/${id}`, undefined, 204);
    expect((await ask('GET', '/vault/secrets?kind=s3_credentials')).total).toBe(0);
    expect((await ask('GET', '/backups')).backups).toEqual([]);
    // What is there stays there.
    const place = { endpoint: given().endpoint, isPathStyle: true, bucket: BUCKET, prefix: 'home' };
    const { destination } = openGivenBucket(place, store.credentials);
    expect((await destination.list('', signal)).some(({ path }) => path.endsWith('manifest.json'))).toBe(
      true,
    );
    const operations = JSON.stringify(await ask('GET', '/audit/logs'));
    for (const operation of ['BACKUP_DESTINATION_CHANGED', 'BACKUP_DESTINATION_REMOVED'])
      expect(operations).toContain(operation);
  });
});
