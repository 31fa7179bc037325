import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The small files of test/crash take longest: begun last, they would leave all cores but one without work. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes('/test/crash/');
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
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
    // Most files wait for processes, disks and browsers: every core has one at work.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
  },
});
