import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'test', 'fixtures');

/** The rows of the tables, without their heads. */
const rows = readFileSync(join(folder, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|what \||file \|)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

describe('the list of what a person can hand over', () => {
  it('says of each what happens, and which tests show it', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const row of rows) expect([row[0], row.length]).toEqual([row[0], 3]);
  });

  it('names tests that there are', () => {
    const wrong = rows.flatMap(([what, , tests = '']) =>
      tests.split(/, (?=test\/)/).flatMap((test) => {
        const [file = '', ...name] = test.split(':');
        const path = join(root, file);
        const isThere = existsSync(path) && readFileSync(path, 'utf8').includes(name.join(':').trim());
        return isThere ? [] : [`${what}: ${test}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('has every file of the folder', () => {
    const listed = new Set(rows.flatMap(([what = '']) => what.split(', ')));
    const files = readdirSync(folder).filter((name) => name !== 'README.md');
    expect(files.filter((name) => !listed.has(name))).toEqual([]);
  });
});
