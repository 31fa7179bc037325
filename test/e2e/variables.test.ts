import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temps } from './terminal.ts';

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
});
