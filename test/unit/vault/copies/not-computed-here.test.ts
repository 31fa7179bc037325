import crypto, { createCipheriv, type scrypt } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCopy } from '../../../../electron/instance/vault/copies/make-copy.ts';
import { readCopy } from '../../../../electron/instance/vault/copies/reading/read-copy.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { findUnusableReason, UnusableError } from '../../../../electron/instance/vault/unusable-error.ts';
import { askFor, facts, key, PASSPHRASE } from '../../../security/crafted-containers.ts';
import { QUICK_ARGON2_MIB, QUICK_LOG_N } from '../../../work-factor.ts';

const passphrase = new SecretText(PASSPHRASE);
const strong = StrongPassphrase.from(passphrase, []);
const make = async (format: 'age' | 'kdbx') =>
  await makeCopy(format, key, facts, {
    passphrase: await strong,
    scryptLogN: QUICK_LOG_N,
    argon2Mib: QUICK_ARGON2_MIB,
  });
/** Of KDBX 4: a field of no kind, four bytes long. Its hash follows. */
const HEADER_END = Buffer.from('000400000000d0ad0a', 'hex');
const notComputed = {
  outcome: 'unusable',
  because: 'this computer cannot compute what protects it: try it on another one',
};

/** As a computer whose library lacks scrypt, or has no memory for it. */
function failScrypt(code: string): void {
  vi.spyOn(crypto, 'scrypt').mockImplementation(((...args: Parameters<typeof scrypt>) => {
    const done = args.at(-1) as unknown as (error: Error) => void;
    done(Object.assign(new Error('failed'), { code }));
  }) as typeof scrypt);
  syncBuiltinESMExports();
}
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('a good copy that this computer cannot compute', () => {
  it.each([
    'ERR_CRYPTO_SCRYPT_NOT_SUPPORTED',
    'ERR_CRYPTO_INVALID_SCRYPT_PARAMS',
    'ERR_OUT_OF_MEMORY',
  ])('is not damaged: a file of age, where scrypt fails with %s', async (code) => {
    const copy = await make('age');
    failScrypt(code);
    expect(await readCopy(copy, { passphrase })).toEqual({ ...notComputed, format: 'age' });
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(await readCopy(copy, { passphrase })).toMatchObject({ outcome: 'keys' });
  });

  it('is not damaged: a KeePass file, where Argon2 fails', async () => {
    const copy = Buffer.from(await make('kdbx'));
    // Argon2 takes no fewer than eight blocks of memory for each lane.
    const failing = askFor(askFor(copy, 'M', 64n * 1024n), 'P', 16n);
    const headerEnd = failing.indexOf(HEADER_END) + HEADER_END.length;
    failing.set(crypto.createHash('sha256').update(failing.subarray(0, headerEnd)).digest(), headerEnd);
    expect(await readCopy(failing, { passphrase })).toEqual({ ...notComputed, format: 'kdbx' });
    expect(await readCopy(copy, { passphrase })).toMatchObject({ outcome: 'keys' });
  });

  it('is told from a damaged one by what the libraries throw', async () => {
    const thrownBy = async (work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        return error;
      }
      throw new Error('It did not fail.');
    };
    const lacking = [
      () => createCipheriv('of-nobody', Buffer.alloc(32), Buffer.alloc(12)),
      () => crypto.webcrypto.subtle.digest('OF-NOBODY', new Uint8Array(1)),
      () => {
        throw new UnusableError('its reason');
      },
    ];
    for (const work of lacking) expect(findUnusableReason(await thrownBy(work))).not.toBeNull();
    for (const error of [new Error('invalid tag'), new TypeError('x is not a function'), null, 'text'])
      expect(findUnusableReason(error)).toBeNull();
  });
});
