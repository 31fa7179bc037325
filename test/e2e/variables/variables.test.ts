import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFormats } from '../../../electron/cli/env/formats.ts';
import { canOpenTerminal, onTerminal, temps } from '../terminal.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-variables-'));
  temps(dataDir, ['projects', 'create', 'shop']);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const shop = (...words: string[]) => temps(dataDir, [...words, '-p', 'shop']);
const set = (key: string, value: string, ...more: string[]) =>
  temps(dataDir, ['env', 'set', key, '-p', 'shop', ...more], value);
const exported = (...more: string[]) => JSON.parse(shop('env', 'export', '--format', 'json', ...more).out);
const kinds = (...more: string[]) =>
  Object.fromEntries(
    JSON.parse(shop('env', 'list', '--json', ...more).out).map(
      ({ key, is_secret }: { key: string; is_secret: boolean }) => [key, is_secret],
    ),
  );

describe('variables by the command line', () => {
  it('are renamed with what refers to them, once somebody says so', () => {
    set('HOST', 'db.local', '--plain');
    set('TOKEN', 'sk_live_1', '--secret');
    set('URL', `https://\${{HOST}}/\${{ HOST }} $\${{HOST}}`, '--secret');
    const refused = shop('env', 'rename', 'HOST', 'DB_HOST');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('URL refers to HOST');
    expect(kinds()).toHaveProperty('HOST');
    expect(shop('env', 'rename', 'HOST', 'TOKEN', '--references', 'change').code).toBe(1);
    expect(shop('env', 'rename', 'HOST', '1X', '--references', 'change').code).not.toBe(0);
    expect(exported().URL).toContain('db.local/db.local');

    expect(shop('env', 'rename', 'HOST', 'DB_HOST', '--references', 'change').out).toContain('also in URL');
    expect(exported()).toMatchObject({ DB_HOST: 'db.local', URL: `https://db.local/db.local \${{HOST}}` });
    expect(exported()).not.toHaveProperty('HOST');
    expect(shop('env', 'rename', 'TOKEN', 'API_TOKEN').code).toBe(0);
  });

  it('come back after an import that replaced them', () => {
    const before = exported();
    const file = join(dataDir, 'new.env');
    writeFileSync(file, 'NEW=1\n');
    expect(shop('env', 'import', file, '--replace').out).toContain('env undo');
    expect(exported()).toEqual({ NEW: '1' });
    expect(shop('env', 'undo', '--dry-run').out).toContain('Dry run');
    expect(exported()).toEqual({ NEW: '1' });
    expect(shop('env', 'undo').out).toContain('brought back');
    expect(exported()).toEqual(before);
    expect(shop('env', 'undo').code).toBe(4);
  });

  it('are those of production without -e, where several environments have them, as for set and run', () => {
    expect(shop('projects', 'environments', 'create', 'staging').code).toBe(0);
    expect(shop('projects', 'environments', 'create', 'preview').code).toBe(0);
    for (const [env, value] of [
      ['production', 'one'],
      ['staging', 'two'],
      ['preview', 'three'],
    ] as const)
      set('BOTH', value, '--plain', '-e', env);
    expect(shop('env', 'get', 'BOTH').out).toBe('one');
    expect(shop('env', 'get', 'BOTH', '-e', 'staging').out).toBe('two');
    shop('env', 'note', 'BOTH', 'of production');
    expect(shop('env', 'note', 'BOTH', '-e', 'staging').out).toContain('BOTH has no note.');
    expect(shop('env', 'rm', 'BOTH').out).toMatch(/^Deleted from production\. Until /);
    const unclear = shop('env', 'get', 'BOTH');
    expect(unclear.code).not.toBe(0);
    expect(shop('env', 'note', 'BOTH').err).toContain(
      'BOTH is in staging, preview, and not in production: choose one with -e.',
    );
    expect(shop('env', 'rm', 'BOTH', '-e', 'preview').out).toContain('Deleted from preview.');
    // Of one alone there is no doubt.
    expect(shop('env', 'get', 'BOTH').out).toBe('two');
    for (const env of ['staging', 'preview'])
      expect(shop('projects', 'environments', 'delete', env, '--yes').code).toBe(0);
  });

  it('have a history, of the environment and of each, that says who and when and no value', () => {
    set('TRACED', 'sk_live_first', '--secret');
    set('TRACED', 'sk_live_second', '--secret');
    shop('env', 'rename', 'TRACED', 'FOLLOWED');
    const told = shop('env', 'history', '--limit', '3').out;
    expect(told).toMatch(/FOLLOWED +renamed, was TRACED +Owner of this machine/);
    expect(told).toMatch(/FOLLOWED +changed +Owner/);
    expect(told).not.toContain('sk_live');
    expect(told.trimEnd().split('\n')).toHaveLength(3);
    const one = shop('env', 'history', 'FOLLOWED').out;
    expect(one).toMatch(/version 2 +changed +Owner of this machine\n.*version 1 +added/);
    const { versions } = JSON.parse(shop('env', 'history', 'FOLLOWED', '--json').out);
    expect(versions[0]).toMatchObject({ version: 2, changed_by_actor: { kind: 'owner' } });
    expect(versions[0]).not.toHaveProperty('value');
    expect(shop('env', 'history', 'NONE').code).toBe(4);
    for (const limit of ['0', '501', 'many']) expect(shop('env', 'history', '--limit', limit).code).toBe(2);

    shop('env', 'rm', 'FOLLOWED', '--yes');
    const [{ id }] = JSON.parse(shop('trash', 'list', '--json').out);
    temps(dataDir, ['trash', 'restore', String(id), '--as', 'RESTORED']);
    const lines = shop('env', 'history', '--limit', '2').out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/RESTORED +brought back, was FOLLOWED +Owner of this machine/);
    expect(lines[1]).toMatch(/FOLLOWED +deleted +Owner of this machine/);
  });
});

describe.skipIf(!canOpenTerminal())('a value that would be refused', () => {
  it('is not asked for', async () => {
    set('KEPT', 'a secret', '--secret');
    const plain = await onTerminal(dataDir, ['env', 'set', 'KEPT', '-p', 'shop', '--plain']);
    expect([plain.code, plain.screen]).toEqual([
      1,
      expect.stringContaining('temps-desktop: KEPT is a secret, and cannot become plain'),
    ]);
    const nowhere = await onTerminal(dataDir, ['env', 'set', 'KEPT', '-p', 'none']);
    expect([nowhere.code, nowhere.screen]).toEqual([4, expect.stringContaining('There is no project none.')]);
    for (const { screen } of [plain, nowhere]) expect(screen).not.toContain('KEPT: ');
    const typed = await onTerminal(dataDir, ['env', 'set', 'KEPT', '-p', 'shop'], [[/KEPT: /, 'typed']]);
    expect([typed.code, exported().KEPT]).toEqual([0, 'typed']);
    shop('env', 'rm', 'KEPT');
  });
});

describe('names that are not there', () => {
  const of = (...words: string[]) => {
    const { code, out, err } = temps(dataDir, words);
    return [code, out, err];
  };
  const say = (text: string) => [4, '', `temps-desktop: ${text}\n`];

  it('are said, with those that are', () => {
    temps(dataDir, ['projects', 'create', 'names']);
    for (const key of ['PORT', 'HOST']) temps(dataDir, ['env', 'set', key, '-p', 'names', '--plain'], '1');
    const names = ['-p', 'names'];
    const noProject = say('There is no project nmaes. There are: names, shop.');
    expect(of('env', 'list', '-p', 'nmaes')).toEqual(noProject);
    expect(of('env', 'export', '-p', 'nmaes')).toEqual(noProject);
    expect(of('projects', 'delete', 'nmaes')).toEqual(noProject);
    expect(of('run', '-p', 'nmaes', '--', 'true')).toEqual(noProject);
    const noEnvironment = say('There is no environment staging. There are: production.');
    expect(of('env', 'list', ...names, '-e', 'staging')).toEqual(noEnvironment);
    expect(of('env', 'copy', 'production', 'staging', ...names)).toEqual(noEnvironment);
    expect(of('run', ...names, '-e', 'staging', '--', 'true')).toEqual(noEnvironment);
    const noVariable = say('There is no variable POTR. There are: PORT, HOST.');
    expect(of('env', 'get', 'POTR', ...names)).toEqual(noVariable);
    expect(of('env', 'rm', 'POTR', ...names)).toEqual(noVariable);
    expect(of('env', 'note', 'POTR', ...names)).toEqual(noVariable);
    expect(of('env', 'reads', 'POTR', ...names)).toEqual(noVariable);
    expect(of('env', 'reads', 'shared.POTR')).toEqual(
      say('There is no shared variable POTR. There is none yet.'),
    );
    // What is there by name is not said to be missing.
    expect(temps(dataDir, ['env', 'undo', ...names]).err).not.toContain('There is no environment');
    for (const at of [1, 2, 3, 4, 5, 6])
      temps(dataDir, ['env', 'set', `MORE_${at}`, ...names, '--plain'], '1');
    expect(temps(dataDir, ['env', 'get', 'MORE_7', ...names]).err).toMatch(
      /There are: MORE_1, .* and 2 more\.\n/,
    );
    temps(dataDir, ['projects', 'delete', 'names', '--yes']);
  });
});

describe('the records of readings', () => {
  it('say that a secret was exported, whatever the format', () => {
    temps(dataDir, ['projects', 'create', 'read']);
    const read = ['-p', 'read'];
    temps(dataDir, ['env', 'set', 'PLAIN', ...read, '--plain'], '1');
    for (const format of [[], ...Object.keys(exportFormats).map((name) => ['--format', name])]) {
      const key = `TOKEN_${format[1]?.toUpperCase() ?? 'ENV'}`;
      temps(dataDir, ['env', 'set', key, ...read, '--secret'], 'a value');
      temps(dataDir, ['env', 'export', ...read, ...format]);
      expect(temps(dataDir, ['env', 'reads', key, ...read]).out, key).toMatch(
        / exported(, with \d+ other variables?)? +1 time/,
      );
    }
    expect(temps(dataDir, ['audit', ...read]).out).toContain('xported');
    temps(dataDir, ['run', ...read, '--', 'true']);
    expect(temps(dataDir, ['env', 'reads', 'TOKEN_ENV', ...read]).out).toContain('read for a program');
    temps(dataDir, ['projects', 'delete', 'read', '--yes']);
  });
});

describe('plain variables that look like secrets, by the command line', () => {
  it('are left plain on purpose, until they change, and asked about again', () => {
    set('FIRST_TOKEN', 'a word of it', '--plain');
    set('PORT', '3000', '--plain');
    expect(shop('env', 'plain').out).toContain('1 plain variable looks like a secret.');
    expect(shop('env', 'plain', 'leave', 'PORT').err).toContain('no plain variable that looks like a secret');
    expect(shop('env', 'plain', 'ask-again', 'FIRST_TOKEN').code).toBe(1);
    expect(shop('env', 'plain', 'leave', 'NOWHERE').code).toBe(4);
    expect(shop('env', 'plain', 'keep', 'FIRST_TOKEN').code).toBe(2);
    expect(shop('env', 'plain', 'leave', 'FIRST_TOKEN').out).toContain('until its value or name changes');
    expect(temps(dataDir, ['env', 'encrypt', '--yes']).out).toBe('No plain variable looks like a secret.\n');
    expect(temps(dataDir, ['doctor']).out).not.toContain('FIRST_TOKEN');
    const listed = shop('env', 'plain').out;
    expect(listed).toMatch(
      /^Left plain on purpose.*\nFIRST_TOKEN +shop +production +by Owner of this machine/m,
    );
    expect(listed).not.toContain('4096');
    expect(shop('env', 'plain', 'ask-again', 'FIRST_TOKEN').code).toBe(0);
    expect(temps(dataDir, ['doctor']).out).toContain('FIRST_TOKEN');
    shop('env', 'plain', 'leave', 'FIRST_TOKEN');
    set('FIRST_TOKEN', '8192', '--plain');
    expect(shop('env', 'plain').out).toContain('1 plain variable looks like a secret.');
    for (const name of ['FIRST_TOKEN', 'PORT']) shop('env', 'rm', name);
  });
});

describe('the sample project by the command line', () => {
  it('is created on request alone, runs, and is deleted like any other', () => {
    const made = temps(dataDir, ['projects', 'create', '--sample']);
    expect([made.code, made.out.split('\n')[0]]).toEqual([0, 'sample-project']);
    const project = ['-p', 'sample-project'];
    const run = ['run', ...project, '-e', 'staging', '--', 'sh', '-c', 'echo $HEALTH_URL'];
    expect(temps(dataDir, run).out.trim()).toBe('https://staging.example.com/health');
    expect(JSON.parse(temps(dataDir, ['env', 'list', '--json', ...project]).out)).toHaveLength(6);
    expect(temps(dataDir, ['projects', 'create', '--sample']).err).toContain('already exists');
    for (const wrong of [['--sample', 'mine'], []])
      expect(temps(dataDir, ['projects', 'create', ...wrong]).code).toBe(2);
    expect(temps(dataDir, ['projects', 'delete', 'sample-project', '--yes']).code).toBe(0);
    expect(temps(dataDir, ['projects', 'list']).out).not.toContain('sample');
  });
});

describe('environments by the command line', () => {
  it('are created, copied with values and kinds, and deleted', () => {
    set('TEXT', `a "b" \${NAME}\nsecond`, '--plain');
    expect(shop('projects', 'environments', 'create', 'Empty', '--branch', 'dev').out).toBe('empty\n');
    expect(exported('-e', 'empty')).toEqual({});
    expect(shop('projects', 'environments', 'copy', 'production', 'Staging').out).toBe('staging\n');
    expect(exported('-e', 'staging')).toEqual(exported());
    expect(kinds('-e', 'staging')).toEqual(kinds('-e', 'production'));
    temps(dataDir, ['env', 'set', 'TEXT', '-p', 'shop', '-e', 'staging'], 'changed');
    expect(exported().TEXT).toContain('second');
    expect(shop('projects', 'environments', 'list').out).toContain('staging');
    expect(shop('projects', 'environments', 'copy', 'production', 'Staging').code).toBe(1);
    expect(shop('projects', 'environments', 'copy', 'none', 'more').code).toBe(4);
    expect(shop('projects', 'environments', 'copy', 'staging').code).toBe(2);
    const asked = shop('projects', 'environments', 'delete', 'staging');
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('secret')]);
    expect(shop('projects', 'environments', 'delete', 'staging', '--yes').code).toBe(0);
    expect(shop('projects', 'environments').out).not.toContain('staging');
    expect(shop('projects', 'environments', 'delete', 'production', '--yes').code).toBe(1);
  });

  it('have their resources shown, set and cleared, and it is said that nothing applies them yet', () => {
    const resources = (...words: string[]) =>
      shop('projects', 'environments', 'resources', 'production', ...words);
    expect(resources().out).toBe('Nothing is set.\n');
    const told = resources('--cpu-limit', '500', '--memory-limit', '512', '--automatic-deploy', 'on');
    expect(told.out).toMatch(/^CPU limit +500 millicores/m);
    expect(told.out).toContain('Stored, and not applied yet: Automatic deployment.');
    expect(resources('--security', '{"enabled":true}').out).toContain('{"enabled":true}');
    expect(resources('--cpu-request', '501').err).toContain('above its limit');
    expect(resources('--replicas', 'many').code).toBe(2);
    expect(resources('--security', '{').code).toBe(2);
    expect(resources('--clear', '--replicas', '1').code).toBe(2);
    expect(resources('--cpu-limit', 'none', '--security', 'none').out).not.toMatch(/CPU|enabled/);
    expect(JSON.parse(resources('--json').out).deployment_config).toEqual({
      memoryLimit: 512,
      automaticDeploy: true,
    });
    expect(resources('--clear').out).toBe('Nothing is set.\n');
    // Of another action it would do nothing.
    const ignored = shop('projects', 'environments', 'create', 'sized', '--cpu-limit', '500');
    expect([ignored.code, ignored.err]).toEqual([2, expect.stringContaining('--cpu-limit')]);
  });

  it('have a project whose resources are shown, set and cleared', () => {
    const resources = (...words: string[]) => shop('projects', 'resources', ...words);
    expect(resources().out).toMatch(/^Automatic deployment +off/);
    expect(resources('--replicas', '2', '--automatic-deploy', 'on').out).toContain(
      'not applied yet: Replicas.',
    );
    expect(resources('--automatic-deploy', 'none').code).toBe(2);
    expect(resources('--replicas', '101').code).toBe(1);
    expect(JSON.parse(resources('--json').out).deployment_config).toEqual({
      replicas: 2,
      automaticDeploy: true,
    });
    const cleared = resources('--clear').out;
    expect(cleared).toMatch(/^Automatic deployment +off/);
    expect(cleared).not.toContain('Replicas');
  });
});
