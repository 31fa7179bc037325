import { useSyncExternalStore } from 'react';
import { RESPONDS_AGAIN } from './problem.ts';

/** How often an instance that does not respond is asked whether it does. */
const PROBE_MS = 2000;
/** Longest wait for one such answer. */
const PROBE_TIMEOUT_MS = 5000;
/** Anyone may ask this, and it costs nothing. */
const PROBE = '/api/auth/email-status';

let isLost = false;
let probe: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(lost: boolean): void {
  if (lost === isLost) return;
  isLost = lost;
  clearTimeout(probe);
  if (lost) probe = setTimeout(ask, PROBE_MS);
  for (const listener of listeners) listener();
  if (!lost) window.dispatchEvent(new Event(RESPONDS_AGAIN));
}

/** Until it responds, whoever else asks meanwhile: a page may have nothing that does. */
async function ask(): Promise<void> {
  try {
    await fetch(PROBE, { cache: 'no-store', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    noteAnswered();
  } catch {
    if (isLost) probe = setTimeout(ask, PROBE_MS);
  }
}

export const noteAnswered = () => set(false);
export const noteLost = () => set(true);

/** True from a request that got no response until one that did. */
export function useConnectionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLost,
  );
}
