import { request as httpsRequest } from 'node:https';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anonymousFrom } from '../../electron/instance/access/caller.ts';
import { networkOf } from '../../electron/instance/identity/sessions/sign-in-throttle.ts';
import { ADMIN, CREDENTIALS, openDoor, readToken, type TestDoor } from '../api/harness.ts';

describe('guessing passwords', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    door = await openDoor('https');
  });
  afterAll(() => door.stop());
  // Failures of the test before are forgotten.
  beforeEach(() => door.clock.advance(60 * 60_000));
  const signIn = (email: string, password: string) =>
    door.request('POST', '/auth/login', { email, password });

  it.each([
    ['spaces before and after', (email: string, i: number) => `${' '.repeat(i)}${email}${' '.repeat(i % 3)}`],
    ['capitals', (email: string, i: number) => email.slice(0, i).toUpperCase() + email.slice(i)],
    ['tabs and line ends', (email: string, i: number) => `${'\t'.repeat(i % 4)}\n${email}\r\n`],
    ['spaces that are not ASCII', (email: string, i: number) => `\u00a0${'\u2003'.repeat(i)}${email}\ufeff`],
  ])('is counted for the account, however its address is written: %s', async (_how, write) => {
    const codes = [];
    for (let i = 0; i < 8; i++)
      codes.push((await signIn(write(ADMIN.email, i), 'a wrong password')).body.error_code);
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('invalid_credentials'));
    expect(codes.slice(6)).toEqual(Array(2).fill('too_many_attempts'));
  });

  it('is counted for the account, from whatever address of this machine', async () => {
    const codes = [];
    for (let i = 2; i < 10; i++) codes.push(await guessFrom(`127.0.0.${i}`));
    expect(codes.slice(6)).toEqual(Array(2).fill('too_many_attempts'));
  });

  it('keeps no one who is signed in from confirming', async () => {
    const here = await door.signIn(ADMIN.email, ADMIN.password);
    for (let i = 0; i < 10; i++) await signIn(ADMIN.email, 'a wrong password');
    const confirmed = await door.request('POST', '/auth/confirm', { password: ADMIN.password }, here);
    expect(confirmed.status).toBe(204);
  });

  it('is counted for the account, however its accents are typed', async () => {
    await door.owner('POST', '/users', { email: 'zo\u00e9@example.org', password: ADMIN.password });
    const codes = [];
    for (let i = 0; i < 8; i++) {
      const email = i % 2 ? 'zoe\u0301@example.org' : 'zo\u00e9@example.org';
      codes.push((await signIn(email, 'a wrong password')).body.error_code);
    }
    expect(codes.slice(6)).toEqual(Array(2).fill('too_many_attempts'));
  });

  /** In the order they are sent, which connections do not keep. */
  async function sendHere(path: string, body: object, cookie?: string) {
    const headers = {
      'content-type': 'application/json',
      host: 'localhost',
      ...(cookie ? { cookie, origin: 'https://localhost' } : {}),
    };
    const request = new Request(`http://localhost/api${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer = await door.instance.fetch(request, anonymousFrom('127.0.0.1'));
    const text = await answer.text();
    return { answer, code: text === '' ? undefined : (JSON.parse(text).error_code as string | undefined) };
  }
  /** Strangers who sign in at once, and how many guesses of theirs were hashed so far. */
  function flood(count: number) {
    const state = { hashed: 0, all: [] as ReturnType<typeof sendHere>[] };
    for (let i = 0; i < count; i++)
      state.all.push(
        sendHere('/auth/login', { email: `nobody-${i}@example.net`, password: 'x' }).then((sent) => {
          if (sent.code === 'invalid_credentials') state.hashed += 1;
          return sent;
        }),
      );
    return state;
  }

  it('by 120 strangers at once does not keep the real one waiting for them', async () => {
    const strangers = flood(120);
    const real = await sendHere('/auth/login', CREDENTIALS);
    expect(real.answer.status).toBe(200);
    // In hashes and not in seconds: the one under way, and maybe one more.
    expect(strangers.hashed).toBeLessThan(4);
    const refused = (await Promise.all(strangers.all)).filter(({ code }) => code === 'too_many_attempts');
    // All but the first, and those that wait with the real one.
    expect(refused.length).toBeGreaterThan(120 - 18);
    expect(refused[0]?.answer.headers.get('retry-after')).toBe('5');
  });

  it('by 120 strangers who come later keeps no one waiting who is signed in here', async () => {
    const before = await sendHere('/auth/login', CREDENTIALS);
    const [cookie] = before.answer.headers.getSetCookie();
    const first = flood(1);
    const confirming = sendHere('/auth/confirm', { password: ADMIN.password }, cookie?.split(';')[0]);
    const again = sendHere('/auth/login', CREDENTIALS);
    const strangers = flood(120);
    expect([(await confirming).answer.status, (await again).answer.status]).toEqual([204, 200]);
    expect(strangers.hashed).toBeLessThan(3);
    await Promise.all([...first.all, ...strangers.all]);
  });

  function guessFrom(localAddress: string): Promise<string> {
    const { port } = door;
    const payload = JSON.stringify({ email: ADMIN.email, password: 'a wrong password' });
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          method: 'POST',
          path: '/api/auth/login',
          host: '127.0.0.1',
          port,
          localAddress,
          rejectUnauthorized: false,
          headers: { host: `localhost:${port}`, 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve(JSON.parse(text).error_code));
        },
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  }
});

describe('bad tokens', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeEach(async () => {
    door = await openDoor('https');
  });
  afterEach(() => door.stop());

  it('refuse no valid key, token, link or password from the same address', async () => {
    const key = await door.owner('POST', '/api-keys', { name: 'ci', role_type: 'reader' });
    const codes = new Set<string>();
    for (let i = 0; i < 70; i++) {
      const bad = `tk_${String(i).padStart(12, '0')}${'x'.repeat(43)}`;
      codes.add((await door.request('GET', '/projects', undefined, { token: bad })).body.error_code);
      await door.request('POST', '/auth/link', { token: `none-${i}` });
    }
    // They do have a budget: what is over it is turned away, and costs nothing more.
    expect(codes).toEqual(new Set(['invalid_credentials', 'too_many_attempts']));
    expect((await door.request('GET', '/projects', undefined, { token: key.body.api_key })).status).toBe(200);
    const token = readToken((await door.owner('POST', '/links')).body.path);
    expect((await door.request('POST', '/auth/link', { token })).status).toBe(200);
    expect((await door.request('POST', '/auth/login', CREDENTIALS)).status).toBe(200);
  });
});

it('an address is what one guesser cannot choose: a network of IPv6, and this machine as a whole', () => {
  const networks = (...addresses: string[]) => new Set(addresses.map(networkOf)).size;
  expect(
    networks('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', '2001:DB8:1:2:ffff::', '2001:db8:1:2::%eth0'),
  ).toBe(1);
  expect(networks('2001:db8:1:2::1', '2001:db8:1:3::1')).toBe(2);
  expect(networks('::1', '127.0.0.1', '127.8.9.10', '::ffff:127.0.0.1')).toBe(1);
  expect(networks('192.168.1.2', '::ffff:192.168.1.2')).toBe(1);
  expect(networks('192.168.1.2', '192.168.1.3')).toBe(2);
});
