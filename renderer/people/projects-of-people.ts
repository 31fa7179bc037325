import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

const projectRolesQuery = queryOptions({
  queryKey: ['users', 'project-roles'],
  queryFn: async () => (await ask(client.GET('/users/project-roles'))).people,
});

/** The projects in which people have a role, by account: none while they load. */
export function useProjectsOfPeople() {
  const people = useQuery(projectRolesQuery).data ?? [];
  return new Map(people.map(({ user_id, projects }) => [user_id, projects]));
}
