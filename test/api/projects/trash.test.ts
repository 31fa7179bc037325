import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, openDoor, type TestAnswer, type TestDoor } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let door: TestDoor & { stop(): Promise<void> };
beforeEach(async () => {
  door = await openDoor('socket');
  await send('POST', '/projects', { name: 'shop' });
});
afterEach(() => door.stop());

const send = (method: string, path: string, body?: unknown): Promise<TestAnswer> =>
  door.owner(method, path, body);

async function create(key: string, value: string, more: object = {}, project = 'shop') {
  const { status, body } = await send('POST', `/projects/${project}/env-vars`, { key, value, ...more });
  expect(status).toBe(201);
  return body;
}
const addEnvironment = async (name: string, project = 'shop') =>
  (await send('POST', `/projects/${project}/environments`, { name })).body;
const trash = async (query = '') => (await send('GET', `/trash${query}`)).body;
const restore = (id: number, body: object = {}) => send('POST', `/trash/${id}/restore`, body);
const names = async (project = 'shop') =>
  (await send('GET', `/projects/${project}/env-vars`)).body.map(({ key }: { key: string }) => key);
const values = async (environment = 'production', project = 'shop') => {
  const { variables } = (
    await send('GET', `/projects/${project}/variables/resolved?environment=${environment}`)
  ).body;
  return Object.fromEntries(variables.map(({ key, value }: Record<string, string>) => [key, value]));
};

/** One number of the database, hidden or not. */
function count(table: string): number {
  const database = new Database(join(door.dataDir, 'temps.db'), { readonly: true });
  try {
    return database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  } finally {
    database.close();
  }
}

/** Whether a text is anywhere in the database's files. */
function isInFiles(text: string): boolean {
  const files = readdirSync(door.dataDir).filter((name) => name.startsWith('temps.db'));
  expect(files).toContain('temps.db');
  return files.some((name) => readFileSync(join(door.dataDir, name)).includes(text));
}

describe('a variable in the trash', () => {
  it('comes back with its value, history and environments', async () => {
    const variable = await create('API_TOKEN', 'first-value', { is_secret: true });
    await send('PUT', `/projects/shop/env-vars/${variable.id}`, { value: 'second-value' });
    const was = (await send('GET', `/projects/shop/env-vars/${variable.id}/history`)).body;
    expect(was.versions).toHaveLength(2);
    expect((await send('DELETE', `/projects/shop/env-vars/${variable.id}`)).status).toBe(204);

    const [entry] = await trash(`?variable_id=${variable.id}`);
    expect(entry).toMatchObject({
      kind: 'variables',
      name: 'API_TOKEN',
      project: { slug: 'shop' },
      environments: ['production'],
      variable_count: 1,
      secret_count: 1,
      waits_for: null,
    });
    expect(entry.kept_until - entry.deleted_at).toBe(30 * DAY_MS);
    expect(JSON.stringify(entry)).not.toContain('value');

    expect((await restore(entry.id)).status).toBe(200);
    expect(await values()).toEqual({ API_TOKEN: 'second-value' });
    expect((await send('GET', `/projects/shop/env-vars/${variable.id}/history`)).body).toEqual(was);
    expect(await trash()).toEqual([]);
    expect((await restore(entry.id)).status).toBe(404);
  });

  it('is seen by nothing that lists, counts, finds or reads variables', async () => {
    const secret = await create('HIDDEN_TOKEN', 'hidden-value', { is_secret: true });
    const plain = await create('HIDDEN_PLACE', 'hidden-place');
    await create('USES_IT', 'at ${{HIDDEN_PLACE}}');
    const before = (await send('GET', '/vault/status')).body.secrets;
    for (const { id } of [secret, plain]) await send('DELETE', `/projects/shop/env-vars/${id}`);
    expect(await names()).toEqual(['USES_IT']);
    for (const path of [
      '/search?q=hidden',
      '/projects/shop/variables/export?environment=production',
      '/plain-secrets',
      '/ending-variables',
    ])
      expect((await send('GET', path)).text, path).not.toMatch(/hidden-|HIDDEN_TOKEN/);
    for (const path of [
      `${secret.id}/history`,
      `${plain.id}/history`,
      'HIDDEN_PLACE/value',
      'HIDDEN_TOKEN/value',
    ])
      expect((await send('GET', `/projects/shop/env-vars/${path}`)).status, path).toBe(404);
    // A reference to it is as to one that does not exist.
    expect((await send('GET', '/projects/shop/variables/resolved')).body.error_code).toBe(
      'reference_missing',
    );
    expect((await send('GET', '/projects')).body.projects[0]).toMatchObject({
      variable_count: 1,
      secret_count: 0,
    });
    const after = (await send('GET', '/vault/status')).body.secrets;
    expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
  });

  it('does not block a new one of its name, and is refused by name where that is in use', async () => {
    const old = await create('PORT', '1');
    await send('DELETE', `/projects/shop/env-vars/${old.id}`);
    await create('PORT', '2');
    const [entry] = await trash();
    const refused = await restore(entry.id);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      error_code: 'name_taken',
      detail: 'PORT already exists in production. Nothing was restored.',
    });
    expect(await values()).toEqual({ PORT: '2' });
    expect((await restore(entry.id, { name: 'not a name' })).body.error_code).toBe('invalid_request');
    expect((await restore(entry.id, { name: 'OLD_PORT' })).body.name).toBe('OLD_PORT');
    expect(await values()).toEqual({ PORT: '2', OLD_PORT: '1' });
  });

  it('is one entry with all that were deleted together, of shared variables too', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 25; n++) ids.push((await create(`N${n}`, String(n))).id);
    await send('POST', '/projects/shop/env-vars/bulk', { action: 'delete', ids });
    const shared = (await send('POST', '/shared-variables', { key: 'REGION', value: 'eu' })).body;
    await send('DELETE', `/shared-variables/${shared.id}`);
    await send('POST', '/shared-variables', { key: 'REGION', value: 'us' });
    const [ofShared, many] = await trash();
    expect(many).toMatchObject({ name: null, variable_count: 25 });
    expect(many.names).toHaveLength(10);
    expect(ofShared).toMatchObject({ project: null, name: 'REGION' });
    expect((await restore(ofShared.id)).body.detail).toContain(
      'REGION already exists in the shared variables',
    );
    expect((await restore(many.id, { name: 'ONE' })).body.error_code).toBe('invalid_request');
    await create('N7', 'in the way');
    expect((await restore(many.id)).body.detail).toContain('N7');
    expect(await names()).toEqual(['N7']);
  });

  it('is erased from the files when it is deleted for good, with its secrets', async () => {
    const plain = await create('PLACE', 'planted-plain-text');
    await create('TOKEN', 'planted-secret', { is_secret: true });
    const secrets = count('secrets');
    const { body } = await send('GET', '/projects/shop/env-vars');
    const ids = body.map(({ id }: { id: number }) => id);
    await send('POST', '/projects/shop/env-vars/bulk', { action: 'delete', ids });
    expect(count('secrets')).toBe(secrets);
    const [entry] = await trash(`?variable_id=${plain.id}`);
    expect((await send('DELETE', `/trash/${entry.id}`)).status).toBe(204);
    expect(count('secrets')).toBe(secrets - 1);
    expect(count('env_vars')).toBe(0);
    expect((await send('DELETE', `/trash/${entry.id}`)).status).toBe(404);
    await door.instance.stop();
    expect(isInFiles('planted-plain-text')).toBe(false);
    // The search finds what is there.
    expect(isInFiles('shop')).toBe(true);
  });

  it('tells the audit log who deleted, restored and deleted for good', async () => {
    const { id } = await create('PORT', '1');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await restore((await trash())[0].id);
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await send('DELETE', `/trash/${(await trash())[0].id}`);
    const { logs = [], ...rest } = (await send('GET', '/audit/logs?limit=4')).body;
    const lines = (logs.length > 0 ? logs : Object.values(rest)) as Record<string, unknown>[];
    expect(lines.map(({ operation_type }) => operation_type)).toEqual([
      'TRASH_DELETED',
      'ENV_VAR_DELETED',
      'TRASH_RESTORED',
      'ENV_VAR_DELETED',
    ]);
    expect(JSON.stringify(lines[0])).toContain('PORT of shop');
  });
});

describe('an environment in the trash', () => {
  it('comes back with what was in it alone, and what is in others joins it again', async () => {
    const staging = await addEnvironment('staging');
    const production = (await send('GET', '/projects/shop/environments')).body[0];
    await create('ALONE_TOKEN', 'alone', { environment_ids: [staging.id], is_secret: true });
    await create('BOTH', 'both', { environment_ids: [staging.id, production.id] });
    expect((await send('DELETE', '/projects/shop/environments/staging')).status).toBe(204);
    expect(await names()).toEqual(['BOTH']);
    expect((await send('GET', '/projects/shop/environments')).body).toHaveLength(1);
    expect((await send('GET', '/projects')).body.projects[0].environment_names).toEqual(['production']);
    expect(
      (await send('POST', '/projects/shop/env-vars', { key: 'X', value: '', environment_ids: [staging.id] }))
        .status,
    ).toBe(404);
    const [entry] = await trash(`?environment_id=${staging.id}`);
    expect(entry).toMatchObject({ kind: 'environment', name: 'staging', variable_count: 1, secret_count: 1 });
    await restore(entry.id);
    expect(await values('staging')).toEqual({ ALONE_TOKEN: 'alone', BOTH: 'both' });
    expect(await values()).toEqual({ BOTH: 'both' });
    expect((await send('GET', '/projects/shop/environments/staging')).body.id).toBe(staging.id);
  });

  it('does not block its name, and comes back under another', async () => {
    const staging = await addEnvironment('staging');
    await create('ALONE', 'old', { environment_ids: [staging.id] });
    await send('DELETE', '/projects/shop/environments/staging');
    const again = await addEnvironment('staging');
    await create('ALONE', 'new', { environment_ids: [again.id] });
    const [entry] = await trash();
    expect((await restore(entry.id)).body).toMatchObject({
      error_code: 'name_taken',
      detail: 'An environment with the name staging exists in shop. Nothing was restored.',
    });
    expect((await restore(entry.id, { name: 'Old staging' })).status).toBe(200);
    expect(await values('old-staging')).toEqual({ ALONE: 'old' });
    expect(await values('staging')).toEqual({ ALONE: 'new' });
  });

  it('holds what was deleted in it before, which waits for it', async () => {
    const staging = await addEnvironment('staging');
    const production = (await send('GET', '/projects/shop/environments')).body[0];
    const alone = await create('ALONE', '1', { environment_ids: [staging.id] });
    const both = await create('BOTH', '2', { environment_ids: [staging.id, production.id] });
    for (const { id } of [alone, both]) await send('DELETE', `/projects/shop/env-vars/${id}`);
    await send('DELETE', '/projects/shop/environments/staging');
    const [ofAlone] = await trash(`?variable_id=${alone.id}`);
    const [ofBoth] = await trash(`?variable_id=${both.id}`);
    expect((await restore(ofAlone.id)).body).toMatchObject({ error_code: 'conflict' });
    expect((await restore(ofBoth.id)).status).toBe(200);
    expect(await values()).toEqual({ BOTH: '2' });
    await restore((await trash(`?environment_id=${staging.id}`))[0].id);
    expect(await values('staging')).toEqual({ BOTH: '2' });
    expect((await restore(ofAlone.id)).status).toBe(200);
    expect(await values('staging')).toEqual({ ALONE: '1', BOTH: '2' });
  });

  it('is refused where two of one name would be in it, and nothing is changed', async () => {
    const staging = await addEnvironment('staging');
    const production = (await send('GET', '/projects/shop/environments')).body[0];
    await create('ALONE', '1', { environment_ids: [staging.id] });
    const both = await create('BOTH', '2', { environment_ids: [staging.id, production.id] });
    await send('DELETE', '/projects/shop/environments/staging');
    await send('PUT', `/projects/shop/env-vars/${both.id}`, { key: 'ALONE' });
    const [entry] = await trash();
    expect((await restore(entry.id)).body.detail).toContain('ALONE would be in staging twice');
    expect((await send('GET', '/projects/shop/environments')).body).toHaveLength(1);
    expect(await trash()).toHaveLength(1);
  });

  it('takes along what was deleted in it when it is deleted for good, and leaves what is elsewhere', async () => {
    const staging = await addEnvironment('staging');
    const production = (await send('GET', '/projects/shop/environments')).body[0];
    const alone = await create('ALONE', '1', { environment_ids: [staging.id] });
    const both = await create('BOTH', '2', { environment_ids: [staging.id, production.id] });
    for (const { id } of [alone, both]) await send('DELETE', `/projects/shop/env-vars/${id}`);
    await send('DELETE', '/projects/shop/environments/staging');
    await send('DELETE', `/trash/${(await trash(`?environment_id=${staging.id}`))[0].id}`);
    expect((await trash()).map(({ name }: { name: string }) => name)).toEqual(['BOTH']);
    await restore((await trash())[0].id);
    expect(await values()).toEqual({ BOTH: '2' });
    expect(count('environments')).toBe(1);
  });
});

describe('a project in the trash', () => {
  it('comes back with everything but its deployment tokens, which end at once and for good', async () => {
    await addEnvironment('staging');
    await create('TOKEN', 'kept-secret', { is_secret: true });
    const { token } = (await send('POST', '/projects/shop/deployment-tokens', { name: 'deploy' })).body;
    const withToken = () => door.request('GET', '/projects/shop/variables/resolved', undefined, { token });
    expect((await withToken()).status).toBe(200);
    const { id } = (await send('GET', '/projects/shop')).body;
    expect((await send('DELETE', '/projects/shop')).status).toBe(204);
    expect((await withToken()).status).toBe(401);
    expect((await send('GET', '/projects/shop')).status).toBe(404);
    expect((await send('GET', `/projects/${id}`)).status).toBe(404);
    expect((await send('GET', '/projects')).body.total).toBe(0);
    expect((await send('GET', '/search?q=token')).text).not.toContain('TOKEN');
    const [entry] = await trash(`?project_id=${id}`);
    expect(entry).toMatchObject({ kind: 'project', name: 'shop', variable_count: 1 });
    expect((await restore(entry.id)).status).toBe(200);
    expect((await withToken()).status).toBe(401);
    expect((await send('GET', '/projects/shop/deployment-tokens')).body.total).toBe(0);
    expect(await values('production')).toEqual({ TOKEN: 'kept-secret' });
    expect((await send('GET', '/projects/shop/environments')).body).toHaveLength(2);
  });

  it('does not block its name, comes back under another, and what was deleted in it waits for it', async () => {
    const gone = await create('GONE', '1');
    await send('DELETE', `/projects/shop/env-vars/${gone.id}`);
    await send('DELETE', '/projects/shop');
    const again = await send('POST', '/projects', { name: 'shop' });
    expect(again.body.slug).toBe('shop');
    const [project, variable] = await trash();
    expect(variable.waits_for).toBe(project.id);
    expect((await restore(variable.id)).body).toMatchObject({
      error_code: 'conflict',
      details: { trash_id: project.id },
    });
    expect((await restore(project.id)).body.error_code).toBe('name_taken');
    expect((await restore(project.id, { name: 'Old shop' })).status).toBe(200);
    expect((await restore(variable.id)).status).toBe(200);
    expect(await values('production', 'old-shop')).toEqual({ GONE: '1' });
    expect(await names()).toEqual([]);
  });

  it('goes with all that is in it when it is deleted for good', async () => {
    const staging = await addEnvironment('staging');
    const gone = await create('GONE', 'gone-plain', { environment_ids: [staging.id] });
    await create('TOKEN', 'x', { is_secret: true });
    await send('DELETE', `/projects/shop/env-vars/${gone.id}`);
    await send('DELETE', '/projects/shop/environments/staging');
    await send('DELETE', '/projects/shop');
    const project = (await trash()).find(({ kind }: { kind: string }) => kind === 'project');
    await send('DELETE', `/trash/${project.id}`);
    expect(await trash()).toEqual([]);
    for (const table of ['projects', 'environments', 'env_vars', 'env_var_versions', 'trash', 'trash_items'])
      expect(count(table), table).toBe(0);
    expect(count("secrets WHERE kind = 'env_var'")).toBe(0);
  });
});

describe('who may do what', () => {
  const key = async (permissions: string[]) => {
    const { body } = await send('POST', '/api-keys', {
      name: permissions.join(),
      role_type: 'custom',
      permissions,
    });
    return (method: string, path: string, sent?: unknown) =>
      door.request(method, path, sent, { token: body.api_key });
  };

  it('shows a deployment token nothing, and a reader what it cannot change', async () => {
    const { id } = await create('PORT', '1');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    const [entry] = await trash();
    const made = await send('POST', '/projects/shop/deployment-tokens', { name: 'deploy' });
    const token = (method: string, path: string, sent?: unknown) =>
      door.request(method, path, sent, { token: made.body.token });
    const reader = await key(['environments:read']);
    expect((await reader('GET', '/trash')).body).toHaveLength(1);
    expect((await token('GET', '/trash')).text).not.toContain('PORT');
    for (const caller of [reader, token])
      for (const [method, path, sent] of [
        ['POST', `/trash/${entry.id}/restore`, {}],
        ['DELETE', `/trash/${entry.id}`, undefined],
      ] as const)
        expect((await caller(method, path, sent)).status, path).toBeGreaterThanOrEqual(403);
    expect(await trash()).toHaveLength(1);
  });

  it('needs for a project what projects need', async () => {
    await send('DELETE', '/projects/shop');
    const [entry] = await trash();
    const ofVariables = await key(['environments:read', 'environments:write', 'environments:delete']);
    expect((await ofVariables('GET', '/trash')).body).toEqual([]);
    const sees = await key([
      'environments:read',
      'environments:write',
      'environments:delete',
      'projects:read',
    ]);
    expect((await sees('POST', `/trash/${entry.id}/restore`, {})).status).toBe(403);
    expect((await sees('DELETE', `/trash/${entry.id}`)).status).toBe(403);
    expect(await trash()).toHaveLength(1);
  });

  it('deletes for good only what a person confirmed, and restores without that', async () => {
    const { id } = await create('PORT', '1');
    await send('DELETE', `/projects/shop/env-vars/${id}`);
    await send('POST', '/projects', { name: 'other' });
    await send('DELETE', '/projects/other');
    const user = await door.signIn(CREDENTIALS.email, CREDENTIALS.password);
    door.clock.advance(10 * 60 * 1000);
    for (const entry of await trash()) {
      const refused = await door.request('DELETE', `/trash/${entry.id}`, undefined, user);
      expect(refused.body.error_code, entry.kind).toBe('confirmation_required');
    }
    for (const entry of await trash())
      expect((await door.request('POST', `/trash/${entry.id}/restore`, {}, user)).status).toBe(200);
  });

  it('answers bad input with a problem', async () => {
    for (const path of ['/trash?project_id=x', '/trash?variable_id=1.5'])
      expect((await send('GET', path)).status, path).toBe(400);
    for (const id of ['x', '1.5', '0', '-1', '99999999999999999999'])
      expect((await send('POST', `/trash/${id}/restore`, {})).status, id).toBeGreaterThanOrEqual(400);
    expect((await send('POST', '/trash/1/restore', { names: [] })).status).toBe(400);
  });
});
