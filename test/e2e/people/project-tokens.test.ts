import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve, temps } from '../terminal.ts';

const VALUE = 'a value of the shop';

describe('deployment tokens of a project, from the command line', () => {
  let dataDir: string;
  let served: Served;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-tokens-'));
    served = await serve(dataDir);
    owner('projects', 'create', 'shop');
    expect(temps(dataDir, ['env', 'set', 'API_TOKEN', '-p', 'shop', '--secret'], VALUE).code).toBe(0);
  });
  afterAll(async () => {
    await served?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const owner = (...args: string[]) => temps(dataDir, args);
  const tokens = (...args: string[]) => owner('projects', 'tokens', ...args, '-p', 'shop');

  /** What a program gets with a token, which goes by standard input. */
  const read = (token: string, path = '/projects/shop/variables/export?environment=production') =>
    spawnSync('curl', ['-sk', '-K', '-', `${served.url}/api${path}`], {
      input: `header = "authorization: Bearer ${token}"`,
      encoding: 'utf8',
    }).stdout;

  it('are created, listed, limited to addresses from the next request on, and deleted', () => {
    expect(tokens().out).toBe('No deployment tokens yet.\n');
    expect(tokens('create', 'ci', '--from', '10.0.0.5/8').err).toContain('which is 10.0.0.0/8.');
    const created = tokens('create', 'ci', '--from', '10.0.0.0/8', '--from', 'fd00::/8', '--days', '30');
    expect([created.code, created.out]).toEqual([0, expect.stringMatching(/^dt_\S+\n$/)]);
    expect(created.err).toContain('/api/projects/shop/variables/export');
    const token = created.out.trim();
    expect(created.err).not.toContain(token);
    expect(tokens('create', 'ci').err).toContain('already exists');

    expect(tokens('list').out).toMatch(
      /^ci {2}projects:read, environments:read, environments:reveal {2}until .* {2}from 10\.0\.0\.0\/8, fd00::\/8 alone {2}never used\n$/,
    );
    expect(read(token)).not.toContain(VALUE);
    expect(tokens('limit', 'ci', '--anywhere').out).toBe('ci may be used from anywhere.\n');
    expect(read(token)).toContain(VALUE);
    expect(tokens('limit', 'ci', '--from', '192.0.2.7').out).toBe(
      'ci may be used from 192.0.2.7/32 alone.\n',
    );
    expect(read(token)).not.toContain(VALUE);
    expect(tokens('limit', 'ci', '--anywhere').code).toBe(0);

    const asked = tokens('delete', 'ci');
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('ci stops working immediately')]);
    expect(asked.err).toContain('It was last used');
    expect(read(token)).toContain(VALUE);
    expect(tokens('delete', 'ci', '--yes').out).toBe('Deleted ci.\n');
    expect(read(token)).not.toContain(VALUE);
  });

  it('may what is said, and until then', () => {
    const made = tokens('create', 'names', '--permission', 'environments:read', '--days', 'never', '--json');
    const row = JSON.parse(made.out);
    expect(row).toMatchObject({ permissions: ['environments:read'], expires_at: null, allowed_from: null });
    expect(tokens('list').out).toContain('until it is deleted');
    expect(read(row.token)).not.toContain(VALUE);
    const part = tokens('create', 'part', '--permission', 'projects:read', '--permission', 'kv:read');
    expect([part.code, part.err]).toEqual([0, expect.stringContaining('Without kv:read: This instance')]);
    expect(tokens('create', 'x', '--permission', 'users:write').err).toContain('a token can have');
  });

  it('are left as they are by what is wrong', () => {
    const before = tokens('list').out;
    for (const args of [
      ['create'],
      ['limit'],
      ['delete'],
      ['list', 'x'],
      ['drop', 'x'],
      ['constructor', 'x'],
    ])
      expect(tokens(...args).err, args.join(' ')).toContain('usage: temps-desktop projects tokens');
    // No limit is passed over, as if it had been set.
    for (const args of [
      ['list', '--from', '10.0.0.0/8'],
      ['create', 'x', '--anywhere'],
      ['limit', 'names'],
      ['limit', 'names', '--from', '10.0.0.0/8', '--anywhere'],
      ['limit', 'names', '--from', '10.0.0.0/8', '--days', '3'],
      ['create', 'x', '--days', 'soon'],
    ])
      expect(tokens(...args).code, args.join(' ')).toBe(2);
    for (const args of [
      ['limit', 'nobody', '--anywhere'],
      ['delete', 'nobody', '--yes'],
    ])
      expect(tokens(...args).code, args.join(' ')).toBe(4);
    expect(owner('projects', 'tokens', 'list', '-p', 'nowhere').code).toBe(4);
    expect(tokens('list').out).toBe(before);
  });
});
