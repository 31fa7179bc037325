import { describe, expect, it } from 'vitest';
import {
  describeFoundGaps,
  describeGone,
  findFoundGaps,
  findGaps,
  type Run,
  sayNumbers,
} from '../../../../electron/instance/backups/listing/gaps.ts';

const INSTANCE = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const OURS = '0198f3a1-0000-7000-8000-000000000001';
const THEIRS = '0198f3a1-0000-7000-8000-000000000002';
const run = (from: number, to = from): Run => ({ from, to });
const found = (writerId: string, ...sequences: number[]) =>
  sequences.map((sequence) => ({ instanceId: INSTANCE, writerId, sequence }));

describe('gaps in numbers', () => {
  it.each<[string, number[], Run[]]>([
    ['none of nothing', [], []],
    ['none of one', [7], []],
    ['none where they follow each other, in any order', [3, 1, 2], []],
    ['one', [4, 6], [run(5)]],
    ['several', [1, 3, 7, 8], [run(2), run(4, 6)]],
    ['none before the first: it may have been removed long ago', [40, 41], []],
    ['none where a number comes twice', [1, 1, 2], []],
    [
      'a huge one, without counting it through',
      [1, Number.MAX_SAFE_INTEGER],
      [run(2, Number.MAX_SAFE_INTEGER - 1)],
    ],
  ])('%s', (_, numbers, gaps) => {
    expect(findGaps(numbers)).toEqual(gaps);
  });

  it.each<[Run[], string]>([
    [[run(5)], 'no. 5'],
    [[run(5, 6)], 'no. 5 and 6'],
    [[run(5, 9)], 'no. 5 to 9'],
    [[run(2), run(5, 6), run(9, 12)], 'no. 2, 5, 6, and 9 to 12'],
    [[2, 4, 6, 8, 10, 12, 14, 16].map((at) => run(at)), 'no. 2, 4, 6, 8, 10, 12, and others'],
  ])('%j is said as %s', (runs, said) => {
    expect(sayNumbers(runs)).toBe(said);
  });
});

describe('what a place does not have', () => {
  const say = (manifests: ReturnType<typeof found>, unreadable = 0) =>
    describeFoundGaps(findFoundGaps(manifests), unreadable);

  it('is named without alarm: it may have failed, been removed as it should be, or be elsewhere', () => {
    expect(say(found(OURS, 7, 4))).toEqual([
      'No. 5 and 6 are not here: they failed, were removed, or are elsewhere.',
    ]);
    expect(say(found(OURS, 4, 6))).toEqual(['No. 5 is not here: it failed, was removed, or is elsewhere.']);
  });

  it('may be among what cannot be read, whose number nobody knows', () => {
    expect(say(found(OURS, 4, 6), 1)).toEqual([
      'No. 5 is not here: it failed, was removed, is among those that cannot be read, or is elsewhere.',
    ]);
  });

  it('is of each data directory by itself, and nothing of one whose numbers follow each other', () => {
    expect(say([...found(OURS, 8, 9), ...found(THEIRS, 1, 3)])).toEqual([
      'No. 2 is not here: it failed, was removed, or is elsewhere.',
    ]);
    expect(say([...found(OURS, 1, 3), ...found(THEIRS, 1, 2, 4)])).toEqual([
      `No. 2 of the data directory ${OURS} is not here: it failed, was removed, or is elsewhere.`,
      `No. 3 of the data directory ${THEIRS} is not here: it failed, was removed, or is elsewhere.`,
    ]);
    expect(say([...found(OURS, 1), ...found(THEIRS, 3)])).toEqual([]);
  });
});

describe('a backup of the list that is gone', () => {
  const backup = {
    sequence: 41,
    takenAt: Date.parse('2026-11-28T12:00:00Z'),
    goneAt: 1,
    writerId: OURS,
    destination: 'the NAS',
  };

  it('is named with its number and day', () => {
    expect(describeGone(backup, OURS)).toBe(
      'Backup no. 41 of 2026-11-28 is not at the NAS any more, and this instance did not remove it.',
    );
    expect(describeGone({ ...backup, sequence: null }, OURS)).toMatch(/^The backup of 2026-11-28 is not/);
  });

  it.each([
    ['of another data directory', THEIRS],
    ['before this one made any, as after a restore', null],
  ])('is no alarm where it is %s, which may have removed it', (_, own) => {
    expect(describeGone(backup, own)).toBe(
      'Backup no. 41 of 2026-11-28 is not at the NAS any more. Another data directory made it, and may have removed it.',
    );
  });

  it('is nothing while it is there', () => {
    expect(describeGone({ ...backup, goneAt: null }, OURS)).toBeNull();
  });
});
