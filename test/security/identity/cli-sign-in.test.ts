import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anonymousFrom } from '../../../electron/instance/access/caller.ts';
import { ADMIN, openDoor, type TestDoor, type Who } from '../../api/harness.ts';
import { addPerson } from '../../people.ts';

const MINUTE_MS = 60_000;
const DEVICE = '/auth/cli/device';
const NO_CODE = 'BBBB-BBBB';
const MIA = { email: 'mia@example.org', name: 'Mia', password: 'a long enough password', roles: ['user'] };

describe('signing in a command line, against those who mean harm', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    door = await openDoor('https');
    await addPerson(door.owner, MIA);
  });
  afterAll(() => door.stop());
  // Codes and wrong guesses of the test before are over.
  beforeEach(() => door.clock.advance(60 * MINUTE_MS));

  const send = (path: string, body: object, who?: Who) => door.request('POST', path, body, who);
  const owner = (path: string, body: object) => door.owner('POST', path, body);
  const start = async () => (await send(`${DEVICE}/start`, { client_name: 'laptop' })).body;
  const pollNow = async (device_code: string) => (await send(`${DEVICE}/poll`, { device_code })).body;
  async function poll(device_code: string) {
    door.clock.advance(5000);
    return await pollNow(device_code);
  }
  const signIn = (person: { email: string; password: string }) => door.signIn(person.email, person.password);
  const countKeys = async () => (await door.owner('GET', '/api-keys')).body.total as number;

  /** Begins one from an address of its own. */
  async function startFrom(ip: string): Promise<number> {
    const request = new Request('http://localhost/api/auth/cli/device/start', {
      method: 'POST',
      headers: { 'content-type': 'application/json', host: 'localhost' },
      body: '{}',
    });
    return (await door.instance.fetch(request, anonymousFrom(ip))).status;
  }

  it('lets a person guess a few codes, and then not even the right one', async () => {
    const mia = await signIn(MIA);
    const { user_code } = await start();
    const guess = (code: string) => send(`${DEVICE}/approve`, { user_code: code, role_type: 'reader' }, mia);
    for (let i = 0; i < 6; i++) expect((await guess(NO_CODE)).body.error_code).toBe('not_found');
    const right = await guess(user_code);
    expect(right.body.error_code).toBe('too_many_attempts');
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    // The next one waits for whoever guessed, and for nobody else.
    const ada = await signIn(ADMIN);
    expect((await send(`${DEVICE}/lookup`, { user_code }, ada)).status).toBe(200);
  });

  it('counts guesses alike wherever a code is taken, and forgives none for a right one', async () => {
    const mia = await signIn(MIA);
    const paths = ['lookup', 'deny', 'lookup', 'deny', 'lookup', 'deny'];
    for (const path of paths) {
      // Whoever guesses begins sign-ins of their own.
      const own = path === 'lookup' ? await start() : null;
      if (own) expect((await send(`${DEVICE}/lookup`, { user_code: own.user_code }, mia)).status).toBe(200);
      await send(`${DEVICE}/${path}`, { user_code: NO_CODE }, mia);
    }
    const refused = await send(`${DEVICE}/lookup`, { user_code: NO_CODE }, mia);
    expect(refused.body.error_code).toBe('too_many_attempts');
  });

  it('does not let guesses run through the owner’s door either', async () => {
    const codes = [];
    for (let i = 0; i < 7; i++)
      codes.push((await owner(`${DEVICE}/lookup`, { user_code: NO_CODE })).body.error_code);
    expect(codes).toEqual([...Array(6).fill('not_found'), 'too_many_attempts']);
  });

  it('gives the key to one of two who poll with the same code', async () => {
    const { device_code, user_code } = await start();
    await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    const both = await Promise.all([pollNow(device_code), pollNow(device_code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['approved', 'expired_token']);
    expect(await poll(device_code)).toEqual({ status: 'expired_token' });
  });

  it('slows down who polls too often, and gives them nothing meanwhile', async () => {
    const { device_code, user_code } = await start();
    expect(await poll(device_code)).toEqual({ status: 'authorization_pending' });
    await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    expect(await pollNow(device_code)).toEqual({ status: 'slow_down' });
    expect(await pollNow(device_code)).toEqual({ status: 'slow_down' });
    expect((await poll(device_code)).status).toBe('approved');
  });

  it('takes the code of the person for no code of the program, nor the other way round', async () => {
    const { device_code, user_code } = await start();
    await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    expect(await poll(user_code)).toEqual({ status: 'expired_token' });
    expect((await poll(device_code)).status).toBe('approved');
    const next = await start();
    // Longer than any code of a person.
    expect((await owner(`${DEVICE}/lookup`, { user_code: next.device_code })).status).toBe(400);
  });

  it('approves a code once', async () => {
    const { user_code } = await start();
    const before = await countKeys();
    const approve = () => owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    const answers = await Promise.all([approve(), approve(), approve()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404]);
    expect(await countKeys()).toBe(before + 1);
  });

  it('gives no role and no permission that the person lacks', async () => {
    const mia = await signIn(MIA);
    const { user_code } = await start();
    for (const more of [{ role_type: 'admin' }, { role_type: 'custom', permissions: ['users:write'] }])
      expect((await send(`${DEVICE}/approve`, { user_code, ...more }, mia)).body.error_code).toBe(
        'forbidden',
      );
    expect((await send(`${DEVICE}/approve`, { user_code, role_type: 'user' }, mia)).status).toBe(201);
  });

  it('asks who it is before it approves', async () => {
    const mia = await signIn(MIA);
    door.clock.advance(6 * MINUTE_MS);
    const { user_code } = await start();
    const approve = () => send(`${DEVICE}/approve`, { user_code, role_type: 'reader' }, mia);
    expect((await approve()).body.error_code).toBe('confirmation_required');
    await send('/auth/confirm', { password: MIA.password }, mia);
    expect((await approve()).status).toBe(201);
  });

  it('is approved by people alone: by no key, by nobody who is not signed in, by no other site’s page', async () => {
    const { user_code } = await start();
    const body = { user_code, role_type: 'reader' };
    const { api_key } = (await owner('/api-keys', { name: 'program', role_type: 'admin' })).body;
    const mia = await signIn(MIA);
    const elsewhere = { cookie: mia.cookie as string, headers: { origin: 'https://elsewhere.example' } };
    for (const [who, code] of [
      [{ token: api_key as string }, 'confirmation_required'],
      [{}, 'unauthenticated'],
      [elsewhere, 'origin_refused'],
    ] as const)
      expect((await send(`${DEVICE}/approve`, body, who)).body.error_code).toBe(code);
    expect((await send(`${DEVICE}/lookup`, { user_code }, { token: api_key })).body.error_code).toBe(
      'forbidden',
    );
    expect((await send(`${DEVICE}/lookup`, { user_code }, mia)).status).toBe(200);
  });

  it('creates no key while the vault is locked, and waits for it', async () => {
    const { device_code, user_code } = await start();
    // What nobody collected before is deleted with this poll.
    await poll(device_code);
    const before = await countKeys();
    await door.owner('POST', '/vault/lock');
    const approve = () => owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' });
    expect((await approve()).body.error_code).toBe('vault_locked');
    expect(await poll(device_code)).toEqual({ status: 'authorization_pending' });
    await owner('/vault/unlock', { method: 'custody' });
    expect(await countKeys()).toBe(before);
    expect((await approve()).status).toBe(201);
    expect((await poll(device_code)).status).toBe('approved');
  });

  it('gives no key that ended before it was collected', async () => {
    const ends: ((keyId: number) => Promise<unknown>)[] = [
      (id) => door.owner('DELETE', `/api-keys/${id}`),
      (id) => door.owner('POST', `/api-keys/${id}/deactivate`),
    ];
    for (const end of ends) {
      const { device_code, user_code } = await start();
      const { id } = (await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' })).body;
      await end(id);
      expect(await poll(device_code)).toEqual({ status: 'access_denied' });
    }
  });

  it('ends what a person approved with everything else of theirs', async () => {
    const person = { ...MIA, email: 'leaving@example.org' };
    const { user } = (await addPerson(door.owner, person)).body;
    const who = await signIn(person);
    const { device_code, user_code } = await start();
    await send(`${DEVICE}/approve`, { user_code, role_type: 'reader' }, who);
    await door.owner('DELETE', `/users/${user.id}`);
    expect(await poll(device_code)).toEqual({ status: 'access_denied' });
  });

  it('deletes a key that nobody collected in time', async () => {
    const { device_code, user_code } = await start();
    const { id } = (await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' })).body;
    door.clock.advance(11 * MINUTE_MS);
    expect(await poll(device_code)).toEqual({ status: 'expired_token' });
    expect((await door.owner('GET', `/api-keys/${id}`)).status).toBe(404);
  });

  it('lets few wait from one address, and few in all', async () => {
    const statuses = async (addresses: string[]) => {
      const all = [];
      for (const address of addresses) all.push(await startFrom(address));
      return all;
    };
    expect(await statuses(Array(6).fill('203.0.113.9'))).toEqual([...Array(5).fill(200), 429]);
    // An IPv6 address is one of a network that its owner chooses from.
    expect(await statuses(Array.from({ length: 6 }, (_, i) => `2001:db8::${i}`))).toEqual([
      ...Array(5).fill(200),
      429,
    ]);
    const many = Array.from({ length: 21 }, (_, i) => `198.51.100.${i}`);
    expect(await statuses(many)).toEqual([...Array(20).fill(200), 429]);
    door.clock.advance(10 * MINUTE_MS);
    expect(await startFrom('203.0.113.9')).toBe(200);
  });

  it('keeps its codes in memory alone', async () => {
    const { device_code, user_code } = await start();
    await poll(device_code);
    const { name } = (await owner(`${DEVICE}/approve`, { user_code, role_type: 'reader' })).body;
    const files = readdirSync(door.dataDir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const written = Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
    // What was written is there to be found.
    expect(written.includes(name)).toBe(true);
    for (const code of [device_code, user_code, user_code.replace('-', '')]) {
      const digest = createHash('sha256').update(code).digest();
      for (const trace of [code, digest, digest.toString('hex'), digest.toString('base64')])
        expect(written.includes(trace)).toBe(false);
    }
  });

  it('counts a code as over when the clock was set back', async () => {
    const { device_code, user_code } = await start();
    door.clock.advance(-MINUTE_MS);
    expect((await owner(`${DEVICE}/lookup`, { user_code })).status).toBe(404);
    expect(await pollNow(device_code)).toEqual({ status: 'expired_token' });
    door.clock.advance(MINUTE_MS);
  });
});
