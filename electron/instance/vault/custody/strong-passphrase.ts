import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../kernel/app-error.ts';
import type { SecretText } from '../secret-text.ts';
import { type CustodyName, MIN_PASSPHRASE_CHARACTERS } from '../vocabulary.ts';
import type { StrengthAnswer, StrengthTask } from './strength-worker.ts';

/**
 * A passphrase that was judged hard enough to guess.
 *
 * SECURITY: whatever writes the key under a passphrase takes this type, so that no way to write it goes unjudged.
 * Opening takes any text: what was written before stays readable.
 */
export class StrongPassphrase {
  readonly #text: SecretText;

  private constructor(text: SecretText) {
    this.#text = text;
  }

  get text(): SecretText {
    return this.#text;
  }

  /**
   * Throws `passphrase_weak`; `internal_error` when it could not be judged.
   *
   * @param names as of judgeStrength.
   */
  static async from(text: SecretText, names: readonly string[]): Promise<StrongPassphrase> {
    const level = await judgeInThread({ text: text.reveal(), names });
    if (level === 'good' || level === 'strong') return new StrongPassphrase(text);
    throw new AppError(
      'passphrase_weak',
      level === 'short'
        ? `A passphrase needs at least ${MIN_PASSPHRASE_CHARACTERS} characters. Five random words are good.`
        : 'This passphrase is easy to guess: attackers try common words and phrases, names, dates, repetitions and keyboard patterns first. Use five random words, or let a password manager generate one.',
    );
  }
}

/** What a custody takes to save a key: the one of passphrases its passphrase, once judged. Throws as `from` does. */
export async function judgeForCustody(
  custody: { readonly name: CustodyName },
  passphrase: SecretText | undefined,
  names: readonly string[],
): Promise<{ passphrase?: StrongPassphrase }> {
  if (custody.name !== 'passphrase' || !passphrase) return {};
  return { passphrase: await StrongPassphrase.from(passphrase, names) };
}

/**
 * In a thread that ends with its answer: loading the dictionaries and judging 100 hard characters take longer than the
 * event loop may stand still, and passphrases are chosen rarely.
 *
 * SECURITY: a thread that ends without an answer has judged nothing, and nothing is written.
 */
function judgeInThread(task: StrengthTask): Promise<StrengthAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, `strength-worker${extname(import.meta.filename)}`));
    const fail = () =>
      reject(new AppError('internal_error', 'The strength of the passphrase could not be checked.'));
    worker.once('message', (answer: StrengthAnswer) => resolve(answer));
    worker.once('error', fail);
    worker.once('exit', fail);
    worker.postMessage(task);
  });
}
