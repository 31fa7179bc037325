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

const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: commandLineEnv(dataDir),
  });

it('takes a role there is none of for wrong usage, and names those there are', () => {
  run('projects', 'create', 'shop');
  const refused = run('token', 'create', '--name', 'n', '--role', 'king');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('admin, user, reader');
});

it('creates a key that manages people for 90 days, or sees no secrets, and gives it a new text', () => {
  const create = (...args: string[]) => run('token', 'create', '--name', 'sync', '--json', ...args);
  expect(create('--role', 'user', '--manage-people').status).toBe(2);
  expect(create('--role', 'admin', '--days', 'soon').status).toBe(2);
  const long = create('--role', 'admin', '--manage-people', '--days', '91');
  expect([long.status, long.stderr]).toEqual([1, expect.stringContaining('within 90 days')]);
  expect(create('--role', 'admin', '--manage-people', '--hide-secrets').status).toBe(2);
  const hiding = JSON.parse(
    run('token', 'create', '--name', 'blind', '--role', 'admin', '--hide-secrets', '--json').stdout,
  );
  expect(hiding.sees_secrets).toBe(false);
  const made = JSON.parse(create('--role', 'admin', '--manage-people').stdout);
  expect(made.permissions).toContain('users:manage');
  expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(90 * 24 * 60 * 60 * 1000);
  const rotated = run('token', 'rotate', '--name', 'sync');
  expect(rotated.stdout.trim()).toMatch(/^tk_/);
  expect(rotated.stdout.trim()).not.toBe(made.api_key);
  expect(run('token', 'rotate', '--name', 'nobody').status).toBe(4);
});
