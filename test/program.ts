import { join } from 'node:path';

/** The entry of the command line: as vitest.config.ts has it built before all tests, or the source itself. */
export const program = process.env.TEMPS_TEST_PROGRAM ?? join(import.meta.dirname, '../electron/headless.ts');
