import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import promises from './promises.json' with { type: 'json' };
import { splitClaims } from './split-claims.ts';

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
    const wrong = [...new Set(Object.values(ties).flat())].filter((test) => !exists(test));
    expect(wrong).toEqual([]);
  });
});

/** A title as it is written in the file, of a test or of the tests of a table. */
function exists(test: string): boolean {
  const [, file = '', title = ''] = /^(test\/\S+\.test\.ts): (.+)$/.exec(test) ?? [];
  try {
    const written = read(file).replaceAll("\\'", "'");
    return title !== '' && ["'", '"', '`'].some((quote) => written.includes(`${quote}${title}${quote}`));
  } catch {
    return false;
  }
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
    expect(exists('test/architecture/promises.test.ts: is tied to no test that is not there')).toBe(true);
    expect(exists('test/architecture/promises.test.ts: is tied to')).toBe(false);
    expect(exists('test/architecture/nowhere.test.ts: is tied to no test that is not there')).toBe(false);
  });
});
