import { randomUUID } from 'node:crypto';
import { makeCopy } from '../../electron/instance/vault/copies/make-copy.ts';
import { readCopy } from '../../electron/instance/vault/copies/reading/read-copy.ts';
import { StrongPassphrase } from '../../electron/instance/vault/custody/strong-passphrase.ts';
import { MasterKey } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import type { CopyFormat } from '../../electron/instance/vault/vocabulary.ts';

export interface FuzzOutcome {
  inputs: number;
  crashes: number;
  falseAccepts: number;
}

const PASSPHRASE = new SecretText('fuzzing velvet under northern lamps');
/** Formats without a slow key derivation: every input goes all the way. The other two are fuzzed up to theirs. */
const fast: CopyFormat[] = ['words', 'text', 'bitwarden', 'csv', 'pdf'];

/**
 * Mutates valid copies and reads them. A false accept is a reading that gives a key other than the one that was
 * copied. The plain key file is left out: any 64 digits are a key, and its fingerprint is what callers compare.
 */
export async function fuzzCopies(inputs: number, seed: number): Promise<FuzzOutcome> {
  const random = createRandom(seed);
  const key = MasterKey.generate();
  const facts = {
    instanceId: randomUUID(),
    instanceName: 'fuzz',
    fingerprint: key.fingerprint,
    epoch: 1,
    keyCreatedAt: 0,
    copiedAt: 0,
  };
  const corpus: { bytes: Buffer; isSlow: boolean }[] = [];
  for (const format of fast)
    corpus.push({ bytes: Buffer.from(await makeCopy(format, key, facts, {})), isSlow: false });
  const strong = await StrongPassphrase.from(PASSPHRASE, []);
  for (const format of ['age', 'kdbx'] as const)
    corpus.push({
      bytes: Buffer.from(await makeCopy(format, key, facts, { passphrase: strong })),
      isSlow: true,
    });

  const outcome: FuzzOutcome = { inputs: 0, crashes: 0, falseAccepts: 0 };
  while (outcome.inputs < inputs) {
    const pick = corpus[random(corpus.length)] as (typeof corpus)[number];
    // A PDF is a hundred times the work of a text: one in fifty of its turns.
    if (pick.bytes.subarray(0, 4).toString() === '%PDF' && random(50) !== 0) continue;
    const input = mutate(pick.bytes, random);
    outcome.inputs += 1;
    try {
      // With the passphrase only once in a while: deriving its key takes a second.
      const withPassphrase = !pick.isSlow || random(20_000) === 0;
      const reading = await readCopy(input, withPassphrase ? { passphrase: PASSPHRASE } : {});
      if (
        reading.outcome === 'keys' &&
        reading.format !== 'plain' &&
        reading.keys.some((read) => read.key.fingerprint !== key.fingerprint) &&
        !isOwnWords(reading.format)
      ) {
        outcome.falseAccepts += 1;
      }
    } catch {
      outcome.crashes += 1;
    }
  }
  return outcome;
}

/** Words carry an 8-bit checksum (BIP-39): one random change in 256 fits by design; callers compare fingerprints. */
function isOwnWords(format: CopyFormat): boolean {
  return format === 'words';
}

function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let mutated = Buffer.from(bytes);
  for (let change = random(4) + 1; change > 0; change--) {
    const at = random(mutated.length);
    switch (random(6)) {
      case 0:
        mutated[at] = random(256);
        break;
      case 1:
        mutated[at] = (mutated[at] as number) ^ (1 << random(8));
        break;
      case 2:
        mutated = mutated.subarray(0, at);
        break;
      case 3:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + random(16))]);
        break;
      case 4:
        mutated = Buffer.concat([
          mutated.subarray(0, at),
          mutated.subarray(random(mutated.length)),
          mutated.subarray(at),
        ]).subarray(0, 200_000);
        break;
      default:
        mutated = Buffer.concat([
          mutated.subarray(0, at),
          Buffer.from(Array.from({ length: random(12) }, () => random(256))),
          mutated.subarray(at),
        ]);
    }
    if (mutated.length === 0) mutated = Buffer.from([random(256)]);
  }
  return mutated;
}

/** mulberry32: small, and the same from the same seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
