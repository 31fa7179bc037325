import { execFile, execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import has from './gaps.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
/** 1.2.23, which `npm test` installs: later ones have ciphers of their own beside BoringSSL's. */
const [bun = ''] = globSync('node_modules/@oven/*/bin/bun', { cwd: import.meta.dirname }).map((path) =>
  join(import.meta.dirname, path),
);
const itInBun = requires('bun', bun !== '', 'needs bun for Linux, which npm test installs');
/** Whole runs of tests, on a busy machine. */
const DEADLINE_MS = 240_000;
const gaps = join(import.meta.dirname, 'gaps.ts');

/** What it printed, whether or not it failed. */
async function run(command: string, ...args: string[]): Promise<{ failed: boolean; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      cwd: root,
      env: { ...process.env, TEMPS_NODE: process.execPath, NO_COLOR: '1' },
      maxBuffer: 16 * 1024 * 1024,
    });
    return { failed: false, output: stdout + stderr };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { failed: true, output: stdout + stderr };
  }
}

/** A planted use of a cipher of OpenSSL's; and one of both libraries'. */
const plant = (cipher: string) =>
  `import { createCipheriv } from 'node:crypto'; createCipheriv('${cipher}', Buffer.alloc(32), Buffer.alloc(12), { authTagLength: 16 });`;

describe('BoringSSL itself, in bun', () => {
  itInBun('lacks what gaps.json says, and has the rest', async () => {
    const lists = `import * as c from 'node:crypto';
      const makes = (type) => { try { c.generateKeyPairSync(type, { namedCurve: 'P-256', modulusLength: 2048 }); return true; } catch { return false; } };
      console.log(JSON.stringify({ ciphers: c.getCiphers(), hashes: c.getHashes().map((name) => name.toLowerCase()), curves: c.getCurves(),
        keyTypes: ['rsa', 'ec', 'ed25519', 'x25519', 'rsa-pss', 'dsa', 'x448', 'ed448'].filter(makes), argon2: typeof c.argon2 }));`;
    const { output } = await run(bun, '-e', lists);
    const found = JSON.parse(output);
    for (const list of ['ciphers', 'hashes', 'curves', 'keyTypes'] as const)
      expect([...new Set(found[list])].sort()).toEqual([...has[list]].sort());
    expect(found.argon2).toBe('undefined');
  });

  itInBun(
    'runs the tests of sealing, shares, copies, backups and TLS that open no store',
    async () => {
      const files = [
        'boringssl/bun-suite.ts',
        'unit/backups/age-stream.test.ts',
        'unit/backups/backup-identity.test.ts',
        'unit/backups/manifest.test.ts',
        'unit/projects/ends/value-end.test.ts',
        'unit/vault/copies/argon2.test.ts',
        'unit/vault/sealing/age-payload.test.ts',
        'unit/vault/sealing/sealed-value.test.ts',
        'unit/vault/sealing/upstream-format.test.ts',
        'unit/vault/sealing/wycheproof.test.ts',
        'unit/vault/split/slip39.test.ts',
      ].map((file) => `./test/${file}`);
      const { failed, output } = await run(bun, 'test', '--timeout', '60000', ...files);
      expect(failed, output).toBe(false);
      expect(output).toMatch(/Ran \d{3} tests across 11 files/);
    },
    DEADLINE_MS,
  );
});

describe('Node with the gaps of BoringSSL', () => {
  it(
    'runs the tests of copies, passphrases and TLS on a real store',
    async () => {
      const { failed, output } = await run(
        process.execPath,
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        'test/boringssl/vitest.config.ts',
        'test/api/vault/vault.test.ts',
        'test/api/vault/vault-passphrases.test.ts',
        'test/api/doors.test.ts',
        '-t',
        'in the format (age|kdbx) open|takes no first key|TLS',
      );
      expect(failed, output).toBe(false);
      expect(output).toMatch(/Tests.* 4 passed/);
    },
    DEADLINE_MS,
  );
});

const failsPlanted = (command: string, ...args: string[]) => {
  const use = (code: string) =>
    execFileSync(command, [...args, '-e', code], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(() => use(plant('chacha20-poly1305'))).toThrow(/Unknown cipher/);
  expect(() => use(plant('aes-256-ccm'))).toThrow(/Unknown cipher/);
  expect(use(plant('aes-256-gcm'))).toBe('');
};
itInBun('a planted use of what BoringSSL lacks fails in bun', () => failsPlanted(bun));
it('a planted use of what BoringSSL lacks fails in Node with the gaps', () =>
  failsPlanted(process.execPath, '--import', gaps, '--input-type=module'));

it('the gaps are also those of the processes and threads that a program starts', async () => {
  const starts = `import { spawn } from 'node:child_process';
    import { Worker } from 'node:worker_threads';
    const use = ${JSON.stringify(plant('chacha20-poly1305'))};
    spawn(process.execPath, ['--input-type=module', '-e', use], { stdio: 'inherit' }).on('exit', (code) => console.log('process', code));
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(use))).on('error', ({ code }) => console.log('thread', code));`;
  const { output } = await run(process.execPath, '--import', gaps, '--input-type=module', '-e', starts);
  expect(output).toContain('process 1');
  expect(output).toContain('thread ERR_CRYPTO_UNKNOWN_CIPHER');
});
