import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../electron/instance/projects/env-files/env-file.ts';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { startChild } from '../child.ts';
import { findLeaks } from '../crash/leaks.ts';
import { until } from '../keyring.ts';
import { program } from '../program.ts';
import { type Served, serve, temps } from './terminal.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const fixture = join(import.meta.dirname, '../fixtures/real-world.env');
const entries = parseEnvFile(readFileSync(fixture)).entries;
const printAll = ['-e', 'process.stdout.write(JSON.stringify(process.env))'];

let folder: string;
let dataDir: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-journey-'));
  dataDir = join(folder, 'data');
  served = await serve(dataDir);
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (args: string[], input = '') => temps(dataDir, args, input);
const done = (args: string[], input = '') => {
  const ran = cli(args, input);
  expect(ran.err, args.join(' ')).toBe('');
  expect(ran.code, args.join(' ')).toBe(0);
  return ran.out;
};

/** Whether nobody answers at a socket any more. */
const isClosed = (path: string) =>
  new Promise<boolean>((resolve) => {
    const asked = connect(path, () => resolve(asked.destroy() === null));
    asked.on('error', () => resolve(true));
  });

/** As the console's page does it. */
function post(url: string, path: string, body: object): Promise<{ status: number; cookie: string }> {
  const { port, origin } = new URL(url);
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: 'localhost',
        port,
        path,
        method: 'POST',
        rejectUnauthorized: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), origin },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            cookie: String(response.headers['set-cookie'] ?? ''),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** The order matters: one person's way from the first start to a recovered key. */
describe('the whole way of a new user', () => {
  it('creates the administrator through the set-up link, which works once', async () => {
    const { hash } = new URL(served.setupUrl ?? '');
    const form = {
      token: new URLSearchParams(hash.slice(1)).get('token') ?? '',
      email: 'ada@example.org',
      name: 'Ada',
      password: 'a long enough password',
    };
    expect((await post(served.url, '/api/setup', { ...form, password: 'short' })).status).toBe(400);
    const made = await post(served.url, '/api/setup', form);
    expect(made.status).toBe(201);
    expect(made.cookie).toContain('HttpOnly');
    expect((await post(served.url, '/api/setup', form)).status).toBe(409);
    expect(done(['console', '--print'])).toMatch(
      /^https:\/\/localhost:\d+\/link#purpose=owner&token=[\w-]{43}\n$/,
    );
  });

  it('prints the address of the console wherever no browser opens', () => {
    const link = /^https:\/\/localhost:\d+\/link#purpose=\w+&token=[\w-]{43}\n$/;
    const bin = join(folder, 'opener');
    mkdirSync(bin);
    const opener = (text: string) =>
      writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const display = { DISPLAY: ':77', WAYLAND_DISPLAY: '', PATH: bin };
    const open = (env: NodeJS.ProcessEnv) => temps(dataDir, ['console'], '', env);

    const unseen = open({ ...display, DISPLAY: '' });
    expect(unseen).toMatchObject({ code: 0, out: expect.stringMatching(link) });
    expect(unseen.err).toContain('There is no display here.');
    // No program of that name, and one that has no browser to open.
    expect(open(display)).toMatchObject({ code: 0, out: expect.stringMatching(link) });
    opener('exit 3');
    expect(open(display)).toMatchObject({ code: 0, out: expect.stringMatching(link) });

    opener(`echo "$1" > ${join(bin, 'opened')}`);
    expect(open(display)).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(bin, 'opened'), 'utf8')).not.toContain('token=');
  });

  it('imports a real .env file of 60 variables, dry first', () => {
    expect(entries.length).toBeGreaterThanOrEqual(60);
    done(['projects', 'create', 'shop']);
    expect(done(['env', 'import', fixture, '-p', 'shop', '--dry-run'])).toContain(
      `Dry run: ${entries.length} added`,
    );
    expect(JSON.parse(done(['env', 'list', '-p', 'shop', '--json']))).toEqual([]);
    const said = done(['env', 'import', fixture, '-p', 'shop']);
    expect(said).toContain(`${entries.length} added`);
    expect(said).not.toContain('sk_live_51HsecretCanary');
  });

  it('shows no secret in a list, and every value byte for byte in a program', () => {
    const list = done(['env', 'list', '-p', 'shop']);
    expect(list).not.toMatch(/secretCanary|s3cr3t-pg-pass|BEGIN PRIVATE/);
    const environment = JSON.parse(
      done(['run', '-p', 'shop', '--', process.execPath, ...printAll]),
    ) as Record<string, string>;
    for (const { name, value } of entries) expect(environment[name], name).toBe(value);
    const printed = done(['run', '-p', 'shop', '--', 'printenv', 'SIGNING_KEY']);
    expect(printed).toBe(`${entries.find(({ name }) => name === 'SIGNING_KEY')?.value}\n`);
    expect(done(['env', 'get', 'PGPASSWORD', '-p', 'shop'])).toBe('p$ss"w0rd#1');
  });

  it('gives the values back as a file that reads the same', () => {
    const back = parseEnvFile(Buffer.from(done(['env', 'export', '-p', 'shop']))).entries;
    expect(back.map(({ name, value }) => ({ name, value }))).toEqual(
      entries.map(({ name, value }) => ({ name, value })),
    );
  });

  it('sets, reads and removes single values, from standard input alone', () => {
    done(['env', 'set', 'ONE_TOKEN', '-p', 'shop', '--secret'], 'one line\n');
    expect(done(['env', 'get', 'ONE_TOKEN', '-p', 'shop'])).toBe('one line');
    done(['env', 'set', 'ONE_TOKEN', '-p', 'shop'], 'two\nlines\n');
    expect(done(['env', 'get', 'ONE_TOKEN', '-p', 'shop'])).toBe('two\nlines\n');
    done(['env', 'rm', 'ONE_TOKEN', '-p', 'shop']);
    expect(cli(['env', 'get', 'ONE_TOKEN', '-p', 'shop']).code).toBe(4);
  });

  it('gives a program variables whose names every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      done(['env', 'set', name, '-p', 'shop'], `value of ${name}`);
    const printed = done(['run', '-p', 'shop', '--', 'env']);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(printed).toContain(`${name}=value of ${name}\n`);
      expect(done(['env', 'export', '-p', 'shop'])).toContain(name);
      done(['env', 'rm', name, '-p', 'shop']);
    }
  });

  it('sets what refers to a variable that comes later, with a warning, and refuses a circle', () => {
    const early = cli(['env', 'set', 'REF_A', '-p', 'shop', '--plain'], '${{REF_B}}\n');
    expect([early.code, early.out]).toEqual([0, 'Set REF_A (plain).\n']);
    expect(early.err).toContain('warning: REF_A refers to REF_B, which does not exist in production.');
    const circle = cli(['env', 'set', 'REF_B', '-p', 'shop', '--plain'], '${{REF_A}}\n');
    expect(circle.code).toBe(1);
    expect(circle.err).toContain('REF_B → REF_A → REF_B');
    expect(cli(['env', 'set', 'REF_B', '-p', 'shop', '--plain'], 'b\n')).toMatchObject({ code: 0, err: '' });
    expect(done(['run', '-p', 'shop', '--', 'printenv', 'REF_A'])).toBe('b\n');
    for (const key of ['REF_A', 'REF_B']) done(['env', 'rm', key, '-p', 'shop']);
  });

  it("passes a program's exit code and signal on", () => {
    expect(cli(['run', '-p', 'shop', '--', 'sh', '-c', 'exit 42']).code).toBe(42);
    // By the signal itself, which has no exit code.
    expect(cli(['run', '-p', 'shop', '--', 'sh', '-c', 'kill -TERM $$']).code).toBeNull();
    expect(cli(['run', '-p', 'shop', '--', '/nothing/here']).code).toBe(127);
    expect(cli(['run', '-p', 'nothing', '--', 'true']).code).toBe(4);
    expect(cli(['run', '-p', 'shop']).code).toBe(2);
  });

  it('warns until a copy is proven, makes copies, and verifies them', () => {
    expect(JSON.parse(done(['key', 'status', '--json'])).health.level).toBe('at_risk');
    const refused = cli(
      ['key', 'copy', '--format', 'age', '--to', join(folder, 'key.age'), '--passphrase-stdin'],
      `${PASSPHRASE}\n`,
    );
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/same physical disk.*--keep-anyway/s);
    for (const format of ['age', 'kdbx']) {
      done(
        [
          'key',
          'copy',
          '--format',
          format,
          '--to',
          join(folder, `key.${format}`),
          '--passphrase-stdin',
          '--keep-anyway',
        ],
        `${PASSPHRASE}\n`,
      );
      expect(
        done(['key', 'verify', join(folder, `key.${format}`), '--passphrase-stdin'], `${PASSPHRASE}\n`),
      ).toContain('This copy can decrypt the secrets of this instance');
    }
    expect(
      cli(['key', 'copy', '--format', 'plain', '--to', join(folder, 'plain'), '--keep-anyway']).err,
    ).toContain('--unprotected');
    expect(cli(['key', 'verify', fixture]).code).toBe(1);
  });

  it('loses its key, is locked, answers what is plain, and is unlocked with the words', async () => {
    const key = parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim());
    const words = key ? formatWords(key) : '';
    await served.stop();
    renameSync(join(dataDir, 'encryption_key'), join(folder, 'lost'));
    served = await serve(dataDir);
    const status = cli(['status']);
    expect(status.code).toBe(3);
    expect(status.out).toContain('locked');
    expect(done(['env', 'get', 'NODE_ENV', '-p', 'shop'])).toBe('production');
    expect(cli(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop']).code).toBe(3);
    expect(cli(['run', '-p', 'shop', '--', 'true']).code).toBe(3);
    expect(cli(['doctor']).code).toBe(3);
    expect(cli(['key', 'unlock', '-'], 'abandon '.repeat(24)).code).toBe(1);
    expect(done(['key', 'unlock', '-'], `${words}\n`)).toContain('Unlocked');
    expect(done(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop'])).toBe('sk_live_51HsecretCanary');
    expect(existsSync(join(dataDir, 'encryption_key'))).toBe(true);
    expect(done(['doctor'])).toContain('can be decrypted: ');
  });

  it('is told of a secret that was left plain, and encrypts it', () => {
    done(['projects', 'create', 'left-plain']);
    done(['env', 'set', 'MAIL_PASSWORD', '-p', 'left-plain', '--plain'], 'canary-plain');
    const told = done(['doctor']);
    expect(told).toContain('MAIL_PASSWORD');
    expect(told).not.toContain('canary');
    expect(cli(['env', 'encrypt']).code).toBe(1);
    expect(done(['env', 'get', 'MAIL_PASSWORD', '-p', 'left-plain'])).toBe('canary-plain');
    expect(cli(['env', 'encrypt', '--yes']).out).toMatch(/^Encrypted \d+ variable/);
    expect(done(['env', 'list', '-p', 'left-plain'])).toContain('[secret]');
    expect(cli(['projects', 'delete', 'left-plain', '--yes']).code).toBe(0);
  });

  it('rotates its key', () => {
    done(
      [
        'key',
        'rotate',
        '--copy-to',
        join(folder, 'second.age'),
        '--format',
        'age',
        '--passphrase-stdin',
        '--keep-anyway',
      ],
      `${PASSPHRASE}\n`,
    );
    const { epoch, epochs } = JSON.parse(done(['key', 'status', '--json']));
    expect(epoch).toBe(2);
    expect(done(['key', 'rotate', '--without-copy', '--yes'])).toContain('values encrypted with');
    expect(done(['key', 'rotate', '--resume'])).toContain('Done: ');
    const old = epochs[1].fingerprint;
    expect(cli(['key', 'shred', old])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/only be decrypted with key version 1.*Nothing was shredded.*--yes/s),
    });
    const shredded = cli(['key', 'shred', old, '--yes']);
    expect(shredded).toMatchObject({ code: 0, out: expect.stringContaining('Removed') });
    expect(shredded.err).toMatch(/backups of the database made from \d{4}-\d\d-\d\d to \d{4}/);
    expect(
      cli(['key', 'verify', join(folder, 'key.age'), '--passphrase-stdin'], `${PASSPHRASE}\n`).out,
    ).toContain('version 1');
    expect(done(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop'])).toBe('sk_live_51HsecretCanary');
  });

  it('locks and unlocks on request', () => {
    done(['key', 'lock']);
    expect(cli(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop']).code).toBe(3);
    done(['key', 'unlock']);
    done(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop']);
  });

  it('makes an API key that opens the API', () => {
    const { code, out, err } = cli(['token', 'create', '--name', 'ci', '--role', 'reader']);
    const key = out.trim();
    expect([code, key]).toEqual([0, expect.stringMatching(/^tk_\S+$/)]);
    // Lines that use it, without it.
    expect(err).toContain('curl');
    expect(err).not.toContain(key);
    const { stdout } = spawnSync('curl', ['-sk', '-H', '@-', `${served.url}/api/projects`], {
      input: `Authorization: Bearer ${key}`,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout).projects).toHaveLength(1);
  });

  it('puts no secret where others could read it: files, arguments, output', async () => {
    const secrets: Record<string, Uint8Array> = Object.fromEntries(
      ['STRIPE_SECRET_KEY', 'SIGNING_KEY', 'SESSION_SECRET', 'AWS_SECRET_ACCESS_KEY'].map((name) => [
        name,
        Buffer.from(entries.find((entry) => entry.name === name)?.value ?? 'missing'),
      ]),
    );
    expect(findLeaks(dataDir, secrets)).toEqual([]);
    const { stdout } = spawnSync(
      'sh',
      [
        '-c',
        `strings -n 6 ${readdirSync(dataDir)
          .filter((name) => name.startsWith('temps.db'))
          .map((name) => join(dataDir, name))
          .join(' ')}`,
      ],
      { encoding: 'utf8', maxBuffer: 1e8 },
    );
    expect(stdout).toContain('SHOP'.toLowerCase());
    expect(stdout).not.toMatch(/secretCanary|s3cr3t-pg-pass|kX9v2LqPz7|wJalrXUtnFEMI/);
    for (const secret of Object.values(secrets))
      expect(served.output()).not.toContain(Buffer.from(secret).toString('utf8'));
  });

  it('works on the data directory itself when nothing runs, and after a kill -9', async () => {
    await served.stop('SIGKILL');
    expect(done(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop'])).toBe('sk_live_51HsecretCanary');
    expect(cli(['console', '--print']).code).toBe(4);
    served = await serve(dataDir);
    const second = cli(['serve', '--https-port', '0', '--http-port', '0']);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`process ${served.child.pid}`);
  });

  it('stops on a signal, with exit code 0', async () => {
    expect(await served.stop('SIGINT')).toBe(0);
    served = await serve(dataDir);
  });

  it('stops at once on a second one, with the database closed and the directory free', async () => {
    // A request that never ends keeps the first stop waiting.
    const held = connect(served.socket).on('error', () => undefined);
    held.write('POST /api/projects HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    held.write('expect: 100-continue\r\ncontent-length: 100\r\n\r\n');
    await once(held, 'data');
    served.child.kill('SIGTERM');
    await until(() => isClosed(served.socket));
    expect(await served.stop('SIGTERM')).toBe(1);
    held.destroy();
    expect(existsSync(join(dataDir, 'temps.db-wal'))).toBe(false);
    served = await serve(dataDir);
    expect(done(['env', 'get', 'STRIPE_SECRET_KEY', '-p', 'shop'])).toBe('sk_live_51HsecretCanary');
  });
});

describe('wrong usage', () => {
  it.each([
    [[], 2],
    [['nothing'], 2],
    [['env', 'list'], 2],
    [['env', 'set', 'A', 'a-secret-in-the-arguments', '-p', 'shop'], 2],
    [['env', 'list', '--nothing', '-p', 'shop'], 2],
    [['key', 'copy', '--format', 'nothing', '--to', 'x'], 2],
    [['key', 'copy', '--format', 'plain', '--to', '-'], 2],
    [['key', 'rotate', '--copy-to', '-', '--format', 'words'], 2],
    [['key', 'rotate'], 2],
    [['key', 'rotate', '--undo', '--resume'], 2],
    [['serve', '--https-port', '70000'], 2],
    [['serve', '--custody', 'pocket'], 2],
    [['env', 'import', 'a', '-p', 'shop', '--merge', '--replace'], 2],
    [['projects', 'delete', 'nothing'], 4],
    [['env', 'import', '/nothing', '-p', 'shop'], 4],
    [['token', 'create', '--name', 'x', '--role', 'king'], 2],
    [['--data-dir'], 2],
    [['--json', 'nothing'], 2],
  ] as [string[], number][])('%j gives %i', (args, code) => {
    const ran = cli(args);
    expect(ran.code).toBe(code);
    expect(ran.err).not.toMatch(/\n\s+at /);
  });

  it('takes what every command takes before its name too', () => {
    const elsewhere = (args: string[]) => temps(join(folder, 'empty'), args);
    expect(elsewhere(['status']).code).toBe(4);
    for (const front of [
      ['--data-dir', dataDir],
      [`--data-dir=${dataDir}`],
      ['--json', '--data-dir', dataDir],
    ])
      expect(elsewhere([...front, 'projects', 'list']).out, front.join(' ')).toContain('shop');
    const ran = elsewhere(['--data-dir', dataDir, 'run', '-p', 'shop', '--', 'echo', '--json']);
    expect(ran).toMatchObject({ code: 0, out: '--json\n' });
  });

  it('ends quietly when its reader has seen enough', () => {
    const command = `${process.execPath} ${program} env export -p shop --data-dir ${dataDir}`;
    const { stderr, status } = spawnSync('bash', ['-c', `set -o pipefail; ${command} | true`], {
      encoding: 'utf8',
    });
    expect([stderr, status]).toEqual(['', 0]);
  });

  it('says so when the instance stops before it answered', async () => {
    const halfway = join(folder, 'halfway');
    mkdirSync(halfway);
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      if (request.url === '/api/auth/email-status') response.end('{}');
      else request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(join(halfway, 'temps.sock'), resolve));
    const child = startChild(process.execPath, [program, 'status', '--data-dir', halfway]);
    const { code } = await child.waitForEnd();
    server.close();
    expect([code, asked]).toEqual([1, 2]);
    expect(child.output).toMatch(/^temps-desktop: The instance stopped before it responded/);
  });

  it('has help for every command', () => {
    expect(done(['--help'])).toContain('temps-desktop COMMAND');
    for (const command of [['serve'], ['env', 'set'], ['key', 'rotate'], ['run'], ['token', 'create']])
      expect(done([...command, '--help'])).toContain('usage: temps-desktop');
  });

  it('answers with the problem as JSON when asked', () => {
    const ran = cli(['env', 'get', 'NOPE', '-p', 'shop', '--json']);
    expect(JSON.parse(ran.err)).toMatchObject({ error_code: 'not_found' });
  });

  it('makes no instance where none is', () => {
    const empty = join(folder, 'empty');
    expect(temps(empty, ['status']).code).toBe(4);
    expect(existsSync(empty)).toBe(false);
  });

  it('imports nothing of a bad file', () => {
    const bad = join(folder, 'bad.env');
    copyFileSync(fixture, bad);
    writeFileSync(bad, `${readFileSync(fixture, 'utf8')}\nPORT=1\n`);
    const before = done(['env', 'export', '-p', 'shop']);
    const ran = cli(['env', 'import', bad, '-p', 'shop', '--repeated', 'refuse']);
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toMatch(/PORT occurs twice: on line 3 and on line \d+/);
    expect(done(['env', 'export', '-p', 'shop'])).toBe(before);
  });
});
