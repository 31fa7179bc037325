import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import promises from './promises.json' with { type: 'json' };
import { splitClaims } from './split-claims.ts';
import { countOwnWords, isTemplate, listTests, type WrittenTest } from './test-titles.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/**
 * What SECURITY.md and the vault's README say: each sentence, row and point with the tests that show it, "file: title".
 * A sentence that is changed is tied anew, after looking whether they still do.
 */
const tied = promises.claims as Record<string, Record<string, string[]>>;
/** What promises nothing of the program, and why: gaps, notation, requests to the reader. */
const notClaims = promises['not claims'] as Record<string, Record<string, string>>;
/** More of them would be a way around. */
const MAX_NOT_CLAIMS = 20;

describe.each(Object.keys(tied))('%s', (document) => {
  const claims = splitClaims(read(document));
  const ties = tied[document] ?? {};
  const others = notClaims[document] ?? {};

  it('says nothing that no test shows', () => {
    expect(claims.filter((claim) => !Object.hasOwn(ties, claim) && !Object.hasOwn(others, claim))).toEqual(
      [],
    );
    expect(Object.keys(ties).filter((claim) => ties[claim]?.length === 0)).toEqual([]);
    expect(Object.keys(others).length).toBeLessThan(MAX_NOT_CLAIMS);
    expect(Object.keys(ties).length).toBeGreaterThan(30);
  });

  it('has every sentence that is tied to a test', () => {
    expect([...Object.keys(ties), ...Object.keys(others)].filter((claim) => !claims.includes(claim))).toEqual(
      [],
    );
  });

  it('is shown by tests that exist', () => {
    const wrong = [...new Set(Object.values(ties).flat())].flatMap((tie) => explainTie(tie) ?? []);
    expect(wrong).toEqual([]);
  });
});

const listed = new Map<string, WrittenTest[]>();
function testsOf(file: string): WrittenTest[] {
  const tests = listed.get(file) ?? (existsSync(join(root, file)) ? listTests(read(file)) : []);
  listed.set(file, tests);
  return tests;
}

/**
 * Why a tie names no test, or null. A tie is the title of a test, or one of the titles of a table; with a placeholder it
 * stands for all of one table, which is found by its words or by the title of the group around it: "group > %s".
 */
function explainTie(tie: string): string | null {
  const [, file = '', name = ''] = /^(test\/\S+\.test\.ts): (.+)$/.exec(tie) ?? [];
  const found = testsOf(file).filter(({ groups, title, rows }) =>
    [title, ...(rows ?? [])].some((each) => name === each || name === `${groups.at(-1)} > ${each}`),
  );
  const [test] = found;
  if (!test) return `${tie}: there is no such test`;
  if (!isTemplate(name)) return null;
  if (found.length > 1) return `${tie}: there are ${found.length} tables with this title`;
  if (test.rows?.length === 0) return `${tie}: its table is empty`;
  return name === test.title && countOwnWords(name) < 2 ? `${tie}: this title is anything's` : null;
}

describe('a document', () => {
  it('is split into its sentences, rows and points', () => {
    const text = [
      '# Title',
      'One (see 8.2.2), of *two* lines',
      'and a `code. Of it`. Two: three.',
      '',
      '| has | gets |',
      '| --- | --- |',
      '| a | b. C |',
      '',
      '- Point one. Point',
      '  two.',
      '',
      '```sh',
      'not a claim.',
      '```',
    ].join('\n');
    expect(splitClaims(text)).toEqual([
      'One (see 8.2.2), of *two* lines and a `code. Of it`.',
      'Two: three.',
      'a | b. C',
      'Point one.',
      'Point two.',
    ]);
  });

  it('is tied to no test that is not there', () => {
    const here = 'test/architecture/promises.test.ts: ';
    expect(explainTie(`${here}is tied to no test that is not there`)).toBe(null);
    expect(explainTie(`${here}a document > is tied to no test that is not there`)).toBe(null);
    expect(explainTie(`${here}is tied to`)).toMatch(/no such test/);
    // A text of the file that is no test's title.
    expect(explainTie(`${here}One (see 8.2.2), of *two* lines`)).toMatch(/no such test/);
    expect(explainTie('test/architecture/nowhere.test.ts: is tied to no test')).toMatch(/no such test/);
  });

  it('is tied to all tests of one table, or to one of them, and never to any table there is', () => {
    const file = 'test/architecture/planted.test.ts';
    listed.set(
      file,
      listTests(`
        describe('a lock', () => {
          it.each([['shut', 1], ['open', 2] as const])('%s', (what, count) => {});
          it.each(computed)('holds for %s', () => {});
          it.each([{ id: 'a' }])('opens $id', { timeout: 1 }, async () => {});
        });
        describe('a door', () => { it.each([3, 4] as const)('%s', () => {}); page.on('no test', () => {}); });
        describe('nothing', () => it.each([])('is there for %s', () => {}));
      `),
    );
    const verdict = (title: string) =>
      explainTie(`${file}: ${title}`)?.slice(`${file}: ${title}: `.length) ?? 'right';
    expect(
      ['a lock > %s', 'a door > %s', 'shut', 'open', '3', 'holds for %s', 'opens $id'].map(verdict),
    ).toEqual(['right', 'right', 'right', 'right', 'right', 'right', "this title is anything's"]);
    expect(verdict('%s')).toBe('there are 2 tables with this title');
    expect(verdict('is there for %s')).toBe('its table is empty');
    for (const wrong of ['no test', 'ajar', 'a lock > 3', 'holds for'])
      expect(verdict(wrong)).toBe('there is no such test');
  });
});
