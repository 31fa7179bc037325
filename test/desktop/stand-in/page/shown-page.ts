import { type Browser, chromium, type Page } from 'playwright-core';
import type { StandInState } from '../control/control-contract.ts';

/** Playwright's view of the stand-in's browser, beside the stand-in's own. */
export interface PageFinder {
  /** The page of the window that is shown; null while none is. */
  find(state: StandInState): Promise<Page | null>;
  close(): Promise<void>;
}

export function createPageFinder(): PageFinder {
  let connected: { browser: Browser; page: Page; crashes: number } | null = null;
  const close = async () => {
    await connected?.browser.close().catch(() => undefined);
    connected = null;
  };
  return {
    async find({ windows, debugAddress }) {
      const shown = windows.find(({ isVisible, targetId }) => isVisible && targetId !== null);
      if (!shown || debugAddress === null) return null;
      // What crashed once Playwright takes for gone.
      if (connected && !connected.page.isClosed() && connected.crashes === shown.crashes)
        return connected.page;
      await close();
      // Everything stays as the program set it.
      const browser = await chromium.connectOverCDP(debugAddress, { noDefaults: true });
      const [page] = browser.contexts().flatMap((context) => context.pages());
      if (!page) throw new Error('the browser shows no page');
      connected = { browser, page, crashes: shown.crashes };
      return page;
    },
    close,
  };
}
