import { argon2d, argon2id } from '@noble/hashes/argon2.js';
import { threads } from '../../../kernel/process-hosts.ts';
import { askOnce, type NoteProgress, type Program, programFile } from '../../../kernel/processes.ts';

/** One derivation, RFC 9106. `password` is what KeePass makes of a passphrase: two rounds of SHA-256. */
export interface Argon2Task {
  kind: 'argon2d' | 'argon2id';
  password: Uint8Array;
  salt: Uint8Array;
  memoryKib: number;
  passes: number;
  lanes: number;
  tagBytes: number;
}

/**
 * noble's in every runtime: node:crypto has Argon2 only where it is built with OpenSSL, and Electron's is built with
 * BoringSSL. Plain JavaScript takes seven times as long: 8 ms for each MiB and pass on a server of 2024.
 *
 * @param tell the share of the work that is done, from 0 to 1.
 */
export function deriveArgon2(task: Argon2Task, tell?: (share: number) => void): Uint8Array {
  const { kind, password, salt, memoryKib, passes, lanes, tagBytes } = task;
  const derive = kind === 'argon2d' ? argon2d : argon2id;
  try {
    const options = { m: memoryKib, t: passes, p: lanes, dkLen: tagBytes };
    return derive(password, salt, tell ? { ...options, onProgress: tell } : options);
  } finally {
    password.fill(0);
  }
}

export const argon2Program: Program<Argon2Task, Uint8Array> = {
  name: 'key derivation',
  file: programFile(import.meta, 'argon2-worker'),
  // A new file takes five seconds; a machine may be ten times slower, or busy.
  timeoutMs: 60_000,
  parseRequest(message) {
    const task = message as Argon2Task;
    const numbers = [task.memoryKib, task.passes, task.lanes, task.tagBytes];
    if (task.kind !== 'argon2d' && task.kind !== 'argon2id') throw new TypeError('no kind');
    if (!(task.password instanceof Uint8Array && task.salt instanceof Uint8Array))
      throw new TypeError('no bytes');
    if (!numbers.every(Number.isSafeInteger)) throw new TypeError('no numbers');
    return task;
  },
  parseAnswer(message) {
    if (!(message instanceof Uint8Array)) throw new TypeError('no key');
    return message;
  },
};

/**
 * Off the event loop. SECURITY: in a thread and not in a process, so that nothing leaves this one; it is
 * given the hash of the passphrase, and never the master key.
 */
export function deriveInThread(task: Argon2Task, onProgress?: NoteProgress): Promise<Uint8Array> {
  return askOnce(threads, argon2Program, task, { onProgress }).finally(() => task.password.fill(0));
}
