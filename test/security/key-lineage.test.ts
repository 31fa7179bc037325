import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, openDoor, type TestAnswer, type TestDoor, type Who } from '../api/harness.ts';
import { startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { addPerson } from '../people.ts';
import { program } from '../program.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PASSWORD = 'a long enough password';

describe('API keys that live longer or reach further than what made them', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let names = 0;
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
  });
  afterAll(() => door.stop());

  const unique = (name: string) => {
    names += 1;
    return `${name} ${names}`;
  };
  const inDays = (days: number) => new Date(door.clock.now() + days * DAY_MS).toISOString();
  const as = (who: Who) => (method: string, path: string, body?: unknown) =>
    door.request(method, path, body, who);
  interface Key {
    id: number;
    name: string;
    send: ReturnType<typeof as>;
    row: TestAnswer['body'];
  }
  const toKey = ({ body }: TestAnswer): Key => {
    const { api_key, ...row } = body;
    return { id: row.id, name: row.name, send: as({ token: api_key }), row };
  };
  /** Made by the owner, or by whoever sends. */
  const makeKey = async (fields: object = {}, send: Key['send'] = (...call) => door.owner(...call)) =>
    toKey(await send('POST', '/api-keys', { name: unique('key'), role_type: 'user', ...fields }));
  const makeToken = async (send: Key['send'], fields: object = {}) => {
    const { body } = await send('POST', '/projects/shop/deployment-tokens', {
      name: unique('token'),
      ...fields,
    });
    return { id: body.id as number, row: body, send: as({ token: body.token }) };
  };
  const works = async (send: Key['send']) => {
    const { status, body } = await send('GET', '/projects');
    return status === 200 ? 'works' : body.error_code;
  };
  const addSomeone = async (roles: string[]) => {
    const email = `${unique('person').replace(' ', '-')}@example.org`;
    const { user } = (await addPerson(door.owner, { email, password: PASSWORD, roles })).body;
    return { id: user.id as number, email, send: as(await door.signIn(email, PASSWORD)) };
  };

  it('end no later than the key that made them, whatever is asked for', async () => {
    const parent = await makeKey({ expires_at: inDays(3) });
    for (const make of ['/api-keys', '/projects/shop/deployment-tokens']) {
      const body = { name: unique('late'), ...(make === '/api-keys' ? { role_type: 'user' } : {}) };
      for (const expires_at of [null, inDays(4), inDays(4000)]) {
        const refused = await parent.send('POST', make, { ...body, expires_at });
        expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, ['expires_at']]);
      }
      expect((await parent.send('POST', make, body)).body.expires_at).toBe(parent.row.expires_at);
      const sooner = { ...body, name: unique('sooner'), expires_at: inDays(1) };
      expect((await parent.send('POST', make, sooner)).body.expires_at).toBe(sooner.expires_at);
    }
  });

  it('change neither their own life nor their own permissions', async () => {
    const key = await makeKey({ expires_at: inDays(3), permissions: ['projects:read', 'api_keys:write'] });
    for (const change of [
      { expires_at: null },
      { expires_at: inDays(400) },
      { is_active: true },
      { permissions: ['projects:read'] },
    ]) {
      const refused = await key.send('PUT', `/api-keys/${key.id}`, change);
      expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden']);
    }
    expect((await key.send('POST', `/api-keys/${key.id}/activate`)).body.error_code).toBe('forbidden');
    const child = await makeKey({ permissions: ['projects:read'] }, key.send);
    for (const expires_at of [null, inDays(400)])
      expect((await key.send('PUT', `/api-keys/${child.id}`, { expires_at })).status).toBe(400);
    expect((await door.owner('PUT', `/api-keys/${child.id}`, { expires_at: null })).status).toBe(400);
    expect((await door.owner('GET', `/api-keys/${key.id}`)).body.expires_at).toBe(key.row.expires_at);
  });

  it.each<[string, (parent: Key) => unknown, string]>([
    ['turned off', (parent) => door.owner('POST', `/api-keys/${parent.id}/deactivate`), 'key_revoked'],
    [
      'changed to off',
      (parent) => door.owner('PUT', `/api-keys/${parent.id}`, { is_active: false }),
      'key_revoked',
    ],
    ['deleted', (parent) => door.owner('DELETE', `/api-keys/${parent.id}`), 'invalid_credentials'],
    ['expired', () => door.clock.advance(3 * DAY_MS), 'key_expired'],
    [
      'made to end sooner',
      async (parent) => {
        await door.owner('PUT', `/api-keys/${parent.id}`, { expires_at: inDays(1) });
        door.clock.advance(DAY_MS);
      },
      'key_expired',
    ],
  ])('end with the key that made them, however many lie between: %s', async (_how, end, code) => {
    const parent = await makeKey({ expires_at: inDays(3) });
    const child = await makeKey({}, parent.send);
    const grandchild = await makeKey({}, child.send);
    const token = await makeToken(child.send);
    const all = [parent, child, grandchild, token];
    for (const { send } of all) expect(await works(send)).toBe('works');
    await end(parent);
    for (const { send } of all) expect(await works(send)).toBe(code);
  });

  it('leave no secret behind when they are deleted with their parent', async () => {
    const count = async () =>
      (await door.owner('GET', '/vault/secrets?per_page=1000')).body.secrets.length as number;
    const before = await count();
    const parent = await makeKey();
    const child = await makeKey({}, parent.send);
    await makeToken(child.send);
    expect(await count()).toBe(before + 3);
    await door.owner('DELETE', `/api-keys/${parent.id}`);
    expect(await count()).toBe(before);
  });

  it('delete the deployment tokens they made and no other; a person their own, and an administrator any, confirmed', async () => {
    const [ada, bob] = [await addSomeone(['user']), await addSomeone(['user'])];
    const administrator = await addSomeone(['admin']);
    const drop = async (send: Key['send'], { id }: { id: number }) => {
      const { status, body } = await send('DELETE', `/projects/shop/deployment-tokens/${id}`);
      return status === 204 ? 'deleted' : body.error_code;
    };
    const [ofAda, alsoOfAda, ofOwner] = [
      await makeToken(ada.send),
      await makeToken(ada.send),
      await makeToken((...call) => door.owner(...call)),
    ];
    const key = await makeKey({}, ada.send);
    const ofKey = await makeToken(key.send);
    const ofKeysKey = await makeToken((await makeKey({}, key.send)).send);
    const strongest = await makeKey({ role_type: 'admin' });

    // Permissions alone do it for nobody.
    for (const token of [ofAda, ofOwner]) {
      for (const { send } of [bob, key]) expect(await drop(send, token)).toBe('forbidden');
      // A program cannot confirm.
      expect(await drop(strongest.send, token)).toBe('confirmation_required');
    }
    expect(await drop(bob.send, ofKey)).toBe('forbidden');
    expect(await works(ofAda.send)).toBe('works');

    // Signing in counts for five minutes.
    door.clock.advance(6 * MINUTE_MS);
    expect(await drop(administrator.send, ofAda)).toBe('confirmation_required');
    // What is one's own is withdrawn without a confirmation.
    expect(await drop(ada.send, ofAda)).toBe('deleted');
    expect(await works(ofAda.send)).toBe('invalid_credentials');
    for (const token of [ofKey, ofKeysKey]) expect(await drop(key.send, token)).toBe('deleted');
    await administrator.send('POST', '/auth/confirm', { password: PASSWORD });
    for (const token of [alsoOfAda, ofOwner]) expect(await drop(administrator.send, token)).toBe('deleted');
  });

  it('may no more than the key that made them, also once that may less', async () => {
    const parent = await makeKey();
    const child = await makeKey({}, parent.send);
    const token = await makeToken(parent.send);
    await door.owner('PUT', `/api-keys/${parent.id}`, { permissions: ['settings:read'] });
    expect(await works(child.send)).toBe('forbidden');
    expect(await works(token.send)).toBe('forbidden');
    expect((await child.send('GET', '/settings')).status).toBe(200);
  });

  it('are not made without end by keys of keys of keys', async () => {
    let key = await makeKey();
    let answer: TestAnswer;
    let generations = 1;
    for (;;) {
      answer = await key.send('POST', '/api-keys', { name: unique('deep'), role_type: 'user' });
      if (answer.status !== 201) break;
      key = toKey(answer);
      generations += 1;
    }
    expect([answer.body.error_code, generations]).toEqual(['forbidden', 5]);
  });

  it('touch themselves and what they made, and no other key', async () => {
    const admins = await makeKey({ role_type: 'admin' });
    const stranger = await addSomeone(['user']);
    const strangers = await makeKey({}, stranger.send);
    for (const role_type of ['user', 'admin']) {
      const key = await makeKey({ role_type });
      const child = await makeKey({ role_type }, key.send);
      const sibling = await makeKey({ role_type });
      for (const other of [admins, strangers, sibling])
        for (const [method, path, body] of [
          ['PUT', '', { name: unique('renamed') }],
          ['PUT', '', { expires_at: null }],
          ['POST', '/deactivate', undefined],
          ['POST', '/activate', undefined],
          ['DELETE', '', undefined],
        ] as const) {
          const refused = await key.send(method, `/api-keys/${other.id}${path}`, body);
          // A key of an administrator sees the others, and cannot confirm.
          expect(refused.body.error_code, `${role_type} ${method} ${path}`).toBe(
            role_type === 'user' ? 'not_found' : 'confirmation_required',
          );
        }
      expect((await child.send('DELETE', `/api-keys/${key.id}`)).status).toBeGreaterThanOrEqual(400);
      for (const other of [admins, strangers, sibling]) expect(await works(other.send)).toBe('works');
      if (role_type === 'user') {
        const seen = (await key.send('GET', '/api-keys')).body.api_keys as { id: number }[];
        expect(seen.map(({ id }) => id)).toEqual([key.id, child.id]);
        expect((await key.send('GET', `/api-keys/${admins.id}`)).status).toBe(404);
      }
      expect((await key.send('PUT', `/api-keys/${child.id}`, { name: unique('mine') })).status).toBe(200);
      expect((await key.send('DELETE', `/api-keys/${child.id}`)).status).toBe(204);
      expect((await key.send('POST', `/api-keys/${key.id}/deactivate`)).status).toBe(200);
    }
  });

  it('of others are changed by an administrator who confirmed, and by no one else', async () => {
    const one = await addSomeone(['user']);
    const other = await addSomeone(['user']);
    const key = await makeKey({}, one.send);
    expect((await other.send('DELETE', `/api-keys/${key.id}`)).status).toBe(404);
    expect((await other.send('GET', '/api-keys')).body.api_keys).toEqual([]);
    const admin = as(await door.signIn(ADMIN.email, ADMIN.password));
    door.clock.advance(6 * MINUTE_MS);
    const acts = [
      () => admin('PUT', `/api-keys/${key.id}`, { name: unique('renamed') }),
      () => admin('POST', `/api-keys/${key.id}/deactivate`),
      () => admin('POST', `/api-keys/${key.id}/activate`),
      () => admin('DELETE', `/api-keys/${key.id}`),
    ];
    expect((await admin('GET', `/api-keys/${key.id}`)).body.user_id).toBe(one.id);
    for (const act of acts) expect((await act()).body.error_code).toBe('confirmation_required');
    expect(await works(key.send)).toBe('works');
    await admin('POST', '/auth/confirm', { password: ADMIN.password });
    expect(await Promise.all((await run(acts)).map(({ status }) => status))).toEqual([200, 200, 200, 204]);
  });

  async function run(acts: (() => Promise<TestAnswer>)[]): Promise<TestAnswer[]> {
    const answers: TestAnswer[] = [];
    for (const act of acts) answers.push(await act());
    return answers;
  }

  it.each<[string, string[], (person: { id: number; email: string }) => Promise<unknown>, string]>([
    [
      'password is reset',
      ['user'],
      ({ email }) =>
        door.owner('POST', '/users/reset-password', { email, password: 'another good password' }),
      'key_revoked',
    ],
    ['account is deleted', ['user'], ({ id }) => door.owner('DELETE', `/users/${id}`), 'key_revoked'],
    [
      'role gets weaker',
      ['admin', 'user'],
      ({ id }) => door.owner('DELETE', `/users/${id}/roles/admin`),
      'key_revoked',
    ],
  ])('are listed, and end, when their person’s %s', async (_what, roles, act, code) => {
    const person = await addSomeone(roles);
    const key = await makeKey({}, person.send);
    const child = await makeKey({}, key.send);
    const token = await makeToken(person.send);
    const off = await makeKey({}, person.send);
    await person.send('POST', `/api-keys/${off.id}/deactivate`);
    const others = await makeKey();
    expect((await door.owner('GET', `/users/${person.id}/keys`)).body).toEqual({
      api_keys: [key, child].map(({ id, name }) => ({ id, name })),
      deployment_tokens: [
        { id: token.id, name: token.row.name, project_id: token.row.project_id, project: 'shop' },
      ],
    });
    await act(person);
    for (const { send } of [key, child, token]) expect(await works(send)).toBe(code);
    expect(await works(others.send)).toBe('works');
    const lines = (await door.owner('GET', '/audit/logs?limit=10')).body as { operation_type: string }[];
    const ended = lines.filter(({ operation_type }) => /_DEACTIVATED$/.test(operation_type));
    expect(ended.length).toBeGreaterThanOrEqual(3);
  });

  it('are listed by the command line before it reads the new password', async () => {
    const person = await addSomeone(['user']);
    const key = await makeKey({}, person.send);
    const token = await makeToken(person.send);
    const child = startChild(
      process.execPath,
      [program, 'admin', 'reset-password', '--email', person.email, '--password-stdin'],
      { env: commandLineEnv(door.dataDir) },
    );
    await child.waitUntil(() => child.output.includes(`deployment token ${token.row.name} of shop`));
    expect(child.output).toContain(`API key ${key.name}`);
    expect(await works(key.send)).toBe('works');
    child.process.stdin?.end('another good password\n');
    expect((await child.waitForEnd()).code).toBe(0);
    expect(await works(key.send)).toBe('key_revoked');
  });

  it('stay off when their deleted person is restored', async () => {
    const person = await addSomeone(['user']);
    const key = await makeKey({}, person.send);
    await door.owner('DELETE', `/users/${person.id}`);
    await door.owner('POST', `/users/${person.id}/restore`);
    expect(await works(key.send)).toBe('key_revoked');
  });

  it('stay on when a role is taken that changes nothing', async () => {
    const person = await addSomeone(['user', 'reader']);
    const key = await makeKey({}, person.send);
    await door.owner('DELETE', `/users/${person.id}/roles/reader`);
    expect(await works(key.send)).toBe('works');
  });
});
