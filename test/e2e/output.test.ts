import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';
import { canOpenTerminal, onTerminal, serve, temps } from './terminal.ts';

const COLUMNS = 40;
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-output-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const onFullDisk = requires('/dev/full', existsSync('/dev/full'), 'needs /dev/full');
describe('a command whose output has no place', () => {
  onFullDisk('does its work, says in one line that the output was lost, and fails', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', '"$@" > /dev/full', 'sh', process.execPath, program, 'projects', 'create', 'shop'],
      { env: commandLineEnv(dataDir), encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([
      1,
      'temps-desktop: It was done, but what it has to say could not be written (ENOSPC).\n',
    ]);
    expect(temps(dataDir, ['projects', 'list']).out).toContain('shop');
  });

  onFullDisk('fails as it would, where it can say nothing', () => {
    const { status } = spawnSync(
      'sh',
      ['-c', '"$@" 2> /dev/full', 'sh', process.execPath, program, 'env', 'get', 'NOTHING', '-p', 'shop'],
      { env: commandLineEnv(dataDir) },
    );
    expect(status).toBe(4);
  });
});

describe('a command whose reader has gone', () => {
  it.each([
    ['projects', 'list', '--json'],
    ['env', 'export', '-p', 'shop', '--format', 'json'],
    ['completion', 'bash'],
    ['help'],
  ])('ends without a word: %s %s', (...words) => {
    // More than a pipe holds, where the command has as much to say.
    const reader = ['-c', '{ "$@"; echo $? >&3; } 3>&2 | true', 'sh', process.execPath, program, ...words];
    const { stderr } = spawnSync('sh', reader, { env: commandLineEnv(dataDir), encoding: 'utf8' });
    expect(stderr).toMatch(/^\d+\n$/);
  });
});

describe('a command whose instance is killed meanwhile', () => {
  requires('/proc', existsSync('/proc/net/unix'), 'needs /proc/net/unix').each([
    [['projects', 'create', 'second']],
    [['env', 'import', '-', '-p', 'shop', '--secret']],
    [['run', '-p', 'shop', '--', 'true']],
  ])('says that it is not known what became of it: %j', async (words) => {
    const own = mkdtempSync(join(tmpdir(), 'temps-killed-'));
    temps(own, ['projects', 'create', 'shop']);
    const served = await serve(own);
    try {
      served.child.kill('SIGSTOP');
      const command = startChild(process.execPath, [program, ...words], { env: commandLineEnv(own) });
      command.process.stdin?.end('A=1\n');
      // It has come as far as the socket, which is listed once for who listens, and once for who came.
      await command.waitUntil(() => readFileSync('/proc/net/unix', 'utf8').split(served.socket).length > 2);
      served.child.kill('SIGKILL');
      expect((await command.waitForEnd()).code).toBe(1);
      expect(command.output).toMatch(/^temps-desktop: The instance stopped before it responded/);
    } finally {
      served.child.kill('SIGKILL');
      rmSync(own, { recursive: true, force: true });
    }
  });
});

describe('a narrow terminal', () => {
  requires(
    'a terminal',
    canOpenTerminal(),
    'needs script (util-linux)',
  )('gets every word whole, in lines that fit it', async () => {
    const { out } = temps(dataDir, ['status']);
    // What stty sets, the command is told by the terminal.
    const { code, screen } = await onTerminal(dataDir, ['status'], [], '', 'dumb', COLUMNS);
    expect(code).toBe(0);
    const lines = screen.split(/\r?\n/);
    expect(lines.join(' ').split(/\s+/)).toEqual(out.split(/\s+/));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeGreaterThan(COLUMNS);
    // A path is one word, however long it is.
    for (const line of lines.filter((text) => text.trim().includes(' ')))
      expect(line.length, line).toBeLessThanOrEqual(COLUMNS);
  });
});
