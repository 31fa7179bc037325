import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temps } from '../terminal.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-side-by-side-'));
  run('projects', 'create', 'shop');
  run('projects', 'environments', 'create', 'staging', '-p', 'shop');
  set('TZ', 'Europe/Zurich', '--plain');
  set('TZ', 'Europe/Zurich', '--plain', '-e', 'staging');
  set('LOG_LEVEL', 'info', '--plain');
  set('LOG_LEVEL', 'debug', '--plain', '-e', 'staging');
  set('TOKEN', 'sk_live_1', '--secret');
  set('TOKEN', 'sk_live_1', '--secret', '-e', 'staging');
  set('ONLY', 'sk_live_2', '--secret', '-e', 'staging');
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (...words: string[]) => temps(dataDir, words);
const set = (key: string, value: string, ...more: string[]) =>
  temps(dataDir, ['env', 'set', key, '-p', 'shop', ...more], value);
const exported = (env = 'production') =>
  JSON.parse(run('env', 'export', '-p', 'shop', '-e', env, '--format', 'json').out);

describe('environments side by side by the command line', () => {
  it('are compared without a value, and the exit code says whether they are the same', () => {
    const compared = run('env', 'compare', 'staging', 'production', '-p', 'shop');
    expect(compared.code).toBe(1);
    expect(compared.out).toMatch(/^LOG_LEVEL +plain A +plain B +differs$/m);
    expect(compared.out).toMatch(/^ONLY +secret A +– +missing$/m);
    expect(compared.out).toMatch(/^TOKEN +secret A +secret A +same$/m);
    expect(compared.out).toContain('1 missing somewhere, 1 differing, 2 the same.');
    for (const value of ['sk_live', 'debug', 'Zurich']) expect(compared.out).not.toContain(value);
    const left = run('env', 'compare', '-p', 'shop', '--no-secrets', '--json');
    expect(left.code).toBe(1);
    const { variables } = JSON.parse(left.out);
    expect(variables.find(({ key }: { key: string }) => key === 'TOKEN').values).toBe('not_compared');
    const same = run('env', 'compare', '-p', 'shop', '--only', 'same');
    expect(same.out).not.toContain('LOG_LEVEL');
    expect(run('env', 'compare', 'staging', '-p', 'shop').code).toBe(2);
    expect(run('env', 'compare', 'staging', 'nowhere', '-p', 'shop').code).toBe(4);
    expect(run('env', 'compare', '-p', 'shop', '--only', 'other').code).toBe(2);
  });

  it('are copied without replacing, unless that is asked for, and it is undone', () => {
    const copied = run('env', 'copy', 'staging', 'production', '-p', 'shop');
    expect(copied.code).toBe(0);
    expect(copied.out).toContain('1 added, 0 changed');
    expect(copied.out).toContain('TZ, LOG_LEVEL, TOKEN. --replace copies them too.');
    expect(exported()).toMatchObject({ ONLY: 'sk_live_2', LOG_LEVEL: 'info' });
    expect(run('env', 'undo', '-p', 'shop').out).toContain('The copy from staging of');
    expect(exported()).not.toHaveProperty('ONLY');
    run('env', 'copy', 'staging', 'production', 'LOG_LEVEL', '-p', 'shop', '--replace');
    expect(exported()).toEqual({ TZ: 'Europe/Zurich', LOG_LEVEL: 'debug', TOKEN: 'sk_live_1' });
    run('env', 'undo', '-p', 'shop');
    expect(exported().LOG_LEVEL).toBe('info');
    expect(run('env', 'copy', 'staging', 'production', 'GONE', '-p', 'shop').code).toBe(4);
  });

  it('are promoted only once someone said yes to what changes', () => {
    const asked = run('env', 'promote', 'staging', 'production', '-p', 'shop');
    expect(asked.code).toBe(1);
    expect(asked.err).toMatch(/\+ +ONLY +secret/);
    expect(asked.err).toMatch(/~ +LOG_LEVEL +plain/);
    expect(asked.err).toContain('--yes');
    expect(exported()).not.toHaveProperty('ONLY');
    expect(run('env', 'promote', 'staging', 'production', '-p', 'shop', '--dry-run').code).toBe(0);
    const done = run('env', 'promote', 'staging', 'production', '-p', 'shop', '--yes');
    expect(done.out).toContain('1 added, 1 changed');
    expect(run('env', 'compare', '-p', 'shop').code).toBe(0);
    expect(run('env', 'promote', 'staging', 'production', '-p', 'shop').out).toContain('0 added, 0 changed');
  });

  it('are copied whole into a new one', () => {
    expect(run('projects', 'environments', 'copy', 'staging', 'next', '-p', 'shop').code).toBe(0);
    expect(exported('next')).toEqual(exported('staging'));
    expect(run('projects', 'environments', 'copy', 'staging', 'next', '-p', 'shop').code).toBe(1);
  });
});

describe('notes and kinds by the command line', () => {
  it('writes, shows and takes away a note', () => {
    set('NOTED', '1', '--plain', '--note', 'From the bank');
    expect(run('env', 'note', 'NOTED', '-p', 'shop').out).toBe('From the bank\n');
    expect(run('env', 'list', '-p', 'shop').out).toMatch(/^NOTED .*From the bank$/m);
    const list = JSON.parse(run('env', 'list', '-p', 'shop', '--json').out);
    expect(list.find(({ key }: { key: string }) => key === 'NOTED').note).toBe('From the bank');
    expect(run('env', 'note', 'NOTED', 'x'.repeat(1001), '-p', 'shop').err).toMatch(/note/i);
    expect(run('env', 'note', 'NOTED', '', '-p', 'shop').out).toBe('NOTED has no note.\n');
    expect(run('env', 'note', 'GONE', '-p', 'shop').code).toBe(4);
  });

  it('encrypts the variables that are named, once someone said yes', () => {
    set('PLACE', 'here', '--plain');
    expect(run('env', 'encrypt', 'PLACE', 'NOTED', '-p', 'shop').code).toBe(1);
    expect(run('env', 'encrypt', 'PLACE', 'GONE', '-p', 'shop', '--yes').code).toBe(4);
    expect(run('env', 'encrypt', '-p', 'shop').code).toBe(2);
    const kinds = () =>
      JSON.parse(run('env', 'list', '-p', 'shop', '--json').out)
        .filter(({ is_secret }: { is_secret: boolean }) => is_secret)
        .map(({ key }: { key: string }) => key);
    expect(kinds()).not.toContain('PLACE');
    expect(run('env', 'encrypt', 'PLACE', 'NOTED', '-p', 'shop', '--yes').out).toBe(
      'Encrypted 2 variables.\n',
    );
    expect(kinds()).toEqual(expect.arrayContaining(['PLACE', 'NOTED']));
    expect(exported().PLACE).toBe('here');
  });
});
