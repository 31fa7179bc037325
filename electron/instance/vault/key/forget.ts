import { Session } from 'node:inspector';

/** What was under way when the keys were dropped holds one a little longer. */
const AGAIN_MS = 500;

/**
 * Frees keys that were dropped now, and not when memory is short next. Their bytes are wiped with it: OpenSSL fills
 * what it frees with zeros.
 *
 * SECURITY: through V8's own inspector, within this process: no door opens. It is the one way to ask for it that
 * needs no option of the program and works in Electron too.
 */
export function forgetDroppedKeys(): void {
  collectGarbage();
  setTimeout(collectGarbage, AGAIN_MS).unref();
}

function collectGarbage(): void {
  const session = new Session();
  session.connect();
  // Not in the callback itself: a session that ends within its own answer never comes back from it.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()));
}
