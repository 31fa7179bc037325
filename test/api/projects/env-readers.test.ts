import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import {
  hasPythonDotenv,
  type Reader,
  type ReaderCase,
  readByBash,
  readByPython,
  readerCases,
} from '../../env-files/readers.ts';
import { readRealFile, realFiles } from '../../env-files/real-files.ts';
import { requires } from '../../requires.ts';
import { quick } from '../../work-factor.ts';

const document = join(import.meta.dirname, '../../../electron/instance/projects/env-files/README.md');

let dataDir: string;
let instance: Instance;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-env-readers-'));
  instance = await openInstance({ dataDir, env: {}, ...quick });
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const texts = readerCases.map(({ text }) => text);
/** What a reader makes of the variable of each case. */
const ask = (reader: Reader) =>
  reader(texts).map((pairs, at) => {
    const found = pairs.find(([name]) => name === readerCases[at]?.name);
    return [readerCases[at]?.kind, found?.[1] ?? null];
  });
const recorded = (column: 'bash' | 'python') => readerCases.map((known) => [known.kind, known[column]]);

/** As a row of the document has it. */
function printRow({ kind, text, ours, refused, bash, python, npm, compose, why }: ReaderCase): string {
  const cells = [
    kind,
    code(text.replace(/\r?\n$/, '')),
    refused && ours === null ? 'refused' : refused ? `${show(ours)}, a line refused` : show(ours),
    ...[bash, python, npm, compose].map(show),
    why,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function show(value: string | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return 'none';
  return value === '' ? 'empty' : code(value);
}

/** Marks for what cannot be seen; a backslash is one. */
const marks = new Map([
  ['\n', '⏎'],
  ['\r', '␍'],
  ['\t', '⇥'],
  ['\x07', '␇'],
  ['\uFEFF', '[U+FEFF]'],
  ['\u2028', '[U+2028]'],
]);

function code(text: string): string {
  const shown = [...text].map((character) => marks.get(character) ?? character).join('');
  return shown.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

describe('a .env file as other programs read it', () => {
  it.each(readerCases)('is read here as the table says: $kind', async ({
    text,
    name,
    ours,
    refused,
    why,
  }) => {
    const project = `case-${readerCases.findIndex((known) => known.text === text && known.name === name)}`;
    await askOwner(instance, 'POST', '/projects', { name: project });
    const send = (more: object) =>
      askOwner(instance, 'POST', `/projects/${project}/variables/import`, {
        content_base64: Buffer.from(text).toString('base64'),
        secret: 'none',
        ...more,
      });
    // Refused as a whole, unless it is told to take the others.
    expect((await send({ dry_run: true })).status).toBe(refused ? 400 : 200);
    const { body: outcome } = await send({ on_error: 'collect' });
    expect(outcome.refused.length > 0).toBe(refused);
    if (/\bsaid\b|the import says it/.test(why)) expect(outcome.said).not.toEqual([]);
    const { body } = await askOwner(instance, 'GET', `/projects/${project}/variables/resolved`);
    const found = body.variables.find((known: { key: string }) => known.key === name);
    expect(found?.value ?? null).toBe(ours);
  });

  it('is read by bash as the table says', () => {
    const compared = ask(readByBash).filter((_, at) => readerCases[at]?.bash !== undefined);
    expect(compared).toEqual(recorded('bash').filter(([, value]) => value !== undefined));
    expect(compared.length).toBeGreaterThan(40);
  });

  requires(
    'python-dotenv',
    hasPythonDotenv,
    'needs python3-dotenv',
  )('is read by python-dotenv as the table says', () => {
    expect(ask(readByPython)).toEqual(recorded('python'));
  });

  it('of a public project differs in as many variables as the document says', () => {
    const files = realFiles.map(readRealFile);
    const countOthers = (found: [string, string][][]) =>
      realFiles.flatMap(({ values }, at) => {
        const theirs = new Map(found[at]);
        return Object.entries(values).filter(([name, value]) => theirs.get(name) !== value);
      }).length;
    const all = realFiles.flatMap(({ values }) => Object.keys(values)).length;
    const said = readFileSync(document, 'utf8').replaceAll('\n', ' ');
    expect(said).toContain(
      `Of the ${all.toLocaleString('en')} variables of ${files.length} public projects (\`test/fixtures/env-files\`), bash gives ${countOthers(readByBash(files))} another value or none`,
    );
    if (hasPythonDotenv) expect(said).toContain(`python-dotenv ${countOthers(readByPython(files))}.`);
  });

  it('is in the table for each difference, and for nothing else', () => {
    for (const { kind, ours, refused, bash, python, npm, compose } of readerCases) {
      const others = [bash, python, npm, compose].filter((value) => value !== undefined);
      expect([kind, refused || others.some((value) => value !== ours)]).toEqual([kind, true]);
    }
    const rows = readFileSync(document, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (-|what is written )/.test(line));
    expect(rows).toEqual(readerCases.map(printRow));
  });
});
