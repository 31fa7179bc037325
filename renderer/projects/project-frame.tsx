import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { hasCode } from '../api/problem.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { PageTabs } from '../app/page-tabs.tsx';
import { Page } from '../ui/page.tsx';
import { projectQuery } from './project-queries.ts';

interface ProjectFrameProps {
  /** Path segment of the project. */
  project: string;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** Frame of the pages of one project: breadcrumb, name, tabs. */
export function ProjectFrame({ project, actions, children }: ProjectFrameProps) {
  const found = useQuery(projectQuery(project));
  if (hasCode(found.error, 'not_found')) return <NotFoundPage />;
  const name = found.data?.name ?? project;
  return (
    <Page
      title={
        <span className="min-w-0 truncate" dir="auto" title={name}>
          {name}
        </span>
      }
      name={name}
      crumbs={[{ label: 'Projects', to: '/projects' }]}
      actions={actions}
    >
      <PageTabs of="project" label="Project" className="-mt-3" />
      {children}
    </Page>
  );
}
