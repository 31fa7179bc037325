import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { hasCode } from '../api/problem.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { useMay } from '../app/session.ts';
import { Page } from '../ui/page.tsx';
import { environmentsQuery, projectQuery, tokensQuery, variablesQuery } from './project-queries.ts';

export type ProjectTab = 'variables' | 'environments' | 'tokens' | 'settings';

interface ProjectFrameProps {
  /** The segment of the path that names it. */
  project: string;
  tab: ProjectTab;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** What the pages of one project share: where it is, its name, its tabs. */
export function ProjectFrame({ project, tab, actions, children }: ProjectFrameProps) {
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
      <ProjectTabs project={project} current={tab} />
      {children}
    </Page>
  );
}

const paths = {
  variables: '/projects/$project',
  environments: '/projects/$project/environments',
  tokens: '/projects/$project/tokens',
  settings: '/projects/$project/settings',
} as const;

function ProjectTabs({ project, current }: { project: string; current: ProjectTab }) {
  const mayReadTokens = useMay('tokens:read');
  const mayReadVariables = useMay('environments:read');
  const counts: Partial<Record<ProjectTab, number | undefined>> = {
    variables: useQuery({ ...variablesQuery(project), enabled: mayReadVariables }).data?.length,
    environments: useQuery({ ...environmentsQuery(project), enabled: mayReadVariables }).data?.length,
    tokens: useQuery({ ...tokensQuery(project), enabled: mayReadTokens }).data?.tokens.length,
  };
  const tabs: readonly { tab: ProjectTab; label: string; isShown: boolean }[] = [
    { tab: 'variables', label: 'Variables', isShown: true },
    { tab: 'environments', label: 'Environments', isShown: true },
    { tab: 'tokens', label: 'Tokens', isShown: mayReadTokens },
    { tab: 'settings', label: 'Settings', isShown: true },
  ];
  return (
    <nav className="tabs -mt-3" aria-label="Project">
      {tabs
        .filter(({ isShown }) => isShown)
        .map(({ tab, label }) => (
          <Link
            key={tab}
            to={paths[tab]}
            params={{ project }}
            activeOptions={{ exact: true }}
            aria-current={tab === current ? 'page' : undefined}
          >
            {label}
            {counts[tab] !== undefined && <span className="count">{counts[tab].toLocaleString()}</span>}
          </Link>
        ))}
    </nav>
  );
}
