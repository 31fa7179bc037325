import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner } from '../../ask-owner.ts';
import { quick } from '../../work-factor.ts';

interface Case {
  name: string;
  text?: string;
  hex?: string;
  values?: Record<string, string>;
}
const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/env-cases.json'), 'utf8'),
) as Case[];
const bytesOf = (name: string) => {
  const { text, hex } = cases.find((known) => known.name === name) as Case;
  return hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex, 'hex');
};

let dataDir: string;
let instance: Instance;
let projects = 0;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-env-files-'));
  instance = await openInstance({ dataDir, env: {}, ...quick });
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (method: string, path: string, body?: object) => askOwner(instance, method, path, body);

/** Into a project of its own, where it is not told which. */
async function importInto(bytes: Buffer, more: object = {}, given?: string) {
  const project = given ?? `case-${++projects}`;
  if (given === undefined) await send('POST', '/projects', { name: project });
  const answer = await send('POST', `/projects/${project}/variables/import`, {
    content_base64: bytes.toString('base64'),
    ...more,
  });
  return { ...answer, project };
}

async function resolve(project: string): Promise<Record<string, string>> {
  const { body } = await send('GET', `/projects/${project}/variables/resolved`);
  return Object.fromEntries(body.variables.map(({ key, value }: Record<string, string>) => [key, value]));
}

describe('a .env file from the field', () => {
  it.each(cases.filter(({ values }) => values))('$name', async ({ name, values = {} }) => {
    const { status, project } = await importInto(bytesOf(name), { secret: 'none' });
    expect(status).toBe(200);
    const found = await resolve(project);
    // By entries: an object has the names that objects inherit.
    expect(Object.entries(found)).toEqual(expect.arrayContaining(Object.entries(values)));
    const exported = (await send('GET', `/projects/${project}/variables/export`)).body;
    const again = await importInto(Buffer.from(exported), { secret: 'none' });
    expect(await resolve(again.project)).toEqual(found);
  });

  it('says of line breaks inside quotes what is done with them', async () => {
    const { body, project } = await importInto(bytesOf('CRLF inside quotes'));
    expect(await resolve(project)).toEqual({ K: 'a\r\nb', L: '1' });
    expect(body.said).toEqual([
      'The file has Windows line breaks (CRLF): they end its lines.',
      'Carriage returns inside quotes were kept as part of the value of K (line 1).',
    ]);
    const without = await importInto(Buffer.from('K=a\r\nL=1\r\n'));
    expect(without.body.said).toEqual([
      'The file has Windows line breaks (CRLF): they are not part of the values.',
    ]);
  });

  it('names every line that is none at once, and takes the others where that is said', async () => {
    const bytes = bytesOf('many mistakes at once');
    const refused = await importInto(bytes);
    expect(refused.status).toBe(400);
    expect(refused.body.details).toMatchObject({
      refused: [{ line: 1, name: 'b.c' }, { line: 2, name: 'd-e' }, { line: 3 }],
      refused_total: 3,
    });
    expect(await resolve(refused.project)).toEqual({});
    const taken = await importInto(bytes, { on_error: 'collect' }, refused.project);
    expect(taken.body.refused).toHaveLength(3);
    expect(taken.body.repeated).toMatchObject([{ name: 'H', taken: 5 }]);
    expect(await resolve(refused.project)).toEqual({ H: '2', OK: '1' });
  });

  it.each(['fffe41003d0031000a00', 'feff0041003d0031000a'])('that is UTF-16 is named: %s', async (hex) => {
    const { status, body } = await importInto(Buffer.from(hex, 'hex'));
    expect([status, body.detail]).toEqual([400, expect.stringContaining('iconv -f UTF-16')]);
  });

  it('takes the last of a name that is there more than once, or the first where that is said, and says so', async () => {
    const file = Buffer.from('# two of one\nA=first\nB=only\nA=second\n\nA=last\n');
    const last = await importInto(file, { secret: 'none' });
    expect(last.body).toMatchObject({
      repeated: [{ name: 'A', lines: [2, 4, 6], taken: 6 }],
      refused: [],
      lines_without_variable: 2,
    });
    expect(last.body.said).toContain('A is there 3 times: line 6 counts.');
    expect(last.body.said.join(' ')).toContain('1 comment line is not saved');
    expect(await resolve(last.project)).toEqual({ A: 'last', B: 'only' });
    const first = await importInto(file, { secret: 'none', repeated: 'first' });
    expect(first.body.said).toContain('A is there 3 times: line 2 counts.');
    expect(await resolve(first.project)).toEqual({ A: 'first', B: 'only' });
    const refused = await importInto(file, { secret: 'none', repeated: 'refuse' });
    expect([refused.status, refused.body.error_code]).toEqual([400, 'env_file_invalid']);
    expect(await resolve(refused.project)).toEqual({});
    const others = await importInto(file, { secret: 'none', repeated: 'refuse', on_error: 'collect' });
    expect(others.body.refused.map(({ line }: { line: number }) => line)).toEqual([4, 6]);
    expect(await resolve(others.project)).toEqual({ A: 'first', B: 'only' });
    // References mean the line that counts, wherever it stands.
    const refers = await importInto(Buffer.from('A=1\nC=${A}-${B}\nA=2\nB=x\n'), { secret: 'none' });
    expect(await resolve(refers.project)).toEqual({ A: '2', B: 'x', C: '2-x' });
    // Many are counted, and none of their values is told.
    const many = Array.from({ length: 40 }, (_, at) => `N${at % 20}=canary${at}\n`).join('');
    const { body } = await importInto(Buffer.from(many), { secret: 'all' });
    expect(body.repeated).toHaveLength(20);
    expect(body.said).toContain('So are 15 more names.');
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('says which # it took for a part of a value, and which for a comment', async () => {
    const { body } = await importInto(bytesOf('a value that begins with #'));
    expect(body.said).toEqual(
      expect.arrayContaining([
        expect.stringContaining('NOTE (line 3), CUT (line 4)'),
        expect.stringContaining('of the value of COLOR (line 1)'),
      ]),
    );
  });
});

describe('a reference as shells write it', () => {
  const NAME = '$' + '{NAME}';
  const at = (text: string) => text.replaceAll('@', '$');

  it('follows the variable that it names, and is kept as text where that is said', async () => {
    const file = Buffer.from(at('NAME=one\nURL="x @{NAME} y"\n'));
    const { body, project } = await importInto(file);
    expect(body.references).toBe(1);
    expect(body.said).toEqual([
      `${NAME} became a reference to that variable, $\{${NAME.slice(1)}}, in URL (line 2).`,
    ]);
    await importInto(Buffer.from('NAME=two\n'), {}, project);
    expect((await resolve(project)).URL).toBe('x two y');
    const literal = await importInto(file, { references: 'literal' });
    expect([literal.body.references, literal.body.said]).toEqual([0, []]);
    expect((await resolve(literal.project)).URL).toBe(`x ${NAME} y`);
  });

  it('also names one that was there before, unless it is replaced', async () => {
    const { project } = await importInto(Buffer.from('HOST=db\n'));
    const file = Buffer.from(at('URL=@{HOST}:1\n'));
    await importInto(file, {}, project);
    expect((await resolve(project)).URL).toBe('db:1');
    await importInto(file, { mode: 'replace' }, project);
    expect(await resolve(project)).toEqual({ URL: at('@{HOST}:1') });
  });

  it.each([
    ['a default that is not needed', 'A=1\nB=@{A:-2}\n', '1', 1],
    ['a default that is', 'A=\nB=@{A:-2}\n', '@{A:-2}', 0],
    ['a default of nothing known', 'B=@{A:-2}\n', '@{A:-2}', 0],
    ['a message that is not needed', 'A=1\nB=@{A:?missing}/x\n', '1/x', 1],
    ['a message that is', 'A=\nB=@{A:?missing}\n', '@{A:?missing}', 0],
    ['a default that refers to another', 'A=1\nC=2\nB=@{A:-@{C}}\n', '1', 1],
    ['the same, of nothing known', 'C=2\nB=@{A:-@{C}}\n', '@{A:-@{C}}', 0],
    ['a default with braces', 'A=1\nB=@{A:-{"x":{}}\n', '@{A:-{"x":{}}', 0],
    ['a default without an end', 'A=1\nB=@{A:-x\n', '@{A:-x', 0],
    ['what shells put in place of one that is there', 'A=1\nB=@{A:+x}\n', '@{A:+x}', 0],
    ['two of them, and text', 'A=1\nC=2\nB=x@{A}-@{C}z@{D}\n', 'x1-2z@{D}', 2],
    ['itself', 'B=@{B}:x\n', '@{B}:x', 0],
    ['single quotes', "A=1\nB='@{A}'\n", '@{A}', 0],
    ['backticks', 'A=1\nB=`@{A}`\n', '@{A}', 0],
    ['an escaped dollar', 'A=1\nB="\\@{A} @{A}"\n', '@{A} 1', 1],
    ['a doubled dollar', 'A=1\nB=@@{A}\n', '@@{A}', 0],
    ['no braces', 'A=1\nB=@A\n', '@A', 0],
    ['a line break before it', 'A=1\nB="\\n@{A}"\n', '\n1', 1],
    ['ours already', 'A=1\nB=@{{A}}\n', '1', 0],
    ['what is no name', 'A=1\nB=@{A.b}@{1}@{}@{A\n', '@{A.b}@{1}@{}@{A', 0],
  ])('means what a shell means by it: %s', async (_, text, expected, count) => {
    const { body, project } = await importInto(Buffer.from(at(text)), { secret: 'none' });
    expect((await resolve(project)).B).toBe(at(expected));
    expect(body.references).toBe(count);
  });

  it('that is never made ours is said, where it would mean something to a shell', async () => {
    const left = at('A=1\nB=pass@A\nC=\'@A\'\nD="\\@A"\nE=@X\nF=@F\nG="x@{A:+y}"\n');
    const { body, project } = await importInto(Buffer.from(left), { secret: 'none' });
    expect(body.said).toEqual([
      `$NAME was kept as text in B (line 2), G (line 7): only ${NAME} becomes a reference to that variable.`,
    ]);
    expect((await resolve(project)).B).toBe('pass$A');
    const literal = await importInto(Buffer.from(left), { references: 'literal' });
    expect(literal.body.said).toEqual([]);
  });

  it('that means nothing here stays, as what other tools put in place of values, and is said', async () => {
    const { body, project } = await importInto(
      Buffer.from(
        at(
          'A=@{UNKNOWN}\nB=@(whoami)\nC=@{{Postgres.URL}}\nD=op://vault/item/field\nE="encrypted:BE9Y"\nF=plain\n',
        ),
      ),
    );
    expect(body.said).toEqual([
      `${NAME} of no variable that is here was kept as text in A (line 1).`,
      'Kept as text: a command in $(…), which is not run in B (line 2).',
      expect.stringContaining('in C (line 3)'),
      expect.stringContaining('1Password (op://) in D (line 4)'),
      expect.stringContaining('dotenvx (encrypted:) in E (line 5)'),
    ]);
    expect((await resolve(project)).B).toBe('$(whoami)');
  });

  it('takes no long time, whatever the text is', async () => {
    const text = `A=1\nB="${at('@{A').repeat(300_000)}"\n`;
    const began = performance.now();
    expect((await importInto(Buffer.from(text), { dry_run: true })).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
