import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { canInterruptCalls, failingEnv } from '../crash/interruptions.ts';
import { until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { type Served, serve, temps } from './terminal.ts';

const PASSWORD = 'a long enough password';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-unwritable-'));
});
afterAll(() => {
  spawnSync('umount', ['-l', join(folder, 'small')], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

function prepare(dir: string, env: NodeJS.ProcessEnv = {}) {
  const cli = (args: string[], input = '') => temps(dir, args, input, env);
  expect(cli(['admin', 'create', '--email', 'ada@example.org'], PASSWORD).err).toBe('');
  expect(cli(['projects', 'create', 'shop']).err).toBe('');
  expect(cli(['env', 'set', 'A_TOKEN', '-p', 'shop', '--secret'], 'kept').err).toBe('');
}

/** What goes on without a write: reading one value, running a program with all, lists. */
function expectReading(dir: string): void {
  expect(temps(dir, ['env', 'get', 'A_TOKEN', '-p', 'shop'])).toMatchObject({ out: 'kept', err: '' });
  expect(temps(dir, ['run', '-p', 'shop', '--', 'printenv', 'A_TOKEN'])).toMatchObject({
    out: 'kept\n',
    err: '',
  });
  expect(temps(dir, ['env', 'list', '-p', 'shop']).out).toContain('A_TOKEN');
  expect(temps(dir, ['projects', 'list']).out).toContain('shop');
}

describe('a running instance whose disk takes no writes', () => {
  const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
  let dir: string;
  let fault: string;
  let served: Served;
  let cookie: string;
  beforeAll(async () => {
    if (!canInterruptCalls()) return;
    dir = join(folder, 'data');
    fault = join(folder, 'fault');
    served = await serve(dir, [], failingEnv(dir, fault));
    prepare(dir);
    const signedIn = await ask('POST', '/api/auth/login', { email: 'ada@example.org', password: PASSWORD });
    cookie = signedIn.cookie;
  });
  afterAll(async () => {
    rmSync(join(folder, 'fault'), { force: true });
    await served?.stop();
  });

  function ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; cookie: string; text: string }> {
    const headers = {
      ...(cookie ? { cookie } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, served.url),
        // A connection of its own: one that is kept may be closed by the instance as the next request is sent.
        { method, headers, rejectUnauthorized: false, agent: false },
        (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += chunk;
          });
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '',
              text,
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body ? JSON.stringify(body) : undefined);
    });
  }
  const database = () => JSON.parse(temps(dir, ['status', '--json']).out).database;
  const countReads = () =>
    (
      JSON.parse(temps(dir, ['audit', '--limit', '500', '--json']).out) as { operation_type: string }[]
    ).filter(({ operation_type: operation }) => ['ENV_VAR_REVEALED', 'ENV_VARS_RESOLVED'].includes(operation))
      .length;

  it.each([
    ['full', 'ENOSPC', /disk that holds .* is full/, 'full'],
    ['read-only', 'EROFS', /cannot be (read or )?written/, 'read_only|failing'],
    ['broken', 'EIO', /cannot be read or written/, 'failing'],
  ] as const)('that is %s still reads, says that writing has stopped, and goes on by itself', async (_what, error, words, state) => {
    const before = countReads();
    writeFileSync(fault, String(constants.errno[error]));
    const refused = temps(dir, ['env', 'set', 'NEW', '-p', 'shop'], 'value');
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(words)]);
    expectReading(dir);
    expect(JSON.parse((await ask('GET', '/api/user/me')).text)).toMatchObject({ email: 'ada@example.org' });
    expect(database()).toMatchObject({
      state: expect.stringMatching(new RegExp(`^(${state})$`)),
      detail: expect.stringMatching(/can be read; nothing new is saved until/),
    });
    expect(temps(dir, ['status']).code).toBe(1);
    rmSync(fault);
    await until(() => database().state === 'ok');
    expect(temps(dir, ['env', 'set', 'NEW', '-p', 'shop'], 'value').err).toBe('');
    expect(temps(dir, ['env', 'rm', 'NEW', '-p', 'shop']).err).toBe('');
    // What was read meanwhile is in the log now.
    await until(() => countReads() === before + 2);
  });
});

describe('a command on a disk that takes no writes', () => {
  const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
  const it = requires('mounting a small disk', canMount, 'needs root');
  const small = () => join(folder, 'small');

  it('reads without a running instance, read-only or full, and refuses to write by its name', () => {
    mkdirSync(small());
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1200k,mode=700', 'tmpfs', small()]);
    prepare(small());
    execFileSync('mount', ['-o', 'remount,ro', small()]);
    expectReading(small());
    expect(temps(small(), ['env', 'set', 'NEW', '-p', 'shop'], 'x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot be (read or )?written/),
    });
    expect(JSON.parse(temps(small(), ['status', '--json']).out)).toMatchObject({
      state: 'running',
      database: { state: expect.stringMatching(/read_only|failing/) },
    });
    execFileSync('mount', ['-o', 'remount,rw', small()]);
    spawnSync('dd', ['if=/dev/zero', `of=${join(small(), 'filler')}`, 'bs=1k'], { stdio: 'ignore' });
    expectReading(small());
    expect(temps(small(), ['env', 'set', 'NEW', '-p', 'shop'], 'x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/full/),
    });
    rmSync(join(small(), 'filler'));
    expect(temps(small(), ['env', 'set', 'NEW', '-p', 'shop'], 'x').err).toBe('');
  });
});
