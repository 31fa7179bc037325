import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleProgram } from './bundle-program.ts';
import { compileCache } from './command-line-env.ts';

const electron = join(import.meta.dirname, '../electron');

/**
 * Before all tests: builds the program that they start, and starts each helper program once and lets it end. Node writes what it compiled as a process ends,
 * and the helpers of the tests are killed, so that each would compile its program anew: two thirds of its time.
 */
export default async function compileOnce(): Promise<void> {
  await bundleProgram();
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  await Promise.all(
    globSync('**/*-{process,worker}.ts', { cwd: electron }).map(async (program) => {
      const running = promisify(execFile)(process.execPath, [join(electron, program)], { env });
      running.child.stdin?.end();
      await running;
    }),
  );
}
