import { join } from 'node:path';

/** Compiled code of processes that tests start, kept between them: each would compile the whole instance anew. */
export const compileCache = join(import.meta.dirname, '../node_modules/.cache');

/** The environment of a command in tests: nothing of the home of whoever runs them. */
export function commandLineEnv(dataDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    XDG_CACHE_HOME: compileCache,
    TEMPS_DATA_DIR: dataDir,
  };
}
