import { registerHooks } from 'node:module';
import { QUICK_ARGON2_MIB, QUICK_BCRYPT_COST, QUICK_LOG_N } from './work-factor.ts';

const factors = [
  {
    file: '/vault/custody/passphrase-file.ts',
    ours: 'SCRYPT_LOG_N = 18',
    quick: `SCRYPT_LOG_N = ${QUICK_LOG_N}`,
  },
  {
    file: '/vault/copies/keepass/keepass-file.ts',
    ours: 'MEMORY_MIB = 64',
    quick: `MEMORY_MIB = ${QUICK_ARGON2_MIB}`,
  },
  {
    file: '/identity/users/passwords.ts',
    ours: 'BCRYPT_COST = 12',
    quick: `BCRYPT_COST = ${QUICK_BCRYPT_COST}`,
  },
];

/**
 * `node --import …/quick-derivation.ts program`: the program makes passphrase files, KeePass files and password hashes with the
 * work factors of tests, for which it has no switch itself.
 */
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const factor = factors.find(({ file }) => url.endsWith(file));
    if (!factor) return loaded;
    const source = String(loaded.source);
    const quick = source.replace(factor.ours, factor.quick);
    if (quick === source) throw new Error(`${factor.ours} is not in ${factor.file}.`);
    return { ...loaded, source: quick };
  },
});
