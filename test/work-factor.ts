/**
 * Work factor of passphrase files where its time is not what is tested: age's own is a second of work and 256 MiB
 * each. The files are real ones, as each says its own.
 */
export const QUICK_LOG_N = 10;

/** Memory of Argon2 in KeePass files where its time is not what is tested: ours is five seconds of work. */
export const QUICK_ARGON2_MIB = 1;

/** Cost of password hashes where its time is not what is tested: ours is a quarter of a second of work each. */
export const QUICK_BCRYPT_COST = 4;

/**
 * For an instance in the tests' own process. There a collection of dropped keys goes through the memory of all tests
 * before it, and takes a tenth of a second; that it frees them is tested on processes of their own.
 */
export const quick = {
  scryptLogN: QUICK_LOG_N,
  argon2Mib: QUICK_ARGON2_MIB,
  bcryptCost: QUICK_BCRYPT_COST,
  forgetDroppedKeys: () => {},
};

/** The same in the source of a program that has no switch for it. */
export const quickFactors = [
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
