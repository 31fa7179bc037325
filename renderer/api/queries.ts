import { QueryClient } from '@tanstack/react-query';
import { ConnectionLost } from './problem.ts';

/**
 * What the console knows of the instance. Keys begin with the resource, the first word of its API path: the
 * change feed names it when something there changed.
 *
 * SECURITY: no plaintext of a secret is ever a query: revealed values live in the one component that shows them.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof ConnectionLost && failures < 60,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5000),
    },
    mutations: { retry: false },
  },
});
