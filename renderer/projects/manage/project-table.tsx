import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMaySomewhere } from '../../app/session.ts';
import { type App, appsQuery } from '../../apps/app-queries.ts';
import { AppSign } from '../../apps/state-sign.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Table, type TableStates } from '../../ui/table.tsx';
import { formatAgo, formatCount, formatExact } from '../../ui/time.ts';
import type { ListedProject } from '../project-queries.ts';

/** Number of environment names shown in a wide and in a narrow column. */
const CHIPS = { wide: 3, narrow: 1 };

interface ProjectTableProps extends TableStates {
  projects: readonly ListedProject[];
  /** Fewer columns, for pages with other content. */
  isNarrow?: boolean;
}

export function ProjectTable({ projects, isNarrow = false, ...states }: ProjectTableProps) {
  const apps = useProductionApps(!isNarrow);
  return (
    <Table
      {...states}
      label="Projects"
      className="table-tall"
      rows={projects}
      rowKey={(project) => project.id}
      rowClass={() => 'is-link'}
      columns={[
        {
          name: 'Name',
          isRowHeader: true,
          cell: (project) => <Name project={project} app={apps.get(project.id)} />,
        },
        ...(apps.size > 0
          ? [
              {
                name: 'Production',
                width: 'w-32',
                className: 'max-phone:hidden',
                title: ({ id }: ListedProject) => apps.get(id)?.state_detail ?? undefined,
                cell: ({ id }: ListedProject) => <Runs app={apps.get(id)} />,
              },
            ]
          : []),
        {
          name: 'Environments',
          className: 'max-tablet:hidden',
          cell: ({ environment_names }) => (
            <Environments names={environment_names} shown={CHIPS[isNarrow ? 'narrow' : 'wide']} />
          ),
        },
        { ...count, name: 'Variables', cell: ({ variable_count }) => variable_count.toLocaleString() },
        { ...count, name: 'Secrets', cell: ({ secret_count }) => secret_count.toLocaleString() },
        {
          name: 'Changed',
          width: 'w-40',
          className: 'max-phone:hidden',
          title: ({ updated_at }) => formatExact(updated_at),
          cell: ({ updated_at }) => formatAgo(updated_at),
        },
      ]}
    />
  );
}

const count = { isNumber: true, width: 'w-24', className: 'max-tablet:hidden' };

/** What production of each project runs, by project. */
function useProductionApps(isShown: boolean): ReadonlyMap<number, App> {
  const query = useQuery({ ...appsQuery, enabled: useMaySomewhere('deployments:read') && isShown });
  const found =
    (isShown ? query.data?.apps : undefined)?.filter(
      ({ environment }) => environment.slug === 'production',
    ) ?? [];
  return new Map(found.map((app) => [app.project.id, app]));
}

const Runs = ({ app }: { app: App | undefined }) =>
  app ? <AppSign app={app} /> : <span className="quiet">runs nothing</span>;

function Name({ project, app }: { project: ListedProject; app: App | undefined }) {
  const { name, slug, variable_count, secret_count, updated_at } = project;
  return (
    <span className="two-lines">
      <Link
        to="/projects/$project"
        params={{ project: slug }}
        className="row-link block w-fit max-w-full truncate"
        title={name}
        dir="auto"
      >
        {name}
      </Link>
      {app && (
        <small className="phone:hidden">
          <AppSign app={app} />
        </small>
      )}
      <small className="tablet:hidden">
        {formatCount(variable_count, 'variable')}, {formatCount(secret_count, 'secret')}
        <span className="phone:hidden"> · {formatAgo(updated_at)}</span>
      </small>
      {slug !== name && <small className="max-tablet:hidden">{slug}</small>}
    </span>
  );
}

function Environments({ names, shown }: { names: readonly string[]; shown: number }) {
  const more = names.length - shown;
  return (
    <span className="row" title={names.join(', ')}>
      {names.slice(0, shown).map((name) => (
        <Chip key={name} tone={name === 'production' ? 'solid' : 'neutral'}>
          <span className="min-w-0 max-w-32 truncate" dir="auto">
            {name}
          </span>
        </Chip>
      ))}
      {more > 0 && (
        <span className="flex-none">
          <Chip>+{more}</Chip>
        </span>
      )}
    </span>
  );
}
