import { AppError } from '../../kernel/app-error.ts';
import { threads } from '../../kernel/process-hosts.ts';
import { createProcessClient, type Program, programFile } from '../../kernel/processes.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { type Asker, createHashQueue } from './hash-queue.ts';

/** bcrypt reads 72 bytes and silently drops the rest: longer ones are refused instead. */
const MAX_BYTES = 72;
const MIN_CHARACTERS = 12;
/** Of bcryptjs: version, cost, and 22 and 31 characters of salt and hash. */
const BCRYPT_HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
/** bcrypt's own measure: 2¹² rounds, about a quarter of a second. */
const BCRYPT_COST = 12;
/** A hash that no password matches, with the same cost: an unknown account takes as long as a wrong password. */
const nobodyHash = (cost: number) =>
  `$2b$${String(cost).padStart(2, '0')}$qHW9HAp25IJvFFy1GkSn8ugCBWoRYEhYC04u/pQ8mnkoRQLGh0cOy`;

export interface Passwords {
  /**
   * A bcrypt hash of a new password for this account. Throws `password_too_short`, `password_too_long`, `password_guessable`,
   * `too_many_attempts`.
   *
   * @param names names an attacker who knows the person would try first.
   */
  hash(password: SecretText, account: string, names: readonly string[]): Promise<string>;
  /** False for a null hash too, after the same work. Throws `too_many_attempts` when too many ask at once. */
  matches(password: SecretText, hash: string | null, asker: Asker): Promise<boolean>;
  stop(): Promise<void>;
}

/** Judge a password and hash it with a cost, or compare it with a hash. */
type PasswordTask = { password: string; with: { cost: number; names: string[] } | { hash: string } };
/** In place of a hash. */
export const GUESSABLE = 'guessable';

export const passwordProgram: Program<PasswordTask, string | boolean> = {
  name: 'password',
  file: programFile(import.meta, 'password-worker'),
  // A hundred times the usual duration.
  timeoutMs: 30_000,
  parseRequest(message) {
    const { password, with: means } = message as Record<string, unknown>;
    const { cost, names, hash } = (means ?? {}) as Record<string, unknown>;
    if (typeof password === 'string' && typeof hash === 'string') return { password, with: { hash } };
    if (typeof password === 'string' && typeof cost === 'number' && Array.isArray(names))
      return { password, with: { cost, names } };
    throw new TypeError('no task');
  },
  parseAnswer(message) {
    if (typeof message === 'boolean') return message;
    if (typeof message === 'string' && (message === GUESSABLE || BCRYPT_HASH.test(message))) return message;
    throw new TypeError('no answer');
  },
};

/**
 * Hashes off the event loop, which never waits for bcrypt. SECURITY: in a thread and not in a process, so that a
 * password leaves this process for no pipe; bcryptjs is plain JavaScript, which a kill interrupts in a thread too.
 */
export function createPasswords(cost = BCRYPT_COST): Passwords {
  const client = createProcessClient(threads, passwordProgram);
  const queue = createHashQueue();
  return {
    async hash(password, account, names) {
      requireMeasure(password);
      // Whoever gives an account a password was let in before.
      const hash = await queue.run({ account, address: null, isKnown: true }, () =>
        client.ask({ password: password.reveal(), with: { cost, names: [...names] } }),
      );
      if (hash === GUESSABLE) throw guessableError();
      if (typeof hash !== 'string') throw new AppError('internal_error', 'The password could not be hashed.');
      return hash;
    },
    async matches(password, hash, asker) {
      // SECURITY: over 72 bytes bcrypt would compare a prefix; such a password was never accepted.
      const comparable = password.sizeBytes <= MAX_BYTES;
      const result = await queue.run(asker, () =>
        client.ask({
          password: password.reveal(),
          with: { hash: comparable && hash !== null ? hash : nobodyHash(cost) },
        }),
      );
      return comparable && hash !== null && result === true;
    },
    stop: () => client.stop(),
  };
}

const guessableError = () =>
  new AppError(
    'password_guessable',
    'This password is easy to guess: attackers try common words, names, dates, repetitions and keyboard patterns first. Use five random words, or let a password manager generate one.',
    { fields: { password: 'easy to guess' } },
  );

/** Throws `password_too_short`, `password_too_long`. */
function requireMeasure(password: SecretText): void {
  if ([...password.reveal()].length < MIN_CHARACTERS) {
    throw new AppError('password_too_short', `A password needs at least ${MIN_CHARACTERS} characters.`, {
      fields: { password: `at least ${MIN_CHARACTERS} characters` },
    });
  }
  if (password.sizeBytes > MAX_BYTES) {
    throw new AppError('password_too_long', `A password may have at most ${MAX_BYTES} bytes.`, {
      fields: { password: `at most ${MAX_BYTES} bytes` },
    });
  }
}
