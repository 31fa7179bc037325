import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { ActivityTable, MoreLines } from '../activity/activity-table.tsx';
import { ask, client } from '../api/client.ts';
import { Empty } from '../ui/blank-state.tsx';
import { ProjectFrame } from './project-frame.tsx';
import { useProjectParam } from './project-queries.ts';

const activityOf = (project: string) =>
  infiniteQueryOptions({
    queryKey: ['projects', project, 'activity'],
    queryFn: ({ pageParam: before }) =>
      ask(
        client.GET('/projects/{project}/activity', {
          params: { path: { project }, query: before === null ? {} : { before } },
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ lines }) => lines),
  });

/** What was done in one project, for those who manage it. */
export function ProjectActivityPage() {
  const project = useProjectParam();
  const lines = useInfiniteQuery(activityOf(project));
  const found = lines.data ?? [];
  return (
    <ProjectFrame project={project}>
      <p className="mb-3 text-text-2">
        What was done in this project, and by whom. From which addresses, administrators see.
      </p>
      <ActivityTable
        query={lines}
        lines={found}
        empty={
          <Empty
            icon={ScrollText}
            title="No activity yet"
            text="Changes, and readings of secret values, are listed here."
          />
        }
      />
      {found.length > 0 && <MoreLines lines={lines} />}
    </ProjectFrame>
  );
}
