import { describe, expect, it } from 'vitest';
import {
  countLines,
  looksLikeEnv,
  toBase64,
  toSource,
} from '../../../renderer/variables/files/env-source.ts';
import { restoreLineEnds } from '../../../renderer/variables/files/line-ends.ts';
import { findVariables } from '../../../renderer/variables/table/find-variables.ts';
import type { Variable } from '../../../renderer/variables/variable-scope.ts';

const environments = { production: 1, staging: 2, preview: 3 };
const variable = (id: number, key: string, value: string | null, ...where: (keyof typeof environments)[]) =>
  ({
    id,
    key,
    value,
    environments: where.map((name) => ({ id: environments[name], name })),
  }) as Variable;

describe('finding variables', () => {
  const all = [
    variable(1, 'APP_URL', 'https://photos.example', 'production'),
    variable(2, 'APP_URL', 'https://albums.example', 'staging', 'preview'),
    variable(3, 'AUTH_SECRET', null, 'production'),
    variable(4, 'V_10', 'x', 'production', 'staging', 'preview'),
    variable(5, 'V_9', 'x', 'staging'),
  ];
  const ids = (environmentId: number | null, search: string) =>
    findVariables(all, environmentId, search).map(({ id }) => id);

  it('sorts them by name, numbers as numbers', () => {
    expect(ids(null, '')).toEqual([1, 2, 3, 5, 4]);
    expect(all[3]?.key).toBe('V_10');
  });

  it('looks in names and plain values, whatever the case, and in no secret', () => {
    expect(ids(null, 'albums')).toEqual([2]);
    expect(ids(null, ' app_url ')).toEqual([1, 2]);
    expect(ids(null, 'auth_secret')).toEqual([3]);
    expect(ids(null, 'nothing of the kind')).toEqual([]);
  });

  it('keeps to one environment', () => {
    expect(ids(environments.staging, '')).toEqual([2, 5, 4]);
    expect(ids(environments.production, 'albums')).toEqual([]);
  });
});

describe('the line ends of a value that was edited', () => {
  it('are those it had, where all were alike', () => {
    expect(restoreLineEnds('one\r\ntwo\r\n', 'one\n2\n')).toBe('one\r\n2\r\n');
    expect(restoreLineEnds('one\ntwo\n', 'one\n2\n')).toBe('one\n2\n');
    expect(restoreLineEnds('one', 'one\ntwo')).toBe('one\ntwo');
  });

  it('are LF where they were mixed', () => {
    expect(restoreLineEnds('one\r\ntwo\nthree', 'one\ntwo\n3')).toBe('one\ntwo\n3');
    expect(restoreLineEnds('one\r\ntwo\rthree', 'one\ntwo')).toBe('one\ntwo');
  });
});

describe('a .env text on its way in', () => {
  it('is told from what was not meant for the page', () => {
    for (const text of ['A=1', '# ours\n export TOKEN = x\n', '2FA=x'])
      expect(looksLikeEnv(text), text).toBe(true);
    for (const text of ['hello', '# A=1', '=x', '']) expect(looksLikeEnv(text), text).toBe(false);
  });

  it('has as many lines as an editor shows', () => {
    const lines = (text: string) => countLines(toSource(text, 'typed'));
    expect(['', 'A=1', 'A=1\n', 'A=1\n\nB=2'].map(lines)).toEqual([0, 1, 1, 3]);
  });

  it('goes over as its bytes, a megabyte too', () => {
    const bytes = Uint8Array.from({ length: 1024 * 1024 + 1 }, (_, at) => at % 256);
    expect(Buffer.from(toBase64(bytes), 'base64').equals(bytes)).toBe(true);
  });
});
