import { url } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

/** Options of Node that write the whole heap to a file, at a signal or when memory is short. */
const HEAP_FILES = /^--heapsnapshot-(signal|near-heap-limit)\b/;

/**
 * Closes what a debugger comes in by: a signal (SIGUSR1) makes Node listen on 127.0.0.1:9229, where every account of
 * this machine may run code in the process that holds the key. Called first thing by every entry and every process.
 *
 * SECURITY: a listener takes the place of Node's own handler. What came before this line is left to
 * `--disable-sigusr1`, which every start of ours says, and to `findDebugDoor`.
 */
export function closeDebugDoors(): void {
  if (isMainThread) process.on('SIGUSR1', () => undefined);
}

/** What is open, in words, or null. It opens by an option, by NODE_OPTIONS, or by a signal before the first line. */
export function findDebugDoor(): string | null {
  if (url() !== undefined)
    return 'A debugger can attach to this process, and read the key (--inspect, also in NODE_OPTIONS, or the signal SIGUSR1). Start without it.';
  const options = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  const option = options.find((word) => HEAP_FILES.test(word));
  return option === undefined ? null : `${option} writes the key to a file. Start without it.`;
}
