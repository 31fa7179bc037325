import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { builtProgram } from './scripts/build-program.mjs';
import { WAIT_MS } from './test/child.ts';
import { compileCache } from './test/command-line-env.ts';

/** Files that take longest, the longest first: begun last, one would leave all cores but its own without work. */
const LONGEST = [
  'console/walk/walk',
  'e2e/variables/variables',
  'crash/rotation-kill',
  'crash/rotation-disk-faults',
  'security/imports',
  'desktop/journeys',
  'unit/cli/value-input',
  'console/key',
  'console/locked',
  'api/vault/vault-copies',
  'console/first-run',
  'unit/store/damaged-pages',
  'e2e/variables/trash',
  'e2e/variables/side-by-side',
  'api/vault/vault',
  'desktop/packaging',
  'e2e/key-terminal',
  'console/secrets',
  'unit/backups/plugged-in',
  'security/debug-doors',
  'crash/backup-kill',
  'e2e/cli-journey',
  'boringssl/boringssl',
  'e2e/cloned-directory',
  'console/first-minutes/reload',
  'e2e/variables/ends',
  'security/references',
  'console/odd-browsers/odd-browsers',
  'console/variables',
  'security/containers',
  'console/backups/new-computer',
  'security/confirmation',
  'console/recovery',
  'security/key-in-memory',
  'desktop/stand-in',
  'desktop/system-events',
  'e2e/disk-without-writes',
  'console/projects',
  'security/second-factor-locked',
  'security/blind-writers',
  'crash/custody-cases',
  'architecture/lookups',
  'console/backups/restore',
  'crash/custody-move',
  'e2e/key-split',
  'console/backups/backups',
  'api/restores/restores',
  'console/variables-files',
  'api/identity',
  'e2e/variables/run',
  'e2e/restore',
  'console/people/members',
  'e2e/keychain-journey',
  'console/home',
  'console/narrow/targets',
  'console/people/people',
  'fuzz/fuzz',
  'crash/restore',
  'unit/vault/copies/interop',
  'unit/backups/check-backup',
  'e2e/data-directories',
  'crash/first-seal',
  'console/forms/undo',
  'console/people/cli-login',
  'e2e/output',
  'desktop/lost-places',
  'unit/vault/custody/key-moves',
  'console/search',
  'console/variables/whole-dates',
  'unit/kernel/processes',
  'console/split',
  'e2e/backup',
  'security/certificates',
  'api/vault/vault-splits',
  'console/forms/forms',
  'unit/vault/copies/bad-sticks',
  'console/canary',
  'unit/backups/restore',
  'console/variables/trash',
  'e2e/s3',
  'unit/vault/copies/good-copies',
  'api/projects/trash',
  'console/settings',
  'console/variables/ends',
  'e2e/unattended',
  'api/first-key',
  'unit/vault/sealing/sealed-value',
  'e2e/plugged-in',
  'security/projects/project-roles',
  'console/variables/editing',
  'console/variables/compare',
  'unit/backups/make-backup',
  'e2e/recovery-key',
  'unit/projects/variables/references',
  'api/projects/bad-env-files',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/**
 * Engines create networks, and a browser ends what it is loading when a network comes or goes: `npm test` runs these tests by
 * themselves, in a network of their own.
 */
const DOCKER = 'test/docker/**/*.test.ts';
const part = process.env.TEMPS_TEST_PART;

export default defineConfig({
  test: {
    include: [part === 'docker' ? DOCKER : 'test/**/*.test.ts'],
    exclude: part === 'others' ? [DOCKER] : [],
    // Real processes, keyrings and disks, on machines of any speed: slow is fine, hanging is not. A test that waits for
    // something waits a minute for it, whatever it is, so that no test needs a limit that one machine keeps.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: WAIT_MS } },
    pool: 'forks',
    // A worker loads the instance once for all its files, and keeps one browser for them.
    isolate: false,
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/compile-once.ts'],
    // For the processes and threads that tests start.
    env: { NODE_COMPILE_CACHE: compileCache, TEMPS_TEST_PROGRAM: builtProgram },
    // Most files wait for processes, disks and browsers half of their time: every core has two at work.
    // Two engines in one network would meet.
    maxWorkers: part === 'docker' ? 1 : availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
  },
});
