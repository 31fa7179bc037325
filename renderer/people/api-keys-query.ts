import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys', 'list'],
  queryFn: async () => (await ask(client.GET('/api-keys'))).api_keys,
});

export type ApiKey = Awaited<ReturnType<NonNullable<typeof apiKeysQuery.queryFn>>>[number];

/** Roles and permissions a key can be given. */
export const grantsQuery = queryOptions({
  queryKey: ['api-keys', 'permissions'],
  queryFn: () => ask(client.GET('/api-keys/permissions')),
  staleTime: Number.POSITIVE_INFINITY,
});
export type Grants = Awaited<ReturnType<NonNullable<typeof grantsQuery.queryFn>>>;
