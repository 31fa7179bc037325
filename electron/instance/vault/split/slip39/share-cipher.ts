import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** What the encryption depends on beside the passphrase; every share says it. */
export interface CipherFacts {
  identifier: number;
  isExtendable: boolean;
  /** Each step doubles the work. */
  exponent: number;
}

const ROUNDS = [0, 1, 2, 3];
const ITERATIONS = 2500;

/**
 * SLIP-0039 encrypts the secret before it is split: a Feistel network of four rounds of PBKDF2. Any passphrase
 * decrypts to something, so a wrong one cannot be told. Temps uses the empty one, and asks for none.
 */
export async function encryptSecret(secret: Buffer, passphrase: string, facts: CipherFacts): Promise<Buffer> {
  return await runRounds(secret, passphrase, facts, ROUNDS);
}

export async function decryptSecret(secret: Buffer, passphrase: string, facts: CipherFacts): Promise<Buffer> {
  return await runRounds(secret, passphrase, facts, ROUNDS.toReversed());
}

async function runRounds(
  secret: Buffer,
  passphrase: string,
  { identifier, isExtendable, exponent }: CipherFacts,
  rounds: readonly number[],
): Promise<Buffer> {
  const half = secret.length / 2;
  const salt = isExtendable
    ? Buffer.alloc(0)
    : Buffer.concat([Buffer.from('shamir'), Buffer.from([identifier >> 8, identifier & 0xff])]);
  let left = Buffer.from(secret.subarray(0, half));
  let right = Buffer.from(secret.subarray(half));
  for (const round of rounds) {
    const key = await derive(
      Buffer.concat([Buffer.from([round]), Buffer.from(passphrase, 'utf8')]),
      Buffer.concat([salt, right]),
      ITERATIONS * 2 ** exponent,
      half,
      'sha256',
    );
    for (const [at, byte] of left.entries()) key[at] = (key[at] as number) ^ byte;
    left.fill(0);
    [left, right] = [right, key];
  }
  const result = Buffer.concat([right, left]);
  left.fill(0);
  right.fill(0);
  return result;
}
