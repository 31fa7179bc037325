/** Requests that were refused because the session is locked wait here, and are sent again once it is opened. */
let opened: PromiseWithResolvers<void> | null = null;
let onLocked: () => void = () => undefined;

/** Called when a response says that the session is locked. */
export function whenSessionLocks(listener: () => void): void {
  onLocked = listener;
}

/** Resolves once the session is open again, or over. Rejects when the request is given up. */
export async function waitForOpening(signal: AbortSignal): Promise<void> {
  opened ??= Promise.withResolvers();
  onLocked();
  const givenUp = Promise.withResolvers<never>();
  const giveUp = () => givenUp.reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([opened.promise, givenUp.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * The session is not locked any more: what waited is sent. SECURITY: not as someone else, who signed in instead in this
 * browser.
 */
export function noteOpened({ isSamePerson }: { isSamePerson: boolean }): void {
  if (isSamePerson) opened?.resolve();
  else opened?.reject(new Error('Not done: someone else signed in meanwhile.'));
  opened = null;
}
