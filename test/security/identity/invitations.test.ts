import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, openDoor, readCookie, readToken, type TestDoor, type Who } from '../../api/harness.ts';
import { addPerson } from '../../people.ts';

const HOUR_MS = 60 * 60_000;
const PASSWORD = 'chosen by its person';

describe('the link of an invitation', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let email: string;
  let count = 0;
  beforeAll(async () => {
    door = await openDoor('https');
  });
  afterAll(() => door.stop());
  beforeEach(() => {
    count += 1;
    email = `guest${count}@example.org`;
    // Wrong links of the test before are forgotten.
    door.clock.advance(HOUR_MS);
  });

  const send = (method: string, path: string, body?: unknown, who: Who = {}) =>
    door.request(method, path, body, who);
  const invite = async (fields: object = {}, who?: Who) => {
    const wanted = { email, ...fields };
    return who
      ? await send('POST', '/users/invitations', wanted, who)
      : await door.owner('POST', '/users/invitations', wanted);
  };
  const look = (token: string) => send('POST', '/auth/invitation', { token });
  const accept = (token: string, fields: object = {}) =>
    send('POST', '/auth/invitation/accept', { token, password: PASSWORD, ...fields });
  const lines = async (operation: string) =>
    (await door.owner('GET', `/audit/logs?operation_type=${operation}&limit=1`)).body;
  const refusal = async (token: string) => {
    const [looked, accepted] = [await look(token), await accept(token)];
    expect([looked.status, looked.body.details]).toEqual([accepted.status, accepted.body.details]);
    return `${looked.status} ${looked.body.error_code} ${looked.body.details?.reason}`;
  };
  const administrator = async () => {
    const address = `admin${count}@example.org`;
    const { body } = await addPerson(door.owner, { email: address, password: PASSWORD, role: 'admin' });
    return { id: body.user.id as number, who: await door.signIn(address, PASSWORD) };
  };

  it('makes an account with a password that nobody else knows, once', async () => {
    const made = await invite({ name: 'Mia', role_type: 'reader' });
    expect(made.status).toBe(201);
    expect(made.body.path).toMatch(/^\/invite#token=[\w-]{43}$/);
    const token = readToken(made.body.path);
    expect((await look(token)).body).toMatchObject({ email, name: 'Mia', role: 'reader' });
    const accepted = await accept(token, { name: 'Mia Okafor' });
    expect(accepted.status).toBe(201);
    const session = { cookie: readCookie(accepted) };
    expect((await send('GET', '/auth/session', undefined, session)).body).toMatchObject({
      state: 'signed_in',
      user: { email, name: 'Mia Okafor', role: 'reader' },
    });
    expect((await send('POST', '/users/me/mfa/setup', undefined, session)).status).toBe(200);
    expect(await refusal(token)).toBe('410 invitation_over used');
    expect((await lines('INVITATION_REFUSED'))[0].sentence_text ?? '').not.toContain(token);
    const [line] = await lines('INVITATION_ACCEPTED');
    expect(line).toMatchObject({ data: { roles: ['reader'] } });
    expect((await door.owner('GET', '/users/invitations')).body.invitations).toEqual([]);
  });

  it('is in the database as a digest alone, in no answer but its own, and in no line of the log', async () => {
    const token = readToken((await invite()).body.path);
    const database = new Database(join(door.dataDir, 'temps.db'), { readonly: true });
    const row = database.prepare('SELECT * FROM invitations ORDER BY id DESC LIMIT 1').get();
    database.close();
    expect(JSON.stringify(row)).not.toContain(token);
    for (const path of ['/users/invitations', '/audit/logs', '/users'])
      expect((await door.owner('GET', path)).text).not.toContain(token);
  });

  it('is over after 72 hours at the latest, or sooner if asked, and before its time', async () => {
    expect((await invite({ hours: 73 })).status).toBe(400);
    expect((await invite({ hours: 0 })).status).toBe(400);
    const short = readToken((await invite({ hours: 1 })).body.path);
    email = `longer-${email}`;
    const made = (await invite()).body;
    expect(made.expires_at - made.created_at).toBe(72 * HOUR_MS);
    const long = readToken(made.path);
    door.clock.advance(-HOUR_MS);
    expect(await refusal(long)).toBe('410 invitation_over expired');
    door.clock.advance(2 * HOUR_MS);
    expect(await refusal(short)).toBe('410 invitation_over expired');
    expect((await look(long)).status).toBe(200);
    door.clock.advance(71 * HOUR_MS);
    expect(await refusal(long)).toBe('410 invitation_over expired');
    expect((await door.owner('GET', '/users/invitations')).body.invitations).toEqual([]);
  });

  it('is over when it is revoked, which needs no confirmation and is done once', async () => {
    const { body } = await invite();
    const listed = (await door.owner('GET', '/users/invitations')).body.invitations;
    expect(listed).toMatchObject([{ id: body.id, email, is_void: false }]);
    const { who } = await administrator();
    door.clock.advance(6 * 60_000);
    expect((await send('DELETE', `/users/invitations/${body.id}`, undefined, who)).status).toBe(204);
    expect(await refusal(readToken(body.path))).toBe('410 invitation_over revoked');
    expect((await door.owner('DELETE', `/users/invitations/${body.id}`)).status).toBe(404);
  });

  it.each([
    ['lost the role', (id: number) => door.owner('DELETE', `/users/${id}/roles/admin`)],
    ['was deleted', (id: number) => door.owner('DELETE', `/users/${id}`)],
  ])('is over when whoever made it %s', async (_, end) => {
    const { id, who } = await administrator();
    const token = readToken((await invite({}, who)).body.path);
    expect((await look(token)).status).toBe(200);
    await end(id);
    expect(await refusal(token)).toBe('410 invitation_over inviter');
    expect((await door.owner('GET', '/users/invitations')).body.invitations).toMatchObject([
      { email, is_void: true },
    ]);
    for (const { id: each } of (await door.owner('GET', '/users/invitations')).body.invitations)
      await door.owner('DELETE', `/users/invitations/${each}`);
  });

  it.each([
    [
      'role is given again',
      (id: number) => door.owner('DELETE', `/users/${id}/roles/admin`),
      (id: number) => door.owner('POST', `/users/${id}/roles`, { role_type: 'admin' }),
    ],
    [
      'account is restored',
      (id: number) => door.owner('DELETE', `/users/${id}`),
      (id: number) => door.owner('POST', `/users/${id}/restore`),
    ],
  ])('stays over when the %s of whoever made it', async (_, end, giveBack) => {
    const { id, who } = await administrator();
    const token = readToken((await invite({}, who)).body.path);
    await end(id);
    expect((await giveBack(id)).status).toBe(200);
    expect(await refusal(token)).toBe('410 invitation_over revoked');
    expect((await door.owner('GET', '/users/invitations')).body.invitations).toEqual([]);
  });

  it('is over when the password of whoever made it is set anew', async () => {
    const { who } = await administrator();
    const token = readToken((await invite({}, who)).body.path);
    await door.owner('POST', '/users/reset-password', {
      email: `admin${count}@example.org`,
      password: 'another good password',
    });
    expect(await refusal(token)).toBe('410 invitation_over revoked');
  });

  it('is made by a person who confirmed and may manage people, and by no other session', async () => {
    const { who } = await administrator();
    door.clock.advance(6 * 60_000);
    expect((await invite({}, who)).body.error_code).toBe('confirmation_required');
    await addPerson(door.owner, { email: `user${count}@example.org`, password: PASSWORD });
    const user = await door.signIn(`user${count}@example.org`, PASSWORD);
    for (const [method, path, body] of [
      ['POST', '/users/invitations', { email }],
      ['GET', '/users/invitations', undefined],
      ['DELETE', '/users/invitations/1', undefined],
    ] as const)
      expect((await send(method, path, body, user)).status).toBe(403);
    expect((await invite({}, door.wrongSession)).status).toBe(401);
  });

  it('is made by a key only if that was given to manage people, below administrator, and ends with the key', async () => {
    const plain = (await door.owner('POST', '/api-keys', { name: `plain ${count}`, role_type: 'admin' }))
      .body;
    expect((await invite({}, { token: plain.api_key })).body.error_code).toBe('forbidden');
    const made = (
      await door.owner('POST', '/api-keys', {
        name: `manager ${count}`,
        role_type: 'custom',
        permissions: ['users:manage', 'users:read'],
      })
    ).body;
    const key = { token: made.api_key };
    expect((await invite({ role_type: 'admin' }, key)).body.error_code).toBe('forbidden');
    const token = readToken((await invite({ role_type: 'user' }, key)).body.path);
    expect((await look(token)).status).toBe(200);
    const others = (await invite({ email: `other-${email}`, role_type: 'admin' })).body;
    expect((await send('DELETE', `/users/invitations/${others.id}`, undefined, key)).status).toBe(403);
    await door.owner('DELETE', `/users/invitations/${others.id}`);
    await door.owner('POST', `/api-keys/${made.id}/deactivate`);
    expect(await refusal(token)).toBe('410 invitation_over inviter');
    await door.owner('DELETE', `/api-keys/${made.id}`);
    expect(await refusal(token)).toBe('410 invitation_over inviter');
  });

  it('is told from a wrong one by nothing but itself, and wrong ones are limited', async () => {
    const token = readToken((await invite()).body.path);
    const other = token.slice(0, -1) + (token.endsWith('A') ? 'E' : 'A');
    for (const wrong of [other, 'x', token.slice(1), `${token}A`]) {
      const answers = [await look(wrong), await accept(wrong)];
      for (const { status, body } of answers)
        expect([status, body.error_code, body.details]).toEqual([401, 'link_invalid', undefined]);
    }
    const codes = [];
    for (let guess = 0; guess < 60; guess++) codes.push((await look(`guess ${guess}`)).body.error_code);
    expect(codes.at(-1)).toBe('too_many_attempts');
    // Whatever else came from its address.
    expect((await accept(token)).status).toBe(201);
  });

  it('is for one account: of two at once one is made, and an address is invited once', async () => {
    const token = readToken((await invite()).body.path);
    expect((await invite()).body).toMatchObject({
      error_code: 'name_taken',
      errors: { email: 'invited already' },
    });
    const both = await Promise.all([accept(token), accept(token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 410]);
    expect((await invite()).body).toMatchObject({ error_code: 'name_taken', errors: { email: 'taken' } });
    expect((await invite({ email: ADMIN.email.toUpperCase() })).body.error_code).toBe('name_taken');
    expect((await invite({ email: 'no address' })).body.error_code).toBe('invalid_request');
    expect((await invite({ email: 'r@example.org', role_type: 'root' })).status).toBe(400);
  });

  it('takes a good password alone, and stays good until there is one', async () => {
    const token = readToken((await invite()).body.path);
    for (const [password, code] of [
      ['short', 'password_too_short'],
      ['passwordpassword', 'password_guessable'],
      [email, 'password_guessable'],
      ['ü'.repeat(40), 'password_too_long'],
    ] as const)
      expect((await accept(token, { password })).body.error_code).toBe(code);
    expect((await accept(token)).status).toBe(201);
  });
});
