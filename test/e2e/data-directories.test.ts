import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDataDir } from '../../electron/instance/store/data-directory.ts';
import { openStore } from '../../electron/instance/store/store.ts';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { MasterKey } from '../../electron/instance/vault/sealing/master-key.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { snapshot } from '../folders.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';
import { type Served, serve, temps } from './terminal.ts';

let folder: string;
let dir: string;
const running: Served[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-directories-'));
  dir = join(folder, 'data');
});
afterEach(async () => {
  for (const served of running.splice(0)) await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

const SERVE = ['serve', '--https-port', '0', '--http-port', '0'];
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a command on a directory without a usable key', () => {
  /** What owning a directory for a moment leaves; neither is written to. */
  const own = ['instance.lock', 'instance.pid'];

  it.each([
    ['nothing', false],
    ['a key that was never used', true],
  ])('that holds %s makes no key and writes nothing', (_what, hasKey) => {
    mkdirSync(dir, { mode: 0o700 });
    openStore(dir, { now: () => 1 }).close();
    if (hasKey) writeFileSync(join(dir, 'encryption_key'), 'ab'.repeat(32), { mode: 0o600 });
    const before = snapshot(dir);
    const words = formatWords(MasterKey.generate());
    const ran: [string[], string?][] = [
      [['status']],
      [['doctor']],
      [['env', 'list', '-p', 'shop']],
      [['key', 'unlock', '-'], words],
      [['key', 'unlock']],
      [['key', 'status']],
    ];
    for (const [args, input] of ran) {
      const { err } = temps(dir, args, input);
      expect(err, args.join(' ')).not.toContain('Unexpected');
      expect(
        snapshot(dir).filter(([name]) => !own.includes(String(name))),
        args.join(' '),
      ).toEqual(before);
    }
    const { code, out } = temps(dir, ['status']);
    expect(code).toBe(3);
    expect(out).toMatch(/There is no key yet.*temps-desktop serve/);
  });

  it('is served and set up with one all the same', async () => {
    mkdirSync(dir, { mode: 0o700 });
    openStore(dir, { now: () => 1 }).close();
    expect(temps(dir, ['status']).code).toBe(3);
    running.push(await serve(dir));
    expect(temps(dir, ['status']).out).toContain('version 1');
    const other = join(folder, 'other');
    expect(
      temps(other, ['admin', 'create', '--email', 'ada@example.org'], 'a long enough password').err,
    ).toBe('');
    expect(existsSync(join(other, 'encryption_key'))).toBe(true);
  });
});

describe("other people's files", () => {
  it('are left alone by a start in their folder, which is refused by its name', () => {
    mkdirSync(join(dir, 'chapters'), { recursive: true });
    chmodSync(dir, 0o755);
    for (const name of ['thesis.txt', 'chapters/one.txt', 'encryption_key.old-notes'])
      writeFileSync(join(dir, name), 'mine', { mode: 0o644 });
    const before = snapshot(dir);
    const { code, err } = temps(dir, SERVE);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/holds other files \(chapters\).*choose an empty folder/),
    ]);
    expect(temps(dir, ['status'])).toMatchObject({ code: 4, err: expect.stringContaining('no instance') });
    expect(snapshot(dir)).toEqual(before);
    expect(modeOf(dir)).toBe('755');
  });

  it('beside a database keep their permissions; ours are tightened', () => {
    prepareDataDir(dir);
    openStore(dir, { now: () => 1 }).close();
    for (const name of ['notes.txt', 'encryption_key']) writeFileSync(join(dir, name), 'x');
    for (const name of ['notes.txt', 'encryption_key', 'temps.db']) chmodSync(join(dir, name), 0o644);
    expect(prepareDataDir(dir).map((line) => line.split(' ')[0])).toEqual(
      ['encryption_key', 'temps.db'].map((name) => join(dir, name)),
    );
    expect(modeOf(join(dir, 'notes.txt'))).toBe('644');
  });

  it.each([
    ['a file system with its own folder', ['lost+found/'], true],
    ["upstream's key", ['encryption_key'], true],
    ["upstream's key below", ['data/', 'data/encryption_key'], true],
    ['a folder called data', ['data/'], false],
    ['a start that was killed', ['instance.lock', 'temps.db.new'], true],
  ])('are told from %s', (_what, names, isUsable) => {
    mkdirSync(dir);
    for (const name of names)
      if (name.endsWith('/')) mkdirSync(join(dir, name));
      else writeFileSync(join(dir, name), '');
    const prepare = () => prepareDataDir(dir);
    if (isUsable) expect(prepare).not.toThrow();
    else expect(prepare).toThrow(/holds other files/);
  });
});

describe('a disk that is not mounted', () => {
  it('leaves a link without its target, and nothing is begun anew', () => {
    mkdirSync(dir, { mode: 0o700 });
    const target = join(folder, 'disk', 'temps.db');
    symlinkSync(target, join(dir, 'temps.db'));
    const before = snapshot(dir);
    for (const args of [SERVE, ['status'], ['admin', 'create', '--email', 'ada@example.org']]) {
      const { code, err } = temps(dir, args, 'a long enough password');
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/is a link to .*disk\/temps\.db, which is not there.*mount/),
      ]);
    }
    expect(snapshot(dir)).toEqual(before);
    expect(existsSync(target)).toBe(false);
  });

  it('is said where the data directory itself is the link', () => {
    symlinkSync(join(folder, 'disk'), dir);
    expect(temps(dir, SERVE)).toMatchObject({ code: 1, err: expect.stringContaining('is a link to') });
    expect(existsSync(join(folder, 'disk'))).toBe(false);
  });

  it('is used through the link once it is there, with its log beside it', () => {
    mkdirSync(dir, { mode: 0o700 });
    const disk = join(folder, 'disk');
    mkdirSync(disk, { mode: 0o700 });
    openStore(disk, { now: () => 1 }).close();
    symlinkSync(join(disk, 'temps.db'), join(dir, 'temps.db'));
    const store = openStore(dir, { now: () => 1 });
    store.transaction(() => store.rename('linked'));
    expect(existsSync(join(disk, 'temps.db-wal'))).toBe(true);
    store.close();
    expect(openStore(dir, { now: () => 1 }).identity.name).toBe('linked');
  });
});

describe('a database file copied while its instance runs', () => {
  it('holds the first key record from the first instant, and says what it lacks', async () => {
    const served = await serve(dir);
    running.push(served);
    const copy = (to: string) => {
      const at = join(folder, to);
      mkdirSync(at, { mode: 0o700 });
      for (const name of ['temps.db', 'encryption_key']) copyFileSync(join(dir, name), join(at, name));
      return at;
    };
    const early = copy('early');
    expect(temps(dir, ['projects', 'create', 'shop']).err).toBe('');
    const lines = Array.from({ length: 400 }, (_, at) => `TOKEN_${at}=value-of-${at}-that-is-secret`);
    expect(temps(dir, ['env', 'import', '-', '-p', 'shop', '--secret'], lines.join('\n')).err).toBe('');
    const { fingerprint } = JSON.parse(temps(dir, ['key', 'status', '--json']).out);
    for (const at of [early, copy('late')]) {
      const status = JSON.parse(temps(at, ['status', '--json']).out);
      expect(status).toMatchObject({ state: 'running', fingerprint });
      expect(status.said).toEqual([expect.stringMatching(/without temps\.db-wal.*missing/)]);
      expect(temps(at, ['status']).out).toMatch(/^Note {6}.*without temps\.db-wal/m);
    }
  });
});

describe('a data directory of another account', () => {
  const other = requires(
    'another account',
    process.getuid?.() === 0 &&
      spawnSync(process.execPath, ['-v'], { uid: 65_534, gid: 65_534 }).status === 0,
    'needs root, and a Node that others may run',
  );
  const asNobody = (args: string[]) =>
    spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      uid: 65_534,
      gid: 65_534,
      env: { ...commandLineEnv(dir), XDG_CACHE_HOME: '/nonexistent', NODE_COMPILE_CACHE: undefined },
    });

  other('is not taken for one without an instance', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(dir, { mode: 0o700 });
    openStore(dir, { now: () => 1 }).close();
    writeFileSync(join(dir, 'secret.env'), 'A=1');
    for (const args of [
      ['status'],
      ['env', 'list', '-p', 'shop'],
      SERVE,
      ['env', 'import', join(dir, 'secret.env'), '-p', 'shop'],
    ]) {
      const { status, stderr } = asNobody(args);
      expect([status, stderr], args.join(' ')).toEqual([
        1,
        expect.stringMatching(
          /not accessible to this account|belongs to another user|cannot be looked at by this account/,
        ),
      ]);
      expect(stderr).not.toContain('There is no');
    }
    running.push(await serve(dir));
    expect(asNobody(['status'])).toMatchObject({ status: 1, stderr: expect.stringContaining('account') });
  });
});
