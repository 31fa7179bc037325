import { Session } from 'node:inspector';

/** What was under way when the keys were dropped holds one a little longer: they are collected again after so long. */
const AGAIN_MS = 500;

let again: NodeJS.Timeout | null = null;
let isDroppedMeanwhile = false;

/**
 * Frees keys that were dropped now, and not when memory is short next. Their bytes are wiped with it: OpenSSL fills
 * what it frees with zeros. A collection holds everyone up for a tenth of a second, so that there is one in AGAIN_MS
 * at most, however often someone locks.
 *
 * SECURITY: through V8's own inspector, within this process: no door opens. It is the one way to ask for it that
 * needs no option of the program and works in Electron too.
 */
export function forgetDroppedKeys(): void {
  if (again) isDroppedMeanwhile = true;
  else collect();
}

function collect(): void {
  collectGarbage();
  again = setTimeout(collectAgain, AGAIN_MS).unref();
}

function collectAgain(): void {
  again = null;
  if (isDroppedMeanwhile) collect();
  else collectGarbage();
  isDroppedMeanwhile = false;
}

function collectGarbage(): void {
  const session = new Session();
  session.connect();
  // Not in the callback itself: a session that ends within its own answer never comes back from it.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()));
}
