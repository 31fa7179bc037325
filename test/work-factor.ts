/**
 * Work factor of passphrase files where its time is not what is tested: age's own is a second of work and 256 MiB
 * each. The files are real ones, as each says its own.
 */
export const QUICK_LOG_N = 10;

/** Cost of password hashes where its time is not what is tested: ours is a quarter of a second of work each. */
export const QUICK_BCRYPT_COST = 4;
