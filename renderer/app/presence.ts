import { useEffect } from 'react';
import { ask, client } from '../api/client.ts';

/** At most one report in this time. */
export const REPORT_MS = 30_000;
/** A report that comes later than this, as after the machine slept, says nothing of now. */
const LATE_MS = 2 * REPORT_MS;
/** What a person does. Not `scroll`: a page that is refetched may become shorter, and scrolls by itself. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const;

/** Reports the first sign at once, and of those that follow within half a minute that there were some. */
export function createReports(report: () => void) {
  let seenAtMs = 0;
  let isWaiting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWaiting) return;
      isWaiting = false;
      if (Date.now() - seenAtMs >= LATE_MS) return;
      report();
      pause();
    }, REPORT_MS);
  };
  return {
    noteSign() {
      seenAtMs = Date.now();
      if (timer !== undefined) {
        isWaiting = true;
        return;
      }
      report();
      pause();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Tells the instance that someone is at this page, for as long as something locks without it. */
export function usePresence(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    // A lost or refused report needs no message: the next answer says how the session stands.
    const reports = createReports(() => void ask(client.POST('/auth/presence')).catch(() => undefined));
    const noteSign = (event: Event) => event.isTrusted && reports.noteSign();
    for (const sign of SIGNS) window.addEventListener(sign, noteSign, { capture: true, passive: true });
    return () => {
      reports.stop();
      for (const sign of SIGNS) window.removeEventListener(sign, noteSign, { capture: true });
    };
  }, [isOn]);
}
