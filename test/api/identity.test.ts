import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { addPerson } from '../people.ts';
import { ADMIN, describeOverDoors, openDoor, readCookie, readToken, type Who } from './harness.ts';

/** As many as bcrypt reads. */
const OF_72_BYTES = 'brisk lantern under seven quiet boats '.padEnd(72, 'of a distant harbour');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describeOverDoors('people and keys', (door) => {
  const owner = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const as = (who: Who) => (method: string, path: string, body?: unknown) =>
    door().request(method, path, body, who);
  const codeNow = (secret: string, offsetMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: door().clock.now() + offsetMs });

  it('has one first administrator', async () => {
    expect(
      (await owner('POST', '/users/administrator', { ...ADMIN, email: 'eve@example.org' })).body.error_code,
    ).toBe('already_set_up');
    expect((await door().request('POST', '/setup', { token: 'x', ...ADMIN })).body.error_code).toBe(
      'already_set_up',
    );
  });

  it('signs in with a cookie pages cannot read, and out again', async () => {
    const answer = await door().request('POST', '/auth/login', {
      email: ' ADA@example.org ',
      password: ADMIN.password,
    });
    expect(answer.body).toMatchObject({ success: true, mfa_required: false });
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-temps-[0-9a-f]{8}=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const me = as({ cookie: readCookie(answer) });
    expect((await me('GET', '/user/me')).body).toMatchObject({
      email: ADMIN.email,
      role: 'admin',
      kind: 'user',
    });
    // Under a name without the prefix, which others on this host name could set, it is none.
    const unprefixed = as({ cookie: readCookie(answer).replace('__Host-', '') });
    expect((await unprefixed('GET', '/user/me')).body.kind).not.toBe('user');
    expect((await me('POST', '/logout')).status).toBe(200);
    expect((await me('GET', '/user/me')).body.error_code).toBe('unauthenticated');
  });

  it('tells an unknown account from a wrong password in nothing', async () => {
    const wrong = await door().request('POST', '/auth/login', {
      email: ADMIN.email,
      password: 'wrong wrong wrong',
    });
    const unknown = await door().request('POST', '/auth/login', {
      email: 'nobody@example.org',
      password: 'wrong wrong wrong',
    });
    expect([wrong.status, wrong.body.title, wrong.body.detail]).toEqual([
      401,
      'Invalid Credentials',
      unknown.body.detail,
    ]);
  });

  it.each([
    ['too short', 'short', 'password_too_short'],
    ['over 72 bytes', 'ü'.repeat(37), 'password_too_long'],
    ['of 73 bytes', `${OF_72_BYTES}x`, 'password_too_long'],
    ['one word twice', 'passwordpassword', 'password_guessable'],
    ['one character again and again', 'x'.repeat(72), 'password_guessable'],
    ['a row of keys', 'qwertyuiop12', 'password_guessable'],
    ['a date and a word', 'Password2026!', 'password_guessable'],
    ['their own address', 'len@example.org', 'password_guessable'],
  ])('refuses a password that is %s', async (_, password, code) => {
    expect((await owner('POST', '/users', { email: 'len@example.org', password })).body.error_code).toBe(
      code,
    );
  });

  it('does not take the first 72 bytes of a longer password for the password', async () => {
    await owner('POST', '/users', { email: 'long@example.org', password: OF_72_BYTES });
    expect(
      (
        await door().request('POST', '/auth/login', {
          email: 'long@example.org',
          password: `${OF_72_BYTES}x`,
        })
      ).status,
    ).toBe(401);
    expect(
      (await door().request('POST', '/auth/login', { email: 'long@example.org', password: OF_72_BYTES }))
        .status,
    ).toBe(200);
  });

  it('slows guessing of one account down, and says how long to wait', async () => {
    await owner('POST', '/users', { email: 'slow@example.org', password: 'a long enough password' });
    const guess = () =>
      door().request('POST', '/auth/login', { email: 'slow@example.org', password: 'wrong wrong wrong' });
    const codes: string[] = [];
    for (let attempt = 0; attempt < 7; attempt++) codes.push((await guess()).body.error_code);
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('invalid_credentials'));
    const blocked = await guess();
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
    const right = () =>
      door().request('POST', '/auth/login', {
        email: 'slow@example.org',
        password: 'a long enough password',
      });
    expect((await right()).status).toBe(429);
    door().clock.advance(-DAY_MS);
    expect((await right()).status).toBe(429);
    door().clock.advance(DAY_MS + 16 * MINUTE_MS);
    expect((await right()).status).toBe(200);
  });

  it('knows three roles and their aliases, and drops none silently', async () => {
    expect(
      (await addPerson(owner, { email: 'r@example.org', password: 'a long enough password', role: 'viewer' }))
        .body.roles,
    ).toEqual([{ name: 'reader' }]);
    expect(
      (
        await owner('POST', '/users', {
          email: 's@example.org',
          password: 'a long enough password',
          roles: ['root'],
        })
      ).status,
    ).toBe(400);
    const reader = as(await door().signIn('r@example.org', 'a long enough password'));
    expect((await reader('GET', '/projects')).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/projects', { name: 'x' }],
      ['POST', '/api-keys', { name: 'x', role_type: 'reader' }],
      ['GET', '/users', undefined],
      ['GET', '/audit/logs', undefined],
      ['POST', '/vault/lock', undefined],
      ['POST', '/vault/key/rotation', {}],
      ['GET', '/vault/places', undefined],
      ['POST', '/vault/key/copies/check-path', { format: 'age', path: '/tmp/x' }],
      ['POST', '/vault/start-over', { instance_name: 'x' }],
    ] as const) {
      expect((await reader(method, path, body)).status, `${method} ${path}`).toBe(403);
    }
  });

  it('keeps its last administrator', async () => {
    const [first] = (await owner('GET', '/users')).body;
    expect((await owner('DELETE', `/users/${first.user.id}`)).body.error_code).toBe('last_administrator');
    expect((await owner('DELETE', `/users/${first.user.id}/roles/admin`)).body.error_code).toBe(
      'last_administrator',
    );
  });

  it('asks who you are again after five minutes, and never believes a time to come', async () => {
    const admin = as(await door().signIn(ADMIN.email, ADMIN.password));
    const act = () => admin('POST', '/users', { email: 'bad', password: 'a long enough password' });
    expect((await act()).body.error_code).toBe('invalid_request');
    door().clock.advance(6 * MINUTE_MS);
    expect((await act()).body.error_code).toBe('confirmation_required');
    expect((await admin('POST', '/auth/confirm', { password: 'wrong wrong wrong' })).status).toBe(401);
    expect((await admin('POST', '/auth/confirm', { password: ADMIN.password })).status).toBe(204);
    expect((await act()).body.error_code).toBe('invalid_request');
    door().clock.advance(-30_000);
    expect((await act()).body.error_code).toBe('confirmation_required');
    door().clock.advance(-DAY_MS);
    expect((await act()).body.error_code).toBe('clock_went_back');
    door().clock.advance(DAY_MS + 30_000);
  });

  it('ends sessions after seven days', async () => {
    const admin = as(await door().signIn(ADMIN.email, ADMIN.password));
    door().clock.advance(7 * DAY_MS + 1);
    expect((await admin('GET', '/user/me')).body.error_code).toBe('unauthenticated');
  });

  it('makes an API key, shows it once, and knows it again', async () => {
    const made = await owner('POST', '/api-keys', { name: 'ci', role_type: 'developer' });
    expect(made.status).toBe(201);
    const key = made.body.api_key as string;
    expect(key).toMatch(/^tk_/);
    expect(made.body).toMatchObject({ role_type: 'user', is_active: true, key_prefix: key.slice(0, 15) });
    expect(Date.parse(made.body.expires_at) - door().clock.now()).toBeGreaterThan(364 * DAY_MS);
    expect((await owner('GET', '/api-keys')).text).not.toContain(key);
    expect((await owner('POST', '/api-keys', { name: 'ci', role_type: 'user' })).status).toBe(409);
    const bearer = as({ token: key });
    expect((await bearer('GET', '/projects')).status).toBe(200);
    expect((await bearer('GET', '/users')).status).toBe(403);
    expect((await owner('GET', `/api-keys/${made.body.id}`)).body.last_used_at).toBeNull();
    expect((await owner('GET', '/api-keys')).body.api_keys.at(-1).last_used_at).not.toBeNull();
  });

  it('believes no key that is nearly right, and falls back to nobody else', async () => {
    const { body } = await owner('POST', '/api-keys', { name: 'near', role_type: 'admin' });
    const key = body.api_key as string;
    const flipped = `${key.slice(0, -2)}${key.at(-2) === 'A' ? 'B' : 'A'}${key.at(-1)}`;
    for (const token of [flipped, key.slice(0, 15), `${key}x`, 'tk_', 'nonsense', `dt_${key.slice(3)}`]) {
      expect(
        (await door().request('GET', '/projects', undefined, { token })).body.error_code,
        token.slice(0, 3),
      ).toBe('invalid_credentials');
    }
    const within = await door().instance.fetch(
      new Request('http://localhost/api/projects', { headers: { authorization: 'Bearer wrong' } }),
      createOwner('window', Date.now()),
    );
    expect(within.status).toBe(401);
  });

  it('refuses a key that is switched off, over, or whose owner is gone or demoted', async () => {
    const { body } = await owner('POST', '/api-keys', {
      name: 'short',
      role_type: 'user',
      expires_at: new Date(door().clock.now() + DAY_MS).toISOString(),
    });
    const bearer = as({ token: body.api_key });
    await owner('POST', `/api-keys/${body.id}/deactivate`);
    expect((await bearer('GET', '/projects')).body.error_code).toBe('key_revoked');
    await owner('POST', `/api-keys/${body.id}/activate`);
    expect((await bearer('GET', '/projects')).status).toBe(200);
    door().clock.advance(DAY_MS);
    expect((await bearer('GET', '/projects')).body.error_code).toBe('key_expired');
    door().clock.advance(-3 * DAY_MS);
    expect((await bearer('GET', '/projects')).body.error_code).toBe('clock_went_back');
    door().clock.advance(3 * DAY_MS);

    const { user } = (
      await addPerson(owner, {
        email: 'dev@example.org',
        password: 'a long enough password',
        roles: ['admin', 'reader'],
      })
    ).body;
    const dev = as(await door().signIn('dev@example.org', 'a long enough password'));
    const theirs = as({
      token: (await dev('POST', '/api-keys', { name: 'theirs', role_type: 'admin' })).body.api_key,
    });
    expect((await theirs('GET', '/users')).status).toBe(200);
    await owner('DELETE', `/users/${user.id}/roles/admin`);
    expect((await theirs('GET', '/projects')).body.error_code).toBe('key_revoked');
    const next = as(await door().signIn('dev@example.org', 'a long enough password'));
    const read = { name: 'read', role_type: 'reader' };
    expect((await next('POST', '/api-keys', read)).status).toBe(403);
    await owner('DELETE', `/users/${user.id}`);
    expect((await theirs('GET', '/projects')).body.error_code).toBe('key_revoked');
  });

  it('gives nobody more through a key than they have', async () => {
    await addPerson(owner, {
      email: 'plain@example.org',
      password: 'a long enough password',
      roles: ['user'],
    });
    const user = as(await door().signIn('plain@example.org', 'a long enough password'));
    expect((await user('POST', '/api-keys', { name: 'up', role_type: 'admin' })).body.error_code).toBe(
      'forbidden',
    );
    expect(
      (await user('POST', '/api-keys', { name: 'up', role_type: 'custom', permissions: ['users:write'] }))
        .body.error_code,
    ).toBe('forbidden');
    expect(
      (await user('POST', '/api-keys', { name: 'ok', role_type: 'custom', permissions: ['projects:read'] }))
        .status,
    ).toBe(201);
  });

  it('narrows a role to the permissions asked for, and refuses those it does not know or have', async () => {
    const create = (fields: object) =>
      owner('POST', '/api-keys', { name: 'narrow', role_type: 'user', ...fields });
    for (const [permissions, field] of [
      [['bogus:perm'], 'permissions.0'],
      [['projects:read', 'bogus:perm'], 'permissions.1'],
      [['users:write'], 'permissions.0'],
      [[], 'permissions'],
    ] as const) {
      const refused = await create({ permissions });
      expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, [field]]);
    }
    const made = (await create({ permissions: ['projects:read'] })).body;
    expect(made).toMatchObject({ role_type: 'user', permissions: ['projects:read'] });
    const narrow = as({ token: made.api_key });
    expect((await narrow('GET', '/projects')).status).toBe(200);
    expect((await narrow('POST', '/projects', { name: 'not theirs' })).status).toBe(403);

    const change = (fields: object) => owner('PUT', `/api-keys/${made.id}`, fields);
    for (const permissions of [['bogus:perm'], ['users:read'], []])
      expect((await change({ permissions })).status).toBe(400);
    expect((await change({ permissions: null })).body.permissions).toEqual(['projects:read']);
    expect((await change({ permissions: ['settings:read'] })).body).toMatchObject({
      role_type: 'user',
      permissions: ['settings:read'],
    });
    expect((await narrow('GET', '/projects')).status).toBe(403);
    expect((await narrow('GET', '/settings')).status).toBe(200);
    await owner('DELETE', `/api-keys/${made.id}`);
  });

  it('binds a deployment token to its project', async () => {
    await owner('POST', '/projects', { name: 'one', secret: 'guess', environment_variables: [['A', '1']] });
    const other = (await owner('POST', '/projects', { name: 'two' })).body;
    const made = await owner('POST', '/projects/one/deployment-tokens', { name: 'deploy' });
    expect(made.body.token).toMatch(/^dt_/);
    const token = as({ token: made.body.token });
    expect((await token('GET', '/projects/one/variables/resolved')).body.variables).toHaveLength(1);
    expect((await token('GET', '/projects/two/variables/resolved')).status).toBe(404);
    expect((await token('GET', `/projects/${other.id}`)).status).toBe(404);
    expect((await token('GET', '/projects')).body.projects).toHaveLength(1);
    expect((await token('POST', '/projects/one/env-vars', { key: 'B', value: '2' })).status).toBe(403);
    await owner('DELETE', `/projects/one/deployment-tokens/${made.body.id}`);
    expect((await token('GET', '/projects/one')).body.error_code).toBe('invalid_credentials');
  });

  it('asks for a second factor, takes each code once, and recovery codes once', async () => {
    await addPerson(owner, { email: 'mfa@example.org', password: 'a long enough password' });
    const first = as(await door().signIn('mfa@example.org', 'a long enough password'));
    const { secret_key, recovery_codes } = (await first('POST', '/users/me/mfa/setup')).body;
    expect(recovery_codes).toHaveLength(10);
    expect((await first('POST', '/users/me/mfa/verify', { code: '000000' })).status).toBe(401);
    expect((await first('POST', '/users/me/mfa/verify', { code: codeNow(secret_key) })).status).toBe(204);

    const signIn = async () => {
      const answer = await door().request('POST', '/auth/login', {
        email: 'mfa@example.org',
        password: 'a long enough password',
      });
      expect(answer.body.mfa_required).toBe(true);
      return { cookie: readCookie(answer) };
    };
    const pending = await signIn();
    expect((await as(pending)('GET', '/projects')).body.error_code).toBe('unauthenticated');
    const replayed = await as(pending)('POST', '/auth/verify-mfa', { code: codeNow(secret_key) });
    expect(replayed.body.error_code).toBe('invalid_credentials');
    door().clock.advance(30_000);
    const verified = await as(pending)('POST', '/auth/verify-mfa', { code: codeNow(secret_key) });
    expect(verified.status).toBe(204);
    expect(readCookie(verified)).not.toBe(pending.cookie);
    expect((await as({ cookie: readCookie(verified) })('GET', '/projects')).status).toBe(200);
    expect((await as(pending)('GET', '/projects')).body.error_code).toBe('unauthenticated');

    await owner('POST', '/vault/lock');
    const locked = await signIn();
    expect((await as(locked)('POST', '/auth/verify-mfa', { code: codeNow(secret_key, 60_000) })).status).toBe(
      423,
    );
    expect(
      (await as(locked)('POST', '/auth/verify-mfa', { code: recovery_codes[0].toUpperCase() })).status,
    ).toBe(204);
    // As people write them down: in groups, in one piece, with the dash their phone puts there.
    const written = [
      recovery_codes[1].replaceAll('-', ' '),
      ` ${recovery_codes[2].replaceAll('-', '')} `,
      recovery_codes[3].replaceAll('-', ' – '),
      recovery_codes[4].replaceAll('-', '\u2011'),
    ];
    for (const code of written)
      expect((await as(await signIn())('POST', '/auth/verify-mfa', { code })).status).toBe(204);
    const again = await signIn();
    expect((await as(again)('POST', '/auth/verify-mfa', { code: recovery_codes[0] })).body.error_code).toBe(
      'invalid_credentials',
    );
    await owner('POST', '/vault/unlock', { method: 'custody' });
    // Authenticators show it in two groups.
    door().clock.advance(60_000);
    const grouped = codeNow(secret_key).replace(/^(...)/, '$1 ');
    expect((await as(await signIn())('POST', '/auth/verify-mfa', { code: grouped })).status).toBe(204);
  });

  it('cannot check a key while it is locked, and says so', async () => {
    const { body } = await owner('POST', '/api-keys', { name: 'locked', role_type: 'reader' });
    await owner('POST', '/vault/lock');
    expect((await door().request('GET', '/projects', undefined, { token: body.api_key })).status).toBe(423);
    await owner('POST', '/vault/unlock', { method: 'custody' });
    expect((await door().request('GET', '/projects', undefined, { token: body.api_key })).status).toBe(200);
  });

  it('ends the sessions of someone whose password is set anew', async () => {
    await addPerson(owner, { email: 'reset@example.org', password: 'a long enough password' });
    const old = as(await door().signIn('reset@example.org', 'a long enough password'));
    expect(
      (
        await owner('POST', '/users/reset-password', {
          email: 'reset@example.org',
          password: 'another good password',
        })
      ).status,
    ).toBe(204);
    expect((await old('GET', '/user/me')).body.error_code).toBe('unauthenticated');
    expect(
      (
        await door().request('POST', '/auth/login', {
          email: 'reset@example.org',
          password: 'another good password',
        })
      ).status,
    ).toBe(200);
  });

  it('tells a page how it stands, and an anonymous one no more than the sign-in page needs', async () => {
    const nobody = await door().request('GET', '/auth/session', undefined, door().wrongSession);
    const known = {
      state: 'anonymous',
      locked_vault: null,
      kind: null,
      via: null,
      permissions: [],
      every_project: false,
      projects: [],
      confirmed_until: null,
      session_expires_at: null,
      is_set_up: true,
      instance_name: null,
      user: null,
      has_password: false,
      auto_lock_minutes: null,
    };
    expect(nobody.body).toEqual(known);

    await addPerson(owner, {
      email: 'stand@example.org',
      name: 'Stan',
      password: 'a long enough password',
    });
    const stan = as(await door().signIn('stand@example.org', 'a long enough password'));
    const now = door().clock.now();
    expect((await stan('GET', '/auth/session')).body).toMatchObject({
      state: 'signed_in',
      kind: 'user',
      via: 'browser',
      confirmed_until: now + 5 * MINUTE_MS,
      session_expires_at: now + 7 * DAY_MS,
      instance_name: expect.any(String),
      user: { name: 'Stan', email: 'stand@example.org', role: 'user', mfa_enabled: false },
      has_password: true,
      auto_lock_minutes: null,
    });
    door().clock.advance(5 * MINUTE_MS + 1);
    expect((await stan('GET', '/auth/session')).body.confirmed_until).toBeNull();
    door().clock.advance(-5 * MINUTE_MS - 2);
    expect((await stan('GET', '/auth/session')).body.confirmed_until).toBeNull();
    door().clock.advance(1);

    const { secret_key } = (await stan('POST', '/users/me/mfa/setup')).body;
    await stan('POST', '/users/me/mfa/verify', { code: codeNow(secret_key) });
    const half = await door().request('POST', '/auth/login', {
      email: 'stand@example.org',
      password: 'a long enough password',
    });
    expect((await as({ cookie: readCookie(half) })('GET', '/auth/session')).body).toEqual({
      ...known,
      state: 'second_factor',
    });
  });

  it('knows the owner and keys at the door, neither of which a password confirms', async () => {
    const own = (await owner('GET', '/auth/session')).body;
    expect(own).toMatchObject({
      state: 'signed_in',
      kind: 'owner',
      via: 'window',
      user: null,
      session_expires_at: null,
      has_password: false,
      auto_lock_minutes: null,
    });
    expect(own.permissions).toContain('vault:write');
    expect(own.confirmed_until).toBe(door().clock.now() + 5 * MINUTE_MS);
    const { api_key } = (await owner('POST', '/api-keys', { name: 'standing', role_type: 'reader' })).body;
    expect((await as({ token: api_key })('GET', '/auth/session')).body).toMatchObject({
      state: 'signed_in',
      kind: 'key',
      via: null,
      confirmed_until: null,
      has_password: false,
      auto_lock_minutes: null,
    });
    expect((await as({ token: `${api_key}x` })('GET', '/auth/session')).status).toBe(401);
  });

  it('shows every value at once to a person who confirmed, and to programs', async () => {
    await owner('POST', '/projects', {
      name: 'vaulted',
      secret: 'guess',
      environment_variables: [['A_TOKEN', 'canary-bulk']],
    });
    await addPerson(owner, { email: 'bulk@example.org', password: 'a long enough password' });
    const paths = ['/projects/vaulted/variables/export', '/projects/vaulted/variables/resolved'];
    const cookie = await door().signIn('bulk@example.org', 'a long enough password');
    const user = as(cookie);
    for (const path of paths) expect((await user('GET', path)).text).toContain('canary-bulk');
    door().clock.advance(6 * MINUTE_MS);
    for (const path of paths) {
      const refused = await user('GET', path);
      expect([refused.status, refused.body.error_code]).toEqual([403, 'confirmation_required']);
      expect(refused.text).not.toContain('canary');
      expect((await user('GET', `${path}?skip_unreadable=true`)).status).toBe(403);
      expect((await user('GET', `${path}?environment=nowhere`)).body.error_code).toBe(
        'confirmation_required',
      );
      expect((await door().request('GET', `//api/api${path}`, undefined, cookie)).status).toBe(403);
      expect((await door().request('GET', path, undefined, door().wrongSession)).status).toBe(401);
      expect((await owner('GET', path)).text).toContain('canary-bulk');
    }

    // Nor by way of a key or a token that the open session makes for itself.
    const key = { name: 'sly', role_type: 'user' };
    expect((await user('POST', '/api-keys', key)).body.error_code).toBe('confirmation_required');
    expect((await user('POST', '/projects/vaulted/deployment-tokens', { name: 'sly' })).body.error_code).toBe(
      'confirmation_required',
    );
    await user('POST', '/auth/confirm', { password: 'wrong wrong wrong' });
    expect((await user('GET', paths[0] as string)).status).toBe(403);
    await user('POST', '/auth/confirm', { password: 'a long enough password' });
    expect((await user('GET', paths[0] as string)).text).toContain('canary-bulk');
    const made = (await user('POST', '/api-keys', key)).body;
    const { token } = (await user('POST', '/projects/vaulted/deployment-tokens', { name: 'sly' })).body;
    door().clock.advance(6 * MINUTE_MS);
    for (const path of paths)
      for (const bearer of [made.api_key, token])
        expect((await as({ token: bearer })('GET', path)).text).toContain('canary-bulk');
    expect((await user('PUT', `/api-keys/${made.id}`, { is_active: true })).body.error_code).toBe(
      'confirmation_required',
    );
    expect((await user('POST', `/api-keys/${made.id}/activate`)).body.error_code).toBe(
      'confirmation_required',
    );
    expect((await user('POST', `/api-keys/${made.id}/deactivate`)).status).toBe(200);
    expect((await user('PUT', `/api-keys/${made.id}`, { name: 'sly, renamed' })).status).toBe(200);
  });

  it('wakes no key of someone who may more than oneself', async () => {
    const expires_at = new Date(door().clock.now() + DAY_MS).toISOString();
    const made = (await owner('POST', '/api-keys', { name: 'high', role_type: 'admin', expires_at })).body;
    await addPerson(owner, { email: 'low@example.org', password: 'a long enough password' });
    const user = as(await door().signIn('low@example.org', 'a long enough password'));
    for (const change of [{ expires_at: null }, { is_active: true }, { permissions: ['users:write'] }])
      expect((await user('PUT', `/api-keys/${made.id}`, change)).body.error_code).toBe('not_found');
    expect((await user('POST', `/api-keys/${made.id}/activate`)).body.error_code).toBe('not_found');
    const past = { name: 'past', expires_at: new Date(door().clock.now() - 1).toISOString() };
    expect((await owner('POST', '/projects/vaulted/deployment-tokens', past)).body.errors).toEqual({
      expires_at: 'in the past',
    });
  });

  it('merges settings and refuses ones nobody reads', async () => {
    expect((await owner('PUT', '/settings', { instance_name: 'Attic' })).body).toMatchObject({
      instance_name: 'Attic',
      https_names: [],
      session_days: 7,
      activity_days: 730,
      auto_lock_minutes: null,
      auto_lock_strength: 'console',
      lock_with_screen: false,
    });
    expect((await owner('PUT', '/settings', { https_names: ['attic.lan'] })).body).toMatchObject({
      instance_name: 'Attic',
      https_names: ['attic.lan'],
      session_days: 7,
      activity_days: 730,
      auto_lock_minutes: null,
      auto_lock_strength: 'console',
      lock_with_screen: false,
    });
    expect((await owner('PUT', '/settings', { nobody_reads: 1 })).status).toBe(400);
    expect((await owner('GET', '/vault/status')).body.instance.name).toBe('Attic');
  });

  it('changes what one is called, all of it or nothing, and asks who is there', async () => {
    await addPerson(owner, { email: 'self@example.org', password: 'a long enough password' });
    const me = as(await door().signIn('self@example.org', 'a long enough password'));
    const named = await me('PATCH', '/users/me', { name: 'Sel', username: 'sel', email: '' });
    expect(named.body.user).toMatchObject({ name: 'Sel', username: 'sel', email: 'self@example.org' });
    const half = await me('PATCH', '/users/me', {
      name: 'Half',
      password: 'short',
      current_password: 'a long enough password',
    });
    expect(half.body.error_code).toBe('password_too_short');
    const same = await me('PATCH', '/users/me', {
      name: 'Same',
      password: 'a long enough password',
      current_password: 'a long enough password',
    });
    expect([same.status, same.body.error_code]).toEqual([400, 'password_unchanged']);
    // Who does not know the current one is not told whether it is the same.
    const guessed = await me('PATCH', '/users/me', {
      password: 'another good password',
      current_password: 'another good password',
    });
    expect(guessed.body.error_code).toBe('invalid_credentials');
    expect((await me('GET', '/user/me')).body.name).toBe('Sel');
    expect((await me('PATCH', '/users/me', { email: 'no address' })).body.errors).toHaveProperty('email');
    expect((await me('PATCH', '/users/me', { email: ADMIN.email })).body.error_code).toBe('name_taken');
    door().clock.advance(6 * MINUTE_MS);
    expect((await me('PATCH', '/users/me', { name: 'Late' })).body.error_code).toBe('confirmation_required');
    const wrong = await me('PATCH', '/users/me', { name: 'Late', current_password: 'wrong wrong wrong' });
    expect(wrong.body.error_code).toBe('invalid_credentials');
    const right = await me('PATCH', '/users/me', { name: 'Now', current_password: 'a long enough password' });
    expect(right.body.user.name).toBe('Now');
    const { id } = right.body.user;
    expect((await owner('PATCH', `/users/${id}`, { email: '@' })).body.error_code).toBe('invalid_request');
    expect((await owner('PATCH', '/users/me', { name: 'x' })).body.error_code).toBe('forbidden');
  });

  it('shows one where one is signed in, and ends those sessions and no one else’s', async () => {
    await addPerson(owner, { email: 'many@example.org', password: 'a long enough password' });
    const signIn = () => door().signIn('many@example.org', 'a long enough password');
    const here = as(await signIn());
    const there = as(await signIn());
    const elsewhere = as(await signIn());
    // That of the invitation.
    const accepted = (await here('GET', '/users/me/sessions')).body.sessions.at(-1);
    expect((await here('DELETE', `/users/me/sessions/${accepted.id}`)).status).toBe(204);
    const stranger = as(await door().signIn(ADMIN.email, ADMIN.password));
    type Listed = { id: number; current: boolean; kind: string };
    const list = async (who = here): Promise<Listed[]> =>
      (await who('GET', '/users/me/sessions')).body.sessions;
    const sessions = await list();
    expect(sessions).toHaveLength(3);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    expect(sessions.find(({ current }) => current)).toEqual({
      id: expect.any(Number),
      kind: 'user',
      created_at: door().clock.now(),
      expires_at: door().clock.now() + 7 * DAY_MS,
      last_seen_at: door().clock.now(),
      user_agent: null,
      browser: null,
      system: null,
      device: 'program',
      ip: door().name === 'https' ? expect.stringMatching(/127\.0\.0\.1|::1/) : null,
      place: door().name === 'https' ? 'this_machine' : null,
      current: true,
    });
    const [theirs] = await list(stranger);
    expect((await here('DELETE', `/users/me/sessions/${theirs?.id}`)).body.error_code).toBe('not_found');
    expect((await stranger('GET', '/user/me')).status).toBe(200);
    const other = (await list(there)).find(({ current }) => current);
    expect((await here('DELETE', `/users/me/sessions/${other?.id}`)).status).toBe(204);
    expect((await there('GET', '/user/me')).status).toBe(401);
    door().clock.advance(6 * MINUTE_MS);
    expect((await here('DELETE', '/users/me/sessions')).status).toBe(204);
    expect((await elsewhere('GET', '/user/me')).status).toBe(401);
    expect(await list()).toMatchObject([{ current: true }]);

    const second = as(await signIn());
    const renewed = await here('PATCH', '/users/me', {
      current_password: 'a long enough password',
      password: 'another good password',
    });
    expect(renewed.status).toBe(200);
    expect((await here('GET', '/user/me')).status).toBe(200);
    expect((await second('GET', '/user/me')).status).toBe(401);

    const { api_key } = (await owner('POST', '/api-keys', { name: 'no session', role_type: 'admin' })).body;
    expect((await as({ token: api_key })('GET', '/users/me/sessions')).status).toBe(403);
    expect((await owner('DELETE', '/users/me/sessions')).status).toBe(403);
    expect((await as(door().wrongSession)('GET', '/users/me/sessions')).status).toBe(401);
  });

  it('lets people stay signed in as long as its settings say, and the owner no longer than before', async () => {
    const before = as(await door().signIn(ADMIN.email, ADMIN.password));
    expect((await owner('PUT', '/settings', { session_days: 2 })).body.session_days).toBe(2);
    const answer = await door().request('POST', '/auth/login', {
      email: ADMIN.email,
      password: ADMIN.password,
    });
    expect(String(answer.headers['set-cookie'])).toContain(`Max-Age=${2 * 24 * 60 * 60};`);
    const after = as({ cookie: readCookie(answer) });
    const link = (await owner('POST', '/links')).body.path as string;
    const token = readToken(link);
    const opened = await door().request('POST', '/auth/link', { token });
    expect(String(opened.headers['set-cookie'])).toContain(`Max-Age=${12 * 60 * 60};`);
    door().clock.advance(2 * DAY_MS + 1);
    expect((await after('GET', '/auth/session')).body.state).toBe('anonymous');
    expect((await before('GET', '/auth/session')).body.state).toBe('signed_in');
    for (const session_days of [0, 91, 1.5, '7', null])
      expect((await owner('PUT', '/settings', { session_days })).status, String(session_days)).toBe(400);
    await owner('PUT', '/settings', { session_days: 7 });
    const [line] = (await owner('GET', '/audit/logs?operation_type=SETTINGS_UPDATED&limit=1')).body;
    expect(line.data).toEqual({ session_days: 7 });
  });

  it('writes no password, key or code into its audit log', async () => {
    const { text } = await owner('GET', '/audit/logs?limit=1000');
    expect(text).toContain('API_KEY_CREATED');
    expect(text).not.toMatch(/a long enough password|tk_[0-9a-f]{12}[\w-]{43}|wrong wrong/);
  });
});

describe.each(['https', 'socket'] as const)('setting up, over %s', (name) => {
  const KEY_TEXT = '0f'.repeat(32);

  it('shows the key to the holder of a set-up link, and leaves the link good', async () => {
    await using door = await open(name, { isSetUp: false });
    const token = readToken((await door.owner('POST', '/links')).body.path);
    const first = await door.request('POST', '/setup/key', { token });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      fingerprint: (await door.owner('GET', '/vault/key')).body.fingerprint,
      custody: 'file',
      label: 'A file in the data directory',
      place: expect.stringContaining(door.dataDir),
      adopted: false,
      locked: false,
      detail: null,
      found: null,
    });
    expect((await door.request('POST', '/setup/key', { token })).status).toBe(200);
    expect((await door.request('POST', '/setup', { token, ...ADMIN })).status).toBe(201);
    expect((await door.request('POST', '/setup/key', { token })).body.error_code).toBe('already_set_up');
  });

  it('says when the key was there already', async () => {
    await using door = await open(name, { isSetUp: false, keyText: KEY_TEXT });
    const token = readToken((await door.owner('POST', '/links')).body.path);
    const answer = await door.request('POST', '/setup/key', { token });
    expect(answer.body.adopted).toBe(true);
    expect(answer.text).not.toContain(KEY_TEXT.slice(0, 16));
  });

  it('shows nothing to anyone else, and counts their guesses', async () => {
    await using door = await open(name, { isSetUp: false });
    const token = readToken((await door.owner('POST', '/links')).body.path);
    for (const wrong of ['', 'x', `${token}x`, token.slice(1)]) {
      expect((await door.request('POST', '/setup/key', { token: wrong })).body.error_code).toBe(
        'link_invalid',
      );
    }
    if (name === 'https') {
      const guess = () => door.request('POST', '/setup/key', { token: 'x' });
      for (let guesses = 0; guesses < 56; guesses++) await guess();
      expect((await guess()).body.error_code).toBe('too_many_attempts');
      expect((await door.request('POST', '/setup/key', { token })).status).toBe(200);
    }
    door.clock.advance(61 * MINUTE_MS);
    expect((await door.request('POST', '/setup/key', { token })).body.error_code).toBe('link_invalid');
  });
});

describe('passwords, whose hashes take their time', () => {
  it('tells no more to guesses sent at once than to one after the other', async () => {
    await using door = await open('https', { bcryptCost: 12 });
    await door.owner('POST', '/users', { email: 'burst@example.org', password: 'a long enough password' });
    const guess = (password: string) =>
      door.request('POST', '/auth/login', { email: 'burst@example.org', password });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => guess(`wrong password ${at}`)));
    const codes = answers.map(({ body }) => body.error_code).sort();
    // One is looked at and four wait: the others of this account are turned away unread.
    expect(codes).toEqual([...Array(5).fill('invalid_credentials'), ...Array(7).fill('too_many_attempts')]);
    expect((await guess('one more wrong password')).body.error_code).toBe('invalid_credentials');
    expect((await guess('a long enough password')).status).toBe(429);
  });

  it('lets nobody in with a password that was replaced while it was checked', async () => {
    await using door = await open('https', { bcryptCost: 12 });
    await door.owner('POST', '/users', { email: 'swap@example.org', password: 'a long enough password' });
    const reset = door.owner('POST', '/users/reset-password', {
      email: 'swap@example.org',
      password: 'another good password',
    });
    const late = door.request('POST', '/auth/login', {
      email: 'swap@example.org',
      password: 'a long enough password',
    });
    expect((await reset).status).toBe(204);
    expect((await late).status).toBe(401);
  });
});

async function open(...wanted: Parameters<typeof openDoor>) {
  const door = await openDoor(...wanted);
  return Object.assign(door, { [Symbol.asyncDispose]: () => door.stop() });
}
