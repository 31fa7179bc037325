import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recoverSecret, splitSecret } from '../../../../electron/instance/vault/split/slip39/shamir.ts';
import {
  findShareWord,
  formatShare,
  parseShare,
  type Share,
  type ShareProblem,
} from '../../../../electron/instance/vault/split/slip39/share-words.ts';
import {
  type CombineProblem,
  combineShares,
  createShares,
} from '../../../../electron/instance/vault/split/slip39/shares.ts';
import { shareWordList } from '../../../../electron/instance/vault/split/slip39/word-list.ts';

/** Of the standard, as its authors publish them: description, shares, the secret or nothing, a key made of it. */
type Vector = [description: string, shares: string[], secret: string, key: string];
const file = join(import.meta.dirname, '../../../fixtures/slip39.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const PASSPHRASE = 'TREZOR';

/** What each wrong vector is refused for, by its number. */
const refusals: Record<string, ShareProblem | CombineProblem> = {
  2: 'checksum',
  3: 'padding',
  5: 'too_few_shares',
  6: 'different_identifiers',
  7: 'different_splits',
  8: 'different_splits',
  9: 'different_splits',
  10: 'groups',
  11: 'same_number',
  12: 'different_thresholds',
  13: 'do_not_fit',
  14: 'too_few_groups',
  15: 'too_few_groups',
  16: 'too_few_shares',
  21: 'checksum',
  22: 'padding',
  24: 'too_few_shares',
  25: 'different_identifiers',
  26: 'different_splits',
  27: 'different_splits',
  28: 'different_splits',
  29: 'groups',
  30: 'same_number',
  31: 'different_thresholds',
  32: 'do_not_fit',
  33: 'too_few_groups',
  34: 'too_few_groups',
  35: 'too_few_shares',
  39: 'length',
  40: 'length',
};

async function open(texts: readonly string[]): Promise<string> {
  const shares: Share[] = [];
  for (const text of texts) {
    const reading = parseShare(text);
    if (reading.outcome === 'invalid') return reading.problem;
    shares.push(reading.share);
  }
  const combining = await combineShares(shares, PASSPHRASE);
  return combining.outcome === 'secret' ? combining.secret.toString('hex') : combining.problem;
}

describe('the official vectors of SLIP-0039', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(45);
    expect(vectors.filter(([, , secret]) => secret === '')).toHaveLength(Object.keys(refusals).length);
  });

  it.each(vectors)('%s', async (description, shares, secret) => {
    const number = description.slice(0, description.indexOf('.'));
    expect(await open(shares)).toBe(secret === '' ? refusals[number] : secret);
  });

  it.each(vectors)('%s: shares are written as they were read', (_description, shares) => {
    for (const text of shares) {
      const reading = parseShare(text);
      if (reading.outcome === 'share') expect(formatShare(reading.share)).toBe(text);
    }
  });
});

describe('the word list', () => {
  it('has 1024 sorted words, told apart by four letters', () => {
    expect(shareWordList).toHaveLength(1024);
    expect([...shareWordList].sort()).toEqual([...shareWordList]);
    expect(new Set(shareWordList.map((word) => word.slice(0, 4))).size).toBe(1024);
    for (const word of shareWordList) expect(word).toMatch(/^[a-z]{4,8}$/);
  });

  it('is read whole or from the fourth letter on, and not beyond', () => {
    expect(findShareWord('academic')).toBe(0);
    expect(findShareWord('acad')).toBe(0);
    expect(findShareWord('academi')).toBe(0);
    for (const wrong of ['', 'aca', 'academy', 'academics', 'acadxxx', 'constructor'])
      expect(findShareWord(wrong)).toBeNull();
  });
});

/** A secret, and how it is split. */
const splits = fc
  .record({
    secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    count: fc.integer({ min: 2, max: 16 }),
    identifier: fc.integer({ min: 0, max: 0x7fff }),
  })
  .chain((split) =>
    fc.record({ ...mapToConstants(split), threshold: fc.integer({ min: 2, max: split.count }) }),
  );

function mapToConstants<T extends object>(values: T): { [Name in keyof T]: fc.Arbitrary<T[Name]> } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fc.constant(value)])) as {
    [Name in keyof T]: fc.Arbitrary<T[Name]>;
  };
}

const read = (texts: readonly string[]): Share[] =>
  texts.map((text) => {
    const reading = parseShare(text);
    if (reading.outcome !== 'share') throw new Error(reading.problem);
    return reading.share;
  });

describe('shares of a key', () => {
  it('give it back in every choice and order of as many as are needed, and in none of fewer', async () => {
    await fc.assert(
      fc.asyncProperty(splits, fc.infiniteStream(fc.nat()), async (split, picks) => {
        const secret = Buffer.from(split.secret);
        const texts = await createShares(secret, { ...split, passphrase: '' });
        expect(texts).toHaveLength(split.count);
        for (const text of texts) expect(text.split(' ')).toHaveLength(33);
        const order = texts
          .map((text) => ({ text, rank: picks.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ text }) => text);
        const shares = read(order);
        expect(await combineShares(shares.slice(0, split.threshold), '')).toEqual({
          outcome: 'secret',
          secret,
        });
        expect(await combineShares(shares, '')).toEqual({ outcome: 'secret', secret });
        expect(await combineShares(shares.slice(0, split.threshold - 1), '')).toEqual({
          outcome: 'refused',
          problem: 'too_few_shares',
        });
      }),
      { numRuns: 40 },
    );
  });

  it('are of one group, with exponent 0, and not extendable', async () => {
    const identifier = 0x7abc;
    const texts = await createShares(randomBytes(32), { threshold: 3, count: 5, identifier, passphrase: '' });
    const alike = { identifier, isExtendable: false, exponent: 0, groupThreshold: 1, groupCount: 1 };
    expect(read(texts)).toMatchObject(
      texts.map((_, memberIndex) => ({ ...alike, groupIndex: 0, memberIndex, memberThreshold: 3 })),
    );
  });

  it('are never accepted with one, two or three words changed', async () => {
    const texts = await createShares(randomBytes(32), {
      threshold: 2,
      count: 2,
      identifier: 7,
      passphrase: '',
    });
    const change = fc.tuple(
      fc.nat(1),
      fc.uniqueArray(fc.nat(32), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 1023 }), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(change, ([which, places, steps]) => {
        const words = (texts[which] ?? '').split(' ');
        for (const [at, place] of places.entries()) {
          const index = ((findShareWord(words[place] ?? '') ?? 0) + (steps[at] ?? 1)) % 1024;
          words[place] = shareWordList[index] ?? '';
        }
        expect(parseShare(words.join(' '))).toMatchObject({ outcome: 'invalid', problem: 'checksum' });
      }),
      { numRuns: 2000 },
    );
  });

  it('never give another secret when one of them was changed with a right checksum', async () => {
    const secret = randomBytes(32);
    const texts = await createShares(secret, { threshold: 3, count: 5, identifier: 99, passphrase: '' });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.nat(31),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: 3, max: 5 }),
        async (which, at, bits, count) => {
          const shares = read(texts);
          const changed = shares[which] as Share;
          changed.value[at] = (changed.value[at] as number) ^ bits;
          const rotated = [...shares.slice(which), ...shares.slice(0, which)].slice(0, count);
          expect(await combineShares(read(rotated.map(formatShare)), '')).toEqual({
            outcome: 'refused',
            problem: 'do_not_fit',
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are read with numbers, capitals, notes and cut words', async () => {
    const secret = randomBytes(32);
    const texts = await createShares(secret, { threshold: 2, count: 3, identifier: 1, passphrase: '' });
    const numbered = (text: string) =>
      `# Share 1\n${text
        .split(' ')
        .map((word, at) => `${at + 1}. ${word.slice(0, 4).toUpperCase()}`)
        .join('\n')}`;
    expect(await combineShares(read(texts.slice(1).map(numbered)), '')).toEqual({
      outcome: 'secret',
      secret,
    });
  });

  it('name unknown words by their places, never the words', async () => {
    const [text = ''] = await createShares(randomBytes(32), {
      threshold: 2,
      count: 2,
      identifier: 1,
      passphrase: '',
    });
    const words = text.split(' ');
    words[4] = 'acadmic';
    words[30] = 'zzzzqqq';
    const reading = parseShare(words.join(' '));
    expect(reading).toMatchObject({
      outcome: 'invalid',
      problem: 'unknown_words',
      unknown: [{ position: 5 }, { position: 31 }],
    });
    expect(JSON.stringify(reading)).toContain('"academic"');
    expect(JSON.stringify(reading)).not.toMatch(/acadmic|zzzzqqq/);
  });

  it('that ask for minutes of work are refused at once', async () => {
    const [share] = read(vectors[0]?.[1] ?? []) as [Share];
    const heavy = read([formatShare({ ...share, exponent: 6 })]);
    expect(await combineShares(heavy, '')).toEqual({ outcome: 'refused', problem: 'too_much_work' });
    const most = read([formatShare({ ...share, exponent: 5 })]);
    expect(await combineShares(most, '')).toMatchObject({ outcome: 'secret' });
  });
});

describe('sharing over GF(256)', () => {
  it('says nothing of the secret in fewer shares than are needed', () => {
    // Of one secret, the first of two shares is any value at all: with it alone, any secret may be behind it.
    const first = new Set<number>();
    for (let at = 0; at < 1024; at++) first.add(splitSecret(Buffer.alloc(16), 2, 2)[0]?.y[0] ?? -1);
    expect(first.size).toBeGreaterThan(220);
  });

  it('refuses what is no split', () => {
    for (const [threshold, count] of [
      [0, 2],
      [3, 2],
      [2, 17],
    ] as const)
      expect(() => splitSecret(Buffer.alloc(16), threshold, count)).toThrow(RangeError);
    expect(recoverSecret(splitSecret(Buffer.alloc(16, 3), 1, 2), 1)).toEqual(Buffer.alloc(16, 3));
  });
});

it('anything else that is typed is a named problem, never an exception', () => {
  const word = fc.oneof(fc.constantFrom(...shareWordList), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 70 }), (words) => {
      expect(parseShare(words.join(' ')).outcome).toBe('invalid');
    }),
    { numRuns: 500 },
  );
});
