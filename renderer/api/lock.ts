/**
 * Requests that were refused because the session is locked, or ended while the page was in use, wait here. They are sent
 * again once it is opened, or the same person signed in again.
 */
let opened: PromiseWithResolvers<void> | null = null;
let onClosed: () => void = () => undefined;
let isPageKept = false;

/** Called when a response says that the session is locked or over. */
export function whenSessionCloses(listener: () => void): void {
  onClosed = listener;
}

/** Whether the page stays mounted below the sign-in when the session ends: what it asked for waits then. */
export function keepPage(isKept: boolean): void {
  isPageKept = isKept;
}

/** Whether a request that nobody is signed in for waits until someone is. */
export const waitsForSignIn = () => isPageKept;

/** Resolves once the session is open again, or over. Rejects when the request is given up. */
export async function waitForOpening(signal: AbortSignal): Promise<void> {
  opened ??= Promise.withResolvers();
  onClosed();
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
 * The session is open: what waited is sent. SECURITY: not as someone else, who signed in instead in this browser.
 */
export function noteOpened({ isSamePerson }: { isSamePerson: boolean }): void {
  if (isSamePerson) opened?.resolve();
  else opened?.reject(new Error('Not done: someone else signed in meanwhile.'));
  opened = null;
}

/** The session is over: what waited is refused in its own words, unless it may wait until someone signs in again. */
export function noteOver(): void {
  if (!isPageKept) noteOpened({ isSamePerson: true });
}
