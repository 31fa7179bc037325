import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { type Child, startChild } from '../../child.ts';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';
import { requires } from '../../requires.ts';
import { canOpenTerminal, type Served, serve, temps } from '../terminal.ts';

const it = requires('a terminal', canOpenTerminal(), 'needs script (util-linux)');
const CTRL_C = '\x03';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-run-'));
  temps(dataDir, ['projects', 'create', 'shop']);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const runWords = (...words: string[]) => [program, 'run', '-p', 'shop', '--', ...words];

/** Under bash on a terminal; `$RUN` is the command line up to the program that it runs. */
function startShell(script: string): Child {
  return startChild('script', ['-qefc', `bash -c '${script}'`, '/dev/null'], {
    env: { ...commandLineEnv(dataDir), COUNTING: counting, RUN: [process.execPath, ...runWords()].join(' ') },
  });
}

/** Counts the signals that reach it, until it is told the end. */
const counting = `
  const counts = {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => { counts[signal] = (counts[signal] ?? 0) + 1; console.log(signal); });
  process.stdin.on('data', () => { console.log('counted ' + JSON.stringify(counts)); process.exit(7); });
  console.log('ready');`;

describe('a program that is run', () => {
  it('gets what is typed on the terminal once', async () => {
    const child = startShell(`$RUN ${process.execPath} -e "$COUNTING"; echo "exit code $?"`);
    await child.waitUntil(() => child.out.includes('ready'));
    child.process.stdin?.write(CTRL_C);
    await child.waitUntil(() => child.out.includes('SIGINT'));
    child.process.stdin?.write('end\r');
    await child.waitForEnd();
    expect(child.out).toContain('counted {"SIGINT":1}');
    expect(child.out).toContain('exit code 7');
  });

  it('ends a loop of the shell by Ctrl-C, as it would alone', async () => {
    const child = startShell(
      'for i in 1 2 3; do $RUN sh -c "echo ready; exec sleep 60"; echo "round $i"; done',
    );
    await child.waitUntil(() => child.out.includes('ready'));
    child.process.stdin?.write(CTRL_C);
    await child.waitForEnd();
    expect(child.out).not.toContain('round');
  });

  it('ends a loop of an interactive shell by Ctrl-C, which asks for the next command then', async () => {
    const child = startChild('script', ['-qefc', 'bash --norc --noprofile -i', '/dev/null'], {
      env: {
        ...commandLineEnv(dataDir),
        PS1: 'next> ',
        TERM: 'dumb',
        RUN: `${process.execPath} ${runWords().join(' ')}`,
      },
    });
    await child.waitUntil(() => child.out.includes('next> '));
    child.process.stdin?.write(
      'while true; do $RUN sh -c "echo rea""dy; exec sleep 60"; echo "rou""nd"; done\r',
    );
    await child.waitUntil(() => child.out.includes('ready'));
    child.process.stdin?.write(CTRL_C);
    await child.waitUntil(() => child.out.split('ready')[1]?.includes('next> ') === true);
    child.process.stdin?.write('echo "code $?"; exit\r');
    await child.waitForEnd();
    expect(child.out).toContain('code 130');
    expect(child.out).not.toContain('round');
    expect(child.out.match(/ready/g)).toHaveLength(1);
  });

  const has = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
  const makers = [
    ['npm', { 'package.json': JSON.stringify({ scripts: { start: '$RUN' } }) }, 'npm run --silent start'],
    ['make', { Makefile: 'start:\n\t@$$RUN\n' }, 'make start'],
  ] as const;
  for (const [tool, files, command] of makers)
    requires(
      tool,
      canOpenTerminal() && has(tool),
      `needs script and ${tool}`,
    )(`gets Ctrl-C once under ${tool}, in a folder that is linked`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'temps-made-'));
      const script = join(folder, 'counting.cjs');
      for (const [name, text] of Object.entries({
        ...files,
        '.temps.json': '{ "project": "shop" }',
        'counting.cjs': counting,
      }))
        writeFileSync(join(folder, name), text);
      const words = [program, 'run', '--', process.execPath, script];
      const child = startChild('script', ['-qefc', command, '/dev/null'], {
        cwd: folder,
        env: {
          ...commandLineEnv(dataDir),
          npm_config_cache: folder,
          npm_config_update_notifier: 'false',
          RUN: [process.execPath, ...words].join(' '),
        },
      });
      await child.waitUntil(() => child.out.includes('ready'));
      child.process.stdin?.write(CTRL_C);
      await child.waitUntil(() => child.out.includes('SIGINT'));
      child.process.stdin?.write('end\r');
      await child.waitForEnd();
      expect(child.out).toContain('counted {"SIGINT":1}');
      rmSync(folder, { recursive: true, force: true });
    });

  plainIt('gets the signals that this process is sent, each once', async () => {
    const child = startChild(process.execPath, runWords(process.execPath, '-e', counting), {
      env: commandLineEnv(dataDir),
    });
    await child.waitUntil(() => child.out.includes('ready'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      child.process.kill(signal);
      await child.waitUntil(() => child.out.includes(`${signal}\n`));
    }
    child.process.stdin?.write('end\n');
    expect(await child.waitForEnd()).toEqual({ code: 7, signal: null });
    expect(child.out).toContain('counted {"SIGINT":1,"SIGTERM":1,"SIGHUP":1,"SIGQUIT":1}');
  });

  plainIt.each(['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGPIPE', 'SIGSEGV'] as const)(
    'ends this process by its own signal: %s',
    (signal) => {
      const { status, signal: endedBy } = spawnSync(
        process.execPath,
        runWords('sh', '-c', `kill -${signal.slice(3)} $$`),
        { env: commandLineEnv(dataDir), cwd: dataDir },
      );
      expect([status, endedBy]).toEqual([null, signal]);
    },
  );

  plainIt('that does not start is named, with the exit codes of shells', () => {
    const run = (words: string[]) => {
      const { code, err } = temps(dataDir, ['run', '-p', 'shop', '--', ...words]);
      return [code, err];
    };
    expect(run([''])).toEqual([127, "temps-desktop: cannot run '': there is no such program.\n"]);
    expect(run(['no-such-program'])[0]).toBe(127);
    expect(run([dataDir])).toEqual([126, expect.stringContaining('not executable')]);
    expect(run([join(program, 'x')])).toEqual([126, expect.stringContaining('no folder')]);
  });

  plainIt.skipIf(process.platform !== 'linux')(
    'says which variables are the largest where they are more than the system takes',
    () => {
      const set = (key: string, value: string) =>
        temps(dataDir, ['env', 'set', key, '-p', 'shop', '--plain'], value);
      set('HUGE', 'canary'.repeat(20_000));
      set('LARGE', 'canary'.repeat(15_000));
      const { status, stderr } = spawnSync(
        'sh',
        // A quarter of it is what arguments and environment may take (execve(2)).
        ['-c', 'ulimit -s 600; exec "$@"', 'sh', process.execPath, '--stack-size=400', ...runWords('true')],
        { env: commandLineEnv(dataDir), encoding: 'utf8' },
      );
      expect(status).toBe(126);
      expect(stderr).toContain('HUGE (120 KB), LARGE (90 KB)');
      expect(stderr).not.toContain('canary');
    },
  );
});

describe('a folder that is linked to a project', () => {
  plainIt('needs no -p, in it and below; what is inherited stays where that is said', () => {
    const folder = mkdtempSync(join(tmpdir(), 'temps-linked-'));
    const below = join(folder, 'src');
    mkdirSync(below);
    const inFolder = (cwd: string, ...words: string[]) =>
      spawnSync(process.execPath, [program, ...words], {
        cwd,
        env: { ...commandLineEnv(dataDir), PLACE: 'inherited' },
        encoding: 'utf8',
      });
    try {
      expect(inFolder(below, 'run', '--', 'true').status).toBe(2);
      expect(inFolder(folder, 'link', '-p', 'nothing').status).toBe(4);
      expect(inFolder(folder, 'link', '-p', 'shop').stdout).toContain('Linked: shop');
      temps(dataDir, ['env', 'set', 'PLACE', '-p', 'shop', '--plain'], 'shop');
      expect(inFolder(below, 'run', '--', 'printenv', 'PLACE').stdout).toBe('shop\n');
      expect(inFolder(below, 'run', '--preserve-env', '--', 'printenv', 'PLACE').stdout).toBe('inherited\n');
      expect(JSON.parse(inFolder(below, 'env', 'export', '--format', 'json').stdout)).toMatchObject({
        PLACE: 'shop',
      });
      expect(inFolder(folder, 'unlink').status).toBe(0);
      expect(inFolder(below, 'run', '--', 'true').status).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what a program that is run does with secrets', () => {
  const runWith = (options: string[], ...words: string[]) =>
    spawnSync(process.execPath, [program, 'run', '-p', 'vault', ...options, '--', ...words], {
      env: commandLineEnv(dataDir),
      cwd: dataDir,
    });
  const script = (text: string) => [process.execPath, '-e', text];
  beforeAll(() => {
    temps(dataDir, ['projects', 'create', 'vault']);
    temps(dataDir, ['env', 'set', 'API_TOKEN', '-p', 'vault', '--secret'], 'sk "live" 1234');
    temps(dataDir, ['env', 'set', 'PIN', '-p', 'vault', '--secret'], '123');
    temps(dataDir, ['env', 'set', 'PLACE', '-p', 'vault', '--plain'], 'north');
  });

  plainIt('is masked in its output, to the last byte, with its exit code', () => {
    const { stdout, stderr, status } = runWith(
      ['--mask'],
      ...script(`
        const t = process.env.API_TOKEN;
        process.stdout.write(Buffer.from([0, 255, 254]));
        process.stdout.write(t + ' ' + JSON.stringify({ t }) + ' ' + process.env.PIN + ' north ' + t.slice(0, 9));
        process.stderr.write('x'.repeat(200000) + t);
        process.exitCode = 7;`),
    );
    expect(status).toBe(7);
    expect(stdout.subarray(0, 3)).toEqual(Buffer.from([0, 255, 254]));
    expect(stdout.subarray(3).toString()).toBe('•••• {"t":"••••"} 123 north sk "live"');
    expect(stderr.toString()).toContain('not masked, since under 4 characters: PIN');
    expect(stderr.toString().endsWith(`${'x'.repeat(100)}••••`)).toBe(true);
  });

  plainIt('is masked also where the program ends by a signal', () => {
    const { stdout, signal } = runWith(['--mask'], 'sh', '-c', 'echo "$API_TOKEN"; kill -TERM $$');
    expect([stdout.toString(), signal]).toEqual(['••••\n', 'SIGTERM']);
  });

  const hasTmpfs = process.platform === 'linux' && statfsSync('/dev/shm').type === 0x01021994;
  requires(
    'a tmpfs',
    hasTmpfs,
    'needs /dev/shm',
  )('is in files that are gone afterwards', () => {
    const inFiles = script(`
      const { readFileSync, statSync } = require('node:fs');
      const { dirname } = require('node:path');
      const { API_TOKEN, API_TOKEN_FILE: path, PLACE, WHERE } = process.env;
      const mode = (p) => (statSync(p).mode & 0o777).toString(8);
      console.log(JSON.stringify({ value: API_TOKEN, PLACE, read: readFileSync(path, 'utf8'), path,
        modes: [mode(path), mode(dirname(path))], where: WHERE && readFileSync(WHERE, 'utf8') }));
      process.kill(process.pid, 'SIGTERM');`);
    const { stdout, signal } = runWith(['--files', '--file', 'WHERE=PLACE'], ...inFiles);
    const said = JSON.parse(stdout.toString());
    expect(said).toMatchObject({ read: 'sk "live" 1234', modes: ['600', '700'], where: 'north' });
    expect(said.value).toBeUndefined();
    expect(said.PLACE).toBeUndefined();
    expect(signal).toBe('SIGTERM');
    expect(existsSync(dirname(said.path))).toBe(false);
    expect(runWith(['--file', 'X=NONE'], 'true').status).toBe(4);
    expect(runWith(['--file', 'X'], 'true').status).toBe(2);
  });
});

describe('a program that is run with --watch', () => {
  let served: Served;
  let watchedDir: string;
  const set = (value: string) => temps(watchedDir, ['env', 'set', 'PLACE', '-p', 'shop', '--plain'], value);
  const start = (text: string) =>
    startChild(
      process.execPath,
      [program, 'run', '-p', 'shop', '--watch', '--', process.execPath, '-e', text],
      { env: commandLineEnv(watchedDir) },
    );
  beforeAll(async () => {
    watchedDir = mkdtempSync(join(tmpdir(), 'temps-watch-'));
    served = await serve(watchedDir);
    temps(watchedDir, ['projects', 'create', 'shop']);
    set('north');
  });
  afterAll(async () => {
    await served.stop();
    rmSync(watchedDir, { recursive: true, force: true });
  });

  plainIt(
    'is restarted with another value, killed where it does not end, and ends by its signal',
    async () => {
      const child = start(`
      process.on('SIGUSR2', () => process.exit(9));
      if (process.env.PLACE === 'north') process.on('SIGTERM', () => console.log('stays'));
      console.log('at ' + process.env.PLACE);
      setInterval(() => undefined, 1000);`);
      await child.waitUntil(() => child.out.includes('at north\n'));
      set('south');
      await child.waitUntil(() => child.out.includes('stays\nat south\n'));
      // Another version of the same value is no reason to restart.
      set('south');
      set('west');
      await child.waitUntil(() => child.out.includes('at west\n'));
      expect(child.out.match(/at south/g)).toHaveLength(1);
      child.process.kill('SIGUSR2');
      expect(await child.waitForEnd()).toEqual({ code: 9, signal: null });
    },
  );

  plainIt('keeps the program where the new values cannot be read, and says so', async () => {
    set('west');
    const child = start(`console.log('at ' + process.env.PLACE); setInterval(() => undefined, 1000);`);
    await child.waitUntil(() => child.out.includes('at west\n'));
    set(`\${{NOWHERE}}`);
    await child.waitUntil(() => child.output.includes('keeps its variables'));
    set('east');
    await child.waitUntil(() => child.out.includes('at east\n'));
    child.process.kill('SIGTERM');
    expect(await child.waitForEnd()).toEqual({ code: null, signal: 'SIGTERM' });
  });

  plainIt('needs a running instance', () => {
    const { code, err } = temps(dataDir, ['run', '-p', 'shop', '--watch', '--', 'true']);
    expect([code, err]).toEqual([4, expect.stringContaining('needs a running instance')]);
  });
});
