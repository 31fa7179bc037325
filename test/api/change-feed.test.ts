import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { everyProject } from '../../electron/instance/access/caller.ts';
import { until } from '../keyring.ts';
import { addPerson } from '../people.ts';
import { ADMIN, describeOverDoors, openDoor, type TestDoor, type Who } from './harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PASSWORD = 'a long enough password';

interface Heard {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of a message is what it asserts
  data: any;
}

interface Stream {
  status: number;
  heard: Heard[];
  /** What has changed, in the order it was told. */
  changed(): string[];
  hasEnded: boolean;
  close(): void;
}

describeOverDoors('the feed of changes', (door) => {
  const opened: Stream[] = [];
  afterEach(() => {
    for (const stream of opened.splice(0)) stream.close();
  });

  /** A stream through this very door, read as it comes. */
  async function open(who: Who = {}, method = 'GET'): Promise<Stream> {
    const response = await connect(door(), who, method);
    const stream: Stream = {
      status: response.statusCode ?? 0,
      heard: [],
      changed: () => stream.heard.filter(({ event }) => event === 'changed').map(({ data }) => data.resource),
      hasEnded: false,
      close: () => response.destroy(),
    };
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      stream.heard.push(...messages.map(parseMessage));
    });
    response.on('close', () => {
      stream.hasEnded = true;
    });
    opened.push(stream);
    return stream;
  }
  const owner = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const addUser = async (name: string, role: string) => {
    const email = `${name}@example.org`;
    const { body } = await addPerson(owner, { email, password: PASSWORD, role });
    return { id: body.user.id as number, ...(await door().signIn(email, PASSWORD)) };
  };
  /** Something everyone may hear: what came before it has been told by then. */
  const rename = async (stream: Stream) => {
    const before = stream.changed().length;
    await owner('POST', '/projects', { name: `p${Date.now()}${Math.random()}` });
    await until(() => stream.hasEnded || stream.changed().length > before);
  };

  it('tells a member of changes in their projects, and of no others', async () => {
    const projects: string[] = [];
    for (const name of ['member-own', 'member-other'])
      projects.push(String((await owner('POST', '/projects', { name })).body.id));
    const [mine = '', theirs = ''] = projects;
    const member = await addUser('mia', 'member');
    await owner('PUT', `/projects/${mine}/members/${member.id}`, { role: 'reader' });
    const [stream, administrator] = [
      await open(member),
      await open(await door().signIn(ADMIN.email, ADMIN.password)),
    ];
    const change = async (project: string) => {
      const before = administrator.changed().length;
      await owner('POST', `/projects/${project}/env-vars`, { key: `K${before}`, value: 'x' });
      // It was told to everyone who may hear it by then.
      await until(() => administrator.changed().length > before);
    };
    await change(theirs);
    await owner('POST', '/shared-variables', { key: `K${theirs}`, value: 'x' });
    await until(() => administrator.changed().includes('shared-variables'));
    expect(stream.changed()).toEqual([]);
    await change(mine);
    await until(() => stream.changed().length > 0);
    expect(stream.changed()).toEqual(['projects']);
    // Who loses the project is told, once, and hears no more of it.
    await owner('DELETE', `/projects/${mine}/members/${member.id}`);
    await until(() => stream.changed().length > 2);
    const heard = stream.changed().length;
    await change(mine);
    await change(theirs);
    expect(stream.changed().length).toBe(heard);
    expect(stream.heard.map(({ event }) => event).filter((event) => event !== 'changed')).toEqual([]);
  });

  it('begins with how things stand, and goes on with every change by whichever door', async () => {
    const stream = await open(await door().signIn(ADMIN.email, ADMIN.password));
    await until(() => stream.heard.length >= 3);
    expect(stream.heard.map(({ event }) => event)).toEqual(['vault', 'rotation', 'doctor']);
    expect(stream.heard[0]?.data).toMatchObject({ state: 'running', case: 'running' });
    await owner('POST', '/projects', { name: 'shop' });
    await until(() => stream.changed().length === 1);
    expect(stream.heard.at(-1)).toEqual({ event: 'changed', data: { resource: 'projects' } });
    const who = await door().signIn(ADMIN.email, ADMIN.password);
    await door().request('POST', '/api/projects/shop/env-vars', { key: 'A', value: 'b' }, who);
    await until(() => stream.changed().filter((resource) => resource === 'projects').length === 2);
    await owner('POST', '/vault/lock');
    await until(() => stream.heard.some(({ event, data }) => event === 'vault' && data.state === 'locked'));
    await owner('POST', '/vault/unlock', { method: 'custody' });
    expect(JSON.stringify(stream.heard.filter(({ event }) => event === 'changed'))).not.toContain('shop');
  });

  it('is silent about what failed, what only reads, and what only asks', async () => {
    const stream = await open(await door().signIn(ADMIN.email, ADMIN.password));
    await until(() => stream.heard.length >= 3);
    await owner('GET', '/settings');
    await owner('POST', '/projects', { name: '' });
    await owner('POST', '/vault/words/check', { words: ['abandon'] });
    await owner('DELETE', '/users/99999');
    await owner('POST', '/no/such/thing');
    await owner('PUT', '/settings', {});
    await until(() => stream.changed().length > 0);
    expect(stream.changed()).toEqual(['settings']);
  });

  it('is for people and keys: nobody and deployment tokens hear nothing', async () => {
    const nobody = await door().request('GET', '/events', undefined, { token: 'tk_wrong' });
    expect(nobody.status).toBe(401);
    if (door().name === 'https') expect((await open()).status).toBe(401);
    const { body } = await owner('POST', '/projects/shop/deployment-tokens', { name: 'ci' });
    expect(body.token).toMatch(/^dt_/);
    const refused = await door().request('GET', '/events', undefined, { token: body.token });
    expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden']);
    const { api_key } = (await owner('POST', '/api-keys', { name: 'feed', role_type: 'reader' })).body;
    expect((await open({ token: api_key })).status).toBe(200);
  });

  it('tells of what its listener may read, and of their own changes', async () => {
    const reader = await addUser('reader', 'reader');
    const stream = await open(reader);
    const all = await open(await door().signIn(ADMIN.email, ADMIN.password));
    await until(() => stream.heard.length >= 3 && all.heard.length >= 3);
    await addUser('another', 'user');
    await owner('POST', '/api-keys', { name: 'hidden', role_type: 'reader' });
    await owner('POST', '/links');
    await until(() => ['users', 'api-keys', 'links'].every((resource) => all.changed().includes(resource)));
    await rename(stream);
    expect(stream.changed()).toEqual(['projects']);
    const own = await door().request('PATCH', '/users/me', { name: 'Reader' }, reader);
    expect(own.status).toBe(200);
    await until(() => stream.changed().includes('users'));
  });

  it('tells of shared variables to a user, who may read them', async () => {
    const stream = await open(await addUser('cleo', 'user'));
    await until(() => stream.heard.length >= 3);
    const created = await owner('POST', '/shared-variables', {
      key: 'SMTP_HOST',
      value: 'mail',
      is_secret: false,
    });
    expect(created.status).toBe(201);
    await until(() => stream.changed().includes('shared-variables'));
  });

  it('tells no more than the role of now allows', async () => {
    const admin = await addUser('demoted', 'admin');
    const stream = await open(admin);
    await until(() => stream.heard.length >= 3);
    await owner('PATCH', `/users/${admin.id}`, { name: 'Demoted' });
    await until(() => stream.changed().includes('users'));
    const before = stream.changed().length;
    await owner('POST', `/users/${admin.id}/roles`, { role_type: 'reader' });
    const removed = await owner('DELETE', `/users/${admin.id}/roles/admin`);
    expect(removed.status).toBeLessThan(300);
    await owner('POST', '/api-keys', { name: 'after', role_type: 'reader' });
    await rename(stream);
    expect(stream.changed().slice(before)).not.toContain('api-keys');
    expect(stream.changed()).toContain('projects');
  });

  it('ends for who signs out, and for an account that is removed, without another word', async () => {
    const user = await addUser('leaving', 'admin');
    const second = await door().signIn('leaving@example.org', PASSWORD);
    const [first, other] = [await open(user), await open(second)];
    await until(() => first.heard.length >= 3 && other.heard.length >= 3);
    await door().request('POST', '/logout', {}, user);
    await until(() => first.hasEnded);
    expect(first.changed()).toEqual([]);
    await rename(other);
    const heard = other.changed().length;
    await owner('DELETE', `/users/${user.id}`);
    await until(() => other.hasEnded);
    expect(other.changed()).toHaveLength(heard);
  });

  it('ends for a key that is switched off, and for one that cannot be checked any more', async () => {
    const create = async (name: string) =>
      (await owner('POST', '/api-keys', { name, role_type: 'admin' })).body;
    const [off, locked] = [await create('off'), await create('locked')];
    const [first, second] = [await open({ token: off.api_key }), await open({ token: locked.api_key })];
    await until(() => first.heard.length >= 3 && second.heard.length >= 3);
    await owner('POST', `/api-keys/${off.id}/deactivate`);
    await until(() => first.hasEnded);
    expect(second.hasEnded).toBe(false);
    await owner('POST', '/vault/lock');
    await until(() => second.hasEnded);
    await owner('POST', '/vault/unlock', { method: 'custody' });
  });

  it('shows every 15 seconds that it lives, and ends with the session when nothing happens at all', async () => {
    const stream = await open(await door().signIn(ADMIN.email, ADMIN.password));
    await until(() => stream.heard.length >= 3);
    // Whatever else is told meanwhile, a ping follows 15 seconds later.
    const hasPing = () => stream.heard.some(({ event }) => event === 'ping');
    await until(() => {
      if (!hasPing()) door().clock.advance(15_000);
      return hasPing();
    });
    door().clock.advance(8 * DAY_MS);
    await until(() => stream.hasEnded);
  });

  it('is not begun by a request that reads no body', async () => {
    const who = await door().signIn(ADMIN.email, ADMIN.password);
    const stream = await open(who, 'HEAD');
    await until(() => stream.hasEnded);
    expect([stream.status, stream.heard]).toEqual([200, []]);
  });

  it('is open to one caller 20 times, over all their keys', async () => {
    const flooder = await addUser('flooder', 'user');
    const made = await door().request('POST', '/api-keys', { name: 'own', role_type: 'reader' }, flooder);
    const key = { token: made.body.api_key as string };
    const streams = await Promise.all(Array.from({ length: 20 }, (_, at) => open(at % 2 ? flooder : key)));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    await until(() => streams.every(({ heard }) => heard.length > 0));
    for (const who of [flooder, key]) {
      const refused = await door().request('GET', '/events', undefined, who);
      expect([refused.status, refused.body.error_code]).toEqual([429, 'too_many_streams']);
    }
    // Others have theirs, and one that ends makes room.
    expect((await open(await addUser('other', 'user'))).status).toBe(200);
    streams[0]?.close();
    await until(async () => {
      const next = await open(flooder);
      return next.status === 200;
    });
  });

  it('bears many windows that come and go', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.name);
    process.on('warning', note);
    const who = await door().signIn(ADMIN.email, ADMIN.password);
    for (let round = 0; round < 2; round++) {
      const streams = await Promise.all(Array.from({ length: 15 }, () => open(who)));
      await until(() => streams.every((stream) => stream.heard.length >= 3));
      for (const stream of streams) stream.close();
    }
    const last = await open(who);
    await rename(last);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

it('is open 200 times in all, whoever listens', async () => {
  const door = await openDoor('socket');
  const listen = async (apiKeyId: number) =>
    await door.instance.fetch(new Request('http://localhost/api/events'), {
      kind: 'key',
      apiKeyId,
      userId: null,
      lineage: [apiKeyId],
      createdAt: 0,
      permissions: ['projects:read'],
      projects: everyProject,
      ip: null,
      label: `key ${apiKeyId}`,
    });
  try {
    const opened: Response[] = [];
    for (let at = 0; at < 200; at++) opened.push(await listen(Math.floor(at / 20)));
    expect(opened.every(({ status }) => status === 200)).toBe(true);
    const refused = await listen(10);
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { error_code: 'too_many_streams', detail: expect.stringMatching(/^200 streams/) },
    ]);
    await opened[0]?.body?.cancel();
    await until(async () => (await listen(10)).status === 200);
  } finally {
    await door.stop();
  }
});

async function connect(door: TestDoor, who: Who, method: string): Promise<IncomingMessage> {
  const url = new URL((await door.owner('GET', '/doors')).body.https_url);
  const headers = {
    host: url.host,
    ...(who.cookie ? { cookie: who.cookie } : {}),
    ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
  };
  const options = { method, path: '/api/events', headers };
  const ca = (await door.owner('GET', '/ca.pem')).text;
  return await new Promise((resolve, reject) => {
    const sent =
      door.name === 'https'
        ? httpsRequest(
            { ...options, host: 'localhost', port: url.port, ca, servername: 'localhost' },
            resolve,
          )
        : httpRequest({ ...options, socketPath: join(door.dataDir, 'temps.sock') }, resolve);
    sent.on('error', reject);
    sent.end();
  });
}

function parseMessage(text: string): Heard {
  const field = (name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  const data = field('data');
  return { event: field('event'), data: data === '' ? null : JSON.parse(data) };
}
