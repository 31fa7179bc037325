import { Copy, Ellipsis, GitBranch, SlidersHorizontal, Trash2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { actionsColumn, RowName, Table, type TableStates } from '../../ui/table.tsx';
import { formatAgo, formatCount, formatExact } from '../../ui/time.ts';
import type { Environment, variablesQuery } from '../project-queries.ts';
import { describeResources } from './resource-config.ts';

type Variables = Awaited<ReturnType<NonNullable<ReturnType<typeof variablesQuery>['queryFn']>>>;

/** Every project has this environment; the instance refuses to delete it. */
export const isProduction = (environment: Environment) => environment.slug === 'production';

interface EnvironmentTableProps extends TableStates {
  environments: readonly Environment[];
  /** Undefined while they load. */
  variables: Variables | undefined;
  onSettings?: ((environment: Environment) => void) | undefined;
  onDuplicate?: ((environment: Environment) => void) | undefined;
  onDelete?: ((environment: Environment) => void) | undefined;
}

export function EnvironmentTable(props: EnvironmentTableProps) {
  const { environments, variables, onSettings, onDuplicate, onDelete, ...states } = props;
  const countIn = ({ id }: Environment) =>
    variables?.filter((variable) => variable.environments.some((each) => each.id === id)).length;
  return (
    <Table
      {...states}
      label="Environments"
      className="table-tall"
      rows={environments}
      rowKey={(environment) => environment.id}
      columns={[
        {
          name: 'Name',
          isRowHeader: true,
          cell: (environment) => <Name environment={environment} count={countIn(environment)} />,
        },
        {
          name: 'Branch',
          className: 'max-tablet:hidden',
          cell: ({ branch }) =>
            branch ? (
              <span className="row" title={branch}>
                <GitBranch className="icon text-icon" aria-hidden="true" />
                <span className="truncate font-mono text-12">{branch}</span>
              </span>
            ) : (
              <span className="quiet">none</span>
            ),
        },
        {
          name: 'Variables',
          isNumber: true,
          width: 'w-28',
          className: 'max-phone:hidden',
          cell: (environment) => countIn(environment)?.toLocaleString(),
        },
        {
          name: 'Changed',
          width: 'w-40',
          className: 'max-tablet:hidden',
          title: ({ updated_at }) => formatExact(updated_at),
          cell: ({ updated_at }) => formatAgo(updated_at),
        },
        ...(onSettings || onDelete
          ? [
              actionsColumn<Environment>(
                (environment) => <EnvironmentMenu {...{ environment, onSettings, onDuplicate, onDelete }} />,
                'w-16',
              ),
            ]
          : []),
      ]}
    />
  );
}

function Name({ environment, count }: { environment: Environment; count: number | undefined }) {
  const { name, slug, is_preview, deployment_config: config } = environment;
  const stored = describeResources(config);
  return (
    <RowName
      name={name}
      beside={is_preview && <Chip>preview</Chip>}
      below={
        <>
          <span className="phone:hidden">{count !== undefined && formatCount(count, 'variable')}</span>
          {slug !== name && slug}
          {stored !== '' && (
            <span className="cut block" title={stored}>
              Stored for deployments: {stored}
            </span>
          )}
        </>
      }
    />
  );
}

interface EnvironmentMenuProps
  extends Pick<EnvironmentTableProps, 'onSettings' | 'onDuplicate' | 'onDelete'> {
  environment: Environment;
}

function EnvironmentMenu({ environment, onSettings, onDuplicate, onDelete }: EnvironmentMenuProps) {
  const isKept = isProduction(environment);
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${environment.name}`} />}
      groups={[
        onSettings
          ? [{ label: 'Settings…', icon: SlidersHorizontal, onSelect: () => onSettings(environment) }]
          : [],
        onDuplicate ? [{ label: 'Duplicate…', icon: Copy, onSelect: () => onDuplicate(environment) }] : [],
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
  );
}
