import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-token-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it('takes a role there is none of for wrong usage, and names those there are', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      env: commandLineEnv(dataDir),
    });
  run('projects', 'create', 'shop');
  const refused = run('token', 'create', '--name', 'n', '--role', 'king');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('admin, user, reader');
});
