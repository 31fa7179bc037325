import { Link } from '@tanstack/react-router';
import { Table, type TableStates } from '../ui/table.tsx';
import { formatAgo, formatExact } from '../ui/time.ts';
import { type Deployment, isUnderWay } from './app-queries.ts';
import { sayTook, sayWho, triggerWords } from './app-words.ts';
import { DeploymentSign } from './state-sign.tsx';

interface DeploymentTableProps extends TableStates {
  project: string;
  deployments: readonly Deployment[];
}

/** Deployments of a project, newest first; each has a page. */
export function DeploymentTable({ project, deployments, ...states }: DeploymentTableProps) {
  return (
    <Table
      {...states}
      label="Deployments"
      className="table-tall"
      rows={deployments}
      rowKey={({ id }) => id}
      rowClass={() => 'is-link'}
      columns={[
        {
          name: 'Deployment',
          isRowHeader: true,
          cell: (deployment) => <Name project={project} deployment={deployment} />,
        },
        {
          name: 'Status',
          width: 'w-32',
          cell: (deployment) => <DeploymentSign deployment={deployment} />,
        },
        {
          name: 'Trigger',
          width: 'w-32',
          className: 'max-wide:hidden',
          cell: ({ trigger }) => triggerWords[trigger],
        },
        {
          name: 'Who',
          width: 'w-48',
          className: 'max-tablet:hidden',
          title: sayWho,
          cell: (deployment) => <bdi>{sayWho(deployment)}</bdi>,
        },
        {
          name: 'Release',
          width: 'w-20',
          isNumber: true,
          className: 'max-tablet:hidden',
          cell: ({ release, is_current }) =>
            release === null ? <span className="quiet">none</span> : is_current ? <b>{release}</b> : release,
        },
        {
          name: 'Took',
          width: 'w-20',
          isNumber: true,
          className: 'max-tablet:hidden',
          cell: (deployment) => (isUnderWay(deployment) ? '…' : sayTook(deployment)),
        },
        {
          name: 'When',
          width: 'w-32',
          className: 'max-phone:hidden',
          title: ({ created_at }) => formatExact(created_at),
          cell: ({ created_at }) => formatAgo(created_at),
        },
      ]}
    />
  );
}

function Name({ project, deployment }: { project: string; deployment: Deployment }) {
  const { id, image, environment, created_at } = deployment;
  return (
    <span className="two-lines">
      <Link
        to="/projects/$project/deployments/$deployment"
        params={{ project, deployment: String(id) }}
        className="row-link block w-fit max-w-full truncate"
      >
        Deployment {id}
      </Link>
      <small title={`${environment.name}, ${image}`}>
        <bdi>{environment.name}</bdi> · <span className="font-mono">{image}</span>
        <span className="phone:hidden"> · {formatAgo(created_at)}</span>
      </small>
    </span>
  );
}
