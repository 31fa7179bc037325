import { useMemo } from 'react';
import { Chip } from '../../ui/chip.tsx';
import { type Column, Locked, Table, type TableStates } from '../../ui/table.tsx';
import { Mask, PlainValue } from '../table/plain-value.tsx';
import { useMediaQuery } from '../table/use-media-query.ts';
import type { Variable } from '../variable-scope.ts';
import { type ComparedVariable, type Comparison, toLetter } from './comparison.ts';

const ROW_PX = 36;
const TALL_ROW_PX = 56;
/** More columns have no room beside each other. */
const MOST_COLUMNS = 4;

interface CompareTableProps extends TableStates {
  rows: readonly ComparedVariable[];
  environments: Places;
  /** Those of the project, for the values of plain ones. */
  variables: readonly Variable[];
  /** Undefined where nothing can be done with them. */
  selection:
    | {
        selected: ReadonlySet<ComparedVariable>;
        onSelect: (row: ComparedVariable, isSelected: boolean, isRange?: boolean) => void;
        onSelectAll: (isSelected: boolean) => void;
      }
    | undefined;
}

/** A row for each name, a column for each environment. */
export function CompareTable(props: CompareTableProps) {
  const { rows, environments, variables, selection, ...states } = props;
  const isPhone = useMediaQuery('(max-width: 559px)');
  const isTablet = useMediaQuery('(max-width: 759px)');
  const isCompact = isPhone || environments.length > (isTablet ? 2 : MOST_COLUMNS);
  const byId = useMemo(() => new Map(variables.map((variable) => [variable.id, variable])), [variables]);
  const columns = useMemo(
    () => [
      nameColumn(environments, isCompact),
      ...(isCompact ? [] : environments.map(columnOf(byId, environments.length > 2))),
      verdict,
    ],
    [environments, byId, isCompact],
  );
  return (
    <Table
      {...states}
      label="Compared variables"
      className="variables"
      skeletonRows={8}
      rows={rows}
      rowKey={keyOf}
      rowPx={isCompact ? TALL_ROW_PX : ROW_PX}
      selection={selection && { ...selection, nameOf: keyOf }}
      columns={columns}
    />
  );
}

/** The compared environments, in order. */
type Places = readonly Comparison['environments'][number][];

const keyOf = ({ key }: ComparedVariable) => key;

function nameColumn(environments: Places, isCompact: boolean): Column<ComparedVariable> {
  return {
    name: 'Name',
    isRowHeader: true,
    width: isCompact ? '' : 'w-52 max-tablet:w-36',
    cell: (row) => (
      <>
        <span className="name cut block" title={row.key}>
          {row.key}
        </span>
        {isCompact && (
          <small className="cut mt-0.5 block text-12 text-text-3">{describeRow(row, environments)}</small>
        )}
      </>
    ),
  };
}

/** "Not in staging", "A in production, B in staging". */
function describeRow({ found, is_missing, values }: ComparedVariable, environments: Places) {
  const nameOf = (wanted: number) => environments.find(({ id }) => id === wanted)?.name ?? '';
  const without = environments.filter(({ id }) => !found.some((cell) => cell.environment_id === id));
  const letters = found.map(({ environment_id, group }) =>
    group === null ? '' : `${toLetter(group)} in ${nameOf(environment_id)}`,
  );
  return [
    is_missing && `Not in ${without.map(({ name }) => name).join(', ')}`,
    values === 'differs' && letters.filter(Boolean).join(', '),
  ]
    .filter(Boolean)
    .join(' · ');
}

const columnOf =
  (byId: ReadonlyMap<number, Variable>, hasLetters: boolean) =>
  ({ id, name }: Comparison['environments'][number]): Column<ComparedVariable> => ({
    // Names of environments are unique within a project.
    name,
    head: (
      <span className="cut block" title={name} dir="auto">
        {name}
      </span>
    ),
    cell: (row) => <Cell {...{ row, byId, hasLetters }} environmentId={id} />,
  });

interface CellProps {
  row: ComparedVariable;
  environmentId: number;
  byId: ReadonlyMap<number, Variable>;
  /** Of two that differ, it is clear which is which. */
  hasLetters: boolean;
}

/** SECURITY: a secret is masked, and the same mask whatever it is; plain values are those of the list of variables. */
function Cell({ row, environmentId, byId, hasLetters }: CellProps) {
  const cell = row.found.find(({ environment_id }) => environment_id === environmentId);
  if (!cell) return <span className="text-text-3">Missing</span>;
  if (cell.state === 'locked') return <Locked />;
  if (cell.state === 'unreadable') return <span className="text-danger-text">Cannot decrypt</span>;
  const plain = cell.is_secret ? null : byId.get(cell.variable_id)?.value;
  return (
    <span className="row min-w-0">
      {plain == null ? <Mask /> : <PlainValue value={plain} />}
      {hasLetters && row.values === 'differs' && cell.group !== null && (
        <span className="shrink-0 text-12 text-text-3" title="The same letter is the same value">
          {toLetter(cell.group)}
        </span>
      )}
    </span>
  );
}

const verdict: Column<ComparedVariable> = {
  name: 'Compared',
  width: 'w-36 max-phone:w-32',
  cell: ({ is_missing, values }) => (
    <span className="flex items-center gap-1">
      {is_missing && <Chip tone="attention">Missing</Chip>}
      {values === 'differs' && <Chip tone="info">Differs</Chip>}
      {values === 'same' && !is_missing && <Chip>Same</Chip>}
      {values === 'not_compared' && !is_missing && <Chip>Not compared</Chip>}
    </span>
  ),
};
