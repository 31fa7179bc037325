/**
 * A file that may be whole, and cannot be used here all the same. `because` ends the sentence "It cannot be used
 * here, because …". SECURITY: it names the rule, and never quotes the file.
 */
export class UnusableError extends Error {
  readonly because: string;

  constructor(because: string) {
    super(because);
    this.name = 'UnusableError';
    this.because = because;
  }
}

/** Where a cryptography library says that it lacks an algorithm: as code, or as name. */
const LACKING = new Set<unknown>([
  'ERR_CRYPTO_UNKNOWN_CIPHER',
  'ERR_CRYPTO_INVALID_DIGEST',
  'ERR_CRYPTO_ARGON2_NOT_SUPPORTED',
  'ERR_CRYPTO_SCRYPT_NOT_SUPPORTED',
  'ERR_CRYPTO_UNSUPPORTED_OPERATION',
  'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
  'ERR_OSSL_EVP_UNSUPPORTED',
  // Web Crypto's, and kdbxweb's.
  'NotSupportedError',
  'NotImplemented',
]);
const NOT_COMPUTED = 'this computer cannot compute what protects it: try it on another one';

/**
 * Why a file cannot be used here, when reading it failed with this error; null where the file may be damaged.
 * SECURITY: what this computer lacks says nothing of the file, and nobody must throw a good copy away for it.
 */
export function findUnusableReason(error: unknown): string | null {
  if (error instanceof UnusableError) return error.because;
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return LACKING.has(code) || LACKING.has(name) ? NOT_COMPUTED : null;
}

/** Derives a key by parameters that were found bearable: when it fails, for memory say, that is not the file's fault. */
export async function computeHere<T>(derive: () => T | Promise<T>): Promise<T> {
  try {
    return await derive();
  } catch {
    throw new UnusableError(NOT_COMPUTED);
  }
}
