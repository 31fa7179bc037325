import { Ellipsis, GitBranch, SlidersHorizontal, Trash2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { formatAgo, formatCount, formatExact } from '../../ui/time.ts';
import type { Environment, variablesQuery } from '../project-queries.ts';

export type Variables = Awaited<ReturnType<NonNullable<ReturnType<typeof variablesQuery>['queryFn']>>>;

/** Every project has it; the instance refuses to delete it. */
export const isProduction = (environment: Environment) => environment.slug === 'production';

interface EnvironmentTableProps {
  project: string;
  environments: readonly Environment[];
  /** Undefined while they load. */
  variables: Variables | undefined;
  onSettings?: ((environment: Environment) => void) | undefined;
  onDelete?: ((environment: Environment) => void) | undefined;
}

export function EnvironmentTable({ environments, variables, onSettings, onDelete }: EnvironmentTableProps) {
  return (
    <div className="table-wrap">
      <table className="table table-tall">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="max-tablet:hidden">
              Branch
            </th>
            <th scope="col" className="num w-28 max-phone:hidden">
              Variables
            </th>
            <th scope="col" className="w-40 max-tablet:hidden">
              Changed
            </th>
            {(onSettings || onDelete) && (
              <th scope="col" className="w-16">
                <span className="sr">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {environments.map((environment) => (
            <EnvironmentRow
              key={environment.id}
              environment={environment}
              count={
                variables?.filter((each) => each.environments.some(({ id }) => id === environment.id)).length
              }
              onSettings={onSettings}
              onDelete={onDelete}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EnvironmentRowProps extends Pick<EnvironmentTableProps, 'onSettings' | 'onDelete'> {
  environment: Environment;
  count: number | undefined;
}

function EnvironmentRow({ environment, count, onSettings, onDelete }: EnvironmentRowProps) {
  const { name, slug, branch, is_preview, updated_at } = environment;
  const isKept = isProduction(environment);
  return (
    <tr>
      <td>
        <span className="row">
          <span className="two-lines min-w-0">
            <span className="first block w-fit max-w-full truncate" dir="auto" title={name}>
              {name}
            </span>
            <small>
              <span className="phone:hidden">{count !== undefined && formatCount(count, 'variable')}</span>
              {slug !== name && slug}
            </small>
          </span>
          {is_preview && <Chip>preview</Chip>}
        </span>
      </td>
      <td className="max-tablet:hidden">
        {branch ? (
          <span className="row" title={branch}>
            <GitBranch className="icon text-icon" aria-hidden="true" />
            <span className="truncate font-mono text-12">{branch}</span>
          </span>
        ) : (
          <span className="quiet">none</span>
        )}
      </td>
      <td className="num max-phone:hidden">{count?.toLocaleString() ?? ''}</td>
      <td className="max-tablet:hidden" title={formatExact(updated_at)}>
        {formatAgo(updated_at)}
      </td>
      {(onSettings || onDelete) && (
        <td>
          <span className="flex justify-end">
            <Menu
              trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}
              groups={[
                onSettings
                  ? [{ label: 'Settings…', icon: SlidersHorizontal, onSelect: () => onSettings(environment) }]
                  : [],
                onDelete
                  ? [
                      {
                        label: isKept ? 'Production cannot be deleted' : 'Delete…',
                        icon: Trash2,
                        disabled: isKept,
                        onSelect: () => onDelete(environment),
                      },
                    ]
                  : [],
              ]}
            />
          </span>
        </td>
      )}
    </tr>
  );
}
