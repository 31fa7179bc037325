import { createCipheriv } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { quick } from '../../work-factor.ts';

const MIB = 1024 * 1024;
/** On an idle machine each takes a few tens of milliseconds. */
const MAX_MS = 10_000;

let dataDir: string;
let instance: Instance;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-bad-env-files-'));
  instance = await openInstance({ dataDir, env: {}, ...quick });
  await send('POST', '/projects', { name: 'shop' });
  await importBytes(Buffer.from('KEPT=before\nKEPT_TOKEN=before\n'));
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (method: string, path: string, body?: object) => askOwner(instance, method, path, body);
const importBytes = (bytes: Buffer, more: object = {}, project = 'shop') =>
  send('POST', `/projects/${project}/variables/import`, {
    content_base64: bytes.toString('base64'),
    ...more,
  });

/** Everything of the database that an import could change, and what it writes to the audit log. */
function fingerprint(): unknown[] {
  const database = new Database(join(dataDir, 'temps.db'), { readonly: true });
  const tables = [
    'env_vars',
    'env_var_versions',
    'env_var_environments',
    'env_imports',
    'audit_log',
    'secrets',
  ];
  const rows = tables.map((table) =>
    database.prepare(`SELECT count(*), max(rowid) FROM ${table}`).raw().get(),
  );
  rows.push(...database.prepare('SELECT id, key, updated_at FROM env_vars ORDER BY id').raw().all());
  database.close();
  return rows;
}

/** The same in every run. */
const random = (size: number) =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

const refused: [what: string, bytes: () => Buffer, code: string, detail: RegExp][] = [
  ['20 MiB of text', () => Buffer.alloc(20 * MIB, 'A=canary\n'), 'body_too_large', /at most 2 MiB/],
  ['one byte over 1 MiB', () => Buffer.alloc(MIB + 1, 'A'), 'env_file_invalid', /over 1 MiB/],
  ['random bytes', () => random(MIB), 'env_file_invalid', /not UTF-8 text/],
  ['a compressed file', () => gzipSync('A=canary\n'), 'env_file_invalid', /not UTF-8 text|NUL/],
  [
    'a program',
    () => readFileSync(process.execPath).subarray(0, MIB),
    'env_file_invalid',
    /not UTF-8 text|NUL|UTF-16/,
  ],
  [
    'a database',
    () => readFileSync(join(dataDir, 'temps.db')).subarray(0, MIB),
    'env_file_invalid',
    /UTF-8|NUL/,
  ],
  ['NULs alone', () => Buffer.alloc(MIB), 'env_file_invalid', /Line 1: .*NUL/],
  ['a NUL in a later line', () => Buffer.from('A=1\nB=can\0ary\n'), 'env_file_invalid', /Line 2: .*NUL/],
  ['Latin-1', () => Buffer.from('A=gr\u00fcn\n', 'latin1'), 'env_file_invalid', /not UTF-8 text/],
  ['UTF-16 with its mark', () => utf16('\uFEFFA=canary\r\n'), 'env_file_invalid', /iconv -f UTF-16/],
  [
    'UTF-16 of another order',
    () => utf16('\uFEFFA=canary\n').swap16(),
    'env_file_invalid',
    /iconv -f UTF-16/,
  ],
  ['UTF-16 without a mark', () => utf16('A=canary\nB=1\n'), 'env_file_invalid', /iconv -f UTF-16/],
  [
    'the same, of another order',
    () => utf16('A=canary\nB=1\n').swap16(),
    'env_file_invalid',
    /iconv -f UTF-16/,
  ],
  [
    'half of a character',
    () => Buffer.from('A=\u20ac').subarray(0, -1),
    'env_file_invalid',
    /not UTF-8 text/,
  ],
  ['100,001 lines', () => Buffer.from('#\n'.repeat(100_001)), 'env_file_invalid', /over 100,000 lines/],
  [
    '100,000 variables',
    () => Buffer.from(Array.from({ length: 100_000 }, (_, at) => `A${at}=\n`).join('')),
    'too_many_variables',
    /over 20,000 variables/,
  ],
];

describe('a .env file that is none', () => {
  it.each(
    refused.flatMap(([what, bytes, code, detail]) =>
      [{}, { mode: 'replace', on_error: 'collect', allow_empty: true }].map(
        (more) => [what, JSON.stringify(more), bytes, code, detail, more] as const,
      ),
    ),
  )('is refused by name, in little time, and nothing is changed: %s %s', async (_what, _more, bytes, code, detail, more) => {
    const content = bytes();
    const before = fingerprint();
    const began = performance.now();
    const { status, body } = await importBytes(content, more);
    expect(performance.now() - began).toBeLessThan(MAX_MS);
    expect([status >= 400 && status < 500, body.error_code, body.detail]).toEqual([
      true,
      code,
      expect.stringMatching(detail),
    ]);
    expect(JSON.stringify(body)).not.toMatch(/canary/);
    expect(fingerprint()).toEqual(before);
  });
});

/** A few bytes less than a file may have. */
const LONG = MIB - 64;
const REFERENCE = `$\{B}`;

describe('a .env file that is only unusual', () => {
  const taken: [what: string, text: string, values: Record<string, string>, refusedLines: number][] = [
    ['a value of almost 1 MiB', `A=${'x'.repeat(LONG)}\nB=1\n`, { A: 'x'.repeat(LONG), B: '1' }, 0],
    ['a quoted one', `A='${'x\n'.repeat(LONG / 2)}'\nB=1\n`, { A: 'x\n'.repeat(LONG / 2), B: '1' }, 0],
    ['a comment of almost 1 MiB', `# ${'x'.repeat(LONG)}\nB=1\n`, { B: '1' }, 0],
    ['a name of almost 1 MiB', `${'A'.repeat(LONG)}=1\nB=1\n`, { B: '1' }, 1],
    ['a line that is none, of almost 1 MiB', `${'x '.repeat(LONG / 2)}\nB=1\n`, { B: '1' }, 1],
    ['white space alone, of almost 1 MiB', `${' \t'.repeat(LONG / 2)}\nB=1\n`, { B: '1' }, 0],
    ['a quote that is not closed, and much behind it', `A="${'\\"'.repeat(LONG / 2)}\nB=1\n`, { B: '1' }, 1],
    ['100,000 references', `B=1\nA="${REFERENCE.repeat(100_000)}"\n`, { A: '1'.repeat(100_000), B: '1' }, 0],
    ['100,000 lines', `${'#\n'.repeat(99_999)}B=1\n`, { B: '1' }, 0],
    ['line ends of all kinds', 'A=1\r\n\r\nB=1\n\nC=1\r', { A: '1', B: '1', C: '1' }, 0],
    ['nothing', '', {}, 0],
    ['a byte order mark alone', '\uFEFF', {}, 0],
  ];

  it.each(taken)('is read for what it is, in little time: %s', async (what, text, values, refusedLines) => {
    const project = `taken-${taken.findIndex(([known]) => known === what)}`;
    await send('POST', '/projects', { name: project });
    const began = performance.now();
    const { status, body } = await importBytes(Buffer.from(text), { on_error: 'collect' }, project);
    expect(performance.now() - began).toBeLessThan(MAX_MS);
    expect([status, body.refused?.length]).toEqual([200, refusedLines]);
    const resolved = await send('GET', `/projects/${project}/variables/resolved`);
    const found = resolved.body.variables.map(({ key, value }: Record<string, string>) => [key, value]);
    expect(Object.fromEntries(found)).toEqual(values);
  });

  it('is refused by name where its references make a value too long, or leave it out of all bounds', async () => {
    await send('POST', '/projects', { name: 'many' });
    const file = (count: number) => Buffer.from(`B=${'b'.repeat(64)}\nA="${REFERENCE.repeat(count)}"\n`);
    const tooLong = await importBytes(file(200_000), {}, 'many');
    expect([tooLong.status, tooLong.body.error_code]).toEqual([413, 'secret_too_large']);
    expect((await send('GET', '/projects/many/env-vars')).body).toEqual([]);
    expect((await importBytes(file(100_000), {}, 'many')).body.references).toBe(100_000);
    const resolved = await send('GET', '/projects/many/variables/resolved');
    expect([resolved.status, resolved.body.error_code]).toEqual([413, 'secret_too_large']);
  });
});
