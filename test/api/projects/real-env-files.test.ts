import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExportFormat, exportFormats, type Value } from '../../../electron/cli/env/formats.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { hasPythonDotenv, readByBash, readByPython } from '../../env-files/readers.ts';
import { type RealFile, readRealFile, realFiles } from '../../env-files/real-files.ts';
import { requires } from '../../requires.ts';
import { quick } from '../../work-factor.ts';

const document = join(import.meta.dirname, '../../../electron/instance/projects/env-files/README.md');

let dataDir: string;
let instance: Instance;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-real-env-files-'));
  instance = await openInstance({ dataDir, env: {}, ...quick });
  for (const known of realFiles)
    imported.set(known.file, await importInto(nameOf(known), readRealFile(known)));
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (method: string, path: string, body?: object) => askOwner(instance, method, path, body);
const nameOf = ({ file }: RealFile) => file.replace('.env', '');

interface Outcome {
  status: number;
  added: { key: string; is_secret: boolean }[];
  refused: { line: number }[];
}
const imported = new Map<string, Outcome>();

async function importInto(project: string, bytes: Buffer, more: object = {}): Promise<Outcome> {
  await send('POST', '/projects', { name: project });
  const { status, body } = await send('POST', `/projects/${project}/variables/import`, {
    content_base64: bytes.toString('base64'),
    on_error: 'collect',
    ...more,
  });
  return { status, added: body.added ?? [], refused: body.refused ?? [] };
}

async function resolve(project: string): Promise<Value[]> {
  const { body } = await send('GET', `/projects/${project}/variables/resolved`);
  return body.variables.map(({ key, value }: Value) => ({ key, value }));
}

const exportText = async (project: string): Promise<string> =>
  (await send('GET', `/projects/${project}/variables/export`)).body ?? '';
const pairsOf = (values: readonly Value[]) => values.map(({ key, value }) => [key, value]);
const inOrder = (pairs: readonly (readonly [string, string])[] | string[][]) =>
  [...pairs].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));

describe('the .env files of public projects', () => {
  it('are more than thirty, of more than a thousand variables', () => {
    expect(realFiles.length).toBeGreaterThan(30);
    expect(realFiles.flatMap(({ values }) => Object.keys(values)).length).toBeGreaterThan(1200);
  });

  it.each(realFiles)('$project: is imported with the values that a program is to get', async (known) => {
    const outcome = imported.get(known.file);
    expect(outcome?.status).toBe(200);
    expect(outcome?.refused.map(({ line }) => line)).toEqual(known.refused);
    expect(Object.fromEntries(pairsOf(await resolve(nameOf(known))))).toEqual(known.values);
  });

  it.each(
    realFiles.filter(({ refused }) => refused.length > 0),
  )('$project: is refused as a whole for what is no variable, unless the others are asked for', async (known) => {
    const project = `${nameOf(known)}-whole`;
    expect((await importInto(project, readRealFile(known), { on_error: 'fail' })).status).toBe(400);
    expect(await resolve(project)).toEqual([]);
  });

  it.each(
    realFiles,
  )('$project: comes back as the same file, byte for byte, and as the same values', async (known) => {
    const project = nameOf(known);
    const text = await exportText(project);
    const again = await importInto(`${project}-again`, Buffer.from(text));
    expect(again.refused).toEqual([]);
    expect(await exportText(`${project}-again`)).toBe(text);
    expect(await resolve(`${project}-again`)).toEqual(await resolve(project));
  });
});

describe('what is a secret in them', () => {
  it.each(
    realFiles,
  )('$project: each name is guessed as a person would, or is said to be in doubt', (known) => {
    const guessed = imported.get(known.file)?.added.filter(({ is_secret }) => is_secret) ?? [];
    expect(guessed.map(({ key }) => key).sort()).toEqual([...known.secrets, ...known.overcautious].sort());
  });

  it('none is missed, and few of the others are taken for one', () => {
    const all = realFiles.flatMap(({ file, secrets }) =>
      (imported.get(file)?.added ?? []).map(({ key, is_secret }) => ({
        isSecret: secrets.includes(key),
        isGuessed: is_secret,
      })),
    );
    const guessed = all.filter(({ isGuessed }) => isGuessed);
    const found = guessed.filter(({ isSecret }) => isSecret).length;
    expect(found / all.filter(({ isSecret }) => isSecret).length).toBe(1);
    expect(found / guessed.length).toBeGreaterThan(0.95);
    const said = readFileSync(document, 'utf8').replaceAll('\n', ' ');
    expect(said).toContain(
      `${found} are secrets, and all of them are taken for one; so are ${guessed.length - found} others`,
    );
  });
});

/** Each export of all files, as a program of its kind reads them: pairs, in the order of the files. */
async function exportAll(format: ExportFormat): Promise<{ texts: string[]; meant: string[][][] }> {
  const values = [];
  for (const known of realFiles) values.push(await resolve(nameOf(known)));
  return {
    texts: values.map((each) => exportFormats[format](each)),
    meant: values.map(pairsOf) as string[][][],
  };
}

/** Of a Python that gets the paths of all files: one process for all. */
function readByProgram(texts: readonly string[], body: string): string[][][] {
  const folder = mkdtempSync(join(dataDir, 'exports-'));
  const paths = texts.map((text, at) => {
    const path = join(folder, `${at}`);
    writeFileSync(path, text);
    return path;
  });
  const { status, stdout, stderr } = spawnSync('python3', ['-c', body, ...paths], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, PYTHONUTF8: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}
const python = (load: string, more = '') =>
  `import sys, json${more}\nprint(json.dumps([[[k, v] for k, v in ${load}.items()] for p in sys.argv[1:]]))`;
const hasYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;

describe('what is exported of them', () => {
  it('is JSON that Python reads', async () => {
    const { texts, meant } = await exportAll('json');
    expect(readByProgram(texts, python('json.load(open(p))'))).toEqual(meant);
  });

  requires(
    'YAML',
    hasYaml,
    'needs python3-yaml',
  )('is YAML, and a mapping for Compose', async () => {
    const { texts, meant } = await exportAll('yaml');
    expect(readByProgram(texts, python('(yaml.safe_load(open(p)) or {})', ', yaml'))).toEqual(meant);
    const compose = await exportAll('compose');
    const mapped = readByProgram(compose.texts, python('yaml.safe_load(open(p))["environment"]', ', yaml'));
    const single = mapped.map((pairs) =>
      pairs.map(([key = '', value = '']) => [key, value.replaceAll('$$', '$')]),
    );
    expect(single).toEqual(meant);
  });

  it('is sourced by bash', async () => {
    const { texts, meant } = await exportAll('shell');
    expect(readByBash(texts).map(inOrder)).toEqual(meant.map(inOrder));
  });

  it('are lines for Docker, or is refused by the names of what has several', async () => {
    for (const known of realFiles) {
      const values = await resolve(nameOf(known));
      const several = values.filter(({ value }) => /[\r\n]/.test(value)).map(({ key }) => key);
      if (several.length > 0) {
        expect(() => exportFormats.docker(values)).toThrow(several.join(', '));
        continue;
      }
      const lines = exportFormats.docker(values).split('\n').slice(0, -1);
      expect(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ).toEqual(pairsOf(values));
    }
  });

  it('is a .env file that bash reads alike, and a file for systemd that a shell does', async () => {
    const literal = realFiles.filter((known) => !readRealFile(known).includes('${'));
    const texts: string[] = [];
    const systemd: string[] = [];
    const meant: string[][][] = [];
    for (const known of literal) {
      const values = await resolve(nameOf(known));
      texts.push(await exportText(nameOf(known)));
      // Its escapes in double quotes are those of a shell (systemd.exec(5)).
      systemd.push(exportFormats.systemd(values));
      meant.push(pairsOf(values) as string[][]);
    }
    expect(literal.length).toBeGreaterThan(20);
    expect(readByBash(texts).map(inOrder)).toEqual(meant.map(inOrder));
    expect(readByBash(systemd).map(inOrder)).toEqual(meant.map(inOrder));
  });

  requires(
    'python-dotenv',
    hasPythonDotenv,
    'needs python3-dotenv',
  )('is a .env file that python-dotenv reads alike', async () => {
    const literal = realFiles.filter((known) => !readRealFile(known).includes('${'));
    const texts: string[] = [];
    const meant: string[][][] = [];
    for (const known of literal) {
      texts.push(await exportText(nameOf(known)));
      meant.push(pairsOf(await resolve(nameOf(known))) as string[][]);
    }
    expect(readByPython(texts)).toEqual(meant);
  });
});
