import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

/** All people, including deleted ones. */
export const peopleQuery = queryOptions({
  queryKey: ['users', 'list'],
  queryFn: () => ask(client.GET('/users', { params: { query: { include_deleted: 'true' } } })),
});

/** Invitations that wait. */
export const invitationsQuery = queryOptions({
  queryKey: ['users', 'invitations'],
  queryFn: async () => (await ask(client.GET('/users/invitations'))).invitations,
});

export type Invitation = Awaited<ReturnType<NonNullable<typeof invitationsQuery.queryFn>>>[number];

export type Person = Awaited<ReturnType<NonNullable<typeof peopleQuery.queryFn>>>[number];

export const isDeleted = (person: Person) => person.user.deleted_at !== null;
export const displayName = (person: Person) => person.user.name || person.user.email;

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys', 'list'],
  queryFn: async () => (await ask(client.GET('/api-keys'))).api_keys,
});

export type ApiKey = Awaited<ReturnType<NonNullable<typeof apiKeysQuery.queryFn>>>[number];

/** What someone made that still lets programs in: it ends with their rights. */
export const keysOfPersonQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', id, 'keys'],
    queryFn: () => ask(client.GET('/users/{id}/keys', { params: { path: { id } } })),
  });

/** Names of the keys that end with this one: those it created, and those they created. */
export function listMadeBy(key: ApiKey, keys: readonly ApiKey[]): string[] {
  return keys
    .filter(({ parent_id }) => parent_id === key.id)
    .flatMap((child) => [child.name, ...listMadeBy(child, keys)]);
}

/** The key whose end ended this one; null while none did. */
export function findEndedParent(key: ApiKey, keys: readonly ApiKey[], nowMs: number): ApiKey | null {
  const parent = keys.find(({ id }) => id === key.parent_id);
  if (!parent) return null;
  const isOver = parent.expires_at !== null && Date.parse(parent.expires_at) <= nowMs;
  return !parent.is_active || isOver ? parent : findEndedParent(parent, keys, nowMs);
}

/** Roles and permissions an API key can have. */
export const grantsQuery = queryOptions({
  queryKey: ['api-keys', 'permissions'],
  queryFn: () => ask(client.GET('/api-keys/permissions')),
  staleTime: Number.POSITIVE_INFINITY,
});
