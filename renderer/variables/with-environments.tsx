import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProjectFrame } from '../projects/project-frame.tsx';
import { type Environment, environmentsQuery } from '../projects/project-queries.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';

interface WithEnvironmentsProps {
  project: string;
  /** The page, once they are there. */
  children: (environments: readonly Environment[]) => ReactNode;
}

/** A page of a project that needs its environments: until they are there, its frame with an outline or what went wrong. */
export function WithEnvironments({ project, children }: WithEnvironmentsProps) {
  const { data, isError, error, refetch } = useQuery(environmentsQuery(project));
  if (data) return children(data);
  return (
    <ProjectFrame project={project}>
      <div className="table-wrap">
        {isError ? (
          <Failed title="The environments did not load" error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={8} columns={4} />
        )}
      </div>
    </ProjectFrame>
  );
}
