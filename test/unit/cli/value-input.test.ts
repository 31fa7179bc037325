import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../../child.ts';
import { commandLineEnv } from '../../command-line-env.ts';
import { canOpenTerminal, onTerminal } from '../../e2e/terminal.ts';
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

describe('a value that is set', () => {
  const get = () => run(['env', 'get', 'TOKEN', '-p', 'shop']).out;

  it('is the one that was given, also empty, or asterisks as they are shown for one', () => {
    run(['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], 'before');
    for (const given of ['********', 'before']) {
      const done = run(['env', 'set', 'TOKEN', '-p', 'shop'], given);
      expect([done.code, done.out], JSON.stringify(given)).toEqual([0, 'Set TOKEN (secret).\n']);
      expect(get(), JSON.stringify(given)).toBe(given);
    }
    const emptied = run(['env', 'set', 'TOKEN', '-p', 'shop', '--empty'], 'not read');
    expect([emptied.code, emptied.out]).toEqual([0, 'Set TOKEN (secret, empty).\n']);
    expect(get()).toBe('');
  });

  it('is none where nothing came through a pipe, whose program may have failed', () => {
    run(['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], 'before');
    for (const given of ['', '\n', '\r\n']) {
      const refused = run(['env', 'set', 'TOKEN', '-p', 'shop'], given);
      expect([refused.code, refused.err], JSON.stringify(given)).toEqual([
        2,
        expect.stringContaining(
          'Standard input is empty: TOKEN is as it was. For an empty value, add --empty.',
        ),
      ]);
      expect(get()).toBe('before');
    }
    run(['env', 'set', 'NEVER_THERE', '-p', 'shop'], '');
    expect(run(['env', 'get', 'NEVER_THERE', '-p', 'shop']).code).toBe(4);
  });

  it('is guessed of again where it was plain: a placeholder may get a real password', () => {
    expect(run(['env', 'set', 'SMTP_PASSWORD', '-p', 'shop', '--plain', '--empty']).out).toContain(
      '(plain, empty)',
    );
    expect(run(['env', 'set', 'SMTP_PASSWORD', '-p', 'shop'], 'canary-of-mail').out).toMatch(
      /^Set SMTP_PASSWORD \(secret\)\. It looks like a secret/,
    );
    expect(run(['env', 'list', '-p', 'shop']).out).not.toContain('canary-of-mail');
    run(['env', 'set', 'COLOUR_TOKEN', '-p', 'shop', '--plain'], 'canary-but-plain');
    expect(run(['env', 'set', 'COLOUR_TOKEN', '-p', 'shop', '--plain'], 'canary-again').out).toContain(
      '(plain)',
    );
    // Never the other way round.
    expect(run(['env', 'set', 'SMTP_PASSWORD', '-p', 'shop'], '3000').out).toContain('(secret)');
  });

  it.skipIf(!canOpenTerminal())('is none where Enter alone was typed, which is said', async () => {
    run(['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], 'before');
    const { code, screen } = await onTerminal(
      dataDir,
      ['env', 'set', 'TOKEN', '-p', 'shop'],
      [[/TOKEN: /, '']],
    );
    expect(code).toBe(2);
    expect(screen).toContain('Nothing was typed: TOKEN is as it was.');
    expect(get()).toBe('before');
  });
});

/** An interactive shell on a terminal, whose loop asks again and again. */
function startLoop(question: string) {
  return startChild('script', ['-qefc', 'bash --norc --noprofile -i', '/dev/null'], {
    env: {
      ...commandLineEnv(dataDir),
      PS1: 'next> ',
      TERM: 'dumb',
      ASK: `${process.execPath} ${program} ${question} -p shop`,
    },
  });
}

describe('a question on a terminal', () => {
  let child: Child | undefined;
  // A loop that was not ended would ask for ever; its terminal goes with this.
  afterEach(() => child?.process.kill('SIGKILL'));

  it.skipIf(!canOpenTerminal()).each([
    ['without echo', 'env set ASKED', 'ASKED: '],
    ['with echo', 'env rename TARGET OTHER', 'or keep to leave them: '],
  ])('%s ends a loop of the shell by Ctrl-C, and by Ctrl-D fails', async (_how, question, shown) => {
    run(['env', 'set', 'TARGET', '-p', 'shop', '--plain'], 'db');
    run(['env', 'set', 'USER_OF_IT', '-p', 'shop', '--plain'], '$' + '{{TARGET}}:1');
    const shell = startLoop(question);
    child = shell;
    const type = (text: string) => shell.process.stdin?.write(text);
    await shell.waitUntil(() => shell.out.includes('next> '));
    type('while true; do $ASK; echo "rou""nd"; done\r');
    await shell.waitUntil(() => shell.out.includes(shown));
    type('\x03');
    await shell.waitUntil(() => shell.out.split('Cancelled.')[1]?.includes('next> ') === true);
    type('echo "code $?"; $ASK; echo "then $?"; exit\r');
    await shell.waitUntil(() => shell.out.split(shown).length > 2);
    type('\x04');
    await shell.waitForEnd();
    expect(shell.out).toContain('code 130');
    expect(shell.out).toContain('then 1');
    expect(shell.out).not.toContain('round');
  });
});

describe('standard input without an end', () => {
  it('is refused by name, and fills no memory', () => {
    const command = `exec '${process.execPath}' '${program}' env set ENDLESS -p shop < /dev/zero`;
    const env = commandLineEnv(dataDir);
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([
      1,
      'temps-desktop: Standard input is over 64 MiB; nothing was changed.\n',
    ]);
    expect(run(['env', 'get', 'ENDLESS', '-p', 'shop']).code).toBe(4);
  });
});

describe('a variable that others refer to', () => {
  it('is deleted only where that is said', () => {
    run(['env', 'set', 'HOST', '-p', 'shop', '--plain'], 'db');
    run(['env', 'set', 'URL', '-p', 'shop', '--plain'], '$' + '{{HOST}}:1');
    const refused = run(['env', 'rm', 'HOST', '-p', 'shop']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('URL refers to HOST')]);
    expect(run(['env', 'get', 'HOST', '-p', 'shop']).out).toBe('db');
    expect(run(['env', 'rm', 'HOST', '-p', 'shop', '--yes']).code).toBe(0);
    expect(run(['env', 'rm', 'URL', '-p', 'shop']).code).toBe(0);
  });
});

describe('a .env file', () => {
  const list = () => run(['env', 'list', '-p', 'files']).out;
  const importFile = (args: string[], input = '') =>
    run(['env', 'import', ...args, '-p', 'files', '--plain'], input);
  beforeAll(() => run(['projects', 'create', 'files']));

  it.skipIf(process.platform === 'win32')('is read from a pipe', () => {
    const pipe = join(dataDir, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const shell = `printf 'A=1\\nB=2\\n' > '${pipe}' & exec '${process.execPath}' '${program}' env import '${pipe}' -p files --plain`;
    const { stdout } = spawnSync('sh', ['-c', shell], { encoding: 'utf8', env: commandLineEnv(dataDir) });
    expect(stdout).toContain('2 added');
  });

  it('is refused by name where it is a folder, or has no end', () => {
    expect(importFile([dataDir])).toMatchObject({ code: 1, err: expect.stringContaining('is a folder') });
    expect(importFile(['/dev/zero']).err).toContain('/dev/zero is over 1 MiB');
  });

  it.skipIf(process.platform !== 'linux')('is refused by name where it cannot be read', () => {
    const { code, err } = importFile(['/proc/self/mem']);
    expect([code, err]).toEqual([1, expect.stringContaining('/proc/self/mem cannot be read (EIO)')]);
  });

  it('is refused by name where it is far too large, from a file and from standard input', () => {
    const large = join(dataDir, 'large.env');
    writeFileSync(large, Buffer.alloc(20 * 1024 * 1024, 'A=canary\n'));
    const before = list();
    for (const [args, name] of [
      [large, large],
      [`- < '${large}'`, 'Standard input'],
      ['- < /dev/zero', 'Standard input'],
    ] as const) {
      const command = `exec '${process.execPath}' '${program}' env import ${args} -p files --replace --allow-empty`;
      const env = commandLineEnv(dataDir);
      const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', env });
      expect([status, stderr]).toEqual([1, `temps-desktop: ${name} is over 1 MiB. Nothing was imported.\n`]);
    }
    expect(list()).toBe(before);
  });

  it('is refused for all of its bad lines at once, and taken without them where that is said', () => {
    const file = 'b.c=canary\nGOOD=1\nd-e=canary\n';
    const refused = importFile(['-'], file);
    expect(refused.err).toBe(
      [
        'temps-desktop: 2 lines of the file cannot be read. Nothing was imported; --skip-invalid imports the others.',
        '  Line 1 (b.c): A name may only contain letters, digits and underscores.',
        '  Line 3 (d-e): A name may only contain letters, digits and underscores.',
        '',
      ].join('\n'),
    );
    expect(JSON.parse(importFile(['-', '--dry-run', '--json'], file).err).details.refused).toHaveLength(2);
    const taken = importFile(['-', '--skip-invalid'], file);
    expect(taken.code).toBe(0);
    expect(taken.out).toContain('1 added');
    expect(taken.out).toContain('Not imported: Line 3 (d-e)');
    run(['env', 'rm', 'GOOD', '-p', 'files']);
  });

  it('is made where that is said, stored as a secret, and shown nowhere', () => {
    const made = run(['env', 'set', 'MADE', '-p', 'files', '--generate', 'hex:24']);
    expect([made.code, made.out]).toEqual([0, expect.stringContaining('Set MADE (secret).')]);
    const value = run(['env', 'get', 'MADE', '-p', 'files']).out.trim();
    expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(made.out + made.err).not.toContain(value);
    expect(run(['env', 'set', 'MADE', '-p', 'files', '--generate', 'words', '--json']).out).not.toContain(
      value,
    );
    expect(run(['env', 'get', 'MADE', '-p', 'files']).out).toMatch(/^([a-z]+-){5}[a-z]+\n?$/);
    for (const [said, code] of [
      ['hex:8', 1],
      ['nothing', 1],
      ['uuid:12', 1],
      ['hex 32', 2],
    ] as const)
      expect(run(['env', 'set', 'OTHER', '-p', 'files', '--generate', said]).code, said).toBe(code);
    expect(list()).not.toContain('OTHER');
    run(['env', 'rm', 'MADE', '-p', 'files']);
  });

  it('takes the last of a repeated name, says so, and chooses otherwise where that is said', () => {
    const file = 'TWO=first\nTWO=last\n';
    const value = () => run(['env', 'get', 'TWO', '-p', 'files']).out.trim();
    expect(importFile(['-', '--plain'], file).out).toContain(
      'TWO is there twice, on lines 1 and 2: line 2 counts.',
    );
    expect(value()).toBe('last');
    expect(importFile(['-', '--plain', '--repeated', 'first'], file).code).toBe(0);
    expect(value()).toBe('first');
    expect(importFile(['-', '--plain', '--repeated', 'refuse'], file).err).toContain('TWO occurs twice');
    expect(importFile(['-', '--repeated', 'none'], file).code).toBe(2);
    run(['env', 'rm', 'TWO', '-p', 'files']);
  });

  it('without any variable replaces those that are there only if that is said', () => {
    importFile(['-'], 'A=1\nB=2\n');
    const before = list();
    for (const nothing of ['', '# only a comment\n']) {
      const refused = importFile(['-', '--replace'], nothing);
      expect([refused.code, refused.err]).toEqual([
        1,
        expect.stringContaining('every variable that is there (2)'),
      ]);
      expect(list()).toBe(before);
    }
    expect(importFile(['-', '--replace', '--dry-run'], '').out).toContain('2 removed');
    expect(list()).toBe(before);
    expect(importFile(['-', '--replace', '--allow-empty'], '').out).toContain('2 removed');
    expect(importFile(['-', '--replace'], '').code).toBe(0);
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
