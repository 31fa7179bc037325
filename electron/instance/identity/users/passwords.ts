import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../kernel/app-error.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { PasswordAnswer, PasswordTask } from './password-worker.ts';

/** bcrypt's own measure: 2¹² rounds, about a quarter of a second. */
const COST = 12;
/** bcrypt reads 72 bytes and silently drops the rest: longer ones are refused instead. */
const MAX_BYTES = 72;
const MIN_CHARACTERS = 12;
/** A hash that no password fits, of the same cost: an unknown account takes as long as a wrong password. */
const NOBODY_HASH = '$2b$12$qHW9HAp25IJvFFy1GkSn8ugCBWoRYEhYC04u/pQ8mnkoRQLGh0cOy';

export interface Passwords {
  /** A bcrypt hash. Throws `password_too_short`, `password_too_long`. */
  hash(password: SecretText): Promise<string>;
  /** False for a null hash too, after the same work. */
  matches(password: SecretText, hash: string | null): Promise<boolean>;
  stop(): Promise<void>;
}

/** Hashes in a thread of its own, started when first needed, so that the event loop never waits for bcrypt. */
export function createPasswords(): Passwords {
  let worker: Worker | null = null;
  let nextId = 1;
  const waiting = new Map<
    number,
    { resolve: (result: PasswordAnswer['result']) => void; reject: (error: Error) => void }
  >();

  function getWorker(): Worker {
    if (worker) return worker;
    const started = new Worker(join(import.meta.dirname, `password-worker${extname(import.meta.filename)}`));
    started.on('message', ({ id, result }: PasswordAnswer) => {
      waiting.get(id)?.resolve(result);
      waiting.delete(id);
      if (waiting.size === 0) started.unref();
    });
    const fail = () => {
      for (const { reject } of waiting.values())
        reject(new AppError('internal_error', 'The password check stopped.'));
      waiting.clear();
      worker = null;
    };
    started.on('error', fail);
    started.on('exit', fail);
    worker = started;
    return started;
  }

  function ask(password: SecretText, hash: string | null): Promise<PasswordAnswer['result']> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      const target = getWorker();
      target.ref();
      target.postMessage({ id, password: password.reveal(), hash, cost: COST } satisfies PasswordTask);
    });
  }

  return {
    async hash(password) {
      requireGoodPassword(password);
      const hash = await ask(password, null);
      if (typeof hash !== 'string') throw new AppError('internal_error', 'The password could not be hashed.');
      return hash;
    },
    async matches(password, hash) {
      // SECURITY: over 72 bytes bcrypt would compare a prefix; such a password was never accepted.
      const comparable = password.sizeBytes <= MAX_BYTES;
      const result = await ask(password, comparable && hash !== null ? hash : NOBODY_HASH);
      return comparable && hash !== null && result === true;
    },
    async stop() {
      await worker?.terminate();
    },
  };
}

/** Throws `password_too_short`, `password_too_long`. */
export function requireGoodPassword(password: SecretText): void {
  if ([...password.reveal()].length < MIN_CHARACTERS) {
    throw new AppError('password_too_short', `A password needs at least ${MIN_CHARACTERS} characters.`, {
      fields: { password: `at least ${MIN_CHARACTERS} characters` },
    });
  }
  if (password.sizeBytes > MAX_BYTES) {
    throw new AppError('password_too_long', `A password holds at most ${MAX_BYTES} bytes.`, {
      fields: { password: `at most ${MAX_BYTES} bytes` },
    });
  }
}
