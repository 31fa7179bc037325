import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of half a minute and more, the longest first: begun last, one would leave all cores but its own without work. */
const LONGEST = [
  'rotation-kill',
  'journeys',
  'custody-move',
  'key',
  'rotation-disk-faults',
  'cli-journey',
  'keychain-journey',
  'locked',
  'packaging',
  'first-seal',
  'sign-in',
  'change-feed',
  'key-terminal',
  'unattended',
  'first-run',
  'fuzz',
  'variables-files',
  'recovery',
  'projects',
  'vault',
  'variables',
  'stand-in',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, keyrings and disks: slow is fine, hanging is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page on a busy machine: what is waited for comes, or a minute ends it.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // A worker loads the instance once for all its files, and keeps one browser for them.
    isolate: false,
    setupFiles: ['test/setup.ts'],
    // Most files wait for processes, disks and browsers half of their time: every core has two at work.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
  },
});
