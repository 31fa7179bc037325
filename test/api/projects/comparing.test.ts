import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { describeOverDoors, type Who } from '../harness.ts';
import { openShopForEach } from './shop-instance.ts';

const shop = openShopForEach();
const { send } = shop;

const list = async (environment?: string) => {
  const { body } = await send('GET', '/projects/shop/env-vars');
  return body.filter(
    (variable: { environments: { name: string }[] }) =>
      environment === undefined || variable.environments.some(({ name }) => name === environment),
  );
};
const find = async (key: string, environment: string) =>
  (await list(environment)).find((known: { key: string }) => known.key === key);

async function values(environment = 'production') {
  const { body } = await send('GET', `/projects/shop/variables/resolved?environment=${environment}`);
  return Object.fromEntries(body.variables.map(({ key, value }: Record<string, string>) => [key, value]));
}

const idOf = async (name: string): Promise<number> =>
  (await send('GET', `/projects/shop/environments/${name}`)).body.id;

async function add(key: string, value: string, environments: string[], more: object = {}) {
  const answer = await send('POST', '/projects/shop/env-vars', {
    ...{ key, value, is_secret: false, environment_ids: await Promise.all(environments.map(idOf)) },
    ...{ allow_unresolved: true, ...more },
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

const secret = { is_secret: true };

async function openStaging() {
  await send('POST', '/projects/shop/environments', { name: 'staging' });
  await add('LOG_LEVEL', 'info', ['production']);
  await add('LOG_LEVEL', 'debug', ['staging']);
  await add('TZ', 'Europe/Zurich', ['production']);
  await add('TZ', 'Europe/Zurich', ['staging']);
  await add('BOTH', 'canary-of-both', ['production', 'staging'], secret);
  await add('TOKEN', 'canary-same', ['production'], secret);
  await add('TOKEN', 'canary-same', ['staging'], secret);
  await add('KEY', 'canary-one', ['production'], secret);
  await add('KEY', 'canary-two', ['staging'], secret);
  await add('ONLY', 'canary-only', ['production'], { ...secret, note: 'from the bank' });
}

const compare = (query = '') => send('GET', `/projects/shop/variables/comparison${query}`);
const judged = (body: { variables: { key: string; values: string; is_missing: boolean }[] }) =>
  Object.fromEntries(
    body.variables.map(({ key, values: said, is_missing }) => [key, is_missing ? 'missing' : said]),
  );

async function audit(): Promise<{ operation_type: string; data: Record<string, unknown> }[]> {
  const { body } = await send('GET', '/audit/logs');
  return body.logs ?? body;
}
const operations = async () => (await audit()).map(({ operation_type }) => operation_type);

describe('a comparison of environments', () => {
  it('says where variables are and which are the same, and of secrets only when asked', async () => {
    await openStaging();
    const left = await compare('?environments=production,staging');
    expect(left.status).toBe(200);
    expect(judged(left.body)).toEqual({
      ...{ BOTH: 'same', KEY: 'not_compared', LOG_LEVEL: 'differs' },
      ...{ ONLY: 'missing', TOKEN: 'not_compared', TZ: 'same' },
    });
    expect(await operations()).not.toContain('ENV_VARS_COMPARED');
    const compared = await compare('?environments=production,staging&secrets=compare');
    expect(judged(compared.body)).toEqual({
      ...{ BOTH: 'same', KEY: 'differs', LOG_LEVEL: 'differs' },
      ...{ ONLY: 'missing', TOKEN: 'same', TZ: 'same' },
    });
  });

  it('is kept as a reading of each secret that it opened, and of no other', async () => {
    await openStaging();
    await compare('?secrets=compare');
    const line = (await audit()).find(({ operation_type }) => operation_type === 'ENV_VARS_COMPARED');
    expect(line?.data).toMatchObject({ count: 4, environments: ['production', 'staging'] });
    const readsOf = async (key: string) => {
      const { id } = await find(key, 'production');
      const { body } = await send('GET', `/secret-reads/variables/${id}`);
      return body.reads.map(({ how }: { how: string }) => how);
    };
    expect(await readsOf('KEY')).toEqual(['compared']);
    expect(await readsOf('TOKEN')).toEqual(['compared']);
    // One variable of both, and one without another: neither is opened.
    expect(await readsOf('BOTH')).toEqual([]);
    expect(await readsOf('ONLY')).toEqual([]);
  });

  it('holds no value, and nothing that is made of one', async () => {
    await openStaging();
    const { body } = await compare('?secrets=compare');
    const text = JSON.stringify(body);
    for (const value of ['canary', 'Europe', 'debug', 'info']) expect(text).not.toContain(value);
    expect(Object.keys(body.variables[0]).sort()).toEqual(['found', 'is_missing', 'key', 'values']);
    expect(Object.keys(body.variables[0].found[0]).sort()).toEqual(
      ['environment_id', 'group', 'is_secret', 'state', 'updated_at', 'variable_id'].sort(),
    );
  });

  it('groups what is the same among all environments', async () => {
    await openStaging();
    await send('POST', '/projects/shop/environments', { name: 'preview' });
    await add('LOG_LEVEL', 'debug', ['preview']);
    const { body } = await compare();
    expect(body.environments.map(({ name }: { name: string }) => name)).toEqual([
      'production',
      'staging',
      'preview',
    ]);
    const level = body.variables.find(({ key }: { key: string }) => key === 'LOG_LEVEL');
    expect(level).toMatchObject({ is_missing: false, values: 'differs' });
    expect(level.found.map(({ group }: { group: number }) => group)).toEqual([0, 1, 1]);
  });

  it('leaves out what cannot be decrypted while the vault is locked, and says so', async () => {
    await openStaging();
    await send('POST', '/vault/lock');
    const { body, status } = await compare('?secrets=compare');
    expect(status).toBe(200);
    expect(judged(body)).toMatchObject({ TOKEN: 'not_compared', KEY: 'not_compared', TZ: 'same' });
    expect(await operations()).not.toContain('ENV_VARS_COMPARED');
  });

  it('takes two environments of the project', async () => {
    await openStaging();
    expect((await compare('?environments=staging')).status).toBe(400);
    expect((await compare('?environments=staging,staging')).status).toBe(400);
    expect((await compare('?environments=staging,nowhere')).status).toBe(404);
  });
});

const copy = (body: object) =>
  send('POST', '/projects/shop/variables/copy', { from: 'production', to: 'staging', ...body });
const keys = (items: { key: string }[]) => items.map(({ key }) => key).sort();

describe('a copy from one environment to another', () => {
  it('adds what is missing and leaves the rest, unless it is told to replace', async () => {
    await openStaging();
    const dry = await copy({ dry_run: true });
    expect(dry.status).toBe(200);
    expect(await values('staging')).not.toHaveProperty('ONLY');
    const { body } = await copy({});
    expect(body).toMatchObject({ changed: [], added: [{ key: 'ONLY', is_secret: true }] });
    expect(keys(body.skipped)).toEqual(['KEY', 'LOG_LEVEL', 'TOKEN', 'TZ']);
    expect(keys(body.unchanged)).toEqual(['BOTH']);
    expect(dry.body).toEqual({ ...body, dry_run: true, import_id: null });
    expect(await values('staging')).toMatchObject({ ONLY: 'canary-only', LOG_LEVEL: 'debug' });

    const replaced = (await copy({ conflicts: 'replace' })).body;
    expect(keys(replaced.changed)).toEqual(['KEY', 'LOG_LEVEL']);
    expect(keys(replaced.unchanged)).toEqual(['BOTH', 'ONLY', 'TOKEN', 'TZ']);
    expect(await values('staging')).toEqual(await values('production'));
    expect(JSON.stringify(replaced)).not.toContain('canary');
    expect(await operations()).toContain('ENV_VARS_COPIED');
  });

  it('copies only what is named, and nothing where one of them is not there', async () => {
    await openStaging();
    const refused = await copy({ only: ['ONLY', 'GONE'], conflicts: 'replace' });
    expect(refused.status).toBe(404);
    expect(refused.body.detail).toBe('production has no variable GONE. Nothing was copied.');
    expect(await values('staging')).not.toHaveProperty('ONLY');
    await copy({ only: ['ONLY'], conflicts: 'replace' });
    expect(await values('staging')).toMatchObject({ ONLY: 'canary-only', LOG_LEVEL: 'debug' });
  });

  it('keeps kind and end, and leaves the other environment as it is', async () => {
    await openStaging();
    const end = shop.now + 90 * 24 * 60 * 60 * 1000;
    await add('CERT', 'canary-cert', ['production'], { ...secret, expires_at: end });
    const before = await list('production');
    await copy({});
    expect(await find('CERT', 'staging')).toMatchObject({ is_secret: true, expires_at: end, version: 1 });
    expect(await list('production')).toEqual(before);
  });

  it('gives an environment a value of its own where it shared one', async () => {
    await openStaging();
    await send('POST', '/projects/shop/environments', { name: 'preview' });
    await add('SHARED_ONE', 'old', ['staging', 'preview']);
    await add('SHARED_ONE', 'new', ['production']);
    await copy({ conflicts: 'replace', only: ['SHARED_ONE'] });
    expect((await values('staging')).SHARED_ONE).toBe('new');
    expect((await values('preview')).SHARED_ONE).toBe('old');
  });

  it('keeps a secret secret at both ends, and no plain version of what becomes one', async () => {
    await openStaging();
    await add('PASS', 'canary-secret', ['production'], secret);
    const plain = await add('PASS', 'not yet', ['staging']);
    await add('REV', 'plain now', ['production']);
    await add('REV', 'canary-rev', ['staging'], secret);
    const { body } = await copy({ conflicts: 'replace', only: ['PASS', 'REV'] });
    expect(body.changed).toEqual([
      { key: 'PASS', is_secret: true, becomes_secret: true },
      { key: 'REV', is_secret: true, becomes_secret: false },
    ]);
    expect(await find('PASS', 'staging')).toMatchObject({ id: plain.id, is_secret: true, value: null });
    const { versions } = (await send('GET', `/projects/shop/env-vars/${plain.id}/history`)).body;
    expect(versions).toHaveLength(1);
    expect(await find('REV', 'staging')).toMatchObject({ is_secret: true });
  });

  it('can be undone as an import can, and says what it was', async () => {
    await openStaging();
    const was = await values('staging');
    const { body } = await copy({ conflicts: 'replace' });
    const { last } = (await send('GET', '/projects/shop/variables/import/undo?environment=staging')).body;
    expect(last).toMatchObject({ id: body.import_id, copied_from: 'production' });
    const undone = await send('POST', '/projects/shop/variables/import/undo', {
      ...{ environment: 'staging', import_id: body.import_id },
    });
    expect(undone.body).toMatchObject({ removed: ['ONLY'], changed: ['KEY', 'LOG_LEVEL'], lost: [] });
    expect(await values('staging')).toEqual(was);
  });

  it('warns of references that do not resolve there', async () => {
    await openStaging();
    await add('HOST', 'db', ['production']);
    await add('URL', `\${{HOST}}/x`, ['production']);
    const { body } = await copy({ only: ['URL'], dry_run: true });
    expect(body.warnings).toEqual([{ key: 'URL', code: 'reference_missing', name: 'HOST' }]);
    expect((await copy({ only: ['URL', 'HOST'], dry_run: true })).body.warnings).toEqual([]);
  });

  it('is refused as a whole while the vault is locked, and to itself', async () => {
    await openStaging();
    await send('POST', '/vault/lock');
    const refused = await copy({ conflicts: 'replace' });
    expect([refused.status, refused.body.error_code]).toEqual([423, 'vault_locked']);
    expect(await find('LOG_LEVEL', 'staging')).toMatchObject({ value: 'debug', version: 1 });
    expect((await copy({ to: 'production' })).status).toBe(400);
  });
});

describe('a copy of an environment', () => {
  const clone = (body: object) => send('POST', '/projects/shop/environments/production/copy', body);

  it('has its variables as they are now, and their history is not there', async () => {
    await openStaging();
    const before = await values('production');
    const made = await clone({ name: 'next', branch: 'next' });
    expect(made).toMatchObject({ status: 201, body: { slug: 'next', branch: 'next' } });
    expect(await values('next')).toEqual(before);
    expect(await find('KEY', 'next')).toMatchObject({ is_secret: true, version: 1, value: null });
    const both = await find('BOTH', 'next');
    expect(both.environments.map(({ name }: { name: string }) => name)).toEqual(['next']);
    expect(await operations()).toEqual(expect.arrayContaining(['ENVIRONMENT_CREATED', 'ENV_VARS_COPIED']));
  });

  it('leaves nothing behind where it is refused', async () => {
    await openStaging();
    const count = (await list()).length;
    const secrets = countSecrets();
    expect((await clone({ name: 'staging' })).status).toBe(409);
    await send('POST', '/vault/lock');
    expect((await clone({ name: 'later' })).status).toBe(423);
    await send('POST', '/vault/unlock', { method: 'custody' });
    expect((await send('GET', '/projects/shop/environments')).body).toHaveLength(2);
    expect(await list()).toHaveLength(count);
    expect(countSecrets()).toBe(secrets);
  });

  function countSecrets(): number {
    const database = new Database(join(shop.dataDir, 'temps.db'), { readonly: true });
    const count = database.prepare('SELECT count(*) FROM secrets').pluck().get() as number;
    database.close();
    return count;
  }
});

describe('someone whose confirmation is over', () => {
  it('takes a confirmation of a person before it compares a secret', async () => {
    await openStaging();
    const late = shop.now + 6 * 60_000;
    const owner = createOwner('window', shop.now);
    shop.now = late;
    const ask = (method: string, path: string, body?: object) =>
      shop.instance.fetch(
        new Request(`http://localhost/api/projects/shop/variables/${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: body ? JSON.stringify(body) : null,
        }),
        owner,
      );
    const compared = await ask('GET', 'comparison?secrets=compare');
    const codeOf = async (answer: Response) => ((await answer.json()) as { error_code: string }).error_code;
    expect([compared.status, await codeOf(compared)]).toEqual([403, 'confirmation_required']);
    expect((await ask('GET', 'comparison')).status).toBe(200);
    const copied = await ask('POST', 'copy', { from: 'production', to: 'staging', dry_run: true });
    expect(await codeOf(copied)).toBe('confirmation_required');
    expect(await operations()).not.toContain('ENV_VARS_COMPARED');
  });
});

describeOverDoors('comparing and copying', (door) => {
  it('takes the permission to read secrets before it compares one', async () => {
    const owner = (method: string, path: string, body?: object) => door().owner(method, path, body);
    await owner('POST', '/projects', { name: 'shop' });
    await owner('POST', '/projects/shop/environments', { name: 'staging' });
    const [production, staging] = (await owner('GET', '/projects/shop/environments')).body;
    const put = (value: string, { id }: { id: number }, is_secret: boolean) =>
      owner('POST', '/projects/shop/env-vars', { key: 'PIN', value, is_secret, environment_ids: [id] });
    await put('canary-pin', production, true);
    await put('canary-pin', staging, false);
    const key = async (permissions: string[]): Promise<Who> => {
      const body = { name: permissions.join(' '), role_type: 'custom', permissions };
      return { token: (await owner('POST', '/api-keys', body)).body.api_key };
    };
    const seeing = await key(['environments:read', 'environments:write']);
    const path = '/projects/shop/variables/comparison';
    const refused = await door().request('GET', `${path}?secrets=compare`, undefined, seeing);
    expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden']);
    const left = await door().request('GET', path, undefined, seeing);
    expect(left.body.variables[0]).toMatchObject({ values: 'not_compared' });
    const reading = await key(['environments:read', 'environments:reveal']);
    const told = await door().request('GET', `${path}?secrets=compare`, undefined, reading);
    expect(told.body.variables[0]).toMatchObject({ values: 'same' });
    const blind = await key(['environments:write']);
    expect((await door().request('GET', path, undefined, blind)).status).toBe(403);
  });
});
