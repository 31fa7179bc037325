import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import whole from '../../vitest.config.ts';

/** Tests of what uses cryptography, on a node:crypto that lacks what Electron's lacks: `npm run test:boringssl`. */
export default defineConfig({
  ...whole,
  root: join(import.meta.dirname, '../..'),
  test: {
    ...whole.test,
    include: [
      'test/api/vault/**/*.test.ts',
      'test/api/doors.test.ts',
      'test/api/first-key.test.ts',
      'test/unit/vault/**/*.test.ts',
      'test/unit/backups/**/*.test.ts',
      'test/api/backup*.test.ts',
      'test/security/{certificates,containers,second-factor-locked}.test.ts',
      'test/e2e/{backup,cli-journey,key-split,key-terminal,restore}.test.ts',
    ],
    setupFiles: ['test/boringssl/gaps.ts', 'test/setup.ts'],
    maxWorkers: 2,
  },
});
