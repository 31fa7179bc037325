import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { AddressLink } from '../apps/address.tsx';
import { type App, appsQuery } from '../apps/app-queries.ts';
import { deploymentStates } from '../apps/app-words.ts';
import { AppSign } from '../apps/state-sign.tsx';
import { Chip } from '../ui/chip.tsx';
import { Section } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import { formatAgo, formatExact } from '../ui/time.ts';

/** The apps with their state, address and last deployment. Nothing where nothing runs. */
export function WhatRuns() {
  const query = useQuery(appsQuery);
  const apps = query.data?.apps ?? [];
  if (apps.length === 0) return null;
  return (
    <Section title="What runs" said={apps.length.toLocaleString()}>
      <Table
        label="What runs"
        className="table-tall"
        rows={apps}
        rowKey={({ environment }) => environment.id}
        columns={[
          { name: 'App', isRowHeader: true, cell: (app) => <Name app={app} /> },
          {
            name: 'State',
            width: 'w-28',
            title: ({ state_detail }) => state_detail ?? undefined,
            cell: (app) => <AppSign app={app} />,
          },
          {
            name: 'Address',
            width: 'w-52',
            className: 'max-tablet:hidden',
            cell: (app) => <AddressLink app={app} />,
          },
          {
            name: 'Last deployment',
            width: 'w-44',
            className: 'max-phone:hidden',
            cell: (app) => <LastDeployment app={app} />,
          },
        ]}
      />
    </Section>
  );
}

function Name({ app: { project, environment } }: { app: App }) {
  return (
    <span className="row">
      <Link
        to="/projects/$project/deployments"
        params={{ project: project.slug }}
        className="min-w-0 truncate font-medium"
        title={project.name}
        dir="auto"
      >
        {project.name}
      </Link>
      <Chip tone={environment.slug === 'production' ? 'solid' : 'neutral'}>
        <span className="min-w-0 max-w-32 truncate" dir="auto" title={environment.name}>
          {environment.name}
        </span>
      </Chip>
    </span>
  );
}

function LastDeployment({ app: { project, last_deployment: last } }: { app: App }) {
  if (last === null) return <span className="quiet">none yet</span>;
  return (
    <Link
      to="/projects/$project/deployments/$deployment"
      params={{ project: project.slug, deployment: String(last.id) }}
      title={last.finished_at === null ? undefined : formatExact(last.finished_at)}
    >
      {deploymentStates[last.status].word}
      {last.finished_at !== null && `, ${formatAgo(last.finished_at)}`}
    </Link>
  );
}
