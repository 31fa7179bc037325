import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temps } from '../terminal.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-trash-'));
  run('projects', 'create', 'shop');
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (...words: string[]) => temps(dataDir, words);
const set = (key: string, value: string, ...more: string[]) =>
  temps(dataDir, ['env', 'set', key, '-p', 'shop', ...more], value);
const list = (...more: string[]) => JSON.parse(run('trash', 'list', '--json', ...more).out);
const exported = (...more: string[]) =>
  JSON.parse(run('env', 'export', '-p', 'shop', '--format', 'json', ...more).out);

describe('the trash by the command line', () => {
  it('gives back a variable by the number that its deletion says', () => {
    set('TOKEN', 'sk_live_1', '--secret');
    const { out } = run('env', 'rm', 'TOKEN', '-p', 'shop');
    expect(out).toMatch(
      /^Deleted from production\. Until \d{4}-\d\d-\d\d this restores it: temps-desktop trash restore \d+\n$/,
    );
    const id = out.trim().split(' ').at(-1) as string;
    expect(exported()).toEqual({});
    expect(run('trash', 'list').out).toContain('TOKEN of shop');
    expect(run('trash', 'list').out).not.toContain('sk_live_1');
    expect(run('trash', 'restore', id).out).toBe('Restored: TOKEN of shop\n');
    expect(exported()).toEqual({ TOKEN: 'sk_live_1' });
    expect(run('trash', 'list').out).toBe('The trash is empty.\n');
    expect(run('trash', 'restore', id).code).toBe(4);
  });

  it('refuses a name that is in use, and takes another', () => {
    set('PORT', '1', '--plain');
    const { trash_id, kept_until } = JSON.parse(run('env', 'rm', 'PORT', '-p', 'shop', '--json').out);
    expect(kept_until).toBeGreaterThan(Date.now());
    set('PORT', '2', '--plain');
    const refused = run('trash', 'restore', String(trash_id));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('PORT already exists in production');
    expect(run('trash', 'restore', String(trash_id), '--as', 'OLD_PORT').code).toBe(0);
    expect(exported()).toMatchObject({ PORT: '2', OLD_PORT: '1' });
  });

  it('gives back an environment and a project, which are asked about before they go', () => {
    run('projects', 'environments', 'create', 'staging', '-p', 'shop');
    set('STAGE', 'here', '-e', 'staging', '--plain');
    const asked = run('projects', 'environments', 'delete', 'staging', '-p', 'shop');
    expect(asked.code).toBe(1);
    expect(asked.err).toContain('--yes');
    expect(asked.err).toContain('For 30 days it can be restored from the trash');
    expect(run('projects', 'environments', 'delete', 'staging', '-p', 'shop', '--yes').out).toContain(
      'trash restore',
    );
    const [environment] = list('-p', 'shop');
    expect(environment).toMatchObject({ kind: 'environment', name: 'staging' });
    expect(run('projects', 'delete', 'shop').code).toBe(1);
    const gone = run('projects', 'delete', 'shop', '--yes');
    expect(gone.err).toContain('without its deployment tokens');
    const [project] = list('-p', 'shop');
    expect(run('trash', 'restore', String(environment.id)).err).toContain('The project shop was deleted too');
    expect(run('trash', 'restore', String(project.id), String(environment.id)).code).toBe(0);
    expect(exported('-e', 'staging')).toEqual({ STAGE: 'here' });
  });

  it('deletes for good what somebody said yes to, and nothing else', () => {
    set('ONE', '1', '--plain');
    set('TWO', '2', '--plain');
    for (const key of ['ONE', 'TWO']) run('env', 'rm', key, '-p', 'shop');
    const [two, one] = list();
    expect(run('trash', 'delete', String(one.id)).code).toBe(1);
    expect(run('trash', 'empty').code).toBe(1);
    expect(list()).toHaveLength(2);
    const deleted = run('trash', 'delete', String(one.id), '--yes');
    expect(deleted.err).toContain('ONE of shop');
    expect(deleted.out).toBe('Deleted for good.\n');
    expect(list().map(({ id }: { id: number }) => id)).toEqual([two.id]);
    run('projects', 'create', 'other');
    expect(run('trash', 'empty', '-p', 'other', '--yes').out).toBe('The trash is empty.\n');
    expect(run('trash', 'empty', '-p', 'nowhere', '--yes').code).toBe(4);
    run('projects', 'delete', 'other', '--yes');
    expect(run('trash', 'empty', '--yes').code).toBe(0);
    expect(list()).toEqual([]);
  });

  it('says what is wrong with a number', () => {
    for (const words of [['x'], ['0'], ['-1'], ['1e3'], []]) {
      const { code, err } = run('trash', 'restore', ...words);
      expect([code, err === '' ? words : '']).toEqual([2, '']);
    }
    expect(run('trash', 'restore', '1', '2', '--as', 'A').code).toBe(2);
    expect(run('trash', 'delete', '987654', '--yes').code).toBe(4);
  });
});
