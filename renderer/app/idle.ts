import { useEffect } from 'react';
import { queryClient } from '../api/queries.ts';

/** How often it is looked whether the page has what it asked for. */
const LOOK_MS = 2000;

/** Calls `load` once the page is there and waits for nothing: for what it will need later. */
export function useIdle(load: (() => unknown) | undefined): void {
  useEffect(() => {
    if (!load) return;
    const look = setInterval(() => {
      if (document.readyState !== 'complete' || queryClient.isFetching() > 0) return;
      clearInterval(look);
      // Without the network it is loaded, or fails, when it is needed.
      void load();
    }, LOOK_MS);
    return () => clearInterval(look);
  }, [load]);
}
