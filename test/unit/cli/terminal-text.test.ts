import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeForTerminal, formatJson, wrapLines } from '../../../electron/cli/terminal-text.ts';
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

  it('is broken at spaces where a line is longer than the terminal is wide, and loses nothing', () => {
    expect(wrapLines('one two three\nfour', 8)).toBe('one two\n  three\nfour');
    expect(wrapLines('  KEY   secret  2026', 12)).toBe('  KEY\n    secret\n    2026');
    // What is copied stays whole, and gaps that fit stay as they are.
    expect(wrapLines('open https://localhost:8443/setup?x=1 now', 12)).toBe(
      'open\n  https://localhost:8443/setup?x=1\n  now',
    );
    expect(wrapLines('A   B', 5)).toBe('A   B');
    expect(wrapLines(`${' '.repeat(30)}far in`, 20)).toBe(`${' '.repeat(30)}far\n${' '.repeat(10)}in`);
    const text = 'Ä sentence of several words, 👩‍💻 among them.  And a  second.\n\n  indented words here\n';
    for (let columns = 1; columns < 80; columns++) {
      const wrapped = wrapLines(text, columns);
      expect(wrapped.split(/\s+/)).toEqual(text.split(/\s+/));
      const lines = wrapped.split('\n').map((line) => line.trimStart());
      for (const line of lines.filter((line) => line.includes(' ')))
        expect([...line].length).toBeLessThanOrEqual(columns);
    }
    expect(wrapLines(text, undefined)).toBe(text);
    expect(wrapLines(text, 0)).toBe(text);
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
