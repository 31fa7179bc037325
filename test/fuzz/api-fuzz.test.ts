import { expect, it } from 'vitest';
import { fuzzApi } from './api-fuzz.ts';

it('2,000 requests of every kind of caller, open and locked, get an answer of the API each', {
  timeout: 300_000,
}, async () => {
  const { failures, answers, requests } = await fuzzApi(2000, 20_261_128);
  expect(failures).toEqual([]);
  expect(requests).toBe(2000);
  // They got somewhere: not all were turned away.
  expect(answers[200]).toBeGreaterThan(100);
  expect(answers[423]).toBeGreaterThan(50);
});
