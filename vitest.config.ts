import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { bundledProgram } from './test/bundle-program.ts';
import { compileCache } from './test/command-line-env.ts';

/** Files of a quarter of a minute and more, the longest first: begun last, one would leave all cores but its own without work. */
const LONGEST = [
  'rotation-kill',
  'key',
  'journeys',
  'locked',
  'custody-move',
  'rotation-disk-faults',
  'vault',
  'packaging',
  'key-terminal',
  'cloned-directory',
  'cli-journey',
  'imports',
  'debug-doors',
  'first-run',
  'projects',
  'data-directories',
  'variables-files',
  'references',
  'recovery',
  'keychain-journey',
  'lookups',
  'variables',
  'confirmation',
  'containers',
  'second-factor-locked',
  'unattended',
  'people',
  'split',
  'secrets',
  'first-seal',
  'home',
  'fuzz',
  'bad-sticks',
  'sign-in',
  'interop',
  'damaged-pages',
  'stand-in',
  'account',
  'activity',
  'settings',
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
    env: { NODE_COMPILE_CACHE: compileCache, TEMPS_TEST_PROGRAM: bundledProgram },
    // Most files wait for processes, disks and browsers half of their time: every core has two at work.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
  },
});
