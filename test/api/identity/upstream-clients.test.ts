import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addPerson } from '../../people.ts';
import { describeOverDoors, openDoor, type TestAnswer, type Who } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PASSWORD = 'a long enough password';

describeOverDoors('what upstream’s own command line asks of accounts, keys and tokens', (door) => {
  let names = 0;
  const unique = (name: string) => {
    names += 1;
    return `${name}-${names}`;
  };
  const as = (who: Who) => (method: string, path: string, body?: unknown) =>
    door().request(method, path, body, who);
  const owner = (...call: Parameters<ReturnType<typeof as>>) => door().owner(...call);
  const bearer = ({ body }: TestAnswer) => as({ token: body.api_key });
  const createKey = (fields: object = {}) =>
    owner('POST', '/api-keys', { name: unique('key'), role_type: 'admin', ...fields });
  const createManager = (fields: object = {}) =>
    createKey({ role_type: 'custom', permissions: ['users:read', 'users:manage'], ...fields });
  const addSomeone = async (roles: string[]) => {
    const email = `${unique('person')}@example.org`;
    const { body } = await addPerson(owner, { email, password: PASSWORD, roles });
    return { id: body.user.id as number, email };
  };
  const rolesOf = async (id: number) =>
    (await owner('GET', '/users?include_deleted=true')).body
      .find(({ user }: { user: { id: number } }) => user.id === id)
      .roles.map(({ name }: { name: string }) => name);
  const inDays = (days: number) => new Date(door().clock.now() + days * DAY_MS).toISOString();

  it('adds, deletes and restores people below administrator with a key that was given this', async () => {
    const key = bearer(await createManager());
    const email = `${unique('person')}@example.org`;
    const added = await key('POST', '/users', {
      username: 'cli',
      email,
      password: PASSWORD,
      roles: ['developer'],
    });
    expect([added.status, added.body.roles]).toEqual([201, [{ name: 'user' }]]);
    const { id } = added.body.user;
    expect((await key('DELETE', `/users/${id}`)).status).toBe(204);
    expect((await key('POST', `/users/${id}/restore`)).status).toBe(200);
    expect(
      (await key('POST', `/users/${id}/roles`, { user_id: 1, role_type: 'reader' })).body.errors,
    ).toEqual({
      user_id: 'another account than the path names',
    });
    expect((await key('POST', `/users/${id}/roles`, { user_id: id, role_type: 'reader' })).status).toBe(200);
    expect((await key('DELETE', `/users/${id}/roles/user`)).status).toBe(204);
    expect(await rolesOf(id)).toEqual(['reader']);
    expect((await door().signIn(email, PASSWORD)).cookie).toBeDefined();
  });

  it('gives this to no key that did not ask for it, not to an administrator’s either', async () => {
    const all = bearer(await createKey());
    const refused = await all('POST', '/users', { email: 'eve@example.org', password: PASSWORD });
    expect([refused.status, refused.body.detail]).toEqual([403, 'This needs the permission users:manage.']);
    const { body } = await owner('GET', '/api-keys/permissions');
    expect(body.roles[0].permissions).not.toContain('users:manage');
    expect(
      body.permissions.find(({ name }: { name: string }) => name === 'users:manage').by_choice_days,
    ).toBe(90);
  });

  it('lets such a key escalate in no way, and names the console as the place for it', async () => {
    const key = bearer(await createManager());
    const person = await addSomeone(['user']);
    const admin = await addSomeone(['admin']);
    const gone = await addSomeone(['admin']);
    await owner('DELETE', `/users/${gone.id}`);
    const before = await owner('GET', '/users?include_deleted=true');
    const eve = { email: 'eve@example.org', password: PASSWORD };
    for (const [method, path, body] of [
      ['POST', '/users', { ...eve, roles: ['admin'] }],
      ['POST', '/users', { ...eve, roles: ['reader', 'admin'] }],
      ['POST', `/users/${person.id}/roles`, { role_type: 'admin' }],
      ['DELETE', `/users/${person.id}/roles/admin`, undefined],
      ['POST', `/users/${admin.id}/roles`, { role_type: 'reader' }],
      ['DELETE', `/users/${admin.id}/roles/admin`, undefined],
      ['DELETE', `/users/${admin.id}/roles/reader`, undefined],
      ['DELETE', `/users/${admin.id}`, undefined],
      ['POST', `/users/${gone.id}/restore`, undefined],
      ['PATCH', `/users/${person.id}`, { email: 'eve@example.org' }],
      ['PATCH', `/users/${admin.id}`, { email: 'eve@example.org' }],
      ['PATCH', '/users/me', { password: PASSWORD, current_password: PASSWORD }],
      ['POST', '/users/reset-password', { email: person.email, password: PASSWORD }],
      ['POST', '/users/me/mfa/setup', undefined],
      ['DELETE', '/users/me/mfa', undefined],
    ] as const) {
      const answer = await key(method, path, body);
      expect(
        [answer.status, /console/.test(answer.body?.detail)],
        `${method} ${path}: ${answer.text}`,
      ).toEqual([403, true]);
    }
    for (const role of [
      'Admin',
      'ADMIN',
      ' admin',
      'admin ',
      'аdmin',
      'admin\u0000',
      'administrator',
      'owner',
    ])
      for (const [path, body] of [
        ['/users', { ...eve, roles: [role] }],
        [`/users/${person.id}/roles`, { role_type: role }],
      ] as const)
        expect((await key('POST', path, body)).status, `${path} ${role}`).toBe(400);
    expect((await owner('GET', '/users?include_deleted=true')).body).toEqual(before.body);
  });

  it('ends such a key within ninety days, and lets nobody have it later or pass it on', async () => {
    for (const expires_at of [null, inDays(91)]) {
      const refused = await createManager({ expires_at });
      expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, ['expires_at']]);
    }
    const made = await createManager();
    expect(made.body.expires_at).toBe(inDays(90));
    for (const expires_at of [null, inDays(120)])
      expect((await owner('PUT', `/api-keys/${made.body.id}`, { expires_at })).status).toBe(400);

    const plain = await createKey();
    const later = { permissions: ['users:read', 'users:manage'] };
    expect((await owner('PUT', `/api-keys/${plain.body.id}`, later)).status).toBe(400);
    const strong = bearer(
      await createKey({ permissions: ['api_keys:write', 'users:write', 'users:manage'] }),
    );
    const passed = { name: unique('key'), role_type: 'custom', permissions: ['users:manage'] };
    expect((await strong('POST', '/api-keys', passed)).status).toBe(403);

    const admin = await addSomeone(['admin']);
    const session = as(await door().signIn(admin.email, PASSWORD));
    const fields = { name: unique('key'), role_type: 'custom', permissions: ['users:manage'] };
    door().clock.advance(6 * 60_000);
    expect((await session('POST', '/api-keys', fields)).body.error_code).toBe('confirmation_required');
    await session('POST', '/auth/confirm', { password: PASSWORD });
    const theirs = await session('POST', '/api-keys', fields);
    expect(theirs.status).toBe(201);

    const key = bearer(made);
    const add = (send: typeof key) =>
      send('POST', '/users', { email: `${unique('x')}@example.org`, password: PASSWORD });
    expect((await add(key)).status).toBe(201);
    await owner('POST', `/api-keys/${made.body.id}/deactivate`);
    expect((await add(key)).body.error_code).toBe('key_revoked');
    door().clock.advance(6 * 60_000);
    for (const [method, path, body] of [
      ['POST', '/activate', undefined],
      ['POST', '/rotate', undefined],
      ['PUT', '', { is_active: true }],
    ] as const)
      expect((await session(method, `/api-keys/${made.body.id}${path}`, body)).status).toBe(403);
    await owner('DELETE', `/users/${admin.id}/roles/admin`);
    expect((await add(bearer(theirs))).body.error_code).toBe('key_revoked');
    const short = bearer(await createManager({ expires_at: inDays(1) }));
    door().clock.advance(DAY_MS);
    expect((await add(short)).body.error_code).toBe('key_expired');
    door().clock.advance(-DAY_MS);
  });

  it('shows that a program managed people until someone has seen it', async () => {
    const { body } = await createManager({ name: unique('sync') });
    const key = as({ token: body.api_key });
    const find = async () =>
      (await owner('GET', '/secret-reads/unusual')).body.unusual.find(
        ({ name }: { name: string }) => name === `api key ${body.name}`,
      );
    expect(await find()).toBeUndefined();
    const person = await addSomeone(['user']);
    await key('DELETE', `/users/${person.id}`);
    await key('POST', `/users/${person.id}/restore`);
    const notice = await find();
    expect(notice).toMatchObject({ rule: 'people', how: 'managed', variables: 2, path: '/people/keys' });
    expect((await key('POST', `/secret-reads/unusual/${notice.id}/dismiss`)).status).toBe(403);
    await owner('POST', `/secret-reads/unusual/${notice.id}/dismiss`);
    expect(await find()).toBeUndefined();
    await key('DELETE', `/users/${person.id}`);
    expect(await find()).toMatchObject({ variables: 1 });
  });

  it('says by name what a new account lacks', async () => {
    const key = bearer(await createManager());
    for (const [body, detail, fields] of [
      [
        { username: 'x', email: null, password: null, roles: [] },
        'A new account needs email and password.',
        ['email', 'password'],
      ],
      [
        { username: 'x', email: 'x@example.org', password: null, roles: [] },
        'A new account needs password.',
        ['password'],
      ],
      [{ username: 'x', roles: [], password: PASSWORD }, 'A new account needs email.', ['email']],
    ] as const)
      for (const send of [key, owner]) {
        const answer = await send('POST', '/users', body);
        expect([answer.status, answer.body.detail, Object.keys(answer.body.errors)]).toEqual([
          400,
          detail,
          fields,
        ]);
      }
  });

  it('names unknown roles and permissions, and what there is', async () => {
    for (const role of ['platform_admin', 'api_reader', 'metrics_ingest']) {
      const { status, body } = await createKey({ role_type: role });
      expect([status, body.detail]).toEqual([
        400,
        `There is no role ${role} here; the roles are admin, user, reader, member.`,
      ]);
    }
    const { body } = await createKey({ permissions: ['projects:read', 'metrics:ingest', 'otel:write'] });
    expect(body.detail).toContain(
      'There is no permission metrics:ingest, otel:write here; the permissions are ',
    );
    expect(body.detail).toContain('projects:read');
    expect(Object.keys(body.errors)).toEqual(['permissions.1', 'permissions.2']);
    // What is no name could be anything: a secret in the wrong field.
    for (const text of ['hunter2', 'tk_0123456789abSECRET', '\u001b[31mred'])
      for (const fields of [{ role_type: text }, { permissions: [text] }])
        expect((await createKey(fields)).text).not.toContain(JSON.stringify(text).slice(1, -1));
  });

  it('gives a token what it can have here, and says what it has not', async () => {
    await owner('POST', '/projects', { name: unique('shop') });
    const project = `shop-${names}`;
    const create = (permissions: unknown, send: ReturnType<typeof as> = owner) =>
      send('POST', `/projects/${project}/deployment-tokens`, { name: unique('token'), permissions });
    const all = ['projects:read', 'environments:read', 'environments:reveal'];
    for (const wanted of [undefined, null, ['*'], ['*', 'projects:read']])
      expect((await create(wanted)).body).toMatchObject({ permissions: all, permissions_not_given: [] });
    const mixed = await create(['projects:read', 'visitors:enrich', 'emails:send']);
    expect(mixed.body).toMatchObject({
      permissions: ['projects:read'],
      permissions_not_given: [{ name: 'visitors:enrich' }, { name: 'emails:send' }],
    });
    const none = await create(['visitors:enrich']);
    expect([none.status, none.body.detail]).toEqual([400, expect.stringContaining('visitors:enrich')]);
    const unknown = await create(['projects:read', 'projects:wrte']);
    expect([unknown.status, unknown.body.detail]).toEqual([400, expect.stringContaining('projects:wrte')]);
    expect((await create([])).status).toBe(400);
    const narrow = bearer(await createKey({ role_type: 'user', hide_secrets: true }));
    expect((await create(['*'], narrow)).body).toMatchObject({
      permissions: all.slice(0, 2),
      permissions_not_given: [{ name: 'environments:reveal' }],
    });
    expect((await create(['environments:reveal'], narrow)).status).toBe(403);
  });

  it('tells a key its account', async () => {
    // As `token create` does: by the owner, who acts as the first administrator.
    const key = bearer(await createKey({ role_type: 'reader' }));
    const first = (await owner('GET', '/users')).body[0].user;
    expect((await key('GET', '/user/me')).body).toMatchObject({
      id: first.id,
      email: first.email,
      username: first.username,
      kind: 'key',
    });
    const person = await addSomeone(['user']);
    const session = as(await door().signIn(person.email, PASSWORD));
    const theirs = bearer(await session('POST', '/api-keys', { name: unique('key'), role_type: 'user' }));
    expect((await theirs('GET', '/user/me')).body).toMatchObject({ id: person.id, email: person.email });
  });

  it('gives a key a new text, which ends the old one and changes nothing else', async () => {
    const made = await createKey({ role_type: 'user', permissions: ['projects:read', 'api_keys:write'] });
    const old = bearer(made);
    const rotated = await owner('POST', `/api-keys/${made.body.id}/rotate`);
    expect(rotated.status).toBe(200);
    const { api_key, ...row } = rotated.body;
    const { api_key: before, ...rest } = made.body;
    expect(row).toEqual(rest);
    expect(api_key).not.toBe(before);
    expect((await old('GET', '/projects')).body.error_code).toBe('invalid_credentials');
    const next = bearer(rotated);
    expect((await next('GET', '/projects')).status).toBe(200);
    expect((await owner('GET', '/api-keys')).text).not.toContain(api_key);
    // By itself, and no other.
    const again = await next('POST', `/api-keys/${made.body.id}/rotate`);
    expect((await bearer(again)('GET', '/projects')).status).toBe(200);
    const other = await createKey();
    expect((await bearer(again)('POST', `/api-keys/${other.body.id}/rotate`)).status).toBe(404);
    const manager = await createManager({ permissions: ['api_keys:write', 'users:manage'] });
    expect((await bearer(manager)('POST', `/api-keys/${manager.body.id}/rotate`)).status).toBe(403);
    await owner('POST', `/api-keys/${made.body.id}/deactivate`);
    expect((await owner('POST', `/api-keys/${made.body.id}/rotate`)).status).toBe(409);
    expect((await owner('POST', '/api-keys/999999/rotate')).status).toBe(404);

    const person = await addSomeone(['user']);
    const session = as(await door().signIn(person.email, PASSWORD));
    const theirs = await session('POST', '/api-keys', { name: unique('key'), role_type: 'user' });
    door().clock.advance(6 * 60_000);
    const late = await session('POST', `/api-keys/${theirs.body.id}/rotate`);
    expect(late.body.error_code).toBe('confirmation_required');
    expect((await bearer(theirs)('GET', '/projects')).status).toBe(200);
  });

  it('shows no value of a secret to a key that hides them, by any way', async () => {
    const name = unique('vaulted');
    await owner('POST', '/projects', { name });
    await owner('POST', `/projects/${name}/env-vars`, {
      key: 'TOKEN',
      value: 'the-secret-value',
      is_secret: true,
    });
    await owner('POST', `/projects/${name}/env-vars`, {
      key: 'PLAIN',
      value: 'in the open',
      is_secret: false,
    });
    const made = await createKey({ hide_secrets: true });
    expect(made.body).toMatchObject({ role_type: 'admin', sees_secrets: false });
    expect((await createKey()).body.sees_secrets).toBe(true);
    const key = bearer(made);
    const list = await key('GET', `/projects/${name}/env-vars`);
    expect(list.body.map(({ key, value }: { key: string; value: unknown }) => [key, value])).toEqual(
      expect.arrayContaining([
        ['TOKEN', null],
        ['PLAIN', 'in the open'],
      ]),
    );
    for (const path of ['env-vars/TOKEN/value', 'variables/resolved', 'variables/export']) {
      const answer = await key('GET', `/projects/${name}/${path}`);
      expect([answer.status, answer.text.includes('the-secret-value')], path).toEqual([403, false]);
    }
    const child = { name: unique('key'), role_type: 'admin' };
    expect((await key('POST', '/api-keys', child)).status).toBe(403);
    expect(
      (await key('PUT', `/api-keys/${made.body.id}`, { permissions: ['environments:reveal'] })).status,
    ).toBe(403);
    // The other would let it add someone who sees them, and sign in as them.
    for (const permissions of [['environments:reveal'], ['users:manage']]) {
      const both = await createKey({ hide_secrets: true, permissions });
      expect([both.status, Object.keys(both.body.errors)]).toEqual([400, ['permissions.0']]);
    }
    expect((await createManager()).body.sees_secrets).toBe(true);
  });

  it('answers probes with one word, whoever asks and while the vault is locked', async () => {
    const probe = (path: string) =>
      door().request('GET', `/${path}`, undefined, { headers: { host: '10.1.2.3' } });
    for (const locks of [false, true]) {
      if (locks) await owner('POST', '/vault/lock');
      for (const [path, text] of [
        ['/healthz', 'ok'],
        ['/readyz', 'ready'],
      ] as const) {
        const answer = await probe(path);
        expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([
          200,
          text,
          'no-store',
        ]);
      }
    }
  });
});

it('is not ready without its database, and alive all the same', async () => {
  const door = await openDoor('https');
  try {
    const [file, away] = [join(door.dataDir, 'temps.db'), join(door.dataDir, 'away.db')];
    const probe = async (path: string) => {
      const { status, text } = await door.request('GET', `/${path}`);
      return [status, text];
    };
    expect(await probe('/readyz')).toEqual([200, 'ready']);
    renameSync(file, away);
    await expect.poll(() => probe('/readyz')).toEqual([503, 'not ready']);
    expect(await probe('/healthz')).toEqual([200, 'ok']);
    renameSync(away, file);
    await expect.poll(() => probe('/readyz')).toEqual([200, 'ready']);
  } finally {
    await door.stop();
  }
});
