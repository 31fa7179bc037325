import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import cases from '../../fixtures/value-ends.json' with { type: 'json' };
import { describeOverDoors, openDoor } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const pick = (what: string) => cases.find((known) => known.what === what)?.value ?? '';
const CERTIFICATE = pick('a certificate of openssl');
const CERTIFICATE_END = Date.parse('2099-03-01T12:00:00Z');
const part = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
/** A JSON Web Token that ends then. */
const token = (endsAt: number) => `${part({ alg: 'none' })}.${part({ exp: Math.floor(endsAt / 1000) })}.`;
const seconds = (ms: number) => Math.floor(ms / 1000) * 1000;
const nothing = {
  expires_at: null,
  expires_from: null,
  found_expires_at: null,
  found_expires_from: null,
};

describeOverDoors('variables that end', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const add = async (project: string, fields: Record<string, unknown>) => {
    const created = await send('POST', `/projects/${project}/env-vars`, fields);
    expect([created.status, created.text]).toEqual([201, created.text]);
    return created.body;
  };
  const put = async (project: string, id: number, change: Record<string, unknown>) =>
    (await send('PUT', `/projects/${project}/env-vars/${id}`, change)).body;
  const get = async (project: string, key: string) =>
    (await send('GET', `/projects/${project}/env-vars`)).body.find(
      (variable: { key: string }) => variable.key === key,
    );
  const listEnding = async (query = '') =>
    (await send('GET', `/ending-variables${query}`)).body.variables as Record<string, unknown>[];
  const namesEnding = async (query = '') => (await listEnding(query)).map(({ key }) => key);

  it('say when they end, by their value, secret or plain, in lists and history', async () => {
    await send('POST', '/projects', { name: 'shop' });
    const found = { expires_at: CERTIFICATE_END, expires_from: 'certificate' };
    const both = {
      ...found,
      found_expires_at: CERTIFICATE_END,
      found_expires_from: 'certificate',
    };
    const secret = await add('shop', { key: 'TLS_CERT', value: CERTIFICATE, is_secret: true });
    expect(secret).toMatchObject({ ...both, value: null });
    expect(await add('shop', { key: 'PUBLIC_CERT', value: CERTIFICATE })).toMatchObject(both);
    expect(await add('shop', { key: 'REFERS', value: `\${{TLS_CERT}}` })).toMatchObject(nothing);
    expect(await add('shop', { key: 'PORT', value: '3000' })).toMatchObject(nothing);
    // A lock of the vault changes nothing of it: nothing is decrypted for a list.
    await send('POST', '/vault/lock');
    expect(await get('shop', 'TLS_CERT')).toMatchObject({ ...both, state: 'locked' });
    await send('POST', '/vault/unlock', { method: 'custody' });
    await put('shop', secret.id, { value: 'no certificate any more' });
    expect(await get('shop', 'TLS_CERT')).toMatchObject(nothing);
    const { versions } = (await send('GET', `/projects/shop/env-vars/${secret.id}/history`)).body;
    expect(versions).toMatchObject([nothing, both]);
    const reverted = await send('POST', `/projects/shop/env-vars/${secret.id}/revert`, { version: 1 });
    expect(reverted.body).toMatchObject(both);
  });

  it('stores what is damaged without an end', async () => {
    for (const { what, value } of cases) {
      const cut = value.slice(0, Math.floor(value.length / 3));
      const variable = await add('shop', { key: 'DAMAGED', value: cut, is_secret: true });
      expect(variable, what).toMatchObject(nothing);
      expect((await send('GET', '/projects/shop/env-vars/DAMAGED/value')).body.value).toBe(cut);
      await send('DELETE', `/projects/shop/env-vars/${variable.id}`);
    }
  });

  it('end when someone says so, whatever their value says, until that is taken back', async () => {
    const { id } = await add('shop', { key: 'BY_HAND', value: CERTIFICATE, is_secret: true });
    const at = door().clock.now() + 400 * DAY_MS;
    const found = { found_expires_at: CERTIFICATE_END, found_expires_from: 'certificate' };
    const said = await put('shop', id, { expires_at: at });
    // The date is of the value that is there: no new version.
    expect(said).toMatchObject({ expires_at: at, expires_from: 'by_hand', ...found, version: 1 });
    // A client that does not know the field changes nothing of it, with a new value neither.
    expect(await put('shop', id, { value: 'other' })).toMatchObject({
      expires_at: at,
      expires_from: 'by_hand',
      found_expires_at: null,
    });
    expect(await put('shop', id, { include_in_preview: true })).toMatchObject({ expires_at: at });
    expect(await put('shop', id, { expires_at: null })).toMatchObject(nothing);
    // The version that had a date said by hand has it again, with its value.
    const reverted = await send('POST', `/projects/shop/env-vars/${id}/revert`, { version: 1 });
    expect(reverted.body).toMatchObject({ expires_at: at, expires_from: 'by_hand', ...found });
    expect(await put('shop', id, { expires_at: null })).toMatchObject({
      expires_at: CERTIFICATE_END,
      expires_from: 'certificate',
    });
    // What a client was shown, it may send back: that is nothing said by hand.
    expect(await put('shop', id, { expires_at: CERTIFICATE_END })).toMatchObject({
      expires_from: 'certificate',
    });
    const renamed = await send('POST', `/projects/shop/env-vars/${id}/rename`, { key: 'RENAMED' });
    expect(renamed.status).toBe(200);
    expect(await get('shop', 'RENAMED')).toMatchObject({ expires_at: CERTIFICATE_END });
    const wrong = [0, -1, 1.5, 253_402_300_800_000, 'soon', '2027-03-01'];
    for (const expires_at of wrong) {
      const refused = await send('PUT', `/projects/shop/env-vars/${id}`, { expires_at });
      expect([expires_at, refused.status]).toEqual([expires_at, 400]);
    }
  });

  it('never end where someone says so of this value, and a new value is looked at again', async () => {
    const { id } = await add('shop', {
      key: 'NEVER',
      value: token(door().clock.now() + DAY_MS),
      is_secret: true,
      expires_at: 'never',
    });
    expect(await get('shop', 'NEVER')).toMatchObject({
      expires_at: null,
      expires_from: 'by_hand',
      found_expires_from: 'jwt',
    });
    expect(await namesEnding()).not.toContain('NEVER');
    const at = seconds(door().clock.now() + 2 * DAY_MS);
    expect(await put('shop', id, { value: token(at) })).toMatchObject({
      expires_at: at,
      expires_from: 'jwt',
    });
    expect(await namesEnding()).toContain('NEVER');
    await put('shop', id, { expires_at: 'never' });
    expect(await namesEnding()).not.toContain('NEVER');
    expect(await put('shop', id, { expires_at: null })).toMatchObject({ expires_at: at });
    await send('DELETE', `/projects/shop/env-vars/${id}`);
  });

  it('are listed from 30 days before, the nearest first, by how near it is', async () => {
    await send('POST', '/projects', { name: 'ends' });
    const now = door().clock.now();
    const add_ = (key: string, days: number, more: Record<string, unknown> = {}) =>
      add('ends', {
        key,
        value: 'canary-of-ends',
        is_secret: true,
        expires_at: now + days * DAY_MS,
        ...more,
      });
    await add_('FAR', 31);
    await add_('MONTH', 30);
    await add_('OVER', -3);
    await add_('WEEK', 7);
    const shared = await send('POST', '/shared-variables', {
      key: 'SHARED',
      value: token(now + 20 * DAY_MS),
      is_secret: true,
    });
    const listed = await send('GET', '/ending-variables');
    expect(listed.text).not.toContain('canary');
    const ofTest = (variables: { key: string; project: { slug: string } | null }[]) =>
      variables.filter(({ project }) => project === null || project.slug === 'ends');
    expect(ofTest(listed.body.variables)).toEqual([
      expect.objectContaining({ key: 'OVER', level: 'over', expires_from: 'by_hand' }),
      {
        id: expect.any(Number),
        key: 'WEEK',
        project: { id: expect.any(Number), name: 'ends', slug: 'ends' },
        environments: ['production'],
        is_secret: true,
        expires_at: now + 7 * DAY_MS,
        expires_from: 'by_hand',
        found_expires_at: null,
        found_expires_from: null,
        level: 'soon',
      },
      expect.objectContaining({ key: 'SHARED', project: null, environments: [], level: 'due' }),
      expect.objectContaining({ key: 'MONTH', level: 'due' }),
    ]);
    expect(await namesEnding('?within_days=40')).toContain('FAR');
    expect(await namesEnding('?within_days=0')).not.toContain('WEEK');
    for (const query of ['?within_days=-1', '?within_days=x', '?within_days=99999'])
      expect((await send('GET', `/ending-variables${query}`)).status).toBe(400);
    await send('DELETE', `/shared-variables/${shared.body.id}`);
    // What is gone, or has another value without an end, is told no longer.
    const over = await get('ends', 'OVER');
    await send('DELETE', `/projects/ends/env-vars/${over.id}`);
    const week = await get('ends', 'WEEK');
    await put('ends', week.id, { value: 'new', expires_at: null });
    expect(ofTest((await send('GET', '/ending-variables')).body.variables)).toMatchObject([{ key: 'MONTH' }]);
  });

  it('are told to who may see their names, and of its own project to a deployment token', async () => {
    await send('POST', '/projects', { name: 'other' });
    await add('other', { key: 'OF_OTHER', value: 'canary', expires_at: door().clock.now() });
    const made = await send('POST', '/projects/shop/deployment-tokens', { name: 'runner' });
    const seen = await door().request('GET', '/ending-variables', undefined, { token: made.body.token });
    if (seen.status === 200) expect(seen.text).not.toContain('OF_OTHER');
    else expect(seen.status).toBe(403);
    const blind = await send('POST', '/api-keys', {
      name: 'blind',
      role_type: 'custom',
      permissions: ['environments:write'],
    });
    const refused = await door().request('GET', '/ending-variables', undefined, {
      token: blind.body.api_key,
    });
    expect(refused.status).toBe(403);
    expect((await door().request('GET', '/ending-variables', undefined, door().wrongSession)).status).toBe(
      401,
    );
    expect(await namesEnding()).toContain('OF_OTHER');
  });

  it('keep what was said through an import, its undo, and a copy with what is said of it', async () => {
    await send('POST', '/projects', { name: 'files' });
    const at = door().clock.now() + 5 * DAY_MS;
    await add('files', { key: 'KEPT', value: 'one', is_secret: true, expires_at: at });
    await add('files', { key: 'GOES', value: token(at), is_secret: true });
    const load = (text: string, more: Record<string, unknown> = {}) =>
      send('POST', '/projects/files/variables/import', {
        content_base64: Buffer.from(text).toString('base64'),
        ...more,
      });
    const later = door().clock.now() + 9 * DAY_MS;
    await load(`KEPT=two\nNEW=${token(later)}\nSAID=three\n`, { mode: 'replace', ends: { SAID: at } });
    expect(await get('files', 'KEPT')).toMatchObject({ expires_at: at, version: 2 });
    expect(await get('files', 'NEW')).toMatchObject({ expires_at: seconds(later), expires_from: 'jwt' });
    expect(await get('files', 'SAID')).toMatchObject({ expires_at: at, expires_from: 'by_hand' });
    const ofFiles = async () =>
      (await listEnding())
        .filter(({ project }) => (project as { slug: string } | null)?.slug === 'files')
        .map(({ key }) => key);
    expect((await ofFiles()).sort()).toEqual(['KEPT', 'NEW', 'SAID']);
    expect((await load('', { ends: { SAID: 0 }, dry_run: true })).status).toBe(200);
    expect((await load('SAID=four\n', { ends: { SAID: 0 } })).status).toBe(400);
    expect((await send('POST', '/projects/files/variables/import/undo', {})).status).toBe(200);
    expect((await ofFiles()).sort()).toEqual(['GOES', 'KEPT']);
    expect(await get('files', 'KEPT')).toMatchObject({ expires_at: at, expires_from: 'by_hand', version: 3 });
    // What becomes a secret keeps its end.
    const plain = await add('files', { key: 'PLAIN', value: token(at), expires_at: at + 1 });
    expect(await put('files', plain.id, { is_secret: true })).toMatchObject({
      expires_at: at + 1,
      found_expires_at: seconds(at),
    });
  });
});

describe('values of an earlier version', () => {
  it('are looked at once, without being used, and those that are locked once they are open', async () => {
    const door = await openDoor('socket');
    try {
      await door.owner('POST', '/projects', { name: 'shop' });
      const at = seconds(door.clock.now() + 3 * DAY_MS);
      for (const [key, is_secret] of [
        ['SECRET', true],
        ['PLAIN', false],
      ])
        await door.owner('POST', '/projects/shop/env-vars', { key, value: token(at), is_secret });
      await door.owner('POST', '/projects/shop/env-vars', { key: 'OTHER', value: 'none', is_secret: true });
      const sqlite = new Database(join(door.dataDir, 'temps.db'));
      // As the migration leaves them.
      sqlite.exec('UPDATE env_var_versions SET found_end_at = NULL, found_end_from = NULL, is_end_known = 0');
      const countUnknown = () =>
        sqlite.prepare('SELECT count(*) FROM env_var_versions WHERE is_end_known = 0').pluck().get();
      const names = async () =>
        (await door.owner('GET', '/ending-variables')).body.variables.map(({ key }: { key: string }) => key);
      await door.owner('POST', '/vault/lock');
      expect(await names()).toEqual(['PLAIN']);
      expect(countUnknown()).toBe(2);
      await door.owner('POST', '/vault/unlock', { method: 'custody' });
      expect(await names()).toEqual(['SECRET', 'PLAIN']);
      expect(countUnknown()).toBe(0);
      const listed = (await door.owner('GET', '/projects/shop/env-vars')).body;
      expect(listed).toMatchObject([
        { key: 'SECRET', expires_at: at, expires_from: 'jwt', last_used_at: null },
        { key: 'PLAIN', expires_at: at },
        { key: 'OTHER', expires_at: null, last_used_at: null },
      ]);
      sqlite.close();
    } finally {
      await door.stop();
    }
  });
});
