import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';
import { COMMAND_MS, type Served, serve, temps } from '../terminal.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
const section = readme.slice(readme.indexOf('## Five minutes at the command line'));
/** As they are typed, without the comment behind them. */
const lines = section
  .slice(section.indexOf('```sh\n') + 6, section.indexOf('\n```', section.indexOf('```sh\n')))
  .split('\n')
  .map((line) => line.replace(/\s+# .*/, ''));

/** What a person does beside typing the line. */
const given: Record<string, { more?: string; input?: string; code?: number }> = {
  'admin create': { more: '--password-stdin', input: 'a long enough password' },
  'env promote': { more: '--yes' },
  // The environments differ where it is typed.
  'env compare': { code: 1 },
};
/** Until Ctrl-C. */
const endless = ['npm start', 'temps-desktop run --watch'];

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-readme-'));
  for (const name of ['bin', 'work', 'data']) mkdirSync(join(folder, name));
  const command = join(folder, 'bin/temps-desktop');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
  served = await serve(join(folder, 'data'));
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('five minutes at the command line, as the README has them', () => {
  it('are there', () => {
    expect(lines.length).toBeGreaterThan(30);
    expect(lines[0]).toBe('npm start');
  });

  it.each(
    lines.filter((line) => !endless.some((start) => line.startsWith(start))),
  )('work in their order: %s', (line) => {
    const [, name = ''] = /temps-desktop ([a-z]+ [a-z]+)/.exec(line) ?? [];
    const { more = '', input = '', code = 0 } = given[name] ?? {};
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${line} ${more}`], {
      cwd: join(folder, 'work'),
      env: {
        ...commandLineEnv(join(folder, 'data')),
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      },
      input,
      encoding: 'utf8',
      timeout: COMMAND_MS,
    });
    expect({ status, stderr: status === code ? '' : stderr, stdout: status === code ? '' : stdout }).toEqual({
      status: code,
      stderr: '',
      stdout: '',
    });
  });

  it('leave what they say', () => {
    const data = join(folder, 'data');
    const values = temps(data, ['env', 'export', '-p', 'shop', '-e', 'production', '--format', 'json']).out;
    expect(JSON.parse(values)).toMatchObject({ PORT: '3000', OLD_PORT: '80', SITE_TOKEN: 'public-1' });
    expect(temps(data, ['env', 'plain']).out).toMatch(/^Left plain on purpose.*\nSITE_TOKEN/m);
  });
});
