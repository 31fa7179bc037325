import { join } from 'node:path';

/** Compiled code of processes that tests start, kept between them: each would compile the whole instance anew. */
export const compileCache = join(import.meta.dirname, '../node_modules/.cache');

/** The program's own, and Node's, which knows the first file of a process too: to strip its types takes a tenth of a second. */
export const compiledOnce = { XDG_CACHE_HOME: compileCache, NODE_COMPILE_CACHE: compileCache };

/** The environment of a command in tests: nothing of the home of whoever runs them. */
export function commandLineEnv(dataDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    ...compiledOnce,
    TEMPS_DATA_DIR: dataDir,
  };
}
