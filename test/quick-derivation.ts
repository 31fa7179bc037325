import { registerHooks } from 'node:module';
import { QUICK_LOG_N } from './work-factor.ts';

/**
 * `node --import …/quick-derivation.ts program`: the program makes passphrase files with the work factor of tests,
 * for which it has no switch itself.
 */
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/vault/custody/passphrase-file.ts')) return loaded;
    const source = String(loaded.source);
    const quick = source.replace('SCRYPT_LOG_N = 18', `SCRYPT_LOG_N = ${QUICK_LOG_N}`);
    if (quick === source) throw new Error('The work factor of passphrase files is not where it was.');
    return { ...loaded, source: quick };
  },
});
