import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFormats, type Value } from '../../../electron/cli/env/formats.ts';

/** What programs stumble over. */
const hard: Value[] = [
  { key: 'PLAIN', value: 'one' },
  { key: 'EMPTY', value: '' },
  { key: 'SPACES', value: '  two words  ' },
  { key: 'QUOTES', value: `it's "both" and \`ticks\`` },
  { key: 'DOLLAR', value: '$HOME ${HOME} $(id) $$ 100%' },
  { key: 'BACKSLASH', value: 'C:\\d\\ \\n "\\"' },
  { key: 'HASH', value: '# no comment #' },
  { key: 'UNICODE', value: 'grüße 🔑' },
  { key: 'NO', value: 'yes' },
  { key: '__proto__', value: 'x' },
  { key: 'NUMBER', value: '0123' },
];
const several: Value = { key: 'PEM', value: '-----BEGIN-----\nab+c=\n-----END-----\n' };
const asEntries = (values: readonly Value[]) => values.map(({ key, value }) => [key, value]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program makes of a file, as pairs. */
function read(text: string, command: string[]): [string, string][] {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync(command[0] ?? '', [...command.slice(1), path], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, PYTHONUTF8: '1' },
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as [string, string][];
}

const python = (body: string) => ['python3', '-c', `import sys, json\n${body}`];
const hasYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;

describe('variables for other programs', () => {
  it('are JSON that Python reads', () => {
    const values = [...hard, several];
    const pairs = read(
      exportFormats.json(values),
      python('print(json.dumps(list(json.load(open(sys.argv[1])).items())))'),
    );
    expect(pairs).toEqual(asEntries(values));
  });

  it('are sourced by a shell, which runs nothing in them', () => {
    const values = [...hard, several];
    const script = `. "$1"; exec python3 -c 'import os, json; print(json.dumps([[k, os.environ[k]] for k in ${JSON.stringify(values.map(({ key }) => key))}]))'`;
    expect(read(exportFormats.shell(values), ['sh', '-c', script, 'sh'])).toEqual(asEntries(values));
  });

  it.skipIf(!hasYaml)('are YAML, also under names that mean something there', () => {
    const values = [...hard, several];
    const load = 'print(json.dumps([[k, v] for k, v in yaml.safe_load(open(sys.argv[1]))%s.items()]))';
    const all = read(exportFormats.yaml(values), python(`import yaml\n${load.replace('%s', '')}`));
    expect(all).toEqual(asEntries(values));
    // Compose reads the mapping, and then makes one dollar of two.
    const mapped = read(
      exportFormats.compose(values),
      python(`import yaml\n${load.replace('%s', '["environment"]')}`),
    );
    expect(mapped.map(([key, value]) => [key, value.replaceAll('$$', '$')])).toEqual(asEntries(values));
    expect(mapped.some(([, value]) => /(^|[^$])\$(\$\$)*($|[^$])/.test(value))).toBe(false);
  });

  it('are lines for Docker, which takes them as they are, or are refused by name', () => {
    expect(exportFormats.docker(hard)).toBe(hard.map(({ key, value }) => `${key}=${value}\n`).join(''));
    expect(() => exportFormats.docker([...hard, several])).toThrow(/several: PEM\. Nothing was printed/);
  });

  it('are a file for systemd, with what it takes for its own escaped (systemd.exec(5), EnvironmentFile=)', () => {
    const text = exportFormats.systemd([
      { key: 'A', value: 'it\'s "both" $x `y` \\' },
      { key: 'B', value: 'one\ntwo' },
    ]);
    expect(text).toBe('A="it\'s \\"both\\" \\$x \\`y\\` \\\\"\nB="one\ntwo"\n');
  });

  it('may be none', () => {
    expect(exportFormats.json([])).toBe('{}\n');
    expect(exportFormats.compose([])).toBe('environment: {}\n');
    expect(exportFormats.shell([])).toBe('');
  });
});
