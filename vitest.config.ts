import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { builtProgram } from './scripts/build-program.mjs';
import { compileCache } from './test/command-line-env.ts';

/** Files of a quarter of a minute and more, the longest first: begun last, one would leave all cores but its own without work. */
const LONGEST = [
  'journeys',
  'locked',
  'key',
  'imports',
  'packaging',
  'containers',
  'vault',
  'references',
  'unattended',
  'debug-doors',
  'rotation-kill',
  'key-terminal',
  'cli-journey',
  'boringssl',
  'cloned-directory',
  'stand-in',
  'data-directories',
  'rotation-disk-faults',
  'interop',
  'fuzz',
  'bad-sticks',
  'split',
  'disk-without-writes',
  'variables-files',
  'first-run',
  'projects',
  'lookups',
  'keychain-journey',
  'damaged-pages',
  'second-factor-locked',
  'secrets',
  'people',
  'custody-move',
  'identity',
  'vault-splits',
  'processes',
  'vault-copies',
  'lost-places',
  'variables',
  'recovery',
  'key-in-memory',
  'home',
  'good-copies',
  'confirmation',
  'activity',
  'certificates',
  'job-queue',
  'canary',
  'account',
  'keychain',
  'key-moves',
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
    globalSetup: ['test/compile-once.ts'],
    // For the processes and threads that tests start.
    env: { NODE_COMPILE_CACHE: compileCache, TEMPS_TEST_PROGRAM: builtProgram },
    // Most files wait for processes, disks and browsers half of their time: every core has two at work.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
  },
});
