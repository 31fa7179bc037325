import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymousFrom } from '../../electron/instance/access/caller.ts';
import { createLinkFiles } from '../../electron/instance/identity/sessions/link-files.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { ADMIN, openDoor, readCookie, readToken, type TestDoor, type Who } from '../api/harness.ts';
import { startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { type Served, serve, temps } from '../e2e/terminal.ts';
import { until } from '../keyring.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';

const MINUTE_MS = 60_000;
const onLinux = requires('a listing of processes', process.platform === 'linux', 'needs /proc');
const asRoot = requires(
  'another account',
  process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('setpriv', ['--reuid', 'nobody', '--clear-groups', 'true']).status === 0,
  'needs root and setpriv',
);

/** What every account of the machine, and here even root, sees of every process. */
function readAllProcesses(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => ['cmdline', 'environ'].map((what) => `/proc/${pid}/${what}`))
    .map((path) => {
      try {
        return readFileSync(path, 'latin1');
      } catch {
        // It ended meanwhile.
        return '';
      }
    })
    .join('\n');
}

describe('the link that `console` gives to a browser', () => {
  let root: string;
  let dataDir: string;
  let served: Served;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'temps-owner-link-'));
    // So that only the modes of what the instance makes are in another account's way.
    chmodSync(root, 0o755);
    dataDir = join(root, 'data');
    served = await serve(dataDir);
    // In place of a browser: it keeps what it was started with, and stays as long as the file it was given.
    const bin = join(root, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'xdg-open'),
      `#!/bin/sh
echo "$#:$1" > "${root}/opened.part" && mv "${root}/opened.part" "${root}/opened"
while [ -e "$1" ]; do sleep 0.05; done
`,
      { mode: 0o755 },
    );
    // A display, of whatever kind: without one no browser is looked for.
    env = { PATH: `${bin}:${process.env.PATH}`, DISPLAY: ':77' };
  });
  afterAll(async () => {
    await served?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const open = async () => {
    rmSync(join(root, 'opened'), { force: true });
    const ran = temps(dataDir, ['console'], '', env);
    expect([ran.code, ran.out]).toEqual([0, '']);
    await until(() => existsSync(join(root, 'opened')));
    const [, count, file = ''] = /^(\d+):(.*)\n$/.exec(readFileSync(join(root, 'opened'), 'utf8')) ?? [];
    expect(count).toBe('1');
    const page = readFileSync(file, 'utf8');
    const [, href = ''] = /href="([^"]+)"/.exec(page) ?? [];
    const url = new URL(href.replaceAll('&amp;', '&'));
    return { file, page, url, token: new URLSearchParams(url.hash.slice(1)).get('token') ?? '' };
  };
  const post = async (path: string, body: object) => {
    const { request } = await import('node:https');
    return await new Promise<number>((resolve, reject) => {
      const sent = request(
        `${served.url}${path}`,
        { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(body));
    });
  };

  onLinux('is in no process’s arguments or environment, and the file goes once it was used', async () => {
    const setUp = await open();
    expect(setUp.token).toMatch(/^[\w-]{43}$/);
    const seen = readAllProcesses();
    // The listing is a real one: it has the file, which the stand-in is still reading.
    expect(seen).toContain(setUp.file);
    expect(seen).not.toContain(setUp.token);
    expect(await post('/api/setup', { token: setUp.token, ...ADMIN })).toBe(201);
    expect(existsSync(setUp.file)).toBe(false);

    const owner = await open();
    expect(readAllProcesses()).not.toContain(owner.token);
    expect(await post('/api/auth/link', { token: owner.token })).toBe(200);
    expect(existsSync(owner.file)).toBe(false);
    expect(await post('/api/auth/link', { token: owner.token })).toBe(401);
  });

  onLinux('is a fragment, which no server is sent, from a page that gives no Referer', async () => {
    const { url, page, file } = await open();
    expect([url.origin, url.pathname, url.search]).toEqual([served.url, '/link', '']);
    expect(page).toContain('<meta name="referrer" content="no-referrer">');
    expect(page).not.toContain('<script');
    rmSync(file);
  });

  asRoot('is in a file that no other account can read or find', async () => {
    const { file } = await open();
    const folder = join(dataDir, 'links');
    expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
    const asNobody = (...command: string[]) =>
      spawnSync('setpriv', ['--reuid', 'nobody', '--clear-groups', ...command], { encoding: 'utf8' });
    expect(asNobody('ls', root).status).toBe(0);
    // Each mode alone would do.
    chmodSync(dataDir, 0o755);
    expect(asNobody('ls', folder).stdout).toBe('');
    expect(asNobody('cat', file).stdout).toBe('');
    chmodSync(folder, 0o755);
    expect(asNobody('ls', folder).status).toBe(0);
    expect(asNobody('cat', file)).toMatchObject({ stdout: '', stderr: expect.stringMatching(/denied/i) });
    rmSync(file);
    for (const path of [dataDir, folder]) chmodSync(path, 0o700);
  });

  it('is not printed into what may be a log', async () => {
    // A real start, whose output is no terminal.
    const other = join(root, 'other');
    const args = [program, 'serve', '--https-port', '0', '--http-port', '0'];
    const child = startChild(process.execPath, args, { env: commandLineEnv(other) });
    await child.waitUntil(() => child.output.includes('Stop with Ctrl-C'));
    await child.stop('SIGTERM');
    expect(child.output).toContain('temps-desktop console');
    expect(child.output).not.toContain('token=');
  });
});

describe('a file with a link', () => {
  it('is gone after its time, at the end, and when an earlier process left it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-link-files-'));
    const folder = join(dataDir, 'links');
    const short = createLinkFiles(dataDir, 20);
    const file = short.write('https://localhost/link#token=x');
    expect(readdirSync(folder)).toHaveLength(1);
    await until(() => !existsSync(file));
    const long = createLinkFiles(dataDir);
    long.write('https://localhost/link#token=y');
    createLinkFiles(dataDir).removeAll();
    expect(existsSync(folder)).toBe(false);
    long.removeAll();
    rmSync(dataDir, { recursive: true });
  });

  it('is gone with its instance, and once the next one starts after a kill; what is not ours stays', async () => {
    const door = await openDoor('socket');
    const folder = join(door.dataDir, 'links');
    try {
      await door.owner('POST', '/links/file');
      const [left = ''] = readdirSync(folder);
      await door.instance.stop();
      expect(existsSync(folder)).toBe(false);
      mkdirSync(folder, { mode: 0o700 });
      for (const name of [left, 'mine.html', 'open-0123.html']) writeFileSync(join(folder, name), '');
      const next = await openInstance({ dataDir: door.dataDir, clock: door.clock });
      await next.start({});
      const kept = readdirSync(folder);
      await next.stop();
      expect(kept.sort()).toEqual(['mine.html', 'open-0123.html']);
      expect(readdirSync(folder)).toHaveLength(2);
    } finally {
      await door.stop();
    }
  });

  it('holds the address as text, whatever is in it', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-link-files-'));
    const files = createLinkFiles(dataDir);
    const page = readFileSync(files.write('https://x/"><script>alert(1)</script>&y'), 'utf8');
    expect(page).toContain('https://x/&quot;>&lt;script>alert(1)&lt;/script>&amp;y');
    files.removeAll();
    rmSync(dataDir, { recursive: true });
  });
});

describe('a session opened by a link', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'canary-value']],
    });
  });
  afterAll(() => door.stop());
  const redeem = async (): Promise<Who> => {
    const token = readToken((await door.owner('POST', '/links')).body.path);
    return { cookie: readCookie(await door.request('POST', '/auth/link', { token })) };
  };

  it('reads and takes nothing until the password was given', async () => {
    const here = await redeem();
    const acts: [string, string, object?][] = [
      ['GET', '/projects/shop/env-vars/API_TOKEN/value'],
      ['GET', '/projects/shop/variables/export'],
      ['POST', '/vault/key/copies', { format: 'text' }],
      ['POST', '/api-keys', { name: 'mine', role_type: 'admin' }],
    ];
    for (const [method, path, body] of acts) {
      const refused = await door.request(method, path, body, here);
      expect([path, refused.body.error_code]).toEqual([path, 'confirmation_required']);
      expect(refused.text).not.toContain('canary');
    }
    expect((await door.request('GET', '/auth/session', undefined, here)).body.confirmed_until).toBeNull();
    await door.request('POST', '/auth/confirm', { password: ADMIN.password }, here);
    for (const [method, path, body] of acts)
      expect((await door.request(method, path, body, here)).status).toBeLessThan(300);
  });

  it('is opened by no link that is too old, or from a time to come, and makes no links itself', async () => {
    for (const later of [5 * MINUTE_MS + 1, -1]) {
      const token = readToken((await door.owner('POST', '/links')).body.path);
      door.clock.advance(later);
      const answer = await door.request('POST', '/auth/link', { token });
      expect([later, answer.body.error_code]).toEqual([later, 'link_invalid']);
    }
    const here = await redeem();
    for (const path of ['/links', '/links/file'])
      expect((await door.request('POST', path, {}, here)).body.error_code).toBe('owner_only');
  });

  it('is opened on the machine itself alone, and leaves the link good for it', async () => {
    const token = readToken((await door.owner('POST', '/links')).body.path);
    const redeemFrom = async (ip: string) => {
      const request = new Request('http://localhost/api/auth/link', {
        method: 'POST',
        headers: { 'content-type': 'application/json', host: 'localhost' },
        body: JSON.stringify({ token }),
      });
      return await door.instance.fetch(request, anonymousFrom(ip));
    };
    for (const ip of ['192.168.1.20', '::ffff:10.0.0.1', 'fe80::1', '128.0.0.1']) {
      const refused = await redeemFrom(ip);
      expect([ip, await refused.json()]).toMatchObject([ip, { error_code: 'owner_only' }]);
    }
    expect((await redeemFrom('::ffff:127.0.0.9')).status).toBe(200);
  });

  it('by a set-up link is confirmed: the password was set with it', async () => {
    const fresh = await openDoor('https', { isSetUp: false });
    const { path } = (await fresh.owner('POST', '/links')).body;
    const done = await fresh.request('POST', '/setup', { token: readToken(path), ...ADMIN });
    const here = { cookie: readCookie(done) };
    const session = await fresh.request('GET', '/auth/session', undefined, here);
    await fresh.stop();
    expect(session.body.confirmed_until).not.toBeNull();
  });
});
