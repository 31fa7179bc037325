import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Act, acts } from '../../electron/instance/access/acts.ts';
import { anonymousFrom } from '../../electron/instance/access/caller.ts';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import type { WindowDoor } from '../../electron/instance/doors/window-door.ts';
import { type Instance, openInstance } from '../../electron/instance/instance.ts';
import { ADMIN, CREDENTIALS } from '../api/harness.ts';
import { createManualClock, type ManualClock } from '../context.ts';
import { until } from '../keyring.ts';
import { addPerson } from '../people.ts';
import { quick } from '../work-factor.ts';

const MINUTE_MS = 60_000;
const ORIGIN = 'https://localhost';

interface Answer {
  status: number;
  code: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  body: any;
  cookie: string;
}

/** One data directory, whose instance can be started again. */
class Place {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'temps-lock-'));
  readonly clock: ManualClock = createManualClock(Date.now());
  instance!: Instance;
  window!: WindowDoor;

  async start(): Promise<void> {
    this.instance = await openInstance({
      dataDir: this.dataDir,
      clock: this.clock,
      ...quick,
    });
    // Its jobs run, as in the field; nothing here waits for a browser.
    await this.instance.start({});
    this.window = this.instance.openWindowDoor();
  }

  async stop(): Promise<void> {
    await this.instance.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async restart(): Promise<void> {
    await this.instance.stop();
    await this.start();
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return await read(
      await this.instance.fetch(makeRequest(method, path, body, headers), anonymousFrom('127.0.0.1')),
    );
  }

  /** At the desktop window. */
  async atWindow(method: string, path: string, body?: unknown) {
    return await read(await this.window.fetch(makeRequest(method, path, body)));
  }

  /** By the command line. */
  async owner(method: string, path: string, body?: unknown) {
    return await read(
      await this.instance.fetch(makeRequest(method, path, body), createOwner('socket', this.clock.now())),
    );
  }

  async signIn(email = ADMIN.email, password = ADMIN.password): Promise<Person> {
    const { cookie } = await this.send('POST', '/auth/login', { email, password });
    return new Person(this, cookie);
  }
}

/** One session in a browser. */
class Person {
  readonly #place: Place;
  readonly cookie: string;

  constructor(place: Place, cookie: string) {
    this.#place = place;
    this.cookie = cookie;
  }

  send(method: string, path: string, body?: unknown, type = 'application/json') {
    return this.#place.send(method, path, body, { cookie: this.cookie, 'content-type': type });
  }
  report = async () => (await this.send('POST', '/auth/presence')).code;
  state = async () => (await this.send('GET', '/auth/session')).body.state as string;
  enter = (password = ADMIN.password) => this.send('POST', '/auth/confirm', { password });
}

function makeRequest(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return new Request(`http://localhost/api${path}`, {
    method,
    headers: { host: 'localhost', origin: ORIGIN, 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null;
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { status: response.status, code: body?.error_code ?? 'passed', body, cookie };
}

const LOCKED = { status: 423, code: 'session_locked' };

async function openPlace(settings: object): Promise<Place> {
  const place = new Place();
  await place.start();
  await place.owner('POST', '/users/administrator', ADMIN);
  await place.owner('POST', '/projects', {
    name: 'shop',
    secret: 'guess',
    environment_variables: [['TOKEN', 'canary']],
  });
  expect((await place.owner('PUT', '/settings', settings)).status).toBe(200);
  return place;
}

describe('a session that nobody uses', () => {
  let place: Place;
  let ada: Person;
  const passMinutes = (minutes: number) => place.clock.advance(minutes * MINUTE_MS);
  beforeAll(async () => {
    place = await openPlace({ auto_lock_minutes: 10 });
  });
  afterAll(() => place.stop());
  beforeEach(async () => {
    ada = await place.signIn();
  });

  it('is refused everything but what opens it, what ends it, and what anyone may', async () => {
    const { paths } = (await place.owner('GET', '/openapi.json')).body;
    passMinutes(10);
    const wrong: string[] = [];
    let refused = 0;
    for (const [path, methods] of Object.entries(paths as Record<string, Record<string, object>>))
      for (const [method, operation] of Object.entries(methods)) {
        const act = (operation as { 'x-acts': Act[] })['x-acts'][0] as Act;
        // Ends the session: below.
        if (path === '/logout') continue;
        const { requestBody } = operation as { requestBody?: { content: object } };
        const [type] = Object.keys(requestBody?.content ?? {});
        const at = path.replaceAll(/\{\w+\}/g, '999999');
        const { code } = await ada.send(method.toUpperCase(), at, type && [], type);
        const isOpen = acts[act].who === 'anyone' || act === 'identity_confirm';
        if ((code === 'session_locked') === isOpen) wrong.push(`${method} ${path}: ${code}`);
        if (code === 'session_locked') refused += 1;
      }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(90);
    expect((await place.send('GET', '/docs', undefined, { cookie: ada.cookie })).code).toBe('session_locked');
    // What needs no act of its own: the answers to everyone.
    expect(await ada.state()).toBe('locked');
    expect((await ada.send('POST', '/logout')).status).toBe(200);
    expect(await ada.state()).toBe('anonymous');
  });

  it('is not kept open by a page that asks by itself, nor by a stream of changes', async () => {
    for (let minute = 0; minute < 9; minute += 1) {
      passMinutes(1);
      for (const path of ['/vault/status', '/projects', '/auth/session', '/settings'])
        expect((await ada.send('GET', path)).status).toBe(200);
    }
    passMinutes(1);
    expect(await ada.send('GET', '/vault/status')).toMatchObject(LOCKED);
  });

  it('is kept open by its person, by a report or a change', async () => {
    for (let report = 0; report < 4; report += 1) {
      passMinutes(9);
      expect(await ada.report()).toBe('passed');
    }
    passMinutes(9);
    expect((await ada.send('PUT', '/settings', { instance_name: 'home' })).status).toBe(200);
    passMinutes(9);
    expect(await ada.state()).toBe('signed_in');
    // A report that comes too late, as from a page on a laptop that slept, opens nothing.
    passMinutes(1);
    expect(await ada.report()).toBe('session_locked');
    expect(await ada.state()).toBe('locked');
  });

  it('is not kept open by a change that is refused', async () => {
    passMinutes(9);
    expect((await ada.send('PUT', '/settings', { session_days: 'many' })).status).toBe(400);
    passMinutes(1);
    expect(await ada.state()).toBe('locked');
  });

  it('is opened by the password and nothing else', async () => {
    passMinutes(10);
    expect((await ada.enter('a wrong password')).code).toBe('invalid_credentials');
    expect(await ada.state()).toBe('locked');
    expect((await ada.enter()).status).toBe(204);
    expect(await ada.state()).toBe('signed_in');
    // Whoever comes back has just confirmed.
    expect((await ada.send('GET', '/projects/shop/env-vars/TOKEN/value')).body.value).toBe('canary');
    const [line] = (await place.owner('GET', '/audit/logs?operation_type=SESSION_OPENED')).body;
    expect([line.actor_kind, line.actor]).toEqual(['user', ADMIN.email]);
  });

  it('is guessed as slowly as any confirmation', async () => {
    const { body: eve } = await addPerson((...call) => place.owner(...call), {
      email: 'eve@example.org',
      password: ADMIN.password,
      roles: ['user'],
    });
    expect(eve.user.id).toBeGreaterThan(0);
    const theirs = await place.signIn('eve@example.org');
    passMinutes(10);
    const codes: string[] = [];
    for (let guess = 0; guess < 7; guess += 1) codes.push((await theirs.enter(`wrong ${guess}`)).code);
    expect(codes.at(-1)).toBe('too_many_attempts');
    // The right one has to wait, too.
    expect((await theirs.enter()).code).toBe('too_many_attempts');
    expect(await theirs.state()).toBe('locked');
  });

  it('is locked by its own time, whoever uses another session of its person', async () => {
    const phone = await place.signIn();
    passMinutes(9);
    await phone.report();
    passMinutes(1);
    expect([await ada.state(), await phone.state()]).toEqual(['locked', 'signed_in']);
    await ada.enter();
    passMinutes(9);
    expect([await ada.state(), await phone.state()]).toEqual(['signed_in', 'locked']);
  });

  it('loses its confirmation with the lock', async () => {
    expect((await place.owner('PUT', '/settings', { auto_lock_minutes: 1 })).status).toBe(200);
    await ada.enter();
    passMinutes(1);
    expect(await ada.state()).toBe('locked');
    // Even if nothing locks any more: what is locked stays so.
    expect((await place.owner('PUT', '/settings', { auto_lock_minutes: null })).status).toBe(200);
    expect((await ada.send('GET', '/projects/shop/env-vars/TOKEN/value')).code).toBe('session_locked');
    const { body } = await ada.send('GET', '/auth/session');
    expect([body.state, body.confirmed_until]).toEqual(['locked', null]);
    await place.owner('PUT', '/settings', { auto_lock_minutes: 10 });
  });

  it('stays locked when the clock is set back, and locks when it is set back further than it corrects itself', async () => {
    passMinutes(10);
    expect(await ada.state()).toBe('locked');
    passMinutes(-10);
    expect(await ada.state()).toBe('locked');
    const other = await place.signIn();
    passMinutes(5);
    await other.report();
    passMinutes(-0.5);
    expect(await other.state()).toBe('signed_in');
    passMinutes(-3);
    expect(await other.state()).toBe('locked');
  });

  it('stays locked over a restart, and locks over one', async () => {
    const locked = await place.signIn();
    passMinutes(10);
    expect(await locked.state()).toBe('locked');
    const used = await place.signIn();
    const unused = await place.signIn();
    passMinutes(6);
    await used.report();
    await place.restart();
    expect(await used.state()).toBe('signed_in');
    // Set back before anything asked: the row says that it is locked, and not since when alone.
    passMinutes(4);
    expect([await locked.state(), await used.state(), await unused.state()]).toEqual([
      'locked',
      'signed_in',
      'locked',
    ]);
    await place.restart();
    passMinutes(-4);
    expect([await locked.state(), await unused.state()]).toEqual(['locked', 'locked']);
    expect((await locked.enter()).status).toBe(204);
    await place.restart();
    expect(await locked.state()).toBe('signed_in');
  });

  it('hears nothing more', async () => {
    const response = await place.instance.fetch(
      makeRequest('GET', '/events', undefined, { cookie: ada.cookie }),
      anonymousFrom('127.0.0.1'),
    );
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    passMinutes(10);
    await place.owner('POST', '/projects', { name: `later-${Date.now()}` });
    const heard: string[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read())
      heard.push(new TextDecoder().decode(part.value));
    expect(heard.join('')).not.toContain('projects');
    expect((await ada.send('GET', '/events')).code).toBe('session_locked');
  });

  it('is none of a key or a token: they are not locked, and keep nothing open', async () => {
    const { body: key } = await place.owner('POST', '/api-keys', { name: 'ci', role_type: 'reader' });
    const { body: token } = await place.owner('POST', '/projects/shop/deployment-tokens', { name: 'deploy' });
    const by = (value: string) => ({ authorization: `Bearer ${value}` });
    const bearers = [by(key.api_key), by(token.token)];
    passMinutes(10);
    for (const headers of bearers) {
      expect((await place.send('GET', '/projects', undefined, headers)).status).toBe(200);
      expect((await place.send('POST', '/auth/presence', undefined, headers)).code).toBe('forbidden');
    }
    expect(await ada.state()).toBe('locked');
    // A key beside the cookie is that key, and opens nothing for the session.
    const both = { cookie: ada.cookie, ...bearers[0] };
    expect((await place.send('GET', '/projects', undefined, both)).status).toBe(200);
    expect(await ada.state()).toBe('locked');
    expect((await place.send('POST', '/auth/presence')).code).toBe('unauthenticated');
  });

  it('does not keep its person from signing in anew', async () => {
    passMinutes(10);
    const { cookie, status } = await ada.send('POST', '/auth/login', CREDENTIALS);
    expect(status).toBe(200);
    expect(await new Person(place, cookie).state()).toBe('signed_in');
    expect(await ada.state()).toBe('locked');
  });
});

describe('the desktop window that nobody uses', () => {
  let place: Place;
  beforeAll(async () => {
    place = new Place();
    await place.start();
    await place.owner('PUT', '/settings', { auto_lock_minutes: 10 });
  });
  afterAll(() => place.stop());
  const state = async () => (await place.atWindow('GET', '/auth/session')).body.state as string;
  const enter = (password = ADMIN.password) => place.atWindow('POST', '/auth/confirm', { password });

  it('is not locked while nobody could open it, and the settings say so', async () => {
    place.clock.advance(11 * MINUTE_MS);
    expect((await place.atWindow('GET', '/vault/status')).status).toBe(200);
    expect((await place.atWindow('GET', '/settings/auto-lock')).body.window).toContain('not locked');
  });

  it('is locked as a session is, and opened by the password alone', async () => {
    const { body: link } = await place.atWindow('POST', '/links');
    const token = new URLSearchParams(link.path.split('#')[1]).get('token');
    expect((await place.atWindow('POST', '/setup', { token, ...ADMIN })).status).toBe(201);
    expect((await place.atWindow('GET', '/settings/auto-lock')).body.window).toBeNull();
    expect(await state()).toBe('signed_in');
    place.clock.advance(9 * MINUTE_MS);
    expect((await place.atWindow('POST', '/auth/presence')).status).toBe(204);
    place.clock.advance(9 * MINUTE_MS);
    place.window.confirm();
    place.clock.advance(1 * MINUTE_MS);
    expect(await state()).toBe('locked');
    // What the system says of who is there confirms, and does not unlock.
    place.window.confirm();
    for (const [method, path] of [
      ['GET', '/vault/status'],
      ['POST', '/links'],
      ['POST', '/links/file'],
      ['POST', '/vault/unlock'],
      ['POST', '/users/administrator'],
    ] as const)
      expect(await place.atWindow(method, path, method === 'GET' ? undefined : {})).toMatchObject(LOCKED);
    expect((await enter('a wrong password')).code).toBe('invalid_credentials');
    expect(await state()).toBe('locked');
    expect((await enter()).status).toBe(204);
    const { body } = await place.atWindow('GET', '/auth/session');
    expect([body.state, body.confirmed_until > place.clock.now()]).toEqual(['signed_in', true]);
  });

  it('keeps no stream of changes', async () => {
    const response = await place.window.fetch(new Request('http://localhost/api/events'));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    place.clock.advance(10 * MINUTE_MS);
    for (let part = await reader.read(); !part.done; part = await reader.read());
    expect(await state()).toBe('locked');
    await enter();
  });

  it('begins locked after a restart', async () => {
    await place.restart();
    expect(await state()).toBe('locked');
    await enter();
    expect(await state()).toBe('signed_in');
  });

  it('is not the command line, which belongs to the account of this machine', async () => {
    place.clock.advance(10 * MINUTE_MS);
    expect(await state()).toBe('locked');
    expect((await place.owner('GET', '/vault/status')).status).toBe(200);
    expect((await place.owner('GET', '/auth/session')).body.auto_lock_minutes).toBe(10);
  });
});

describe('who may change when it locks', () => {
  let place: Place;
  let ada: Person;
  beforeAll(async () => {
    place = await openPlace({ auto_lock_minutes: 30, auto_lock_strength: 'vault' });
    ada = await place.signIn();
    place.clock.advance(6 * MINUTE_MS);
    await ada.report();
  });
  afterAll(() => place.stop());
  const change = async (settings: object) => (await ada.send('PUT', '/settings', settings)).code;

  it.each([
    ['off', { auto_lock_minutes: null }],
    ['later', { auto_lock_minutes: 31 }],
    ['less of it', { auto_lock_strength: 'console' }],
    ['sooner but less of it', { auto_lock_minutes: 1, auto_lock_strength: 'console' }],
  ])('%s only after a confirmation, and never a program', async (_what, settings) => {
    expect(await change(settings)).toBe('confirmation_required');
    const { body: key } = await place.owner('POST', '/api-keys', {
      name: `by ${JSON.stringify(settings)}`,
      role_type: 'admin',
    });
    const headers = { authorization: `Bearer ${key.api_key}` };
    expect((await place.send('PUT', '/settings', settings, headers)).code).toBe('confirmation_required');
    const { body } = await place.owner('GET', '/settings');
    expect([body.auto_lock_minutes, body.auto_lock_strength]).toEqual([30, 'vault']);
  });

  it('sooner, or what it was, without one', async () => {
    expect(await change({ auto_lock_minutes: 30, auto_lock_strength: 'vault' })).toBe('passed');
    expect(await change({ auto_lock_minutes: 20 })).toBe('passed');
  });

  it.each([0, -5, 1.5, 1441, '10', [], 1e308])('to %j minutes: nobody', async (minutes) => {
    expect((await place.owner('PUT', '/settings', { auto_lock_minutes: minutes })).status).toBe(400);
  });
});

describe('a vault that nobody uses', () => {
  let place: Place;
  let bearer: Record<string, string>;
  beforeAll(async () => {
    place = await openPlace({ auto_lock_minutes: 10, auto_lock_strength: 'vault' });
    const { body } = await place.owner('POST', '/projects/shop/deployment-tokens', {
      name: 'deploy',
      permissions: ['environments:reveal', 'environments:read', 'projects:read'],
    });
    bearer = { authorization: `Bearer ${body.token}` };
  });
  afterAll(() => place.stop());
  const vault = async () => (await place.owner('GET', '/vault/status')).body;

  it('is locked by nobody once everyone is gone, and says why', async () => {
    const ada = await place.signIn();
    const resolved = '/projects/shop/variables/resolved?environment=production';
    const before = await place.send('GET', resolved, undefined, bearer);
    place.clock.advance(10 * MINUTE_MS);
    // By the job that looks every few seconds.
    await until(async () => (await vault()).state === 'locked');
    expect(await vault()).toMatchObject({
      case: 'locked_when_idle',
      detail: 'Locked because nobody used it for 10 minutes.',
      idle_minutes: 10,
    });
    const [line] = (await place.owner('GET', '/audit/logs')).body.filter(
      ({ operation_type }: { operation_type: string }) => operation_type === 'VAULT_LOCKED_WHEN_IDLE',
    );
    expect([line.actor_kind, line.data]).toEqual(['instance', { minutes: 10 }]);
    expect([before.status, JSON.stringify(before.body)]).toEqual([200, expect.stringContaining('canary')]);
    expect((await place.send('GET', resolved, undefined, bearer)).code).toBe('vault_locked');
    expect(await ada.state()).toBe('locked');
    // Who comes back finds the session open, and the vault as it was left.
    await ada.enter();
    expect((await ada.send('GET', '/projects/shop/env-vars/TOKEN/value')).code).toBe('vault_locked');
    expect((await ada.send('POST', '/vault/unlock', { method: 'custody' })).code).toBe('owner_only');
    expect((await place.owner('POST', '/vault/unlock', { method: 'custody' })).body.state).toBe('running');
  });
});

describe('a vault that locks with the screen', () => {
  let place: Place;
  beforeAll(async () => {
    place = await openPlace({});
  });
  afterAll(() => place.stop());
  const vault = async () => (await place.owner('GET', '/vault/status')).body;
  const words = async () => (await place.owner('GET', '/settings/auto-lock')).body.screen;
  // What stays as it is needs no confirmation.
  let days = 7;
  const rename = () => place.atWindow('PUT', '/settings', { session_days: ++days });
  const confirm = () => place.atWindow('POST', '/auth/confirm', { password: ADMIN.password });

  it('does so by choice alone; the confirmation of the window ends whatever was chosen', async () => {
    place.window.noteScreenSource({ isHeard: true });
    await confirm();
    expect((await rename()).status).toBe(200);
    place.window.noteScreen(true);
    expect((await rename()).code).toBe('confirmation_required');
    expect([(await vault()).state, await words()]).toEqual(['running', expect.stringMatching(/^Off: /)]);

    await place.owner('PUT', '/settings', { lock_with_screen: true });
    expect(await words()).toMatch(/^On: /);
    place.window.noteScreen(true);
    await until(async () => (await vault()).state === 'locked');
    expect(await vault()).toMatchObject({
      case: 'locked_with_screen',
      detail: 'Locked with the screen of this computer.',
      idle_minutes: null,
    });
    const [line] = (await place.owner('GET', '/audit/logs')).body.filter(
      ({ operation_type }: { operation_type: string }) => operation_type === 'VAULT_LOCKED_WITH_SCREEN',
    );
    expect([line.actor_kind, line.sentence]).toEqual(['instance', expect.anything()]);
    // Unlocked again from elsewhere, it stays so while the screen is still locked.
    await place.owner('POST', '/vault/unlock', { method: 'custody' });
    place.clock.advance(MINUTE_MS);
    await place.owner('GET', '/settings');
    expect((await vault()).state).toBe('running');
  });

  it('takes a confirmation to choose otherwise at the window', async () => {
    expect((await place.atWindow('PUT', '/settings', { lock_with_screen: false })).code).toBe(
      'confirmation_required',
    );
    expect((await place.owner('GET', '/settings')).body.lock_with_screen).toBe(true);
  });

  it('says so where nobody tells of the screen, and ends the confirmation that nobody would end', async () => {
    await confirm();
    place.window.noteScreenSource({ isHeard: false, why: 'no message bus of the session answers' });
    expect((await rename()).code).toBe('confirmation_required');
    expect(await words()).toBe(
      'Not available here: no message bus of the session answers. Nothing locks with the screen.',
    );
    await place.restart();
    expect(await words()).toMatch(/^Not available here: the desktop app, .* does not run this instance\./);
  });
});
