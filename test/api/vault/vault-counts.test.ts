import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { recoveryShape } from '../../../electron/instance/vault/recovery/recovery-shapes.ts';
import { doctorShape, secretsPageShape } from '../../../electron/instance/vault/secrets/secret-shapes.ts';
import { createManualClock } from '../../context.ts';
import { quick } from '../../work-factor.ts';

const clock = createManualClock();
let folder: string;
let dataDir: string;
let instance: Instance;
const start = async () => {
  instance = await openInstance({ dataDir, env: {}, clock, ...quick });
  await instance.start({});
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-counts-'));
  dataDir = join(folder, 'data');
  await start();
});
afterEach(async () => {
  await instance.stop();
  rmSync(folder, { recursive: true, force: true });
});

const call = async (method: string, path: string, body?: unknown) => {
  clock.advance(1000);
  const response = await instance.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    }),
    createOwner('window', clock.now()),
  );
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as any };
};
const get = async (path: string) => (await call('GET', path)).body;
const keyFile = () => join(dataDir, 'encryption_key');
const ids = new Map<string, number>();

async function setVariable(key: string, times: number): Promise<void> {
  const { body } = await call('POST', '/projects/shop/env-vars', { key, value: 'first', is_secret: true });
  ids.set(key, body.id);
  for (let at = 1; at < times; at++) await setAgain(key, `value ${at}`);
}
const setAgain = async (key: string, value: string) =>
  expect((await call('PUT', `/projects/shop/env-vars/${ids.get(key)}`, { value })).status).toBe(200);

/** Two variables, one with five earlier versions, and an API key. */
async function fill(): Promise<void> {
  await call('POST', '/projects', { name: 'shop' });
  await setVariable('ALPHA', 6);
  await setVariable('BETA', 1);
  await call('POST', '/projects/shop/env-vars', { key: 'PORT', value: '3000', is_secret: false });
  await call('POST', '/api-keys', { name: 'ci', role_type: 'reader' });
}

/** Gives the key up; returns its text. */
async function lose(): Promise<string> {
  await instance.stop();
  const text = readFileSync(keyFile(), 'utf8');
  rmSync(keyFile());
  await start();
  const { name } = (await get('/vault/status')).instance;
  expect((await call('POST', '/vault/start-over', { instance_name: name })).status).toBe(201);
  return text;
}
const recovery = async () => {
  const list = await get('/vault/recovery');
  expect(recoveryShape.parse(list)).toEqual(list);
  const { total, remaining, replaced, versions } = list;
  return { total, remaining, replaced, versions };
};

describe('a variable with five earlier versions', () => {
  it('is one secret in the status, with its versions beside', async () => {
    await fill();
    const { secrets } = await get('/vault/status');
    expect(secrets).toEqual({
      total: 3,
      versions: 5,
      by_kind: { env_var: 2, api_key: 1 },
      at_stake: { env_var: 2, api_key: 1 },
      versions_at_stake: { env_var: 5 },
    });
    expect((await get('/diagnostics')).vault).toMatchObject({
      secrets_by_kind: { env_var: 2, api_key: 1 },
      versions: 5,
    });
  });

  it('has six values to check and to encrypt, which are called that', async () => {
    await fill();
    const { body: report } = await call('POST', '/vault/doctor?wait=true');
    expect(doctorShape.parse(report)).toEqual(report);
    expect(report).toMatchObject({ total: 8, opened: 8, versions: 5, failed: 0, failed_versions: 0 });
    const { counts } = await get('/vault/secrets');
    expect(counts).toMatchObject({ all: 8, variables: 7, access: 1 });
    expect((await get('/openapi.json'))['x-words'].secret_groups.variables).toBe('Variables and versions');
    await call('POST', '/vault/key/rotation', {});
    const { rotation } = (await get('/vault/status')) as { rotation: { by_group: object[] } };
    expect(rotation.by_group).toContainEqual({ group: 'variables', before: 7, moved: 0, left: 7 });
  });

  it('is not what fails when one of its versions is damaged', async () => {
    await fill();
    await instance.stop();
    const database = new Database(join(dataDir, 'temps.db'));
    database
      .prepare(
        `UPDATE secrets SET sealed = CAST(substr(sealed, 1, length(sealed) - 2) || X'0000' AS BLOB)
         WHERE id = (SELECT secret_id FROM env_var_versions WHERE env_var_id = ? AND version = 2)`,
      )
      .run(ids.get('ALPHA'));
    database.close();
    await start();
    const { body: report } = await call('POST', '/vault/doctor?wait=true');
    expect(report).toMatchObject({ failed: 1, failed_versions: 1 });
    expect(report.failures[0].owner).toMatchObject({ is_earlier: true, name: 'ALPHA, version 2' });
    const list = await get('/vault/secrets');
    expect(secretsPageShape.parse(list)).toEqual(list);
    expect(list).toMatchObject({ failing: 1, failing_versions: 1 });
  });

  it('fails as one secret and five versions while the vault is locked', async () => {
    await fill();
    await call('POST', '/vault/lock');
    const { body: report } = await call('POST', '/vault/doctor?wait=true');
    expect(report).toMatchObject({ failed: 8, versions: 5, failed_versions: 5 });
    expect((await get('/vault/status')).secrets).toMatchObject({ total: 3, versions: 5 });
  });
});

describe('the recovery list', () => {
  it('begins at nothing replaced, and asks for secrets, not for versions of them', async () => {
    await fill();
    await lose();
    expect(await recovery()).toEqual({ total: 3, remaining: 3, replaced: 0, versions: 5 });
    const { groups } = await get('/vault/recovery');
    const names = groups.flatMap(({ values }: { values: { owner: { name: string } }[] }) =>
      values.map(({ owner }) => owner.name),
    );
    expect(names.sort()).toEqual(['ALPHA', 'BETA', 'ci']);
    expect((await get('/vault/status')).secrets).toMatchObject({
      total: 3,
      by_kind: { env_var: 2, api_key: 1 },
      at_stake: {},
      versions_at_stake: {},
    });
  });

  it('counts what was replaced in whatever way, and neither what is new nor what was deleted', async () => {
    await fill();
    await setVariable('GAMMA', 1);
    await lose();
    const { groups } = await get('/vault/recovery');
    const idOf = (name: string) =>
      groups
        .flatMap(({ values }: { values: { id: string; owner: { name: string } }[] }) => values)
        .find(({ owner }: { owner: { name: string } }) => owner.name === name).id;

    await setVariable('NEW', 3);
    await call('POST', '/api-keys', { name: 'new', role_type: 'reader' });
    expect(await recovery()).toEqual({ total: 4, remaining: 4, replaced: 0, versions: 5 });

    await call('POST', `/vault/recovery/${idOf('ALPHA')}/reenter`, { value: 'again' });
    expect(await recovery()).toEqual({ total: 4, remaining: 3, replaced: 1, versions: 5 });
    await setAgain('ALPHA', 'and again');
    expect(await recovery()).toMatchObject({ total: 4, replaced: 1 });

    await setAgain('BETA', 'on its own page');
    expect(await recovery()).toEqual({ total: 4, remaining: 2, replaced: 2, versions: 6 });

    await call('POST', `/vault/recovery/${idOf('ci')}/regenerate`);
    expect(await recovery()).toEqual({ total: 4, remaining: 1, replaced: 3, versions: 6 });

    await call('DELETE', `/projects/shop/env-vars/${ids.get('GAMMA')}`);
    // Until it is deleted for good, the trash has it.
    expect(await recovery()).toEqual({ total: 3, remaining: 0, replaced: 3, versions: 7 });
    const [entry] = await get('/trash');
    await call('DELETE', `/trash/${entry.id}`);
    expect(await recovery()).toEqual({ total: 3, remaining: 0, replaced: 3, versions: 6 });
  });

  it('counts what the old key brought back as replaced too, and ends with it', async () => {
    await fill();
    const text = await lose();
    const found = join(folder, 'found');
    writeFileSync(found, text);
    const rescued = await call('POST', '/vault/recovery/rescue', { method: 'path', path: found });
    expect(rescued.body).toEqual({ rescued: 8, unreadable: [] });
    expect(await recovery()).toEqual({ total: 0, remaining: 0, replaced: 0, versions: 0 });
    expect((await get('/vault/status')).secrets).toMatchObject({
      total: 3,
      versions: 5,
      versions_at_stake: { env_var: 5 },
    });
  });

  it('lets lost versions be removed, which hold up a rotation, and nothing else with them', async () => {
    await fill();
    await lose();
    const before = await get('/vault/recovery');
    expect((await call('DELETE', '/vault/recovery/versions')).body).toEqual({ removed: 5 });
    expect(await get('/vault/recovery')).toEqual({ ...before, versions: 0 });
    const { versions } = await get(`/projects/shop/env-vars/${ids.get('ALPHA')}/history`);
    expect(versions.map(({ version }: { version: number }) => version)).toEqual([6]);
    const [line] = await get('/audit/logs?operation_type=LOST_VERSIONS_REMOVED');
    expect(line.data).toEqual({ count: 5 });

    await setAgain('ALPHA', 'a');
    await setAgain('BETA', 'b');
    const refused = await call('POST', '/vault/key/rotation', {});
    expect(refused.body.detail).toContain(
      'with a lost key: 1 secret on the recovery list, which must be replaced; 2 earlier versions, which can be removed there',
    );
    for (const { id, owner } of (await get('/vault/recovery')).groups[0].values)
      if (owner.name === 'ci') await call('POST', `/vault/recovery/${id}/regenerate`);
    expect((await call('DELETE', '/vault/recovery/versions')).body).toEqual({ removed: 2 });
    expect((await call('POST', '/vault/key/rotation', {})).status).toBe(201);
    expect((await get('/projects/shop/env-vars/ALPHA/value')).value).toBe('a');
    expect((await call('DELETE', '/vault/recovery/versions')).body).toEqual({ removed: 0 });
    expect((await get('/audit/logs?operation_type=LOST_VERSIONS_REMOVED')).length).toBe(2);
  });
});
