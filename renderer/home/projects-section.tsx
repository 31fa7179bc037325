import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SquareStack } from 'lucide-react';
import { ProjectTable } from '../projects/manage/project-table.tsx';
import type { ListedProject } from '../projects/manage/projects-query.ts';
import { buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/nothing.tsx';
import { Section } from '../ui/page.tsx';

const SHOWN = 6;

/** The projects changed last. */
export function ProjectsSection({ query }: { query: UseQueryResult<readonly ListedProject[]> }) {
  const projects = query.data ?? [];
  const newest = projects.toSorted((a, b) => b.updated_at - a.updated_at).slice(0, SHOWN);
  return (
    <Section
      title="Projects"
      said={query.data?.length.toLocaleString()}
      actions={
        projects.length > SHOWN && (
          <Link to="/projects" className={buttonClass('plain', true)}>
            All projects
          </Link>
        )
      }
    >
      <ProjectTable query={query} projects={newest} isNarrow />
    </Section>
  );
}

/** For those who may not make the first one. */
export function NoProjects() {
  return (
    <div className="card">
      <Empty
        icon={SquareStack}
        title="No project yet"
        text="A project is one application with its environments and variables. An administrator can make one."
      />
    </div>
  );
}
