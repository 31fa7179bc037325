import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOn } from '../../electron/instance/doors/listener.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { requires } from '../requires.ts';
import { openDoor, readCookie, readToken, type TestDoor } from './harness.ts';

let door: TestDoor & { stop(): Promise<void> };
let port: number;
beforeAll(async () => {
  door = await openDoor('https');
  port = Number(new URL((await door.owner('GET', '/doors')).body.https_url).port);
});
afterAll(async () => door.stop());

function handshake(options: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('the HTTPS door', () => {
  it('prefers TLS 1.3 and takes 1.2', async () => {
    expect(await handshake({})).toBe('TLSv1.3');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
  });

  it('takes nothing older', async () => {
    await expect(
      handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toThrow();
  });

  it('closes at once on who asks nothing, and gives time to who is in the middle', async () => {
    const closing = await openDoor('https');
    const { https_url } = (await closing.owner('GET', '/doors')).body;
    const closed: string[] = [];
    /** Gives what waits for its end, which the client hears of after the server. */
    const open = (name: string, sent: string) =>
      new Promise<{ end: Promise<void> }>((resolve) => {
        const options = {
          host: '127.0.0.1',
          port: Number(new URL(https_url).port),
          rejectUnauthorized: false,
        };
        const socket = connectTls(options, () => socket.write(sent, () => resolve({ end })));
        socket.on('data', () => undefined);
        socket.on('error', () => undefined);
        const end = new Promise<void>((ended) =>
          socket.once('close', () => {
            closed.push(name);
            ended();
          }),
        );
      });
    const quiet = await open('quiet', '');
    const inTheMiddle = await open(
      'in the middle',
      'POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    // Its answer says that what was sent before it has arrived.
    await closing.request('GET', '/auth/email-status');
    await closing.stop();
    await Promise.all([quiet.end, inTheMiddle.end]);
    expect(closed).toEqual(['quiet', 'in the middle']);
  });

  it('sends no HSTS on localhost', async () => {
    expect((await door.request('GET', '/auth/email-status')).headers).not.toHaveProperty(
      'strict-transport-security',
    );
  });

  it('does not answer to a host name that is not its own', async () => {
    const answer = await door.request('GET', '/auth/email-status', undefined, {
      headers: { host: 'evil.example' },
    });
    expect(answer.body.error_code).toBe('origin_refused');
  });

  it('refuses what another site sends with the cookie of a session', async () => {
    const who = await door.signIn('ada@example.org', 'a long enough password');
    for (const origin of ['https://evil.example', 'null', `http://localhost:${port}`]) {
      const answer = await door.request(
        'POST',
        '/projects',
        { name: 'stolen' },
        { ...who, headers: { origin } },
      );
      expect(answer.body.error_code).toBe('origin_refused');
    }
    expect((await door.request('POST', '/projects', { name: 'mine' }, who)).status).toBe(200);
  });

  it('knows nobody without credentials', async () => {
    expect((await door.request('GET', '/projects')).body.error_code).toBe('unauthenticated');
    expect((await door.request('POST', '/vault/lock')).body.error_code).toBe('unauthenticated');
  });

  it('lets a slow client hold a socket, not the door', async () => {
    const slow = connect(port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\n');
    expect((await door.request('GET', '/auth/email-status')).status).toBe(200);
    slow.destroy();
  });

  it('keeps a connection for longer than browsers do: one that is closed as it is used again loses a request', async () => {
    const client = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const head = new Promise<string>((resolve) => client.once('data', (bytes) => resolve(String(bytes))));
    client.write(`GET /api/auth/email-status HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    const [, seconds] = /^keep-alive: timeout=(\d+)/im.exec(await head) ?? [];
    expect(Number(seconds)).toBeGreaterThan(300);
    client.destroy();
  });

  it('says that a port is taken', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-port-'));
    const second = await openInstance({ dataDir });
    await expect(second.start({ https: { port } })).rejects.toMatchObject({ code: 'port_in_use' });
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('opens an owner session by a one-time link, once, and marks it', async () => {
    const { body } = await door.owner('POST', '/links');
    expect(body.purpose).toBe('owner');
    const token = readToken(body.path);
    const first = await door.request('POST', '/auth/link', { token });
    expect(first.status).toBe(200);
    const owner = { cookie: readCookie(first) };
    expect((await door.request('GET', '/user/me', undefined, owner)).body.kind).toBe('owner');
    expect((await door.request('GET', '/vault/places', undefined, owner)).status).toBe(200);
    expect((await door.request('POST', '/links', {}, owner)).body.error_code).toBe('owner_only');
    expect((await door.request('POST', '/auth/link', { token })).body.error_code).toBe('link_invalid');
  });

  it('describes itself in OpenAPI 3.1', async () => {
    const { body } = await door.request('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/projects', '/vault/key/rotation', '/api-keys']),
    );
    const page = await door.request(
      'GET',
      '/docs',
      undefined,
      await door.signIn('ada@example.org', 'a long enough password'),
    );
    expect(page.text).toContain('/api/vault/key/rotation');
  });
});

describe('an address that tries many wrong links', () => {
  it('is turned away after 60 for 15 minutes, with wrong ones alone', async () => {
    const guess = () => door.request('POST', '/auth/link', { token: 'wrong' });
    let tries = 0;
    while ((await guess()).status === 401 && tries < 100) tries += 1;
    // Wrong tries of the tests above count too.
    expect(tries).toBeGreaterThan(50);
    expect(tries).toBeLessThanOrEqual(60);
    expect((await guess()).body.error_code).toBe('too_many_attempts');
    const ada = { email: 'ada@example.org', password: 'a long enough password' };
    expect((await door.request('POST', '/auth/login', ada)).status).toBe(200);
    door.clock.advance(15 * 60_000 + 1);
    expect((await guess()).status).toBe(401);
  });
});

describe('the socket door', () => {
  it('is for this account alone', async () => {
    expect(statSync(join(door.dataDir, 'temps.sock')).mode & 0o777).toBe(0o600);
    expect(statSync(door.dataDir).mode & 0o777).toBe(0o700);
  });
});

describe('the data directory', () => {
  it('has one owner at a time, and says which process that is', async () => {
    await expect(openInstance({ dataDir: door.dataDir })).rejects.toMatchObject({
      code: 'data_dir_in_use',
      details: { pid: process.pid },
    });
  });

  it('holds files for this account alone, from the first start on', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-modes-'));
    const fresh = await openInstance({ dataDir, env: {} });
    await fresh.start({ socket: true });
    const modes = readdirSync(dataDir).map(
      (name) => `${name} ${(statSync(join(dataDir, name)).mode & 0o777).toString(8)}`,
    );
    expect(modes.filter((line) => !line.endsWith(' 600'))).toEqual([]);
    expect(modes.length).toBeGreaterThan(5);
    await fresh.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('holds the private keys of HTTPS sealed', () => {
    const { stdout } = spawnSync(
      'strings',
      ['-n', '8', join(door.dataDir, 'temps.db'), join(door.dataDir, 'temps.db-wal')],
      { encoding: 'utf8' },
    );
    expect(stdout).toContain('BEGIN CERTIFICATE');
    expect(stdout).not.toContain('PRIVATE KEY');
    expect(readFileSync(join(door.dataDir, 'encryption_key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });
});

const lowPorts = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
const guardsLowPorts = existsSync(lowPorts) && Number(readFileSync(lowPorts, 'utf8')) > 443;
const itGuards = requires('ports under 1024', guardsLowPorts, 'needs Linux, where they are for root alone');

describe('a port under 1024', () => {
  itGuards('is refused with the command that opens it, and nothing becomes root for it', async () => {
    const asRoot = process.getuid?.() === 0;
    if (asRoot) process.seteuid?.(65_534);
    try {
      await expect(listenOn(createServer(), { host: '127.0.0.1', port: 443 })).rejects.toMatchObject({
        code: 'port_in_use',
        message: expect.stringContaining('sudo sysctl -w net.ipv4.ip_unprivileged_port_start=443'),
      });
    } finally {
      if (asRoot) process.seteuid?.(0);
    }
  });
});

describe('a door to other machines', () => {
  it('closes and opens again at the same address, and the socket stays', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-paused-'));
    const instance = await openInstance({ dataDir, env: {} });
    const doors = await instance.start({ https: { port: 0 }, http: { port: 0 }, socket: true });
    const reach = (port: number | null) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: port ?? 0 }, () => resolve(true));
        socket.once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
    const { httpsUrl, httpPort, socketPath } = doors;
    const httpsPort = Number(new URL(httpsUrl ?? '').port);
    expect([await reach(httpsPort), await reach(httpPort)]).toEqual([true, true]);
    await doors.setNetwork(false);
    expect([await reach(httpsPort), await reach(httpPort)]).toEqual([false, false]);
    expect([doors.httpsUrl, doors.certificate, doors.socketPath]).toEqual([null, null, socketPath]);
    await doors.setNetwork(true);
    expect([doors.httpsUrl, doors.httpPort]).toEqual([httpsUrl, httpPort]);
    expect(await reach(httpsPort)).toBe(true);
    await instance.stop();
    rmSync(dataDir, { recursive: true });
  });
});

describe('a data directory with a long path', () => {
  it('has its socket in a folder of this account, and refuses one that is not', async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), `temps-${'long'.repeat(25)}-`)), 'data');
    const first = await openInstance({ dataDir, env: {} });
    const { socketPath } = await first.start({ socket: true });
    const folder = dirname(socketPath ?? '');
    expect(folder.startsWith(dataDir)).toBe(false);
    expect(readFileSync(join(dataDir, 'temps.sock.path'), 'utf8')).toBe(socketPath);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await first.stop();
    rmSync(folder, { recursive: true });
    symlinkSync(tmpdir(), folder);
    const second = await openInstance({ dataDir, env: {} });
    await expect(second.start({ socket: true })).rejects.toMatchObject({ code: 'data_dir_unusable' });
    await second.stop();
    rmSync(folder);
    rmSync(dirname(dataDir), { recursive: true });
  });
});
