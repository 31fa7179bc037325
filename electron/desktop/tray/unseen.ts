/** How long the program may have neither window nor tray before it says that it runs. */
export const UNSEEN_MS = 60_000;

export interface Unseen {
  /** To be called when the program may have become invisible: after a hidden start, and when the tray went. */
  check(): void;
}

/** Says once for each time the program has neither window nor tray for a minute, in which a tray may come (back). */
export function watchUnseen(
  isSeen: () => boolean,
  say: () => void,
  later: (work: () => void, ms: number) => void,
): Unseen {
  let isWaiting = false;
  return {
    check() {
      if (isWaiting || isSeen()) return;
      isWaiting = true;
      later(() => {
        isWaiting = false;
        if (!isSeen()) say();
      }, UNSEEN_MS);
    },
  };
}
