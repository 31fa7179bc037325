import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import type { VariableUses } from '../variable-scope.ts';

/** Names of what refers to a variable; with their project where that is a shared one. */
export function useUseNames({ used_by: usedBy }: VariableUses, isShared: boolean): string[] {
  const projects = useQuery({
    queryKey: ['projects', 'names'],
    queryFn: () => ask(client.GET('/projects')),
    enabled: isShared && usedBy.length > 0,
  }).data?.projects;
  const nameOf = (id: number | null) => projects?.find((known) => known.id === id)?.name;
  return [
    ...new Set(
      usedBy.map(({ key, project_id }) => {
        const project = nameOf(project_id);
        return project === undefined ? key : `${key} of ${project}`;
      }),
    ),
  ];
}
