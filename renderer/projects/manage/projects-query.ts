import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';

/** Every project with what it holds. */
export const projectListQuery = queryOptions({
  queryKey: ['projects', 'list'],
  queryFn: async () => {
    const { projects } = await ask(client.GET('/projects'));
    return projects.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  },
});

export type ListedProject = Awaited<ReturnType<NonNullable<typeof projectListQuery.queryFn>>>[number];
