import { useEffect } from 'react';
import { ask, client } from '../api/client.ts';

/** At most one report in this time. */
const REPORT_MS = 30_000;
/** A report that comes later than this, as after the machine slept, says nothing of now. */
const LATE_MS = 2 * REPORT_MS;
/** What a person does. Not `scroll`: a page that is refetched may become shorter, and scrolls by itself. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const;

/** Tells the instance that someone is at this page, for as long as something locks without it. */
export function usePresence(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    let usedAtMs = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWaiting = false;
    const report = () => {
      // A lost or refused report needs no message: the next answer says how the session stands.
      if (Date.now() - usedAtMs < LATE_MS) void ask(client.POST('/auth/presence')).catch(() => undefined);
    };
    const pause = () => {
      timer = setTimeout(() => {
        timer = undefined;
        if (!isWaiting) return;
        isWaiting = false;
        report();
        pause();
      }, REPORT_MS);
    };
    const noteSign = (event: Event) => {
      if (!event.isTrusted) return;
      usedAtMs = Date.now();
      if (timer !== undefined) {
        isWaiting = true;
        return;
      }
      report();
      pause();
    };
    for (const sign of SIGNS) window.addEventListener(sign, noteSign, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      for (const sign of SIGNS) window.removeEventListener(sign, noteSign, { capture: true });
    };
  }, [isOn]);
}
