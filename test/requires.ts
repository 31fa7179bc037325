import { appendFileSync } from 'node:fs';
import { it } from 'vitest';

/**
 * `it`, or a skipping `it` where this machine lacks what the test needs. What was skipped is written down, and
 * the run closes by listing it. With CI=true nothing may skip: the test runs, and fails for what is missing.
 *
 * @param what the thing needed: `loop devices`.
 * @param reason why it is not there, for a person: `needs root`.
 */
export function requires(what: string, available: boolean, reason: string): typeof it {
  if (available || process.env.CI === 'true') return it;
  const list = process.env.TEMPS_SKIPPED_LIST;
  if (list) appendFileSync(list, `${what}: ${reason}\n`);
  return it.skip as typeof it;
}
