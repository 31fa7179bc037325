import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Act, acts } from '../../../electron/instance/access/acts.ts';
import { ADMIN, openDoor, type TestDoor, type Who } from '../../api/harness.ts';

const GIVEN = 'given by somebody else';
const OWN = 'chosen by its person';
const REFUSED = { status: 403, body: { error_code: 'password_change_required' } };

describe('a password that somebody else chose', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let email: string;
  let theirs: Who;
  let count = 0;
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
  });
  afterAll(() => door.stop());
  beforeEach(async () => {
    count += 1;
    email = `new${count}@example.org`;
    await door.owner('POST', '/users', { email, password: GIVEN, roles: ['admin'] });
    theirs = await door.signIn(email, GIVEN);
  });

  const send = (method: string, path: string, body?: unknown, who = theirs) =>
    door.request(method, path, body, who);
  const change = (body: object = {}, who = theirs) =>
    send('PATCH', '/users/me', { current_password: GIVEN, password: OWN, ...body }, who);

  it('opens no route but those that are open to everyone, and the change of it', async () => {
    const { paths } = (await door.owner('GET', '/openapi.json')).body;
    const wrong: string[] = [];
    let asked = 0;
    for (const [path, methods] of Object.entries(
      paths as Record<string, Record<string, { 'x-acts': Act[] }>>,
    ))
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method.toUpperCase()} ${path}`;
        const [act] = operation['x-acts'] as [Act];
        if (acts[act].who === 'anyone') continue;
        asked += 1;
        const answer = await send(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1'));
        if (answer.status !== 403 || answer.body?.error_code !== 'password_change_required') wrong.push(name);
      }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(150);
    // And what is in no list of routes.
    expect(await send('GET', '/docs')).toMatchObject(REFUSED);
    expect(await send('GET', '/events')).toMatchObject(REFUSED);
  });

  it('says so when it is signed in with, and once it was changed says nothing of it', async () => {
    const login = await send('POST', '/auth/login', { email, password: GIVEN }, {});
    expect(login.body).toMatchObject({ success: true, password_change_required: true });
    expect((await send('GET', '/auth/session')).body).toMatchObject({
      state: 'password_change',
      permissions: [],
      confirmed_until: null,
      user: { email },
    });
    const person = async () =>
      (await door.owner('GET', '/users')).body.find(
        ({ user }: { user: { email: string } }) => user.email === email,
      ).user;
    expect((await person()).must_change_password).toBe(true);
    expect((await change()).status).toBe(200);
    expect((await send('GET', '/auth/session')).body.state).toBe('signed_in');
    expect((await send('GET', '/users')).status).toBe(200);
    expect((await person()).must_change_password).toBe(false);
    expect((await send('POST', '/auth/login', { email, password: OWN }, {})).body).toMatchObject({
      password_change_required: false,
    });
    expect((await send('POST', '/auth/login', { email, password: GIVEN }, {})).status).toBe(401);
  });

  it('shows nothing of the projects that its person has', async () => {
    const member = `member${count}@example.org`;
    await door.owner('POST', '/users', { email: member, password: GIVEN, roles: ['member'] });
    await door.owner('PUT', `/projects/shop/members/${member}`, { role: 'manager' });
    for (const who of [theirs, await door.signIn(member, GIVEN)]) {
      const { body, text } = await send('GET', '/auth/session', undefined, who);
      expect(body).toMatchObject({ state: 'password_change', every_project: false, projects: [] });
      expect(text).not.toContain('shop');
    }
  });

  it('is changed with itself, to a good one, another one, and with nothing beside it', async () => {
    for (const [body, code] of [
      [{ current_password: 'a wrong password' }, 'invalid_credentials'],
      [{ current_password: undefined }, 'invalid_request'],
      [{ password: GIVEN }, 'password_unchanged'],
      [{ password: 'short' }, 'password_too_short'],
      [{ password: undefined }, 'password_change_required'],
      [{ name: 'Eve' }, 'password_change_required'],
      [{ email: 'eve@example.org' }, 'password_change_required'],
    ] as const)
      expect((await change(body)).body.error_code, JSON.stringify(body)).toBe(code);
    expect(await send('GET', '/projects')).toMatchObject(REFUSED);
    // Confirming, which the wrong one asked for, gave nothing.
    expect(await send('POST', '/auth/confirm', { password: GIVEN })).toMatchObject(REFUSED);
    expect((await change()).status).toBe(200);
  });

  it('ends every other session with its change, and can be left by signing out', async () => {
    const other = await door.signIn(email, GIVEN);
    expect((await change()).status).toBe(200);
    expect((await send('GET', '/auth/session', undefined, other)).body.state).toBe('anonymous');
    expect((await send('POST', '/logout')).status).toBe(200);
    expect((await send('GET', '/auth/session')).body.state).toBe('anonymous');
  });

  it('is one again after a reset, for whoever is not the owner', async () => {
    await change();
    await door.owner('POST', '/users/reset-password', { email, password: GIVEN });
    theirs = await door.signIn(email, GIVEN);
    expect(await send('GET', '/projects')).toMatchObject(REFUSED);
    // The account that the owner of this machine acts as: it is their own.
    await door.owner('POST', '/users/reset-password', { email: ADMIN.email, password: ADMIN.password });
    const owners = await door.signIn(ADMIN.email, ADMIN.password);
    expect((await send('GET', '/projects', undefined, owners)).status).toBe(200);
  });

  it('is one when a program’s key chose it', async () => {
    const { api_key: token } = (
      await door.owner('POST', '/api-keys', {
        name: `people ${count}`,
        role_type: 'custom',
        permissions: ['users:manage'],
      })
    ).body;
    const made = await send('POST', '/users', { email: `by-${email}`, password: GIVEN }, { token });
    expect(made.body.user.must_change_password).toBe(true);
    const added = await door.signIn(`by-${email}`, GIVEN);
    expect(await send('GET', '/projects', undefined, added)).toMatchObject(REFUSED);
  });

  it('opens nothing either while the session is locked, or after it was unlocked', async () => {
    await door.owner('PUT', '/settings', { auto_lock_minutes: 1 });
    try {
      door.clock.advance(2 * 60_000);
      expect((await send('GET', '/projects')).body.error_code).toBe('session_locked');
      expect((await change()).body.error_code).toBe('session_locked');
      expect((await send('POST', '/auth/confirm', { password: GIVEN })).status).toBe(204);
      expect(await send('GET', '/projects')).toMatchObject(REFUSED);
      expect((await change()).status).toBe(200);
    } finally {
      await door.owner('PUT', '/settings', { auto_lock_minutes: null });
    }
  });
});
