import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';

const NOT_UTF8 = Buffer.from([0x63, 0x61, 0x6e, 0x61, 0x72, 0x79, 0xff, 0xfe]);

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-values-'));
  run(['projects', 'create', 'shop']);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function run(args: string[], input: Buffer | string = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    input,
    encoding: 'utf8',
    env: commandLineEnv(dataDir),
  });
  return { code: status, out: stdout, err: stderr };
}

describe('a passphrase or key on standard input', () => {
  it('is refused when it is not UTF-8: another one would be taken for it', () => {
    for (const args of [
      ['key', 'move', '--to', 'passphrase', '--passphrase-stdin'],
      ['key', 'verify', '-'],
      ['key', 'unlock', '-'],
      ['admin', 'create', '--email', 'ada@example.org'],
    ]) {
      const refused = run(args, NOT_UTF8);
      expect([refused.code, refused.err], args.join(' ')).toEqual([1, expect.stringContaining('not UTF-8')]);
      expect(refused.err).not.toContain('canary');
    }
  });
});

describe('a value on standard input', () => {
  it('is refused when it is not UTF-8, and what was there stays', () => {
    run(['env', 'set', 'NAME', '-p', 'shop', '--plain'], 'before\n');
    for (const args of [
      ['env', 'set', 'NAME', '-p', 'shop'],
      ['key', 'recovery', 'reenter', '0198c0de-0000-7000-8000-000000000000'],
    ]) {
      const refused = run(args, NOT_UTF8);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain('not UTF-8');
      expect(refused.err).not.toContain('canary');
    }
    expect(run(['env', 'get', 'NAME', '-p', 'shop']).out).toBe('before');
  });

  it('is kept byte for byte but for the line end of a single line', () => {
    for (const [given, kept] of [
      ['\uFEFFä\u{1F511}\n', '\uFEFFä\u{1F511}'],
      ['one\ntwo\n', 'one\ntwo\n'],
    ] as const) {
      expect(run(['env', 'set', 'NAME', '-p', 'shop'], given).code).toBe(0);
      expect(run(['env', 'get', 'NAME', '-p', 'shop']).out).toBe(kept);
    }
  });
});
