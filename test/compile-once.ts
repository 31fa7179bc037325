import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildProgram, listBuilt } from '../scripts/build-program.mjs';
import { compileCache } from './command-line-env.ts';
import { quickFactors } from './work-factor.ts';

const electron = join(import.meta.dirname, '../electron');

/**
 * Before all tests: builds the program that they start, and starts each helper program once and lets it end. Node writes what it compiled as a process ends,
 * and the helpers of the tests are killed, so that each would compile its program anew: two thirds of its time.
 */
export default async function compileOnce(): Promise<void> {
  await buildProgram();
  requireFactors();
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  await Promise.all(
    globSync('**/*-{process,worker}.ts', { cwd: electron }).map(async (program) => {
      const running = promisify(execFile)(process.execPath, [join(electron, program)], { env });
      running.child.stdin?.end();
      await running;
    }),
  );
}

/** What quick-derivation.ts replaces in the built program is there once. */
function requireFactors(): void {
  const code = listBuilt()
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  const lost = quickFactors.find(({ ours }) => code.split(ours).length !== 2);
  if (lost) throw new Error(`${lost.ours} is not in the program once.`);
}
