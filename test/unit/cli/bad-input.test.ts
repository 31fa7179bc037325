import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../../electron/cli/command.ts';
import { runCommandLine } from '../../../electron/cli/command-line.ts';
import { groups } from '../../../electron/cli/registry.ts';
import { openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { snapshot } from '../../folders.ts';
import { quick } from '../../work-factor.ts';

const commands: [name: string, command: Command][] = (
  await Promise.all(Object.values(groups).map(({ load }) => load()))
).flatMap((group) => Object.entries(group.commands));

/** The least that a usage asks for: `env set KEY -p PROJECT [-e ENV]` is `env set x -p x`. */
function fillIn(usage: string): string[] {
  let text = usage;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replaceAll(/\[[^[\]]*\]/g, '');
  }
  const [own = '', program] = text
    .replaceAll(/\(([^|)]*)[^)]*\)/g, '$1')
    .replace(/ \| .*/, '')
    .split(' -- ');
  const words = own
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '…')
    .map((word) => word.replace(/\|.*/, ''))
    .map((word) => (/^[A-Z]+$/.test(word) ? 'x' : word));
  return program === undefined ? words : [...words, '--', 'true'];
}

let folder: string;
let cwd: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'temps-bad-input-')));
  cwd = process.cwd();
  process.chdir(folder);
  mkdirSync('directory');
  writeFileSync('file', 'A=1\n');
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});
// Without a terminal, and with nothing on standard input.
beforeEach(() => {
  vi.spyOn(process, 'stdin', 'get').mockImplementation(() => Readable.from([]) as typeof process.stdin);
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Said {
  code: number;
  out: string;
  err: string;
}

async function run(...words: string[]): Promise<Said> {
  const collect = (stream: NodeJS.WriteStream) => {
    const texts: string[] = [];
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      texts.push(String(text));
      return true;
    });
    return texts;
  };
  const [out, err] = [collect(process.stdout), collect(process.stderr)];
  const code = await runCommandLine(words);
  return { code, out: out.join(''), err: err.join('') };
}

/** The documented exit codes of what is refused. */
const REFUSED = [1, 2, 3, 4];

/** With --json: the one object that it says, with its code. */
function readRefusal({ code, out, err }: Said): { code: number; name: string; detail: string } {
  expect(out).toBe('');
  expect(REFUSED).toContain(code);
  const { error_code: name, detail } = JSON.parse(err) as { error_code: string; detail: string };
  // That would be an error that nobody expected.
  expect(name).not.toBe('internal_error');
  return { code, name, detail };
}

interface Given {
  name: string;
  usage: string;
  /** Its words. */
  own: string[];
  /** What it asks for at least. */
  given: string[];
  /** Those before its first option. */
  positionals: string[];
  least: number;
  most: number;
}

const all: Given[] = commands.map(([name, { usage, positionals: [least, most] = [0, 0] }]) => {
  const own = name.split(' ');
  const given = fillIn(usage).slice(own.length);
  const firstOption = given.findIndex((word) => word.startsWith('-'));
  return { name, usage, own, given, positionals: given.slice(0, Math.max(0, firstOption)), least, most };
});
const nowhere = ['--data-dir', 'nowhere'];

describe('every command', () => {
  it.each(all)('refuses wrong usage, says the right one, and looks at no data directory: $name', async ({
    own,
    usage,
    given,
    least,
    most,
  }) => {
    const before = snapshot(folder);
    const wrong = [
      ['--no-such-option', ...given],
      ['--no-such-option=1', ...given],
      [...nowhere, '--data-dir'],
      Array.from({ length: most + 1 }, () => 'x'),
      ...(least > 0 ? [[]] : []),
    ];
    for (const words of wrong) {
      const { code, out, err } = await run(...own, ...words);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(`usage: temps-desktop ${usage}`);
    }
    expect(snapshot(folder)).toEqual(before);
  });

  // Some need an option, and some one of several things.
  const needing = all.filter(
    ({ given, positionals, least }) =>
      positionals.length < given.length && (least === 0 || positionals.length > 0),
  );
  it.each(needing)('names what is missing beside its arguments: $name', async ({ own, positionals }) => {
    const { code, out, err } = await run(...own, ...positionals, ...nowhere);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^(temps-desktop: .*(--|-p)|usage: temps-desktop )/);
  });

  it.each(all)('says how it is used: $name', async ({ own, usage }) => {
    const { code, out, err } = await run(...own, '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`usage: temps-desktop ${usage}\n\n`);
  });

  const without = (names: string[]) => all.filter(({ name }) => !names.includes(name));
  it.each(without(['completion']))('refuses a data directory that is a file: $name', async ({
    own,
    given,
  }) => {
    const before = snapshot(folder);
    readRefusal(await run(...own, '--json', '--data-dir', 'file', ...given));
    expect(snapshot(folder)).toEqual(before);
  });

  // But for those that create one.
  it.each(
    without(['completion', 'serve', 'admin create', 'projects create', 'restore']),
  )('creates no data directory: $name', async ({ own, given }) => {
    const before = snapshot(folder);
    readRefusal(await run(...own, '--json', ...nowhere, ...given));
    expect(snapshot(folder)).toEqual(before);
  });
});

describe('an instance', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = join(folder, 'data');
    const instance = await openInstance({ dataDir, env: {}, ...quick });
    const ask = (path: string, body: object) => askOwner(instance, 'POST', path, body);
    await ask('/users/administrator', { name: 'Ada', email: 'a@b.c', password: 'a long enough password' });
    await ask('/projects', { name: 'shop' });
    const content_base64 = Buffer.from('API_TOKEN=secret\nPORT=3000\n').toString('base64');
    await ask('/projects/shop/variables/import', { content_base64, secret: 'guess' });
    await instance.stop();
  });
  const runHere = (...words: string[]) => run('--data-dir', dataDir, '--json', ...words);

  /** Everything in the database but what was tried, and everything beside it. */
  function look(): object {
    const sqlite = new Database(join(dataDir, 'temps.db'), { readonly: true });
    try {
      const tables = sqlite
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all() as string[];
      const rows = tables
        .filter((name) => !['audit_log', 'jobs'].includes(name))
        .map((name) => [name, sqlite.prepare(`SELECT * FROM ${name}`).all()]);
      return { rows, files: snapshot(folder).filter(([name]) => !/^\.$|^data(\/|$)/.test(name)) };
    } finally {
      sqlite.close();
    }
  }

  it.each([
    [['env', 'import', 'directory', '-p', 'shop']],
    [['key', 'verify', 'directory']],
    [['key', 'rescue', 'directory']],
    [['key', 'copy', '--format', 'plain', '--unprotected', '--to', 'directory']],
    [['key', 'copy', '--format', 'csv', '--unprotected', '--to', 'file/copy']],
    [['restore', 'directory']],
    [['restore', 'file']],
    [['backup', 'verify', 'file']],
    [['backup', 'destinations', 'add', 'folder', 'file']],
    [['backup', 'destinations', 'add', 'folder', 'file/below']],
  ])('stays as it is where a path is of the wrong kind: %j', async (words) => {
    const before = look();
    const { detail } = readRefusal(await runHere(...words));
    expect(detail).toMatch(/directory|file|folder/);
    expect(look()).toEqual(before);
  });

  it.each([
    [['admin', 'reset-password', '--email', 'a@b.c', '--password-stdin']],
    [['key', 'copy', '--format', 'age', '--to', 'copy.age', '--keep-anyway']],
  ])('takes no empty password or passphrase: %j', async (words) => {
    const before = look();
    expect(readRefusal(await runHere(...words))).toMatchObject({
      code: 2,
      detail: expect.stringMatching(
        /^The first line of standard input, where the pass(word|phrase) is expected/,
      ),
    });
    expect(look()).toEqual(before);
  });

  // With --json all that was said is one object: it was not asked first.
  it('has nothing to undo before a restore, which is said before it is asked about', async () => {
    const before = look();
    expect(readRefusal(await runHere('restore', '--undo'))).toMatchObject({
      code: 4,
      detail: expect.stringContaining('Nothing was restored in'),
    });
    expect(readRefusal(await runHere('restore', '--undo', 'temps.db')).code).toBe(4);
    expect(look()).toEqual(before);
  });

  describe('that is locked', () => {
    const key = () => join(dataDir, 'encryption_key');
    beforeAll(() => renameSync(key(), `${key()}.away`));
    afterAll(() => renameSync(`${key()}.away`, key()));

    it.each([
      [['run', '-p', 'shop', '--', 'touch', 'ran'], 3],
      [['env', 'get', 'API_TOKEN', '-p', 'shop'], 3],
      [['env', 'export', '-p', 'shop'], 3],
      [['env', 'set', 'TOKEN', '-p', 'shop', '--secret', '--empty'], 3],
      [['env', 'import', 'file', '-p', 'shop', '--secret'], 3],
      [['key', 'copy', '--format', 'plain', '--unprotected', '--to', 'copy'], 3],
      [['key', 'rotate', '--without-copy', '--yes'], 3],
      [['key', 'unlock', 'directory'], 1],
      [['key', 'unlock', 'file'], 1],
      [['key', 'unlock', 'none'], 4],
    ] as const)('refuses what needs the key, with the exit code for that: %j', async (words, code) => {
      const before = look();
      expect(readRefusal(await runHere(...words)).code).toBe(code);
      expect(look()).toEqual(before);
    });

    it('gives what is no secret', async () => {
      const { code, out } = await runHere('env', 'list', '-p', 'shop');
      expect([code, JSON.parse(out)]).toEqual([
        0,
        expect.arrayContaining([expect.objectContaining({ key: 'PORT' })]),
      ]);
    });
  });
});
