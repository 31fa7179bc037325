import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

/** Everyone, those deleted among them. */
export const peopleQuery = queryOptions({
  queryKey: ['users', 'list'],
  queryFn: () => ask(client.GET('/users', { params: { query: { include_deleted: 'true' } } })),
});

export type Person = Awaited<ReturnType<NonNullable<typeof peopleQuery.queryFn>>>[number];

export const isDeleted = (person: Person) => person.user.deleted_at !== null;
export const displayName = (person: Person) => person.user.name || person.user.email;
