import { expect, it } from 'vitest';
import { judgeSplit, type SplitFacts } from '../../../../electron/instance/vault/split/split-verdict.ts';

const NOW = 1_000_000;
/** A split of which everything was done: so many shares, of which so many lie with the database. */
const facts = (count: number, threshold: number, near = 0): SplitFacts => ({
  threshold,
  combinedAt: 500,
  olderEpoch: null,
  nowMs: NOW,
  shares: Array.from({ length: count }, (_, at) => ({
    number: at + 1,
    place: 'on paper',
    separate: at >= near,
    verifiedAt: (at + 1) * 100,
  })),
});
const withShare = (base: SplitFacts, number: number, change: Partial<SplitFacts['shares'][number]>) => ({
  ...base,
  shares: base.shares.map((share) => (share.number === number ? { ...share, ...change } : share)),
});

it('counts when every share was verified and none lies with the database', () => {
  expect(judgeSplit(facts(3, 2))).toMatchObject({ state: 'counts', verifiedAt: 200 });
  // As many as open the key were seen since then.
  expect(judgeSplit(facts(5, 3))).toMatchObject({ state: 'counts', verifiedAt: 300 });
  expect(judgeSplit(withShare(facts(5, 3), 1, { verifiedAt: 900 }))).toMatchObject({ verifiedAt: 400 });
});

it.each<[string, SplitFacts, string, RegExp]>([
  ['a share was never kept', withShare(facts(3, 2), 2, { place: null }), 'unfinished', /share 2 was never/],
  [
    'two shares were never verified',
    withShare(withShare(facts(3, 2), 1, { verifiedAt: null }), 3, { verifiedAt: null }),
    'unverified',
    /shares 1 and 3 were never verified/,
  ],
  ['they never gave the key', { ...facts(3, 2), combinedAt: null }, 'unverified', /never recovered from 2/],
  [
    'a share was verified in the future',
    withShare(facts(3, 2), 3, { verifiedAt: NOW + 1 }),
    'unverified',
    /share 3 was never verified/,
  ],
  [
    'they gave the key in the future',
    { ...facts(3, 2), combinedAt: NOW + 1 },
    'unverified',
    /never recovered/,
  ],
  ['one of two needed lies with the database', facts(3, 2, 1), 'too_near', /share 1 was .* only one more/],
  ['two of three needed do', facts(5, 3, 2), 'too_near', /shares 1 and 2 were .* only one more/],
  ['all that are needed do', facts(5, 3, 3), 'too_near', /together they open it/],
  ['all of them do', facts(3, 2, 3), 'too_near', /together they open it/],
  ['too few are left without this machine', facts(3, 3, 1), 'too_few_apart', /only 2 of 3 .* 3 are needed/],
  ['the key is not in use any more', { ...facts(3, 2), olderEpoch: 4 }, 'old_key', /key version 4/],
])('does not count when %s', (_when, given, state, message) => {
  expect(judgeSplit(given)).toEqual({ state, message: expect.stringMatching(message), verifiedAt: null });
});

it('still counts with one share beside the database where that helps nobody', () => {
  expect(judgeSplit(facts(4, 3, 1))).toMatchObject({ state: 'counts' });
  expect(judgeSplit(facts(16, 16, 0))).toMatchObject({ state: 'counts' });
});

it('has to be verified again, as every copy', () => {
  const day = 24 * 60 * 60 * 1000;
  const after = (days: number) => judgeSplit({ ...facts(3, 2), nowMs: days * day });
  expect(after(89)).toMatchObject({ state: 'counts', verifiedAt: 200 });
  expect(after(91)).toEqual({
    state: 'due',
    message: 'It counts, but its verification is due again.',
    verifiedAt: 200,
  });
  expect(after(181)).toMatchObject({ state: 'stale', message: expect.stringContaining('does not count') });
});
