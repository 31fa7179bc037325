import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readToken } from '../../api/harness.ts';
import { askAsOwner, type Served, serve, temps } from '../terminal.ts';

const PASSWORD = 'brisk lantern under';

/** What the owner does from the command line about who may come in, and from where. */
describe('access from the command line', () => {
  let dataDir: string;
  let home: string;
  let served: Served;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-access-'));
    home = mkdtempSync(join(tmpdir(), 'temps-access-home-'));
    served = await serve(dataDir);
    await askAsOwner(served.socket, 'POST', '/users/administrator', {
      email: 'ada@example.org',
      name: 'Ada',
      password: PASSWORD,
    });
  });
  afterAll(async () => {
    await served?.stop();
    for (const folder of [dataDir, home]) rmSync(folder, { recursive: true, force: true });
  });

  const owner = (...args: string[]) => temps(dataDir, args);
  const sh = (command: string) =>
    spawnSync('sh', ['-c', command], { encoding: 'utf8', env: { ...process.env, HOME: home } });

  it('invites someone by a link that is printed once, lists it, and revokes it', async () => {
    const invited = owner(
      'users',
      'invite',
      '--email',
      'Mia@example.org',
      '--role',
      'reader',
      '--hours',
      '24',
    );
    expect(invited.code).toBe(0);
    const link = invited.out.trim();
    expect(link).toMatch(new RegExp(`^${served.url}/invite#token=[\\w-]{43}$`));
    expect(invited.err).toContain('mia@example.org can make an account as reader with it, once, until');
    const listed = owner('users', 'invites');
    expect(listed.out).toMatch(/^mia@example\.org {2}reader {2}by Owner of this machine {2}until /);
    expect(listed.out + owner('users', 'invites', '--json').out).not.toContain(readToken(link));
    expect(owner('users', 'invite', '--email', 'mia@example.org').err).toContain('waits already');

    expect(owner('users', 'revoke', 'MIA@example.org').out).toBe(
      'Revoked the invitation of mia@example.org.\n',
    );
    expect(owner('users', 'revoke', 'mia@example.org').code).toBe(4);
    expect(owner('users', 'invites').out).toBe('No invitations wait.\n');
    const opened = askAsOwner(served.socket, 'POST', '/auth/invitation', { token: readToken(link) });
    await expect(opened).rejects.toThrow('This invitation was revoked');

    const elsewhere = owner(
      'users',
      'invite',
      '--email',
      'mia@example.org',
      '--url',
      'https://temps.lan:8443',
    );
    expect(elsewhere.out).toMatch(/^https:\/\/temps\.lan:8443\/invite#token=/);
    await askAsOwner(served.socket, 'POST', '/auth/invitation/accept', {
      token: readToken(elsewhere.out.trim()),
      password: PASSWORD,
    });
    expect(owner('users', 'list').out).toMatch(
      /mia@example\.org +mia@example\.org +user +no second factor\n/,
    );
    for (const each of [link, elsewhere.out.trim()]) expect(served.output()).not.toContain(readToken(each));
  });

  it.each([
    [['--email', 'x@example.org', '--hours', '73']],
    [['--email', 'x@example.org', '--role', 'king']],
    [['--email', 'x@example.org', '--url', 'http://temps.lan']],
    [['--email', 'x@example.org', '--url', 'https://temps.lan/console']],
    [[]],
  ])('takes %j for wrong usage', (args) => {
    expect(owner('users', 'invite', ...args).code).toBe(2);
  });

  it('says who has to choose a password of their own', () => {
    const reset = temps(
      dataDir,
      ['admin', 'reset-password', '--email', 'mia@example.org', '--password-stdin'],
      'given by somebody else\n',
    );
    expect(reset.out).toContain('They have to choose their own when they sign in with it.');
    expect(owner('users', 'list').out).toContain('has to choose their own password');
    // Their own account.
    const own = temps(
      dataDir,
      ['admin', 'reset-password', '--email', 'ada@example.org', '--password-stdin'],
      `${PASSWORD}\n`,
    );
    expect(own.out).not.toContain('choose their own');
  });

  it('lists where people are signed in, and ends it', () => {
    const body = JSON.stringify({ email: 'ada@example.org', password: PASSWORD });
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const signedIn = spawnSync(
      'curl',
      [
        '-skf',
        '-A',
        agent,
        '-H',
        'content-type: application/json',
        '-d',
        '@-',
        `${served.url}/api/auth/login`,
      ],
      { input: body, encoding: 'utf8' },
    );
    expect(signedIn.status).toBe(0);
    const [line = ''] = owner('sessions', 'list', '--email', 'ada@example.org').out.split('\n');
    expect(line).toMatch(
      /^\d+ {2}ada@example\.org {2}Firefox on Linux {2}(127\.0\.0\.1|::1) \(this machine\) {2}signed in .* UTC {2}last seen .* UTC$/,
    );
    const [id = ''] = line.split(' ');
    expect(owner('sessions', 'revoke', id).out).toBe(`Ended session ${id}.\n`);
    expect(owner('sessions', 'revoke', id).code).toBe(4);
    expect(owner('sessions', 'revoke', 'all').code).toBe(2);
    expect(owner('sessions', 'list', '--email', 'ada@example.org').out).toBe('Nobody is signed in.\n');
  });

  it('limits a key to addresses when it is created and later, and lists them', () => {
    const create = (...args: string[]) =>
      owner('token', 'create', '--name', 'ci', '--role', 'reader', ...args);
    expect(create('--from', '10.0.0.5/8').err).toContain(
      '10.0.0.5/8: it begins inside of its network, which is 10.0.0.0/8.',
    );
    expect(create('--from', '10.0.0.0/8', '--from', 'fd00::/8').code).toBe(0);
    expect(owner('token', 'list').out).toMatch(
      /^ci {2}reader {2}until .* {2}from 10\.0\.0\.0\/8, fd00::\/8 alone {2}never used\n/,
    );
    expect(owner('token', 'limit', '--name', 'ci').code).toBe(2);
    expect(owner('token', 'limit', '--name', 'nobody', '--anywhere').code).toBe(4);
    expect(owner('token', 'limit', '--name', 'ci', '--from', '192.0.2.7').out).toBe(
      'ci may be used from 192.0.2.7/32 alone.\n',
    );
    expect(owner('token', 'limit', '--name', 'ci', '--anywhere').out).toBe('ci may be used from anywhere.\n');
  });

  it('prints lines for a new key that work as they are, and in which the key is not', () => {
    const created = owner('token', 'create', '--name', 'pasted', '--role', 'reader');
    const key = created.out.trim();
    expect(key).toMatch(/^tk_/);
    expect(created.err).not.toContain(key);
    const lines = created.err.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const [store = '', trust = '', call = '', program = ''] = lines;
    expect(lines).toHaveLength(4);
    expect(
      spawnSync('sh', ['-c', store], { input: `${key}\n`, env: { ...process.env, HOME: home } }).status,
    ).toBe(0);
    expect(readFileSync(join(home, '.temps-token'), 'utf8')).toBe(`${key}\n`);
    expect(sh('stat -c %a ~/.temps-token').stdout).toBe('600\n');
    const [fingerprint = ''] = /([0-9A-F]{2}:){31}[0-9A-F]{2}/.exec(created.err) ?? [];
    expect(sh(trust).stdout).toContain(fingerprint);
    const called = sh(call);
    expect([called.status, called.stderr]).toEqual([0, '']);
    expect(JSON.parse(called.stdout)).toMatchObject({ kind: 'key' });
    expect(sh(`${program} && printf %s "$TEMPS_TOKEN"`).stdout).toBe(key);
    // What another account of this machine sees of it: the arguments of curl.
    writeFileSync(join(home, 'curl'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const seen = sh(`PATH=${home}:$PATH; ${call}`);
    expect(seen.stdout).toContain('@-');
    expect(seen.stdout).not.toContain(key);
    const rotated = owner('token', 'rotate', '--name', 'pasted');
    expect(rotated.err).toContain('Authorization: Bearer');
    expect(JSON.parse(owner('token', 'rotate', '--name', 'pasted', '--json').out).examples).toHaveLength(4);
  });
});
