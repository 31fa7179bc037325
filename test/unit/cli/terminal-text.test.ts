import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeForTerminal, formatJson } from '../../../electron/cli/terminal-text.ts';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';
import { requires } from '../../requires.ts';

const hasScript = spawnSync('script', ['--version']).status === 0;
const EVIL = 'a\u001b]0;owned\u0007\u009b2Jb';
const SHOWN = String.raw`a\x1b]0;owned\x07\x9b2Jb`;

describe('text on a terminal', () => {
  it('has its control characters written out, but for line breaks and tabs', () => {
    expect(escapeForTerminal(EVIL)).toBe(SHOWN);
    expect(escapeForTerminal('one\r\ntwo\tä 👩‍💻\n')).toBe('one\ntwo\tä 👩‍💻\n');
    expect(escapeForTerminal('over\rwritten \u007f \u202eabc')).toBe(
      String.raw`over\x0dwritten \x7f \u{202e}abc`,
    );
  });

  it('has none in JSON either, which programs read as it was', () => {
    const value = { [EVIL]: [`${EVIL}\u007f\u202ea\u2066`, 1, null] };
    const text = formatJson(value, 2);
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/u);
    expect(JSON.parse(text)).toEqual(value);
  });

  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-terminal-'));
    run(['projects', 'create', 'shop']);
    run(['env', 'set', 'NOTE', '-p', 'shop', '--plain'], EVIL);
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  const env = () => commandLineEnv(dataDir);
  const run = (args: string[], input = '') =>
    spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8', env: env() }).stdout;
  const onTerminal = (args: string[]) =>
    spawnSync('script', ['-qec', [process.execPath, program, ...args].join(' '), '/dev/null'], {
      encoding: 'utf8',
      env: env(),
    }).stdout;

  requires(
    'a terminal',
    hasScript,
    'script(1) is not installed',
  )('shows a value without obeying it, and gives it whole to programs', () => {
    for (const command of ['list --json', 'get NOTE --json']) {
      const shown = onTerminal(['env', ...command.split(' '), '-p', 'shop']);
      expect(shown, command).toContain('\\u009b2Jb');
      expect(shown, command).not.toContain('\u009b');
    }
    for (const command of ['list', 'get NOTE', 'export']) {
      const shown = onTerminal(['env', ...command.split(' '), '-p', 'shop']);
      expect(shown, command).toContain(SHOWN);
      expect(shown, command).not.toContain('\u001b]0');
    }
    expect(run(['env', 'get', 'NOTE', '-p', 'shop'])).toBe(EVIL);
  });
});
