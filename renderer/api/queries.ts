import { type InvalidateQueryFilters, QueryClient } from '@tanstack/react-query';
import { ConnectionLost } from './problem.ts';

/**
 * Query client for the instance. Keys start with the resource, the first segment of its API path: the change feed
 * names that resource when something in it changed.
 *
 * SECURITY: no plaintext of a secret is ever in a query: revealed values are only in the component that shows them.
 *
 * The instance is often on the same machine, so requests are made even if the browser thinks it is offline.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      // Without an end: a page that gave up would show that instead of what was typed in it.
      retry: (_failures, error) => error instanceof ConnectionLost,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 2000),
      networkMode: 'always',
    },
    // SECURITY: mutations are dropped with the component that made them.
    mutations: { retry: false, gcTime: 0, networkMode: 'always' },
  },
});

/**
 * Refetches active queries after a change. A query that is loading for the first time may receive a response from
 * before the change, so it is fetched once more after that response arrives.
 */
export function refresh(filters: InvalidateQueryFilters = {}): void {
  const onTheirWay = queryClient
    .getQueryCache()
    .findAll({ ...filters, fetchStatus: 'fetching' })
    .filter(({ state }) => state.data === undefined);
  void queryClient.invalidateQueries(filters);
  for (const { promise, queryKey } of onTheirWay) {
    const again = () => void queryClient.invalidateQueries({ queryKey, exact: true });
    promise?.then(again, again);
  }
}
