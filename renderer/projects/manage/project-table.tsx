import { Link } from '@tanstack/react-router';
import { Chip } from '../../ui/chip.tsx';
import { formatAgo, formatCount, formatExact } from '../../ui/time.ts';
import type { ListedProject } from './projects-query.ts';

/** So many environments by name, in a wide column and in a narrow one. */
const CHIPS = { wide: 3, narrow: 1 };

interface ProjectTableProps {
  projects: readonly ListedProject[];
  /** It shares the page with other things. */
  isNarrow?: boolean;
}

export function ProjectTable({ projects, isNarrow = false }: ProjectTableProps) {
  return (
    <div className="table-wrap">
      <table className="table table-tall">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="max-tablet:hidden">
              Environments
            </th>
            <th scope="col" className="num w-24 max-tablet:hidden">
              Variables
            </th>
            <th scope="col" className="num w-24 max-tablet:hidden">
              Secrets
            </th>
            <th scope="col" className="w-40 max-phone:hidden">
              Changed
            </th>
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => (
            <ProjectRow key={project.id} project={project} chips={CHIPS[isNarrow ? 'narrow' : 'wide']} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ProjectRow({ project, chips }: { project: ListedProject; chips: number }) {
  const { name, slug, environment_names, variable_count, secret_count, updated_at } = project;
  return (
    <tr className="is-link">
      <td>
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
          <small className="tablet:hidden">
            {formatCount(variable_count, 'variable')}, {formatCount(secret_count, 'secret')}
            <span className="phone:hidden"> · {formatAgo(updated_at)}</span>
          </small>
          {slug !== name && <small className="max-tablet:hidden">{slug}</small>}
        </span>
      </td>
      <td className="max-tablet:hidden">
        <Environments names={environment_names} shown={chips} />
      </td>
      <td className="num max-tablet:hidden">{variable_count.toLocaleString()}</td>
      <td className="num max-tablet:hidden">{secret_count.toLocaleString()}</td>
      <td className="max-phone:hidden" title={formatExact(updated_at)}>
        {formatAgo(updated_at)}
      </td>
    </tr>
  );
}

function Environments({ names, shown }: { names: readonly string[]; shown: number }) {
  const more = names.length - shown;
  return (
    <span className="row" title={names.join(', ')}>
      {names.slice(0, shown).map((name) => (
        <Chip key={name} tone={name === 'production' ? 'solid' : 'neutral'}>
          <span className="max-w-32 truncate" dir="auto">
            {name}
          </span>
        </Chip>
      ))}
      {more > 0 && <Chip>+{more}</Chip>}
    </span>
  );
}
