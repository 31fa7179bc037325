import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

/** All people, including deleted ones. */
export const peopleQuery = queryOptions({
  queryKey: ['users', 'list'],
  queryFn: () => ask(client.GET('/users', { params: { query: { include_deleted: 'true' } } })),
});

export type Person = Awaited<ReturnType<NonNullable<typeof peopleQuery.queryFn>>>[number];

export const isDeleted = (person: Person) => person.user.deleted_at !== null;
export const displayName = (person: Person) => person.user.name || person.user.email;

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys', 'list'],
  queryFn: async () => (await ask(client.GET('/api-keys'))).api_keys,
});

export type ApiKey = Awaited<ReturnType<NonNullable<typeof apiKeysQuery.queryFn>>>[number];

/** Roles and permissions an API key can have. */
export const grantsQuery = queryOptions({
  queryKey: ['api-keys', 'permissions'],
  queryFn: () => ask(client.GET('/api-keys/permissions')),
  staleTime: Number.POSITIVE_INFINITY,
});
