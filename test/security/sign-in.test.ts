import { request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, openDoor, readToken, type TestDoor } from '../api/harness.ts';

describe('guessing passwords', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeEach(async () => {
    door = await openDoor('https');
  });
  afterEach(() => door.stop());
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

  it('by 120 strangers at once does not keep the real one waiting for them', async () => {
    await door.stop();
    // Hashes that take as long as they do: the strangers must be waiting for theirs.
    door = await openDoor('https', { bcryptCost: 12 });
    let guesses = 0;
    const flood = Array.from({ length: 120 }, async (_, i) => {
      const answer = await signIn(`nobody-${i}@example.net`, 'a wrong password');
      if (answer.body.error_code === 'invalid_credentials') guesses += 1;
      return answer;
    });
    const real = await signIn(ADMIN.email, ADMIN.password);
    expect(real.status).toBe(200);
    // In hashes and not in seconds: those that were under way while its connection was made, and one.
    expect(guesses).toBeLessThan(20);
    const refused = (await Promise.all(flood)).filter(({ body }) => body.error_code === 'too_many_attempts');
    expect(refused.length).toBeGreaterThan(80);
    expect(refused[0]?.headers['retry-after']).toBe('5');
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
    expect((await door.request('POST', '/auth/login', ADMIN)).status).toBe(200);
  });
});
