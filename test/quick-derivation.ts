import { registerHooks } from 'node:module';
import { quickFactors } from './work-factor.ts';

/**
 * `node --import …/quick-derivation.ts program`: the program makes passphrase files, KeePass files and password hashes
 * with the work factors of tests, for which it has no switch itself. Of the program in few files (program.ts) each may hold them.
 */
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const isBundled = url.includes('/dist/program/');
    const factors = quickFactors.filter(({ file }) => isBundled || url.endsWith(file));
    if (factors.length === 0) return loaded;
    let source = String(loaded.source);
    for (const { file, ours, quick } of factors) {
      if (!isBundled && !source.includes(ours)) throw new Error(`${ours} is not in ${file}.`);
      source = source.replace(ours, quick);
    }
    return { ...loaded, source };
  },
});
