import { spawnSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it.each(['zsh', 'fish'])('of %s is a script', (name) => {
    const { status, stdout } = shell(`temps-desktop completion ${name}`);
    expect(status).toBe(0);
    expect(stdout).toContain('allow-empty');
    // Where the shell is here, it reads it.
    const has = spawnSync(name, ['-c', 'true']).status === 0;
    if (has) expect(shell(`temps-desktop completion ${name} > it; ${name} -n it`).stderr).toBe('');
  });

  it('is refused for a shell that it does not know', () => {
    const { status, stderr } = shell('temps-desktop completion __proto__');
    expect([status, stderr]).toEqual([2, expect.stringContaining('bash, zsh or fish')]);
  });
});
