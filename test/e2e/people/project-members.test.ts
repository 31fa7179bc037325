import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve, temps } from '../terminal.ts';

describe('members of a project, from the command line', () => {
  let dataDir: string;
  let served: Served;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-members-'));
    served = await serve(dataDir);
  });
  afterAll(async () => {
    await served?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const owner = (...args: string[]) => temps(dataDir, args);
  const members = (...args: string[]) => owner('projects', 'members', ...args, '-p', 'shop');

  /** As any HTTP client; what is secret goes by standard input. */
  function send(path: string, body: object, key: string): number {
    const config = [
      `data = ${JSON.stringify(JSON.stringify(body))}`,
      'header = "content-type: application/json"',
      `header = "authorization: Bearer ${key}"`,
    ];
    const options = ['-sk', '-K', '-', '-X', 'POST', '-o', '/dev/null', '-w', '%{http_code}'];
    const { stdout } = spawnSync('curl', [...options, `${served.url}${path}`], {
      input: config.join('\n'),
      encoding: 'utf8',
    });
    return Number(stdout);
  }

  it('are listed, added, given another role and removed', () => {
    expect(owner('projects', 'create', 'shop').code).toBe(0);
    const key = owner('token', 'create', '--name', 'people', '--role', 'admin', '--manage-people').out.trim();
    const mia = { email: 'mia@example.org', password: 'a long enough password', roles: ['member'] };
    expect(send('/api/users', mia, key)).toBe(201);

    expect(members().out).toContain('Nobody has a role in this project');
    expect(members('role', 'mia@example.org', 'editor').err).toContain('has no role in shop');
    const stranger = members('add', 'Tom@example.org', 'reader');
    expect([stranger.code, stranger.err]).toEqual([
      4,
      'temps-desktop: Tom@example.org has no account. Invite them first: temps-desktop users invite --email tom@example.org\n',
    ]);
    expect(members('add', '4711', 'reader').err).toContain('users invite --email EMAIL');
    owner('users', 'invite', '--email', 'tom@example.org');
    const invited = members('add', 'tom@example.org', 'reader');
    expect([invited.code, invited.err]).toEqual([4, expect.stringContaining('has not made an account yet')]);
    const added = members('add', 'Mia@example.org', 'reader');
    expect([added.code, added.out]).toEqual([0, 'mia@example.org is reader of shop.\n']);
    const again = members('add', 'mia@example.org', 'editor');
    expect(again.code).not.toBe(0);
    expect(again.err).toContain('is reader of shop already');
    expect(members('role', 'mia@example.org', 'editor').out).toContain('editor of shop');
    const listed = JSON.parse(owner('projects', 'members', '-p', 'shop', '--json').out);
    expect(listed).toMatchObject([{ email: 'mia@example.org', role: 'editor', instance_role: 'member' }]);
    expect(members('remove', String(listed[0].user_id)).code).toBe(0);
    expect(members('list').out).toContain('Nobody has a role');

    const audit = owner('audit').out;
    expect(audit).toContain('Made mia@example.org editor of shop instead of reader');
    expect(audit).toContain('Removed mia@example.org, editor, from shop');
    expect(owner('projects', 'create', 'quarry').code).toBe(0);
    const ofShop = owner('audit', '-p', 'shop').out.trim().split('\n');
    expect(ofShop.map((line) => line.split(/ {2,}/))).toEqual([
      [expect.any(String), 'Owner of this machine', 'Removed mia@example.org, editor, from shop'],
      [expect.any(String), 'Owner of this machine', 'Made mia@example.org editor of shop instead of reader'],
      [expect.any(String), 'Owner of this machine', 'Made mia@example.org reader of shop'],
      [expect.any(String), 'Owner of this machine', 'Created the project shop'],
    ]);
    const [newest] = JSON.parse(owner('audit', '-p', 'shop', '--limit', '1', '--json').out);
    expect(newest).toMatchObject({ operation_type: 'PROJECT_ROLE_TAKEN' });
    expect(newest).not.toHaveProperty('ip_address');
    expect(owner('audit', '-p', 'nowhere').code).toBe(4);
  });

  it('say what is wrong, and change nothing then', () => {
    const unknown = members('add', 'nobody@example.org', 'reader');
    expect([unknown.code === 0, unknown.err.includes('has no account')]).toEqual([false, true]);
    const role = members('add', 'mia@example.org', 'owner');
    expect(role.err).toContain('the roles are manager, editor, reader');
    for (const args of [['add', 'mia@example.org'], ['remove'], ['list', 'x'], ['drop', 'x']])
      expect(members(...args).err, args.join(' ')).toContain('usage: temps-desktop projects members');
    expect(members('list').out).toContain('Nobody has a role');
  });
});
