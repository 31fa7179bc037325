import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

export interface ActivityFilter {
  search: string;
  /** Operation name in the log; empty for all. */
  operation: string;
  /** `who` of an actor; empty for all. */
  actor: string;
  /** Unix time in milliseconds; null for no limit. */
  from: number | null;
  to: number | null;
}

const PAGE = 100;

export function toQuery({ search, operation, actor, from, to }: ActivityFilter) {
  return {
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    ...(operation === '' ? {} : { operation_type: operation }),
    ...(actor === '' ? {} : { who: actor }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
}

/** Newest first. New lines may shift pages while they are read, so duplicates are dropped. */
export const activityQuery = (filter: ActivityFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'lines', filter],
    queryFn: ({ pageParam }) =>
      ask(
        client.GET('/audit/logs', {
          params: { query: { ...toQuery(filter), limit: PAGE, offset: pageParam } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page, _all, offset) => (page.length < PAGE ? undefined : offset + PAGE),
    select: ({ pages }) => [...new Map(pages.flat().map((line) => [line.id, line])).values()],
  });

/** Everyone in the log, for the filter. */
export const actorsQuery = queryOptions({
  queryKey: ['audit', 'actors'],
  queryFn: async () => (await ask(client.GET('/audit/actors'))).actors,
});

/** Operations in the log, for the filter. */
export const operationsQuery = queryOptions({
  queryKey: ['audit', 'operations'],
  queryFn: () => ask(client.GET('/audit/operations')),
});

export type Line = Awaited<ReturnType<NonNullable<ReturnType<typeof activityQuery>['queryFn']>>>[number];
