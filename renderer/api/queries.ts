import { type InvalidateQueryFilters, QueryClient } from '@tanstack/react-query';
import { ConnectionLost } from './problem.ts';

/**
 * What the console knows of the instance. Keys begin with the resource, the first word of its API path: the
 * change feed names it when something there changed.
 *
 * SECURITY: no plaintext of a secret is ever a query: revealed values live in the one component that shows them.
 *
 * The instance is often on this very machine: it is asked even while the browser thinks that it is offline.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof ConnectionLost && failures < 60,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5000),
      networkMode: 'always',
    },
    // SECURITY: nothing of a mutation outlives the component that made it.
    mutations: { retry: false, gcTime: 0, networkMode: 'always' },
  },
});

/**
 * Asks again what is shown, because it changed. What is being asked for the first time may have been answered
 * before the change, the answer still on its way: it is asked once more when it has arrived.
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
