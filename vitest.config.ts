import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, keyrings and disks: slow is fine, hanging is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most files wait for processes, disks and browsers: every core has one at work.
    maxWorkers: '100%',
  },
});
