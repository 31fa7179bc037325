import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { groups } from '../../../electron/cli/registry.ts';
import { startChild } from '../../child.ts';
import { commandLineEnv } from '../../command-line-env.ts';

const installed = join(import.meta.dirname, '../../../scripts/temps-desktop');
let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'temps-installed-')));
  // As `npm link` leaves it in a folder of PATH.
  symlinkSync(installed, join(folder, 'temps-desktop'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = () => ({ ...commandLineEnv(folder), PATH: `${folder}:${process.env.PATH}` });
const shell = (script: string, program = 'bash') =>
  spawnSync(program, ['-c', script], { cwd: folder, env: env(), encoding: 'utf8' });

describe('the installed command', () => {
  it('runs in the folder of its caller, with its words as they are', () => {
    const { stdout, stderr } = shell('temps-desktop link; echo "code $?"');
    expect([stdout, stderr]).toEqual(['code 4\n', expect.stringContaining('This folder is not linked')]);
  });

  it.skipIf(process.platform !== 'linux')('is the program itself, which signals reach', async () => {
    // It waits for the value on its standard input.
    const child = startChild(join(folder, 'temps-desktop'), ['env', 'set', 'A', '-p', 'x'], { env: env() });
    await child.waitUntil(() => readlinkSync(`/proc/${child.process.pid}/exe`).endsWith('/node'));
    expect((await child.stop('SIGTERM')).signal).toBe('SIGTERM');
  });
});

describe('what the installed command starts', () => {
  const built = 'dist/program/headless.mjs';
  const source = 'electron/headless.ts';
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(folder, 'repository of ada-'));
    for (const path of ['scripts', 'node_modules/node/bin', 'dist/program', 'electron/cli'])
      mkdirSync(join(root, path), { recursive: true });
    copyFileSync(installed, join(root, 'scripts/temps-desktop'));
    // Says what it is to run.
    writeFileSync(join(root, 'node_modules/node/bin/node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', {
      mode: 0o755,
    });
    for (const file of [source, 'electron/cli/client.ts', 'package-lock.json', built])
      writeFileSync(join(root, file), '');
    for (const path of ['electron', 'electron/cli', source, 'electron/cli/client.ts', 'package-lock.json'])
      utimesSync(join(root, path), at(10), at(10));
    utimesSync(join(root, built), at(20), at(20));
  });
  const start = () => {
    const { stdout, stderr } = spawnSync(join(root, 'scripts/temps-desktop'), ['a b', ''], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const [program, ...words] = stdout.split('\n').slice(2, -1);
    expect(words).toEqual(['a b', '']);
    return program?.slice(root.length + 1);
  };
  const changes: [what: string, change: () => void, started: string][] = [
    ['nothing since', () => undefined, built],
    ['a file', () => utimesSync(join(root, 'electron/cli/client.ts'), at(30), at(30)), source],
    ['the dependencies', () => utimesSync(join(root, 'package-lock.json'), at(30), at(30)), source],
    ['what is there: a file less', () => rmSync(join(root, 'electron/cli/client.ts')), source],
    ['what was built: it is gone', () => rmSync(join(root, built)), source],
  ];
  it.each(changes)('is what was built, or the source where that changed: %s', (_what, change, started) => {
    change();
    expect(start()).toBe(started);
  });
});

describe('completion', () => {
  const complete = (words: string[]) => {
    const script = `source <(temps-desktop completion bash); COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _temps_desktop; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = shell(script);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };

  it('of bash gives commands, subcommands and options', () => {
    expect(complete(['temps-desktop', ''])).toEqual(Object.keys(groups));
    expect(complete(['temps-desktop', 'proj'])).toEqual(['projects']);
    expect(complete(['temps-desktop', 'env', 'un'])).toEqual(['undo', 'unusual']);
    expect(complete(['temps-desktop', 'env', 'import', '--al'])).toEqual(['--allow-empty']);
    expect(complete(['temps-desktop', 'backup', 'sched'])).toEqual(['schedules']);
    expect(complete(['temps-desktop', 'nothing', 'x'])).toEqual(['']);
  });

  it('is refused for a shell that it does not know', () => {
    const { status, stderr } = shell('temps-desktop completion __proto__');
    expect([status, stderr]).toEqual([2, expect.stringContaining('There is no "completion __proto__".')]);
  });
});
