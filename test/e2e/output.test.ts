import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { commandLineEnv } from '../command-line-env.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';
import { canOpenTerminal, onTerminal, temps } from './terminal.ts';

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
