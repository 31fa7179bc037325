import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeHealth } from '../../../electron/cli/health-words.ts';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';

describe('the health of an instance on the command line', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-health-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  const run = (args: string[], input = '') =>
    spawnSync(process.execPath, [program, ...args], {
      input,
      encoding: 'utf8',
      env: commandLineEnv(dataDir),
    }).stdout;

  it('is that nothing can be lost yet before the first secret alone, and does not say ok beside what would be lost', () => {
    run(['projects', 'create', 'shop']);
    const before = run(['status']);
    expect(before).toContain('Health    no secrets to lose yet');
    expect(before).not.toContain('would be lost');
    run(['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], 'a value');
    const after = run(['status']);
    expect(after).toContain('Health    at risk');
    expect(after).toContain('Recovery  If this computer died now');
    expect(after).not.toContain('no secrets to lose yet');
  });

  it('is ok where it was shown, and never "nothing to lose" where something is wrong', () => {
    const halves = { key: 'ok', backup: 'ok' } as const;
    const recovery = { is_whole: true, sentence: '' };
    const health = { level: 'ok', halves, recovery, reasons: [], attention: false } as never;
    expect(describeHealth(health)).toBe('ok (key copy ok, backup ok)');
    const wrong = {
      ...(health as object),
      level: 'at_risk',
      recovery: { is_whole: false, sentence: '' },
    } as never;
    expect(describeHealth(wrong)).toMatch(/^at risk/);
  });
});
