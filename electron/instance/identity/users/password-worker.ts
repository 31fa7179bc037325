import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcryptjs';

/** One question to the worker: hash a password, or compare it with a hash. */
export type PasswordTask = { id: number; password: string; hash: string | null; cost: number };
export type PasswordAnswer = { id: number; result: string | boolean | null };

parentPort?.on('message', (task: PasswordTask) => {
  // Synchronous on purpose: this thread does nothing else, and the event loop is on another.
  let result: PasswordAnswer['result'] = null;
  try {
    result =
      task.hash === null
        ? bcrypt.hashSync(task.password, task.cost)
        : bcrypt.compareSync(task.password, task.hash);
  } catch {
    // An unreadable hash compares to nothing.
  }
  parentPort?.postMessage({ id: task.id, result } satisfies PasswordAnswer);
});
